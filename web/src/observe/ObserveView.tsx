import { lazy, Suspense, useState } from 'react'
import { Activity, ArrowUpRight, ShieldCheck } from 'lucide-react'
import type { ApprovalHistory, CostSummary, SessionCosts, TraceList } from '@/api/types'
import { useGet } from '@/app/data'
import { ago, clock, duration, exact, short, usd } from '@/app/format'
import { follow, go, pathOf, usePlace } from '@/app/router'
import { showBidi } from '@/chat/inert'
import { TraceView } from '@/chat/TracePanel'
import { Badge, type Tone } from '@/ui/Badge'
import { Button } from '@/ui/Button'
import { cx } from '@/ui/cx'
import { Card, Empty, Failure, Page, Skeleton, Stat, Tabs } from '@/ui/Page'

const Latency = lazy(async () => ({ default: (await import('./Latency')).Latency }))
const Costs = lazy(async () => ({ default: (await import('./Costs')).Costs }))
const TONES: Record<string, Tone> = { ok: 'ok', completed: 'ok', error: 'bad', failed: 'bad', running: 'accent', open: 'accent', unset: 'accent' }

type Tab = 'traces' | 'latency' | 'costs'

/** What happened, when, at what price: every turn with its spans, and the money. */
export function ObserveView() {
  const place = usePlace()
  const tab: Tab = place.id === 'costs' || place.id === 'latency' ? place.id : 'traces'
  return (
    <Page
      title="Observability"
      about="Measured on this machine, kept on this machine"
      actions={<Tabs label="Observability" value={tab} onChange={to => go(pathOf('observability', to === 'traces' ? null : to))} tabs={[{ id: 'traces', label: 'Turns' }, { id: 'latency', label: 'Latency' }, { id: 'costs', label: 'Costs & budgets' }]} />}
    >
      {tab === 'latency' ? <Suspense fallback={<Skeleton />}><Latency /></Suspense> : tab === 'costs' ? <Suspense fallback={<Skeleton />}><Costs /></Suspense> : <Traces chosen={place.id} />}
    </Page>
  )
}

