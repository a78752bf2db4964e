import { memo, useEffect, useRef, useState, type ReactNode } from 'react'
import { Bot, Check, ChevronRight, CircleSlash, ClipboardList, FileText, FolderOpen, Globe, LoaderCircle, MessageCircleQuestion, NotebookPen, PencilLine, Plug, Search, ShieldCheck, Sparkles, Terminal, Trash2, Wrench, X } from 'lucide-react'
import { duration } from '@/app/format'
import { Badge } from '@/ui/Badge'
import { cx } from '@/ui/cx'
import { Diff, isDiff } from './Diff'
import type { OpenCall } from './feed'
import { showBidi } from './inert'
import type { Row } from './rows'

const SHOWN = 6000

export function toolIcon(tool: string) {
  if (tool === 'agent.spawn') return Bot
  if (/^plan/.test(tool)) return ClipboardList
  if (/^memory/.test(tool)) return NotebookPen
  if (/^shell|process/.test(tool)) return Terminal
  if (/grep|glob|search/.test(tool)) return Search
  if (/list/.test(tool)) return FolderOpen
  if (/write|edit|patch|make/.test(tool)) return PencilLine
  if (/delete|remove/.test(tool)) return Trash2
  if (/read|filesystem/.test(tool)) return FileText
  if (/^(http|web|browser|network)/.test(tool)) return Globe
  if (/^mcp/.test(tool)) return Plug
  if (/skill/.test(tool)) return Sparkles
  if (/ask_user|question/.test(tool)) return MessageCircleQuestion
  return Wrench
}

/** The words of a call that say most: its command, its path, its pattern. */
export function headline(argumentsText: string): string {
  try {
    const args = JSON.parse(argumentsText) as Record<string, unknown>
    for (const name of ['command', 'path', 'file_path', 'filePath', 'url', 'pattern', 'query', 'question', 'name', 'description', 'task', 'prompt']) {
      if (typeof args[name] === 'string' && args[name]) return args[name].split('\n')[0]!
    }
    const first = Object.values(args).find(value => typeof value === 'string' || typeof value === 'number')
    return first === undefined ? '' : String(first).split('\n')[0]!
  } catch {
    return argumentsText.slice(0, 120)
  }
}

function pretty(argumentsText: string) {
  try {
    return JSON.stringify(JSON.parse(argumentsText), null, 2)
  } catch {
    return argumentsText
  }
}

/** The lines that an edit takes away and puts in; null for what is no edit. */
export function changesOf(argumentsText: string): string | null {
  try {
    const args = JSON.parse(argumentsText) as { path?: string; patch?: string; edits?: { old_string?: string; new_string?: string }[]; old_string?: string; new_string?: string }
    if (typeof args.patch === 'string') return args.patch
    const edits = Array.isArray(args.edits) ? args.edits : typeof args.old_string === 'string' ? [args] : []
    if (edits.length === 0) return null
    const lines = (sign: string, text: string | undefined) => (text ? text.replace(/\n$/, '').split('\n').map(line => sign + line) : [])
    return [`--- ${args.path ?? ''}`, ...edits.flatMap(edit => [...lines('-', edit.old_string), ...lines('+', edit.new_string)])].join('\n')
  } catch {
    return null
  }
}

function State({ row, open }: { row: Extract<Row, { kind: 'tool' }>; open?: OpenCall }) {
  const status = row.result?.status
  if (status === 'completed') return <Check size={15} className="text-ok" aria-label="completed" />
  if (status === 'failed') return <X size={15} className="text-bad" aria-label="failed" />
  if (status === 'denied') return <CircleSlash size={15} className="text-warn" aria-label="denied" />
  if (status) return <CircleSlash size={15} className="text-faint" aria-label={status} />
  if (open?.state === 'judged' && open.decision === 'ask') return <Badge tone="warn" dot="live">asks you</Badge>
  return <LoaderCircle size={15} className="animate-spin text-accent" aria-label="running" />
}

