import type { Item } from '@/api/types'

export type UserMessage = Extract<Item, { type: 'user_message' }>
export type Reply = Extract<Item, { type: 'reply' }>
export type Reasoning = Extract<Item, { type: 'reasoning' }>
export type ToolCall = Extract<Item, { type: 'tool_call' }>
export type ToolResult = Extract<Item, { type: 'tool_result' }>
export type ApprovalRecord = Extract<Item, { type: 'approval' }>
export type Notice = Extract<Item, { type: 'notice' }>
export type Summary = Extract<Item, { type: 'summary' }>
export type ToolRow = { kind: 'tool'; id: string; call: ToolCall; result?: ToolResult; approval?: ApprovalRecord }

/** What the list of a session shows, a line each: a tool call with its result and its approval is one. */
export type Row =
  | { kind: 'user'; id: string; item: UserMessage }
  | { kind: 'reply'; id: string; item: Reply }
  | { kind: 'reasoning'; id: string; item: Reasoning }
  | ToolRow
  | { kind: 'notice'; id: string; item: Notice | Summary }
  /** What was rewound: stored, and no longer part of the conversation. */
  | { kind: 'hidden'; id: string; rows: Row[] }

const CHUNK = 40
const kept = new WeakMap<Item, Row>()

// A row that says the same stays the same object: what is on screen is drawn anew only where something changed.
function keep<R extends Row>(item: Item, fresh: R): Row {
  const before = kept.get(item)
  if (before?.kind === fresh.kind && (fresh.kind !== 'tool' || (before.kind === 'tool' && before.result === fresh.result && before.approval === fresh.approval))) return before
  kept.set(item, fresh)
  return fresh
}

const keyOf = (turn: string | null | undefined, call: string) => `${turn ?? ''}/${call}`

export function rowsOf(items: readonly Item[]): Row[] {
  const rows: Row[] = []
  const results = new Map<string, ToolResult>()
  const approvals = new Map<string, ApprovalRecord>()
  for (const item of items) {
    if (item.type === 'tool_result') results.set(keyOf(item.turn_id, item.call_id), item)
    else if (item.type === 'approval' && item.call_id) approvals.set(keyOf(item.turn_id, item.call_id), item)
  }
  const isHidden = hiddenOf(items)
  for (const item of items) {
    const row = rowOf(item)
    if (!row) continue
    if (!isHidden(item.seq)) {
      rows.push(row)
      continue
    }
    const last = rows[rows.length - 1]
    if (last?.kind === 'hidden') last.rows.push(row)
    else rows.push({ kind: 'hidden', id: `hidden-${row.id}`, rows: [row] })
  }
  return rows

  function rowOf(item: Item): Row | null {
    switch (item.type) {
      case 'user_message': return keep(item, { kind: 'user', id: item.id, item })
      case 'reply': return item.text.length > 0 ? keep(item, { kind: 'reply', id: item.id, item }) : null
      // What a provider keeps for itself has no text.
      case 'reasoning': return item.text.trim().length > 0 ? keep(item, { kind: 'reasoning', id: item.id, item }) : null
      case 'tool_call': return keep(item, { kind: 'tool', id: item.id, call: item, result: results.get(keyOf(item.turn_id, item.call_id)), approval: approvals.get(keyOf(item.turn_id, item.call_id)) })
      case 'tool_result':
      case 'approval': return null
      case 'summary': return item.text.length > 0 || item.of === 'everything' ? keep(item, { kind: 'notice', id: item.id, item }) : null
      default: return keep(item, { kind: 'notice', id: item.id, item })
    }
  }
}

/** Whether something has left the conversation: a rewind takes a range out, a redo names the rewind it reverses. */
export function hiddenOf(items: readonly Item[]): (seq: number) => boolean {
  const ranges = new Map<number, Summary>()
  for (const item of items) {
    if (item.type !== 'summary') continue
    if (item.of === 'taken_back' && item.from_seq > 0) ranges.set(item.seq, item)
    else if (item.of === 'brought_back') ranges.delete(item.from_seq)
  }
  if (ranges.size === 0) return () => false
  const taken = [...ranges.values()]
  return seq => taken.some(range => seq >= range.from_seq && seq <= range.to_seq)
}

/** Rows in lots that stay the same objects while others come before or behind them, so that a long session is not drawn anew for each. */
export function chunksOf(rows: readonly Row[], before: readonly (readonly Row[])[]): (readonly Row[])[] {
  const first = before[0]?.[0]?.id
  const start = first === undefined ? -1 : rows.findIndex(row => row.id === first)
  const chunks: (readonly Row[])[] = []
  const cut = (from: number, to: number) => {
    for (let at = from; at < to; at += CHUNK) chunks.push(rows.slice(at, Math.min(to, at + CHUNK)))
  }
  if (start < 0) {
    cut(0, rows.length)
    return chunks
  }
  cut(0, start)
  let at = start
  before.forEach((chunk, i) => {
    const now = rows.slice(at, at + (i === before.length - 1 ? Math.max(chunk.length, CHUNK) : chunk.length))
    at += now.length
    if (now.length > 0) chunks.push(now.length === chunk.length && now.every((row, place) => row === chunk[place]) ? chunk : now)
  })
  cut(at, rows.length)
  return chunks
}

/** All that a row says, for finding words in it. */
export function textOf(row: Row): string {
  switch (row.kind) {
    case 'user':
    case 'reply':
    case 'reasoning':
    case 'notice': return row.item.text
    case 'tool': return `${row.call.name} ${row.call.arguments} ${row.result?.output ?? ''}`
    case 'hidden': return row.rows.map(textOf).join('\n')
  }
}

/** The next place of what a person said, from a row on: for jumping. -1 when there is none. */
export function nextUser(rows: readonly Row[], from: number, step: 1 | -1) {
  for (let i = from + step; i >= 0 && i < rows.length; i += step) {
    if (rows[i]!.kind === 'user') return i
  }
  return -1
}

/** How many rows two branches have in common at their beginning. A copy has other ids: what counts is what it says. */
export function sharedOf(one: readonly Row[], two: readonly Row[]) {
  let n = 0
  while (n < one.length && n < two.length && one[n]!.kind === two[n]!.kind && textOf(one[n]!) === textOf(two[n]!)) n++
  return n
}
