import type { Item } from '@/api/types'

export type UserMessage = Extract<Item, { type: 'user_message' }>
export type Reply = Extract<Item, { type: 'reply' }>
export type Reasoning = Extract<Item, { type: 'reasoning' }>
export type ToolCall = Extract<Item, { type: 'tool_call' }>
export type ToolResult = Extract<Item, { type: 'tool_result' }>
export type ApprovalRecord = Extract<Item, { type: 'approval' }>
export type Notice = Extract<Item, { type: 'notice' }>
export type Summary = Extract<Item, { type: 'summary' }>

/** What the list of a session shows, a line each: a tool call with its result and its approval is one. */
export type Row =
  | { kind: 'user'; id: string; item: UserMessage }
  | { kind: 'reply'; id: string; item: Reply }
  | { kind: 'reasoning'; id: string; item: Reasoning }
  | { kind: 'tool'; id: string; call: ToolCall; result?: ToolResult; approval?: ApprovalRecord }
  | { kind: 'notice'; id: string; item: Notice | Summary }

export function rowsOf(items: readonly Item[]): Row[] {
  const rows: Row[] = []
  const calls = new Map<string, Extract<Row, { kind: 'tool' }>>()
  const keyOf = (turn: string | null | undefined, call: string) => `${turn ?? ''}/${call}`
  for (const item of items) {
    switch (item.type) {
      case 'user_message':
        rows.push({ kind: 'user', id: item.id, item })
        break
      case 'reply':
        if (item.text.length > 0) rows.push({ kind: 'reply', id: item.id, item })
        break
      case 'reasoning':
        // What a provider keeps for itself has no text.
        if (item.text.trim().length > 0) rows.push({ kind: 'reasoning', id: item.id, item })
        break
      case 'tool_call': {
        const row = { kind: 'tool', id: item.id, call: item } as Extract<Row, { kind: 'tool' }>
        calls.set(keyOf(item.turn_id, item.call_id), row)
        rows.push(row)
        break
      }
      case 'tool_result': {
        const row = calls.get(keyOf(item.turn_id, item.call_id))
        if (row) row.result = item
        break
      }
      case 'approval': {
        const row = item.call_id ? calls.get(keyOf(item.turn_id, item.call_id)) : undefined
        if (row) row.approval = item
        break
      }
      default:
        rows.push({ kind: 'notice', id: item.id, item })
    }
  }
  return rows
}

/** The next place of what a person said, from a row on: for jumping. -1 when there is none. */
export function nextUser(rows: readonly Row[], from: number, step: 1 | -1) {
  for (let i = from + step; i >= 0 && i < rows.length; i += step) {
    if (rows[i]!.kind === 'user') return i
  }
  return -1
}
