import { useState } from 'react'
import { ArrowUpRight, ShieldCheck } from 'lucide-react'
import type { ApprovalHistory, ApprovalState, PendingApprovals } from '@/api/types'
import { useGet } from '@/app/data'
import { ago, exact } from '@/app/format'
import { follow, go, pathOf, usePlace } from '@/app/router'
import { toolIcon } from '@/chat/ToolCard'
import { showBidi } from '@/chat/inert'
import { Badge, type Tone } from '@/ui/Badge'
import { Button } from '@/ui/Button'
import { Empty, Failure, Page, Skeleton, Tabs } from '@/ui/Page'
import { ApprovalCard } from './ApprovalCard'

type Tab = 'inbox' | 'history'

/** What waits for a person, from every session; and what became of the rest. */
export function ApprovalsView() {
  const place = usePlace()
  const tab: Tab = place.id && place.id !== 'inbox' ? 'history' : 'inbox'
  const pending = useGet<PendingApprovals>('/api/v1/approvals/pending')
  return (
    <Page
      title="Approvals"
      about="The first answer counts, from whichever surface it comes"
      actions={<Tabs label="Approvals" value={tab} onChange={to => go(pathOf('approvals', to === 'inbox' ? null : to))} tabs={[{ id: 'inbox', label: 'Inbox', count: pending.data?.count }, { id: 'history', label: 'History' }]} />}
    >
      {tab === 'inbox' ? (
        <div className="mx-auto flex max-w-3xl flex-col gap-4">
          {pending.error ? <Failure error={pending.error} onRetry={() => void pending.refetch()} />
            : !pending.data ? <Skeleton lines={2} />
            : pending.data.approvals.length === 0 ? (
              <Empty icon={<ShieldCheck size={22} />} title="Nobody waits for you" action={<Button onClick={() => go(pathOf('approvals', 'history'))}>See the history</Button>}>
                When an agent wants to leave what you allowed – a new host, a push, a file outside its folder – its question comes here, to the terminal and to every other surface at once.
              </Empty>
            ) : pending.data.approvals.map((approval, i) => (
              <ApprovalCard
                key={approval.id}
                approval={approval}
                isFocused={i === 0}
                link={<a href={pathOf('chat', approval.session_id)} onClick={follow} className="flex items-center gap-1 text-xs text-accent hover:underline">Session <ArrowUpRight size={13} aria-hidden /></a>}
              />
            ))}
        </div>
      ) : <History chosen={place.id === 'history' ? undefined : place.id} />}
    </Page>
  )
}

const TONES: Record<string, Tone> = { approved: 'ok', denied: 'bad', expired: 'warn', pending: 'accent' }
const STATES = ['', 'approved', 'denied', 'expired', 'withdrawn', 'pending']

function History({ chosen }: { chosen?: string }) {
  const [state, setState] = useState('')
  const history = useGet<ApprovalHistory>('/api/v1/approvals', { state, limit: 200 })
  if (history.error) return <Failure error={history.error} onRetry={() => void history.refetch()} />
  if (!history.data) return <Skeleton />
  return (
    <>
      <select aria-label="State" className="field mb-4 w-auto" value={state} onChange={event => setState(event.target.value)}>
        {STATES.map(one => <option key={one} value={one}>{one || 'All answers'}</option>)}
      </select>
      {history.data.approvals.length === 0 ? <Empty icon={<ShieldCheck size={22} />} title="Nothing here">No question has come to this end.</Empty> : (
        <ul className="overflow-hidden rounded-xl border border-line bg-panel">
          {history.data.approvals.map(entry => <Entry key={entry.approval.id} entry={entry} isChosen={entry.approval.id === chosen} />)}
        </ul>
      )}
    </>
  )
}

function scopeOf(answer: NonNullable<ApprovalState['answer']>) {
  return answer.takes_folder_grant ? 'for the folder' : answer.takes_proposal ? 'by a rule' : answer.duration === 'once' ? 'once' : answer.duration === 'session' ? 'for the session' : 'always'
}

function Entry({ entry, isChosen }: { entry: ApprovalState; isChosen: boolean }) {
  const { approval, answer } = entry
  const Icon = toolIcon(approval.tool)
  return (
    <li className={`border-b border-line last:border-0 ${isChosen ? 'bg-accent-soft' : ''}`}>
      <details open={isChosen}>
        <summary className="flex list-none items-center gap-3 px-4 py-2.5 hover:bg-hover">
          <Icon size={16} aria-hidden className="shrink-0 text-muted" />
          <span className="min-w-0 flex-1"><span className="block truncate text-sm">{showBidi(approval.summary)}</span><span className="block truncate text-xs text-muted">{answer ? `${answer.answered_by} · ${answer.approved ? scopeOf(answer) : (answer.reason ?? 'no reason given')}` : showBidi(approval.reason)}</span></span>
          <Badge tone={TONES[entry.state] ?? 'plain'}>{entry.state}</Badge>
          <time className="hidden w-24 text-right text-xs text-muted sm:block" title={exact(entry.answered_at ?? approval.created_at)}>{ago(entry.answered_at ?? approval.created_at)}</time>
        </summary>
        <div className="border-t border-line bg-bg px-4 py-3 text-sm">
          <dl className="grid grid-cols-[auto_1fr] gap-x-5 gap-y-1 text-xs">
            <dt className="text-muted">Why it was asked</dt><dd className="wrap-anywhere">{showBidi(approval.reason)}</dd>
            {approval.rule && <><dt className="text-muted">Rule</dt><dd className="code wrap-anywhere">{approval.rule}</dd></>}
            {approval.touches.length > 0 && <><dt className="text-muted">Touches</dt><dd className="code wrap-anywhere">{approval.touches.map(showBidi).join(' · ')}</dd></>}
            {answer?.taken_rule && <><dt className="text-muted">Rule that was taken</dt><dd className="code wrap-anywhere">{answer.taken_rule}</dd></>}
            <dt className="text-muted">Asked</dt><dd>{exact(approval.created_at)}</dd>
            {entry.answered_at && <><dt className="text-muted">Answered</dt><dd>{exact(entry.answered_at)}</dd></>}
          </dl>
          {approval.preview && <pre tabIndex={0} className="code mt-2.5 max-h-56 overflow-auto rounded-lg border border-line bg-panel px-3 py-2 whitespace-pre-wrap wrap-anywhere">{showBidi(approval.preview.slice(0, 8000))}</pre>}
          <a href={pathOf('chat', approval.session_id)} onClick={follow} className="mt-2.5 inline-flex items-center gap-1 text-xs font-medium text-accent hover:underline">The session <ArrowUpRight size={13} aria-hidden /></a>
        </div>
      </details>
    </li>
  )
}
