import { useQueries } from '@tanstack/react-query'
import { useEffect, useMemo, useRef, useState } from 'react'
import { Activity, X } from 'lucide-react'
import { api } from '@/api/client'
import { socket } from '@/api/socket'
import type { SessionBody, SessionCost, TraceList, TraceTree } from '@/api/types'
import { useGet } from '@/app/data'
import { ago, count, duration, short, usd } from '@/app/format'
import { Badge } from '@/ui/Badge'
import { IconButton } from '@/ui/Button'
import { Empty, Skeleton, Stat, Tabs } from '@/ui/Page'
import { Gantt, LiveGantt } from './Gantt'
import type { Feed } from './feed'
import { rowsOf } from './rows'
import { barsOf, endToEnd, sameBars, type Bar } from './trace'

/** After the last event, so that several are one question. */
const LOOK_MS = 20

/** A turn's spans, asked for again when one of them ends: soon, but never more than a third of the time. */
export function useTrace(id: string | null, isLive: boolean) {
  const [trace, setTrace] = useState<TraceTree | null>(null)
  useEffect(() => {
    setTrace(null)
    if (!id) return
    let isGone = false
    let timer = 0
    let isAsking = false
    let isStale = false
    let took = 0
    const load = async () => {
      timer = 0
      isAsking = true
      isStale = false
      const began = performance.now()
      try {
        const found = await api.get<TraceTree>(`/api/v1/traces/${id}`)
        if (!isGone) setTrace(found)
      } catch {
        // Not stored yet, or offline: the next span asks again.
      }
      took = performance.now() - began
      isAsking = false
      if (isStale) soon()
    }
    const soon = () => {
      isStale = true
      if (!isGone && !isAsking && timer === 0) timer = window.setTimeout(() => void load(), Math.max(LOOK_MS, took * 2))
    }
    void load()
    const stop = socket.listen(event => {
      const payload = event.payload as { trace_id?: string } | undefined
      if (event.event === 'trace.event' && payload?.trace_id === id) soon()
    })
    return () => {
      isGone = true
      window.clearTimeout(timer)
      stop()
    }
  }, [id, isLive])
  return trace
}

export function TraceView({ id, isLive }: { id: string; isLive: boolean }) {
  const trace = useTrace(id, isLive)
  const [chosen, setChosen] = useState<Bar | null>(null)
  const before = useRef<readonly Bar[]>([])
  const bars = useMemo(() => (before.current = trace ? sameBars(barsOf(trace.spans), before.current) : []), [trace])
  if (!trace) return <Skeleton lines={3} />
  if (bars.length === 0) return <p className="py-6 text-center text-sm text-muted">No step has ended yet.</p>
  const from = bars.reduce((first, bar) => Math.min(first, bar.start), Number.POSITIVE_INFINITY)
  const to = bars.reduce((last, bar) => Math.max(last, bar.end ?? 0), from)
  return (
    <div>
      {isLive ? <LiveGantt bars={bars} from={from} to={to} chosen={chosen} onChoose={setChosen} /> : <Gantt bars={bars} from={from} to={to} chosen={chosen} onChoose={setChosen} />}
      {chosen && (
        <dl className="fade mt-3 grid grid-cols-[auto_1fr] gap-x-4 gap-y-1 rounded-lg border border-line bg-bg p-3 text-xs">
          <dt className="text-muted">Span</dt><dd className="code font-medium wrap-anywhere">{chosen.name}</dd>
          <dt className="text-muted">Took</dt><dd className="num">{chosen.end === null ? 'running' : duration(chosen.end - chosen.start)}, after {duration(chosen.start - from)}</dd>
          {chosen.error && <><dt className="text-muted">Error</dt><dd className="text-bad wrap-anywhere">{chosen.error}</dd></>}
          {Object.entries(chosen.span.attributes ?? {}).filter(([, value]) => value !== null && value !== undefined).map(([name, value]) => (
            <div key={name} className="contents"><dt className="text-muted">{name.replace(/^(gen_ai|pryx)\./, '')}</dt><dd className="code wrap-anywhere">{String(value)}</dd></div>
          ))}
        </dl>
      )}
    </div>
  )
}

/** Turns of a session that are drawn at once. */
const DRAWN = 12

/** The last turns of a session in one picture. */
function SessionTrace({ traces }: { traces: TraceList['traces'] }) {
  const [chosen, setChosen] = useState<Bar | null>(null)
  const drawn = useMemo(() => traces.slice(0, DRAWN).reverse(), [traces])
  const trees = useQueries({ queries: drawn.map(trace => ({ queryKey: [`/api/v1/traces/${trace.trace_id}`], queryFn: () => api.get<TraceTree>(`/api/v1/traces/${trace.trace_id}`) })) })
  const isLoaded = trees.every(tree => !tree.isPending)
  const { bars, total } = useMemo(() => endToEnd(trees.map(tree => (tree.data ? barsOf(tree.data.spans) : []))), [isLoaded, drawn])
  if (!isLoaded) return <Skeleton lines={3} />
  return (
    <>
      <Gantt bars={bars} from={0} to={total} chosen={chosen} onChoose={setChosen} />
      <p className="mt-3 text-xs text-muted">{chosen ? `${chosen.name}: ${chosen.end === null ? 'running' : duration(chosen.end - chosen.start)}${chosen.error ? ` · ${chosen.error}` : ''}` : `${drawn.length} ${drawn.length === 1 ? 'turn' : 'turns'} end to end, without the time between them`}</p>
    </>
  )
}

type Tab = 'trace' | 'tools' | 'cost'

