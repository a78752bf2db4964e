export type List = 'allowed' | 'ask' | 'denied'
export const LISTS: List[] = ['allowed', 'ask', 'denied']

/** One rule as it stands in the text: its lines, whatever they hold. */
export interface Entry {
  list: List
  from: number
  /** Behind its last line. */
  to: number
  text: string
}

const indentOf = (line: string) => line.length - line.trimStart().length
const isBlank = (line: string) => /^\s*(#.*)?$/.test(line)

/** Lines of a block: everything below a line that is further in. */
function blockEnd(lines: readonly string[], at: number, indent: number): number {
  let end = at + 1
  for (let i = at + 1; i < lines.length; i++) {
    if (isBlank(lines[i]!)) continue
    if (indentOf(lines[i]!) <= indent) break
    end = i + 1
  }
  return end
}

function find(lines: readonly string[], key: string, from: number, to: number, indent?: number): number {
  for (let i = from; i < to; i++) {
    if (new RegExp(`^\\s*${key}:`).test(lines[i]!) && (indent === undefined || indentOf(lines[i]!) === indent)) return i
  }
  return -1
}

/** The rules of a policy. Text that is written another way (lists in one line) has none here, and stays as it is. */
export function entriesOf(text: string): Entry[] {
  const lines = text.split('\n')
  const tools = find(lines, 'tools', 0, lines.length, 0)
  if (tools < 0) return []
  const end = blockEnd(lines, tools, 0)
  const entries: Entry[] = []
  for (const list of LISTS) {
    const head = find(lines, list, tools + 1, end)
    if (head < 0) continue
    const last = blockEnd(lines, head, indentOf(lines[head]!))
    for (let i = head + 1; i < last; i++) {
      if (!/^\s*- /.test(lines[i]!)) continue
      const to = blockEnd(lines, i, indentOf(lines[i]!))
      entries.push({ list, from: i, to, text: lines.slice(i, to).join('\n').trim().replace(/^- /, '') })
      i = to - 1
    }
  }
  return entries
}

export function without(text: string, entry: Entry): string {
  const lines = text.split('\n')
  lines.splice(entry.from, entry.to - entry.from)
  // An empty list is a key without a value, which is an error.
  const head = find(lines, entry.list, 0, lines.length)
  if (head >= 0 && blockEnd(lines, head, indentOf(lines[head]!)) === head + 1) lines.splice(head, 1)
  return lines.join('\n')
}

/** Behind the last rule of the list; the list and its section are made where they are missing. */
export function withEntry(text: string, list: List, rule: string): string {
  const lines = text.replace(/\n*$/, '\n').split('\n')
  let tools = find(lines, 'tools', 0, lines.length, 0)
  if (tools < 0) {
    lines.splice(lines.length - 1, 0, '', 'tools:')
    tools = lines.length - 2
  }
  const head = find(lines, list, tools + 1, blockEnd(lines, tools, 0))
  if (head < 0) lines.splice(blockEnd(lines, tools, 0), 0, `  ${list}:`, `    - ${rule}`)
  else lines.splice(blockEnd(lines, head, indentOf(lines[head]!)), 0, `${' '.repeat(indentOf(lines[head]!) + 2)}- ${rule}`)
  return lines.join('\n')
}

/** A scalar of a section, such as workspace / allow_outside; null where it is not said. */
export function valueOf(text: string, section: string, key: string): string | null {
  const lines = text.split('\n')
  const head = find(lines, section, 0, lines.length, 0)
  const at = head < 0 ? -1 : find(lines, key, head + 1, blockEnd(lines, head, 0))
  return at < 0 ? null : lines[at]!.replace(/^[^:]*:\s*/, '').replace(/\s+#.*$/, '')
}

export function withValue(text: string, section: string, key: string, value: string): string {
  const lines = text.replace(/\n*$/, '\n').split('\n')
  const head = find(lines, section, 0, lines.length, 0)
  if (head < 0) lines.splice(lines.length - 1, 0, '', `${section}:`, `  ${key}: ${value}`)
  else {
    const at = find(lines, key, head + 1, blockEnd(lines, head, 0))
    if (at < 0) lines.splice(head + 1, 0, `  ${key}: ${value}`)
    else lines[at] = lines[at]!.replace(/:.*?(\s+#.*)?$/, `: ${value}$1`)
  }
  return lines.join('\n')
}

/** A rule as it is written: a tool, or a tool for some commands, hosts or paths only. */
export function ruleOf(tool: string, what: string): string {
  const parts = what.split(',').map(part => part.trim()).filter(Boolean)
  if (parts.length === 0) return tool
  const key = tool.startsWith('shell') || tool.startsWith('process') ? 'commands' : tool.startsWith('http') || tool.startsWith('browser') || tool.startsWith('network') ? 'domains' : 'paths'
  return `${tool}: {${key}: [${parts.map(part => JSON.stringify(part)).join(', ')}]}`
}
