import { memo, useEffect, useLayoutEffect, useMemo, useRef, useState } from 'react'
import { ArrowDown, TriangleAlert } from 'lucide-react'
import { ApprovalCard } from '@/approvals/ApprovalCard'
import type { Agent, AgentList, Approval } from '@/api/types'
import { useGet } from '@/app/data'
import { AgentStrip, isAtWork } from './AgentStrip'
import type { Feed, OpenCall, SessionFeed } from './feed'
import { Markdown } from './Markdown'
import { showBidi } from './inert'
import { RowView, Thoughts } from './RowView'
import { chunksOf, rowsOf, type Row } from './rows'
import { TurnStatus } from './TurnStatus'

const NO_CALLS: readonly OpenCall[] = []
const NO_QUESTIONS: readonly Approval[] = []
const NO_AGENTS: readonly Agent[] = []
const AGENT_TOOL = 'agent.spawn'
const END_PX = 80

const isAgentCall = (row: Row) => row.kind === 'tool' && row.call.tool === AGENT_TOOL
const isOpenCall = (row: Row) => row.kind === 'tool' && !row.result

/** A lot of rows: drawn anew when one of them changes, laid out when it comes near the screen. */
const Chunk = memo(function Chunk({ rows, calls, approvals, agents, focused, onAnswered }: { rows: readonly Row[]; calls: readonly OpenCall[]; approvals: readonly Approval[]; agents: readonly Agent[]; focused?: string; onAnswered: (id: string) => void }) {
  return (
    <div className="flex flex-col gap-2 [contain-intrinsic-size:auto_3000px] [content-visibility:auto]">
      {rows.map(row => {
        const open = isOpenCall(row) && row.kind === 'tool' ? row.call.call_id : null
        const approval = open ? approvals.find(one => one.call_id === open && row.kind === 'tool' && one.turn_id === row.call.turn_id) : undefined
        const agent = isAgentCall(row) && row.kind === 'tool' ? agents.find(one => one.parent_call_id === row.call.call_id && one.parent_turn_id === row.call.turn_id) : undefined
        return (
          <div key={row.id} data-row={row.kind} id={`item-${row.id}`}>
            <RowView
              row={row}
              open={open ? calls.find(call => call.callId === open) : undefined}
              inside={agent && <AgentStrip agent={agent} />}
              below={approval && <div className="mt-2"><ApprovalCard approval={approval} isFocused={approval.id === focused} onAnswered={() => onAnswered(approval.id)} /></div>}
            />
          </div>
        )
      })}
    </div>
  )
})

/** What is stored of the conversation. It does not hear of what streams. */
const Stored = memo(function Stored({ rows, calls, approvals, agents, onAnswered }: { rows: readonly Row[]; calls: readonly OpenCall[]; approvals: readonly Approval[]; agents: readonly Agent[]; onAnswered: (id: string) => void }) {
  const before = useRef<readonly (readonly Row[])[]>([])
  const chunks = useMemo(() => (before.current = chunksOf(rows, before.current)), [rows])
  return chunks.map(chunk => {
    const isLive = chunk.some(isOpenCall)
    return <Chunk key={chunk[0]!.id} rows={chunk} calls={isLive ? calls : NO_CALLS} approvals={isLive ? approvals : NO_QUESTIONS} agents={chunk.some(isAgentCall) ? agents : NO_AGENTS} focused={isLive ? approvals[0]?.id : undefined} onAnswered={onAnswered} />
  })
})

export function Transcript({ feed, state, onRows, onStop }: { feed: SessionFeed; state: Feed; onRows?: (rows: readonly Row[]) => void; onStop: () => void }) {
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
    box.current!.scrollTo({ top: box.current!.scrollHeight })
  }

  const onAnswered = useMemo(() => (id: string) => feed.answered(id), [feed])
  const inRows = useMemo(() => {
    const open = new Set(rows.flatMap(row => (row.kind === 'tool' && !row.result ? [`${row.call.turn_id}/${row.call.call_id}`] : [])))
    return (approval: Approval) => approval.call_id !== undefined && open.has(`${approval.turn_id}/${approval.call_id}`)
  }, [rows])
  const hasAgents = rows.some(isAgentCall)
  const agents = useAgents(hasAgents ? feed.id : null)
  const others = state.approvals.filter(approval => !inRows(approval))
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
          const isEnd = pane.scrollHeight - pane.scrollTop - pane.clientHeight < END_PX
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
          <Stored rows={rows} calls={state.calls} approvals={state.approvals} agents={agents} onAnswered={onAnswered} />
          {state.reasoning && <Thoughts text={state.reasoning} isLive />}
          {state.text && <div data-streaming><Markdown text={state.text} isStreaming /></div>}
          {state.retry && <p className="flex items-center gap-2 text-sm text-warn"><TriangleAlert size={15} aria-hidden /> {showBidi(state.retry)}</p>}
          {others.map(approval => <ApprovalCard key={approval.id} approval={approval} isFocused={approval.id === state.approvals[0]?.id} onAnswered={() => feed.answered(approval.id)} />)}
          <TurnStatus state={state} onStop={onStop} />
        </div>
      </div>
      {!isAtEnd && (
        <button aria-label="To the end" onClick={toEnd} className="in absolute bottom-4 left-1/2 grid size-9 -translate-x-1/2 place-items-center rounded-full border border-line-strong bg-panel text-muted shadow-pop hover:text-ink"><ArrowDown size={16} /></button>
      )}
    </div>
  )
}

/** The agents that a session has called; while one works its figures are looked at now and then. */
function useAgents(session: string | null): readonly Agent[] {
  const [isLive, setLive] = useState(false)
  const list = useGet<AgentList>(session ? '/api/v1/agents' : null, { session_id: session }, { live: isLive ? 2000 : undefined })
  const agents = list.data?.agents ?? NO_AGENTS
  const works = agents.some(isAtWork)
  useEffect(() => setLive(works), [works])
  return agents
}