/** Beside the conversation: what happened when, with which tools, at what price. */
export function SidePanel({ session, feed, onClose }: { session: SessionBody; feed: Feed; onClose: () => void }) {
  const [tab, setTab] = useState<Tab>('trace')
  const [picked, setPicked] = useState<string | null>(null)
  const traces = useGet<TraceList>('/api/v1/traces', { session_id: session.id, limit: 30 })
  const cost = useGet<SessionCost>(`/api/v1/cost/sessions/${session.id}`)
  useEffect(() => {
    void traces.refetch()
    void cost.refetch()
  }, [feed.turn?.id, feed.turn === null, feed.step])
  const list = traces.data?.traces ?? []
  const current = list.find(trace => trace.trace_id === picked) ?? list[0]
  const isLive = Boolean(feed.turn && current?.turn_id === feed.turn.id)
  const total = cost.data?.total
  const errors = feed.items.filter(item => item.type === 'tool_result' && item.status === 'failed').length
  const tools = useMemo(() => toolsOf(feed), [feed.items])
  return (
    <aside aria-label="Details" className="flex h-full min-h-0 flex-col border-l border-line bg-bg">
      <div className="flex h-14 shrink-0 items-center gap-2 border-b border-line px-4">
        <Tabs label="Details" value={tab} onChange={setTab} tabs={[{ id: 'trace', label: 'Trace' }, { id: 'tools', label: 'Tools' }, { id: 'cost', label: 'Cost' }]} />
        <span className="flex-1" />
        {isLive && <Badge tone="accent" dot="live">live</Badge>}
        <IconButton label="Close details" onClick={onClose}><X size={16} /></IconButton>
      </div>
      <div className="min-h-0 flex-1 overflow-y-auto p-4">
        <div className="grid grid-cols-3 gap-2.5">
          <Stat label="Tokens" value={short(total?.tokens ?? 0)} note={`${short(total?.cached_tokens ?? 0)} cached`} />
          <Stat label="Tool calls" value={count(tools.reduce((sum, tool) => sum + tool.calls, 0))} note={errors > 0 ? `${errors} failed` : 'none failed'} tone={errors > 0 ? 'bad' : undefined} />
          <Stat label="Cost" value={usd((total?.cost_usd ?? 0) + (total?.estimated_usd ?? 0))} note={`${count(total?.calls ?? 0)} model calls`} />
        </div>
        {tab === 'trace' && (
          <div className="mt-3 rounded-xl border border-line bg-panel p-4">
            <div className="mb-3 flex items-center gap-2">
              <h2 className="text-sm font-semibold">Trace timeline</h2>
              {current && <Badge tone={current.status === 'error' ? 'bad' : 'plain'}>{current.duration_ms ? duration(current.duration_ms) : 'running'}</Badge>}
              <span className="flex-1" />
              {list.length > 1 && (
                <select aria-label="Turn" className="field max-w-40 py-1! text-xs" value={picked === 'all' ? 'all' : current?.trace_id} onChange={event => setPicked(event.target.value)}>
                  <option value="all">Whole session</option>
                  {list.map((trace, i) => <option key={trace.trace_id} value={trace.trace_id}>Turn {list.length - i} · {ago(trace.started_at)}</option>)}
                </select>
              )}
            </div>
            {picked === 'all' ? <SessionTrace traces={list} /> : current ? <TraceView key={current.trace_id} id={current.trace_id} isLive={isLive} /> : traces.isLoading ? <Skeleton lines={3} /> : <Empty icon={<Activity size={20} />} title="Nothing happened yet">Every model and tool call of a turn becomes a bar here.</Empty>}
          </div>
        )}
        {tab === 'tools' && (
          <div className="mt-3 overflow-hidden rounded-xl border border-line bg-panel">
            {tools.length === 0 && <p className="p-6 text-center text-sm text-muted">No tool was called in what is shown.</p>}
            {tools.map(tool => (
              <div key={tool.name} className="flex items-center gap-3 border-b border-line px-4 py-2.5 text-sm last:border-0">
                <span className="code min-w-0 flex-1 truncate">{tool.name}</span>
                {tool.failed > 0 && <Badge tone="bad">{tool.failed} failed</Badge>}
                <span className="num text-muted">{tool.calls} ×</span>
                <span className="num w-16 text-right text-muted">{duration(tool.ms / tool.calls)}</span>
              </div>
            ))}
          </div>
        )}
        {tab === 'cost' && (
          <div className="mt-3 overflow-hidden rounded-xl border border-line bg-panel">
            {(cost.data?.models ?? []).map(entry => (
              <div key={entry.model} className="border-b border-line px-4 py-3 text-sm last:border-0">
                <div className="flex"><span className="min-w-0 flex-1 truncate font-medium">{entry.model}</span><span className="num">{usd(entry.sum.cost_usd)}</span></div>
                <p className="num mt-0.5 text-xs text-muted">{short(entry.sum.input_tokens)} in ({short(entry.sum.cached_tokens)} cached) · {short(entry.sum.output_tokens)} out · {count(entry.sum.calls)} calls</p>
              </div>
            ))}
            {cost.data?.models.length === 0 && <p className="p-6 text-center text-sm text-muted">No model was asked yet.</p>}
          </div>
        )}
      </div>
    </aside>
  )
}

function toolsOf(feed: Feed) {
  const found = new Map<string, { name: string; calls: number; failed: number; ms: number }>()
  for (const row of rowsOf(feed.items)) {
    if (row.kind !== 'tool') continue
    const tool = found.get(row.call.tool) ?? { name: row.call.tool, calls: 0, failed: 0, ms: 0 }
    tool.calls++
    tool.ms += row.result?.duration_ms ?? 0
    if (row.result && row.result.status !== 'completed') tool.failed++
    found.set(row.call.tool, tool)
  }
  return [...found.values()].sort((a, b) => b.calls - a.calls)
}
