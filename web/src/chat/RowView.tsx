import { memo, useState } from 'react'
import { Brain, Check, ChevronRight, Copy, CornerDownRight, GitFork, History, Info, Undo2 } from 'lucide-react'
import { clock, exact, plural, short } from '@/app/format'
import { Badge } from '@/ui/Badge'
import { IconButton } from '@/ui/Button'
import { cx } from '@/ui/cx'
import { useRowActions } from './actions'
import type { OpenCall } from './feed'
import { Markdown } from './Markdown'
import { showBidi } from './inert'
import type { Row } from './rows'
import { ToolCard } from './ToolCard'

const USER_SHOWN = 4000

function CopyButton({ text }: { text: string }) {
  const [done, setDone] = useState(false)
  return (
    <IconButton
      label={done ? 'Copied' : 'Copy'}
      className="size-6"
      onClick={() => {
        void navigator.clipboard.writeText(text)
        setDone(true)
        window.setTimeout(() => setDone(false), 1500)
      }}
    >
      {done ? <Check size={14} className="text-ok" /> : <Copy size={14} />}
    </IconButton>
  )
}

const User = memo(function User({ item }: { item: Extract<Row, { kind: 'user' }>['item'] }) {
  const [all, setAll] = useState(false)
  const actions = useRowActions()
  const text = all ? item.text : item.text.slice(0, USER_SHOWN)
  return (
    <div className="group flex flex-col items-end">
      {item.is_steering && <span className="mb-1 flex items-center gap-1 text-2xs text-faint"><CornerDownRight size={11} aria-hidden /> while it was working</span>}
      <div className="max-w-[85%] rounded-2xl rounded-br-md border border-line bg-raised px-4 py-2.5 whitespace-pre-wrap wrap-anywhere" dir="auto">
        {showBidi(text)}
        {item.text.length > text.length && <button className="ml-1 text-sm font-medium text-accent hover:underline" onClick={() => setAll(true)}>… show all</button>}
        {item.attachments.length > 0 && (
          <div className="mt-2 flex flex-wrap gap-2">
            {item.attachments.map((picture, i) => /^image\/(png|jpeg|gif|webp)$/.test(picture.media_type)
              ? <img key={i} src={`data:${picture.media_type};base64,${picture.base64}`} alt={picture.name ?? 'attachment'} className="max-h-56 rounded-lg border border-line" />
              : <Badge key={i}>{picture.name ?? picture.media_type}</Badge>)}
          </div>
        )}
      </div>
      <div className="flex h-6 items-center gap-1 opacity-0 transition-opacity group-focus-within:opacity-100 group-hover:opacity-100">
        <time className="text-2xs text-faint" title={exact(item.created_at)}>{clock(item.created_at)}</time>
        <CopyButton text={item.text} />
        {actions && !item.is_steering && (
          <>
            <IconButton label="Fork from here: a copy that ends before this" className="size-6" onClick={() => actions.fork(item)}><GitFork size={14} /></IconButton>
            {item.turn_id && <IconButton label="Rewind to before this" className="size-6" onClick={() => actions.rewind(item)}><History size={14} /></IconButton>}
          </>
        )}
      </div>
    </div>
  )
})

const Reply = memo(function Reply({ item }: { item: Extract<Row, { kind: 'reply' }>['item'] }) {
  return (
    <div className="group">
      <Markdown text={item.text} />
      <div className="-ml-1.5 flex h-6 items-center gap-1 opacity-0 transition-opacity group-focus-within:opacity-100 group-hover:opacity-100">
        <CopyButton text={item.text} />
        <time className="text-2xs text-faint" title={exact(item.created_at)}>{clock(item.created_at)}</time>
        {item.is_partial && <Badge tone="warn">stopped here</Badge>}
      </div>
    </div>
  )
})

