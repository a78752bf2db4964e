import { memo, useEffect, useLayoutEffect, useMemo, useRef, useState } from 'react'
import { ArrowDown, Brain, Check, ChevronRight, Copy, CornerDownRight, Info, TriangleAlert } from 'lucide-react'
import { ApprovalCard } from '@/approvals/ApprovalCard'
import { clock, duration, exact, short, usd } from '@/app/format'
import { Badge } from '@/ui/Badge'
import { IconButton } from '@/ui/Button'
import { cx } from '@/ui/cx'
import type { Feed, OpenCall, SessionFeed } from './feed'
import { Markdown } from './Markdown'
import { showBidi } from './markdown'
import { rowsOf, type Row } from './rows'
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

function Thoughts({ text, isLive, tokens }: { text: string; isLive?: boolean; tokens?: number | null }) {
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
  const isSummary = item.type === 'summary'
  const [isOpen, setOpen] = useState(false)
  if (isSummary) {
    return (
      <div className="text-xs text-faint">
        <div className="flex items-center gap-3"><span className="h-px flex-1 bg-line" /><button className="rounded px-1 hover:text-ink" aria-expanded={isOpen} onClick={() => setOpen(!isOpen)}>Earlier messages were summarised</button><span className="h-px flex-1 bg-line" /></div>
        {isOpen && <div className="mt-2 text-sm text-muted"><Markdown text={item.text} /></div>}
      </div>
    )
  }
  return <p className="flex items-start gap-2 text-sm text-muted"><Info size={15} className="mt-0.5 shrink-0 text-accent" aria-hidden /><span className="wrap-anywhere">{showBidi(item.text)}</span></p>
}

const RowView = memo(function RowView({ row, open, approvals, onAnswered, isLastQuestion }: { row: Row; open?: OpenCall; approvals: React.ReactNode; onAnswered?: () => void; isLastQuestion?: boolean }) {
  void onAnswered
  void isLastQuestion
  switch (row.kind) {
    case 'user': return <User item={row.item} />
    case 'reply': return <Reply item={row.item} />
    case 'reasoning': return <Thoughts text={row.item.text} tokens={row.item.tokens} />
    case 'tool': return <><ToolCard row={row} open={open} />{approvals}</>
    case 'notice': return <NoticeRow item={row.item} />
  }
})

export function Transcript({ feed, state, onRows }: { feed: SessionFeed; state: Feed; onRows?: (rows: readonly Row[]) => void }) {
  const box = useRef<HTMLDivElement>(null)
  const [isAtEnd, setAtEnd] = useState(true)
  const follows = useRef(true)
  const rows = useMemo(() => rowsOf(state.items), [state.items])
  useEffect(() => onRows?.(rows), [rows, onRows])

  useLayoutEffect(() => {
    if (follows.current && box.current) box.current.scrollTop = box.current.scrollHeight
  })

  const toEnd = () => {
    follows.current = true
    box.current!.scrollTo({ top: box.current!.scrollHeight, behavior: 'smooth' })
  }

  const byCall = new Map(state.approvals.filter(one => one.call_id).map(one => [one.call_id!, one]))
  const shown = new Set<string>()
  const cardOf = (row: Row) => {
    if (row.kind !== 'tool' || row.result) return null
    const approval = byCall.get(row.call.call_id)
    if (!approval || approval.turn_id !== row.call.turn_id) return null
    shown.add(approval.id)
    return <div className="mt-2"><ApprovalCard approval={approval} isFocused={approval.id === state.approvals[0]?.id} onAnswered={() => feed.answered(approval.id)} /></div>
  }
  const body = rows.map(row => (
    <div key={row.id} data-row={row.kind} id={`item-${row.id}`} className="[contain-intrinsic-size:auto_90px] [content-visibility:auto]">
      <RowView row={row} open={row.kind === 'tool' ? state.calls.find(call => call.callId === row.call.call_id) : undefined} approvals={cardOf(row)} />
    </div>
  ))
  const others = state.approvals.filter(approval => !shown.has(approval.id))
  return (
    <div className="relative min-h-0 flex-1">
      <div
        ref={box}
        tabIndex={0}
        role="log"
        aria-label="Conversation"
        aria-busy={state.turn !== null}
        className="h-full overflow-y-auto px-4 focus-visible:outline-none md:px-6"
        onScroll={event => {
          const pane = event.currentTarget
          const isEnd = pane.scrollHeight - pane.scrollTop - pane.clientHeight < 80
          follows.current = isEnd
          setAtEnd(isEnd)
          if (pane.scrollTop < 600 && state.hasEarlier && !pane.dataset.loading) {
            pane.dataset.loading = '1'
            const height = pane.scrollHeight
            void feed.loadEarlier().finally(() => {
              delete pane.dataset.loading
              requestAnimationFrame(() => (pane.scrollTop += pane.scrollHeight - height))
            })
          }
        }}
      >
        <div className="mx-auto flex max-w-3xl flex-col gap-2 py-6">
          {state.hasEarlier && <p className="text-center text-xs text-faint">Earlier messages are loaded as you scroll.</p>}
          {body}
          {state.reasoning && <Thoughts text={state.reasoning} isLive />}
          {state.text && <div data-streaming><Markdown text={state.text} isStreaming /></div>}
          {state.retry && <p className="flex items-center gap-2 text-sm text-warn"><TriangleAlert size={15} aria-hidden /> {showBidi(state.retry)}</p>}
          {others.map(approval => <ApprovalCard key={approval.id} approval={approval} isFocused={approval.id === state.approvals[0]?.id} onAnswered={() => feed.answered(approval.id)} />)}
          <TurnStatus state={state} />
        </div>
      </div>
      {!isAtEnd && (
        <button aria-label="To the end" onClick={toEnd} className="in absolute bottom-4 left-1/2 grid size-9 -translate-x-1/2 place-items-center rounded-full border border-line-strong bg-panel text-muted shadow-pop hover:text-ink"><ArrowDown size={16} /></button>
      )}
    </div>
  )
}