function Traces({ chosen }: { chosen?: string }) {
  const [days, setDays] = useState(7)
  const [onlyErrors, setOnlyErrors] = useState(false)
  const [since] = useState(() => Date.now())
  const traces = useGet<TraceList>('/api/v1/traces', { limit: 200, since: new Date(since - days * 86_400_000).toISOString() })
  const costs = useGet<CostSummary>('/api/v1/cost/summary')
  const costsOf = useGet<SessionCosts>('/api/v1/cost/sessions', { limit: 200 })
  const titles = new Map((costsOf.data?.sessions ?? []).map(entry => [entry.session_id, entry.title]))
  const all = traces.data?.traces ?? []
  const shown = onlyErrors ? all.filter(trace => trace.error || trace.status === 'error') : all
  const current = all.find(trace => trace.trace_id === chosen || trace.turn_id === chosen) ?? shown[0]
  const ended = all.filter(trace => trace.duration_ms !== null && trace.duration_ms !== undefined)
  const failed = all.filter(trace => trace.error || trace.status === 'error').length
  const sorted = ended.map(trace => trace.duration_ms!).sort((a, b) => a - b)
  const longest = sorted[sorted.length - 1] ?? 1
  if (traces.error) return <Failure error={traces.error} onRetry={() => void traces.refetch()} />
  return (
    <div className="flex flex-col gap-4">
      <div className="grid grid-cols-2 gap-3 lg:grid-cols-4">
        <Stat label={`Turns, ${days} days`} value={short(all.length)} note={`${all.length - ended.length} running`} />
        <Stat label="Failed" value={failed} note={failed > 0 ? `${((100 * failed) / Math.max(1, all.length)).toFixed(1)} % of them` : 'none'} tone={failed > 0 ? 'bad' : 'ok'} />
        <Stat label="Median turn" value={duration(sorted[Math.floor(sorted.length / 2)])} note={`longest ${duration(sorted[sorted.length - 1])}`} />
        <Stat label="Spent today" value={usd((costs.data?.today.cost_usd ?? 0) + (costs.data?.today.estimated_usd ?? 0))} note={`${usd(costs.data?.month.cost_usd)} this month`} />
      </div>
      <div className="grid grid-cols-[minmax(0,1fr)] items-start gap-4 xl:grid-cols-[minmax(0,1fr)_minmax(0,1.35fr)]">
        <Card
          pad={false}
          title="Turns"
          actions={
            <>
              <label className="flex items-center gap-1.5 text-xs text-muted"><input type="checkbox" checked={onlyErrors} onChange={event => setOnlyErrors(event.target.checked)} className="accent-(--accent)" /> only failed</label>
              <select aria-label="Since" className="field w-auto py-1! text-xs" value={days} onChange={event => setDays(Number(event.target.value))}>
                {[1, 7, 30].map(n => <option key={n} value={n}>{n === 1 ? 'last day' : `last ${n} days`}</option>)}
              </select>
            </>
          }
        >
          {!traces.data ? <div className="p-4"><Skeleton /></div> : shown.length === 0 ? (
            <Empty icon={<Activity size={22} />} title={onlyErrors ? 'Nothing failed' : 'No turn yet'} action={<Button onClick={() => go(pathOf('chat'))}>Begin a session</Button>}>Every turn leaves a trace: each model call and each tool call with its time, its tokens and its errors.</Empty>
          ) : (
            <ul className="max-h-[62vh] overflow-y-auto border-t border-line" tabIndex={0} aria-label="Turns">
              {shown.map(trace => (
                <li key={trace.trace_id} className="border-b border-line last:border-0">
                  <a
                    href={pathOf('observability', trace.trace_id)}
                    onClick={follow}
                    aria-current={current?.trace_id === trace.trace_id ? 'true' : undefined}
                    className={cx('block px-4 py-2 hover:bg-hover', current?.trace_id === trace.trace_id && 'bg-raised')}
                  >
                    <span className="flex items-center gap-2 text-sm">
                      <span className={cx('size-2 shrink-0 rounded-full', trace.error || trace.status === 'error' ? 'bg-bad' : trace.duration_ms === null || trace.duration_ms === undefined ? 'pulse bg-accent' : 'bg-ok')} />
                      <span className="min-w-0 flex-1 truncate">{titles.get(trace.session_id) ?? trace.model?.split('/').pop() ?? 'no model'}</span>
                      <span className="num text-xs text-muted">{usd(trace.cost_usd)}</span>
                      <time className="num w-20 text-right text-xs text-muted" title={exact(trace.started_at)}>{ago(trace.started_at)}</time>
                    </span>
                    <span className="mt-1 flex items-center gap-2">
                      <span className="h-1 flex-1 overflow-hidden rounded-full bg-raised"><span className={cx('block h-full rounded-full', trace.error ? 'bg-bad' : 'bg-accent')} style={{ width: `${Math.max(1.5, (100 * (trace.duration_ms ?? 0)) / longest)}%` }} /></span>
                      <span className="num w-44 shrink-0 truncate text-right text-2xs text-muted">{trace.model?.split('/').pop()} · {duration(trace.duration_ms)}</span>
                    </span>
                  </a>
                </li>
              ))}
            </ul>
          )}
        </Card>
        {current && (
          <Card
            title={<span className="flex flex-wrap items-center gap-2">Timeline <Badge tone={TONES[current.status] ?? 'plain'}>{current.status}</Badge></span>}
            about={<>{titles.get(current.session_id) ? `${titles.get(current.session_id)} · ` : ''}{exact(current.started_at)} · {current.surface ?? 'engine'} · {short((current.input_tokens ?? 0) + (current.output_tokens ?? 0))} tokens · {usd(current.cost_usd)}</>}
            actions={<a href={pathOf('chat', current.session_id)} onClick={follow} className="flex items-center gap-1 text-xs font-medium text-accent hover:underline">Session <ArrowUpRight size={13} aria-hidden /></a>}
          >
            {current.error && <p className="mb-3 rounded-lg bg-bad-soft px-3 py-2 text-sm wrap-anywhere">{current.error}</p>}
            <TraceView key={current.trace_id} id={current.trace_id} isLive={current.duration_ms === null || current.duration_ms === undefined} />
            <Answers session={current.session_id} turn={current.turn_id} />
            <p className="code mt-4 text-2xs text-faint">trace {current.trace_id} · began {clock(current.started_at)}</p>
          </Card>
        )}
      </div>
    </div>
  )
}

/** Who allowed what in this turn. */
function Answers({ session, turn }: { session: string; turn: string }) {
  const history = useGet<ApprovalHistory>('/api/v1/approvals', { session_id: session, limit: 200 })
  const mine = (history.data?.approvals ?? []).filter(entry => entry.approval.turn_id === turn)
  if (mine.length === 0) return <p className="mt-4 text-xs text-muted">No question was asked in this turn.</p>
  return (
    <ul aria-label="Approvals of this turn" className="mt-4 overflow-hidden rounded-lg border border-line">
      {mine.map(entry => (
        <li key={entry.approval.id} className="flex items-center gap-3 border-b border-line px-3 py-2 text-sm last:border-0">
          <ShieldCheck size={15} className="shrink-0 text-muted" aria-hidden />
          <a href={pathOf('approvals', entry.approval.id)} onClick={follow} className="min-w-0 flex-1 truncate hover:underline">{showBidi(entry.approval.summary)}</a>
          <span className="truncate text-xs text-muted">{entry.answer?.answered_by ?? 'nobody yet'}</span>
          <Badge tone={entry.state === 'approved' ? 'ok' : entry.state === 'pending' ? 'accent' : 'bad'}>{entry.state}</Badge>
        </li>
      ))}
    </ul>
  )
}
