import { useState } from 'react'
import { CircleHelp, ClipboardList } from 'lucide-react'
import { Markdown } from '@/chat/Markdown'
import { showBidi } from '@/chat/inert'
import { Button } from '@/ui/Button'
import type { Plan } from './plan'

interface Props {
  plan: Plan
  isBusy: boolean
  onApprove: () => void
  /** With fewer actions it is another plan: it is shown again before it counts. */
  onNarrow: (actions: string[]) => void
  onRevise: (reason: string) => void
}

/** A plan: what it says, exactly what approving it allows, and the three answers there are. */
export function PlanBody({ plan, isBusy, onApprove, onNarrow, onRevise }: Props) {
  const [without, setWithout] = useState<ReadonlySet<string>>(new Set())
  const [reason, setReason] = useState<string | null>(null)
  const left = plan.granted.filter(action => !without.has(action))
  const isNarrowed = without.size > 0
  return (
    <>
      <div className="mx-4 mt-3 max-h-96 overflow-y-auto rounded-lg border border-line bg-bg px-4 py-3" tabIndex={0} role="region" aria-label="The plan"><Markdown text={plan.text} /></div>
      <div className="mx-4 mt-3 text-sm">
        <p className="flex items-center gap-2 font-medium"><ClipboardList size={15} className="text-accent" aria-hidden />{plan.granted.length > 0 ? 'Approving allows exactly this, unasked, in this session' : 'Approving allows nothing unasked'}</p>
        {plan.granted.length > 0 && (
          <ul className="mt-1.5 flex flex-col gap-0.5">
            {plan.granted.map(action => (
              <li key={action}>
                <label className="flex items-center gap-2.5 rounded-md px-1 py-0.5 hover:bg-hover">
                  <input type="checkbox" className="size-4 accent-(--accent)" checked={!without.has(action)} onChange={() => setWithout(before => { const next = new Set(before); if (!next.delete(action)) next.add(action); return next })} />
                  <span className="code wrap-anywhere">{showBidi(action)}</span>
                </label>
              </li>
            ))}
          </ul>
        )}
        {plan.asked.length > 0 && (
          <>
            <p className="mt-2.5 flex items-center gap-2 text-muted"><CircleHelp size={15} aria-hidden />Still asked when it comes to it</p>
            <ul className="mt-1 flex flex-col gap-0.5 pl-7 text-xs text-muted">{plan.asked.map(one => <li key={one.action}><span className="code text-xs text-ink wrap-anywhere">{showBidi(one.action)}</span> – {one.why}</li>)}</ul>
          </>
        )}
      </div>
      {reason === null ? (
        <div className="flex flex-wrap items-center gap-2 px-4 py-3.5">
          {isNarrowed
            ? <Button look="primary" busy={isBusy} onClick={() => onNarrow([...left, ...plan.asked.map(one => one.action)])}>Show it again with {left.length} of {plan.granted.length}</Button>
            : <Button look="primary" busy={isBusy} onClick={onApprove}>Approve the plan</Button>}
          <Button disabled={isBusy} onClick={() => setReason('')}>Have it revised</Button>
          <span className="flex-1" />
          <span className="text-xs text-faint">Plan mode goes on until a plan is approved.</span>
        </div>
      ) : (
        <form className="flex gap-2 px-4 py-3.5" onSubmit={event => { event.preventDefault(); onRevise(reason) }}>
          <input autoFocus aria-label="What should be different" className="field" placeholder="What should be different? The model reads it." value={reason} onChange={event => setReason(event.target.value)} />
          <Button type="submit" look="primary" busy={isBusy}>Send it back</Button>
          <Button look="ghost" onClick={() => setReason(null)}>Back</Button>
        </form>
      )}
    </>
  )
}