function Text({ text, label }: { text: string; label: string }) {
  const [all, setAll] = useState(false)
  const shown = all ? text : text.slice(0, SHOWN)
  return (
    <>
      <pre tabIndex={0} role="region" aria-label={label} className="code max-h-96 overflow-auto px-4 py-2.5 whitespace-pre-wrap text-muted wrap-anywhere">{showBidi(shown)}</pre>
      {text.length > shown.length && <button className="mx-4 mb-2.5 text-xs font-medium text-accent hover:underline" onClick={() => setAll(true)}>Show all {text.length.toLocaleString('en')} characters</button>}
    </>
  )
}

/** The end of what a running command has said so far. */
function LiveOutput({ text }: { text: string }) {
  const box = useRef<HTMLPreElement>(null)
  useEffect(() => {
    if (box.current) box.current.scrollTop = box.current.scrollHeight
  }, [text])
  return <pre ref={box} tabIndex={0} role="log" aria-label="Output" className="code max-h-56 overflow-auto border-t border-line px-4 py-2.5 whitespace-pre-wrap text-muted wrap-anywhere">{showBidi(text)}</pre>
}

export const ToolCard = memo(function ToolCard({ row, open, children }: { row: Extract<Row, { kind: 'tool' }>; open?: OpenCall; children?: ReactNode }) {
  const [isOpen, setOpen] = useState(false)
  const Icon = toolIcon(row.call.tool)
  const status = row.result?.status
  const head = headline(row.call.arguments)
  const changes = isOpen ? changesOf(row.call.arguments) : null
  const isFailed = status === 'failed' || status === 'denied'
  return (
    <div className={cx('rounded-xl border bg-panel', isFailed ? 'border-line-strong' : 'border-line')}>
      <button aria-expanded={isOpen} onClick={() => setOpen(!isOpen)} className="flex w-full items-center gap-2.5 rounded-xl px-3 py-2 text-left hover:bg-hover">
        <ChevronRight size={14} aria-hidden className={cx('shrink-0 text-faint transition-transform', isOpen && 'rotate-90')} />
        <Icon size={15} aria-hidden className="shrink-0 text-muted" />
        <span className="shrink-0 text-sm font-medium">{row.call.name}</span>
        <span className="code min-w-0 flex-1 truncate text-muted">{showBidi(head)}</span>
        {row.approval && (
          <span className={cx('hidden shrink-0 items-center gap-1 text-xs sm:flex', row.approval.approved ? 'text-faint' : 'text-warn')} title={`${row.approval.answered_by ?? ''} · ${row.approval.scope}`}>
            <ShieldCheck size={13} aria-hidden /> {row.approval.approved ? 'approved' : 'denied'}{row.approval.answered_by ? ` by ${row.approval.answered_by}` : ''}
          </span>
        )}
        {row.result && row.result.duration_ms > 0 && <span className="num shrink-0 text-xs text-faint">{duration(row.result.duration_ms)}</span>}
        <State row={row} open={open} />
      </button>
      {!row.result && open?.output && <LiveOutput text={open.output} />}
      {children}
      {isOpen && (
        <div className="border-t border-line">
          <p className="px-4 pt-2.5 text-2xs font-medium tracking-wide text-faint uppercase">Arguments · {row.call.tool}</p>
          {changes ? <Diff text={changes} /> : <Text text={pretty(row.call.arguments)} label="Arguments" />}
          {row.result && (
            <div className="border-t border-line">
              <p className="flex flex-wrap gap-2 px-4 pt-2.5 text-2xs font-medium tracking-wide text-faint uppercase">
                Result
                {row.result.command && <span className={row.result.command.exit_code === 0 ? '' : 'text-bad'}>exit {row.result.command.exit_code}</span>}
                {row.result.provenance === 'untrusted' && <span className="text-warn">from outside{row.result.source ? ': ' + row.result.source : ''}</span>}
              </p>
              {isDiff(row.result.output) ? <Diff text={row.result.output} /> : <Text text={row.result.output || '(nothing)'} label="Result" />}
              {row.result.full_output_path && <p className="px-4 pb-2.5 text-xs text-muted">All of it: <span className="code">{row.result.full_output_path}</span></p>}
            </div>
          )}
        </div>
      )}
    </div>
  )
})