export function Thoughts({ text, isLive, tokens }: { text: string; isLive?: boolean; tokens?: number | null }) {
  const [isOpen, setOpen] = useState(false)
  const last = text.trimEnd().split('\n').pop() ?? ''
  return (
    <div>
      <button aria-expanded={isOpen} onClick={() => setOpen(!isOpen)} className="-ml-1.5 flex max-w-full items-center gap-2 rounded-lg px-1.5 py-1 text-sm text-muted hover:bg-hover">
        <ChevronRight size={14} aria-hidden className={cx('shrink-0 transition-transform', isOpen && 'rotate-90')} />
        <Brain size={15} aria-hidden className={cx('shrink-0', isLive && 'pulse text-violet')} />
        <span className="shrink-0">{isLive ? 'Thinking' : 'Thought'}</span>
        {tokens ? <span className="num shrink-0 text-xs text-faint">{short(tokens)} tokens</span> : null}
        {!isOpen && <span className="truncate text-xs text-faint">{showBidi(last)}</span>}
      </button>
      {isOpen && <div className="mt-1 ml-1.5 border-l-2 border-line pl-4 text-sm text-muted"><Markdown text={text} isStreaming={isLive} /></div>}
    </div>
  )
}

function NoticeRow({ item }: { item: Extract<Row, { kind: 'notice' }>['item'] }) {
  const [isOpen, setOpen] = useState(false)
  if (item.type === 'summary') {
    // Written for the model: in its brackets.
    if (item.of === 'taken_back' || item.of === 'brought_back') return <p className="flex items-start gap-2 text-sm text-muted"><Undo2 size={15} className={cx('mt-0.5 shrink-0 text-accent', item.of === 'brought_back' && '-scale-x-100')} aria-hidden /><span className="wrap-anywhere">{showBidi(item.text.replace(/^\[|\]$/g, ''))}</span></p>
    return (
      <div className="text-xs text-faint">
        <div className="flex items-center gap-3"><span className="h-px flex-1 bg-line" /><button className="rounded px-1 hover:text-ink" aria-expanded={isOpen} onClick={() => setOpen(!isOpen)}>Earlier messages were summarised</button><span className="h-px flex-1 bg-line" /></div>
        {isOpen && <div className="mt-2 text-sm text-muted"><Markdown text={item.text} /></div>}
      </div>
    )
  }
  return <p className="flex items-start gap-2 text-sm text-muted"><Info size={15} className="mt-0.5 shrink-0 text-accent" aria-hidden /><span className="wrap-anywhere">{showBidi(item.text)}</span></p>
}

/** What was rewound is out of the conversation, not out of the world. */
function HiddenRows({ rows }: { rows: readonly Row[] }) {
  const [isOpen, setOpen] = useState(false)
  return (
    <div className="rounded-xl border border-dashed border-line">
      <button aria-expanded={isOpen} onClick={() => setOpen(!isOpen)} className="flex w-full items-center gap-2.5 rounded-xl px-3 py-2 text-left text-sm text-muted hover:bg-hover">
        <ChevronRight size={14} aria-hidden className={cx('shrink-0 transition-transform', isOpen && 'rotate-90')} />
        <History size={15} aria-hidden className="shrink-0" />
        {plural(rows.length, 'entry', 'entries')} rewound: kept, and no longer read by the model
      </button>
      {isOpen && <div className="flex flex-col gap-2 border-t border-dashed border-line p-3 opacity-75">{rows.map(row => <RowView key={row.id} row={row} />)}</div>}
    </div>
  )
}

export const RowView = memo(function RowView({ row, open, inside, below }: { row: Row; open?: OpenCall; inside?: React.ReactNode; below?: React.ReactNode }) {
  switch (row.kind) {
    case 'user': return <User item={row.item} />
    case 'reply': return <Reply item={row.item} />
    case 'reasoning': return <Thoughts text={row.item.text} tokens={row.item.tokens} />
    case 'tool': return <><ToolCard row={row} open={open}>{inside}</ToolCard>{below}</>
    case 'notice': return <NoticeRow item={row.item} />
    case 'hidden': return <HiddenRows rows={row.rows} />
  }
})