/** What a long step is doing, for how long, at what price; how the last turn ended. */
function TurnStatus({ state }: { state: Feed }) {
  const [now, setNow] = useState(Date.now())
  const turn = state.turn
  useEffect(() => {
    if (!turn) return
    setNow(Date.now())
    const timer = window.setInterval(() => setNow(Date.now()), 500)
    return () => window.clearInterval(timer)
  }, [turn?.id])
  if (turn) {
    const running = state.calls.find(call => call.state === 'running')
    const what = state.approvals.length > 0 ? 'Waits for your answer' : turn.status === 'parked' ? 'Parked: it goes on when you answer' : running ? running.summary || running.name : state.reasoning ? 'Thinking' : state.text ? 'Writing' : 'Working'
    return (
      <div role="status" className="mt-1 rounded-lg text-xs text-muted">
        <div className="flex items-center gap-2">
          <span className={cx('size-2 shrink-0 rounded-full', state.approvals.length > 0 ? 'bg-warn' : 'pulse bg-accent')} />
          <span className="min-w-0 truncate">{showBidi(what)}</span>
          <span className="num shrink-0 text-faint">step {Math.max(1, state.step)} · {duration(Math.max(0, now - turn.startedAt))}{state.turnCost > 0 ? ` · ${usd(state.turnCost)}` : ''}</span>
        </div>
        {now - turn.startedAt > 10_000 && state.approvals.length === 0 && (
          <div role="progressbar" aria-label="Working" className="mt-2 h-0.5 overflow-hidden rounded bg-raised"><div className="h-full w-1/4 animate-[pryx-slide_1.8s_ease-in-out_infinite] rounded bg-accent" /></div>
        )}
      </div>
    )
  }
  const ended = state.ended
  if (!ended) return null
  if (ended.outcome !== 'completed') {
    return (
      <div role="alert" className={cx('rounded-xl border border-line px-4 py-3 text-sm', ended.outcome === 'failed' ? 'bg-bad-soft' : 'bg-warn-soft')}>
        <p className="font-medium">{ended.outcome === 'failed' ? 'The turn failed' : ended.outcome === 'cancelled' ? 'Stopped' : 'A limit ended the turn'}{ended.code ? <span className="code ml-2 text-xs font-normal text-muted">{ended.code}</span> : null}</p>
        {ended.message && <p className="mt-0.5 text-muted wrap-anywhere">{showBidi(ended.message)}</p>}
        {ended.trace_id && <p className="code mt-1 text-xs text-muted">trace {ended.trace_id}</p>}
      </div>
    )
  }
  return <p className="num text-2xs text-faint">{ended.steps} {ended.steps === 1 ? 'step' : 'steps'} · {short(ended.usage.input + ended.usage.output)} tokens{ended.cost_usd !== null && ended.cost_usd !== undefined ? ` · ${usd(ended.cost_usd)}` : ''}</p>
}
