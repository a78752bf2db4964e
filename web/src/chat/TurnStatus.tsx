import { useEffect, useState } from 'react'
import { Square } from 'lucide-react'
import { duration, plural, short, usd } from '@/app/format'
import { cx } from '@/ui/cx'
import type { Feed } from './feed'
import { showBidi } from './inert'

/** From here on a step says how long it takes, shows that it goes on, and can be stopped where it is. */
const LONG_MS = 10_000

/** What a long step is doing, for how long, at what price; how the last turn ended. */
export function TurnStatus({ state, onStop }: { state: Feed; onStop: () => void }) {
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
    const waits = state.approvals.length > 0
    const what = waits ? 'Waits for your answer' : turn.status === 'parked' ? 'Parked: it goes on when you answer' : running ? running.summary || running.name : state.reasoning ? 'Thinking' : state.text ? 'Writing' : 'Working'
    const took = Math.max(0, now - (running?.startedAt ?? (state.stepStartedAt || turn.startedAt)))
    const isLong = took > LONG_MS && !waits && turn.status !== 'parked'
    return (
      <div role="status" className={cx('mt-1 text-xs text-muted', isLong && 'rounded-xl border border-line bg-panel px-3 py-2.5')} data-long={isLong || undefined}>
        <div className="flex items-center gap-2">
          <span className={cx('size-2 shrink-0 rounded-full', waits ? 'bg-warn' : 'pulse bg-accent')} />
          <span className="min-w-0 truncate">{showBidi(what)}</span>
          <span className="num shrink-0 text-faint">step {Math.max(1, state.step)}{isLong ? ` · ${duration(took)} so far` : ''} · {duration(Math.max(0, now - turn.startedAt))}{state.turnCost > 0 ? ` · ${usd(state.turnCost)}` : ''}</span>
          {isLong && <button onClick={onStop} className="ml-auto flex shrink-0 items-center gap-1.5 rounded-lg border border-line-strong px-2 py-1 font-medium text-bad hover:bg-bad-soft"><Square size={10} fill="currentColor" aria-hidden /> Stop this turn</button>}
        </div>
        {isLong && (
          <>
            <div role="progressbar" aria-label="Working" className="mt-2 h-0.5 overflow-hidden rounded bg-raised"><div className="h-full w-1/4 animate-[pryx-slide_1.8s_ease-in-out_infinite] rounded bg-accent" /></div>
            <p className="mt-1.5 text-2xs text-faint">You can leave this page: you are told when it has ended.</p>
          </>
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
  return <p className="num text-2xs text-faint">{ended.steps} {ended.steps === 1 ? 'step' : 'steps'} · {short(ended.usage.input + ended.usage.output)} tokens{ended.cost_usd !== null && ended.cost_usd !== undefined ? ` · ${usd(ended.cost_usd)}` : ''}{ended.agents ? `, with ${plural(ended.agents.count, 'agent')}${ended.agents.cost_usd ? ` ${usd(ended.agents.cost_usd)}` : ''}` : ''}</p>
}
