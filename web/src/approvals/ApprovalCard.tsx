import { useEffect, useState } from 'react'
import { Check, ChevronDown, FolderLock, MessageCircleQuestion, ShieldAlert, X } from 'lucide-react'
import { api, ApiError } from '@/api/client'
import type { Approval } from '@/api/types'
import { refresh, useAct } from '@/app/data'
import { ago, base } from '@/app/format'
import { Diff } from '@/chat/Diff'
import { showBidi } from '@/chat/inert'
import { Badge, Keys } from '@/ui/Badge'
import { Button } from '@/ui/Button'
import { cx } from '@/ui/cx'
import { Menu, MenuItem } from '@/ui/Menu'
import { toast, toastError } from '@/ui/toasts'
import { planOf } from './plan'
import { PlanBody } from './PlanBody'

interface Answer {
  decision: 'approve' | 'deny'
  scope?: 'once' | 'session' | 'forever'
  takes_folder_grant?: boolean
  grant?: 'proposed'
  text?: string
  reason?: string
  edited_args?: unknown
}

const RISK = { low: 'border-l-ok', medium: 'border-l-warn', high: 'border-l-bad' }

/** A question with exactly the answers the gateway takes for it. The first answer counts, from whatever surface. */
export function ApprovalCard({ approval, onAnswered, isFocused, link }: { approval: Approval; onAnswered?: () => void; isFocused?: boolean; link?: React.ReactNode }) {
  const [reason, setReason] = useState<string | null>(null)
  const [text, setText] = useState('')
  const [edited, setEdited] = useState<string | null>(null)
  const answer = useAct(
    async (given: Answer) => api.post('/api/v1/approvals/decision', { request_id: approval.id, ...given }),
    { changes: ['/api/v1/approvals', '/api/v1/policies/grants'], silent: true },
  )

  const say = (given: Answer) =>
    answer.mutate(given, {
      onSuccess: () => {
        toast('ok', given.edited_args && plan ? 'Shown again with less' : given.decision === 'approve' ? 'Approved' : 'Denied', { detail: approval.summary })
        onAnswered?.()
      },
      onError: error => {
        if (error instanceof ApiError && error.code === 'ALREADY_ANSWERED') {
          toast('info', 'Somebody else was quicker', { detail: error.message })
          onAnswered?.()
          void refresh('/api/v1/approvals')
        } else toastError(error)
      },
    })

  const isQuestion = approval.kind === 'question'
  const plan = planOf(approval)
  useEffect(() => {
    if (!isFocused || isQuestion) return
    const onKey = (event: KeyboardEvent) => {
      if (event.target instanceof HTMLElement && event.target.closest('input,textarea,select,[contenteditable],[role=dialog]')) return
      if (event.ctrlKey || event.metaKey || event.altKey) return
      if (event.key === 'a') say({ decision: 'approve', scope: 'once' })
      else if (event.key === 'd') say({ decision: 'deny' })
      else return
      event.preventDefault()
    }
    window.addEventListener('keydown', onKey)
    return () => window.removeEventListener('keydown', onKey)
  })

  const preview = approval.preview ?? (approval.args ? JSON.stringify(approval.args, null, 2) : null)
  return (
    <section aria-label={`Approval: ${approval.summary}`} data-approval={approval.id} className={cx('in overflow-hidden rounded-xl border border-l-4 border-line bg-panel shadow-pop', isQuestion ? 'border-l-accent' : RISK[approval.risk_level])}>
      <div className="flex flex-wrap items-start gap-x-3 gap-y-2 px-4 pt-3.5">
        {isQuestion ? <MessageCircleQuestion size={18} className="mt-0.5 shrink-0 text-accent" aria-hidden /> : <ShieldAlert size={18} className={cx('mt-0.5 shrink-0', approval.risk_level === 'high' ? 'text-bad' : approval.risk_level === 'low' ? 'text-ok' : 'text-warn')} aria-hidden />}
        <div className="min-w-48 flex-1">
          <p className="font-medium wrap-anywhere">{showBidi(approval.summary)}</p>
          <p className="mt-0.5 text-sm text-muted wrap-anywhere">{showBidi(approval.reason)}</p>
        </div>
        <div className="flex shrink-0 flex-wrap items-center justify-end gap-1.5">
          {!isQuestion && !plan && <Badge tone={approval.risk_level === 'high' ? 'bad' : approval.risk_level === 'low' ? 'ok' : 'warn'}>{approval.risk_level} risk</Badge>}
          {approval.agent && <Badge tone="violet">asked by {approval.agent}</Badge>}
          {plan ? <Badge tone="accent">plan</Badge> : approval.tool && <Badge>{approval.tool}</Badge>}
        </div>
      </div>
      {preview && !isQuestion && !plan && (
        <div className="mx-4 mt-3 max-h-72 overflow-auto rounded-lg border border-line bg-bg">
          {approval.preview_kind === 'diff' ? <Diff text={preview} /> : (
            <pre tabIndex={0} role="region" aria-label="What would be done" className="code px-3.5 py-2.5 whitespace-pre-wrap wrap-anywhere">{approval.preview_kind === 'command' && <span className="text-faint select-none">$ </span>}{showBidi(preview.slice(0, 20_000))}</pre>
          )}
        </div>
      )}
      {approval.touches.length > 0 && (
        <ul className="mt-2.5 flex flex-wrap gap-1.5 px-4">
          {approval.touches.slice(0, 8).map(touch => <li key={touch} className="code rounded-md bg-raised px-2 py-0.5 text-xs text-muted wrap-anywhere">{showBidi(touch)}</li>)}
        </ul>
      )}
      {approval.review && (
        <p className="mx-4 mt-3 rounded-lg bg-violet-soft px-3 py-2 text-xs text-ink"><b className="font-semibold">{approval.review.model} thinks: {approval.review.opinion}.</b> {showBidi(approval.review.text)} <span className="text-muted">A model wrote this; it decides nothing.</span></p>
      )}
      {approval.proposal && (
        <div className="mx-4 mt-3 rounded-lg border border-line bg-raised px-3 py-2.5 text-sm">
          <p>You approved {approval.proposal.approvals} calls like this. For {approval.proposal.days} days in <b className="font-medium">{base(approval.proposal.workspace)}</b> this rule could answer: <span className="code text-accent">{approval.proposal.rule}</span></p>
          {approval.proposal.would_cover.length > 0 && <p className="mt-1 text-xs text-muted">Would cover: {approval.proposal.would_cover.join(' · ')}</p>}
          {approval.proposal.would_not_cover.length > 0 && <p className="mt-0.5 text-xs text-muted">Would still ask: {approval.proposal.would_not_cover.map(one => one.call).join(' · ')}</p>}
        </div>
      )}
      {reason !== null && (
        <form className="flex gap-2 px-4 pt-3" onSubmit={event => { event.preventDefault(); say({ decision: 'deny', reason }) }}>
          <input autoFocus aria-label="Why it is denied, for the model to read" className="field" placeholder="Why? The model reads it." value={reason} onChange={event => setReason(event.target.value)} />
          <Button type="submit" look="danger" busy={answer.isPending}>Deny</Button>
          <Button look="ghost" onClick={() => setReason(null)}>Back</Button>
        </form>
      )}
      {edited !== null && (
        <form
          className="px-4 pt-3"
          onSubmit={event => {
            event.preventDefault()
            try {
              say({ decision: 'approve', scope: 'once', edited_args: JSON.parse(edited) })
            } catch (e) {
              toast('bad', 'These arguments are no JSON', { detail: String(e) })
            }
          }}
        >
          <textarea autoFocus aria-label="Arguments, changed" className="field code min-h-32" value={edited} onChange={event => setEdited(event.target.value)} />
          <div className="mt-2 flex flex-wrap items-center gap-2">
            <Button type="submit" look="primary" busy={answer.isPending}>Approve as changed</Button>
            <Button look="ghost" onClick={() => setEdited(null)}>Back</Button>
            <span className="text-xs text-muted">What is changed is judged anew.</span>
          </div>
        </form>
      )}
      {plan ? (
        <PlanBody
          plan={plan}
          isBusy={answer.isPending}
          onApprove={() => say({ decision: 'approve', scope: 'once' })}
          onNarrow={actions => say({ decision: 'approve', scope: 'once', edited_args: { plan: (approval.args as { plan?: string } | null)?.plan ?? plan.text, actions } })}
          onRevise={why => say({ decision: 'deny', reason: why })}
        />
      ) : isQuestion ? (
        <div className="flex flex-col gap-2 px-4 py-3.5">
          {approval.choices.map(choice => <Button key={choice} className="justify-start" busy={answer.isPending} onClick={() => say({ decision: 'approve', text: choice })}>{choice}</Button>)}
          <form className="flex gap-2" onSubmit={event => { event.preventDefault(); if (text.trim()) say({ decision: 'approve', text: text.trim() }) }}>
            <input aria-label="Your answer" className="field" placeholder={approval.choices.length > 0 ? 'Or in your own words' : 'Your answer'} value={text} onChange={event => setText(event.target.value)} />
            <Button type="submit" look="primary" disabled={!text.trim()} busy={answer.isPending}>Answer</Button>
            <Button look="ghost" onClick={() => say({ decision: 'deny' })}>Skip</Button>
          </form>
        </div>
      ) : reason === null && edited === null && (
        <div className="flex flex-wrap items-center gap-2 px-4 py-3.5">
          <Button look="primary" icon={<Check size={15} aria-hidden />} busy={answer.isPending} onClick={() => say({ decision: 'approve', scope: 'once' })}>Approve once</Button>
          {approval.folder_grant && <Button icon={<FolderLock size={15} aria-hidden />} disabled={answer.isPending} onClick={() => say({ decision: 'approve', scope: 'forever', takes_folder_grant: true })}>Trust work in this folder</Button>}
          {approval.proposal && <Button disabled={answer.isPending} onClick={() => say({ decision: 'approve', scope: 'forever', grant: 'proposed' })}>Approve, for {approval.proposal.days} days</Button>}
          {approval.pattern && (
            <Menu align="start" trigger={<Button disabled={answer.isPending}>Approve more <ChevronDown size={14} aria-hidden /></Button>}>
              <MenuItem onSelect={() => say({ decision: 'approve', scope: 'session' })}>For this session: <span className="code text-xs text-accent">{approval.pattern}</span></MenuItem>
              <MenuItem onSelect={() => say({ decision: 'approve', scope: 'forever' })}>Always: <span className="code text-xs text-accent">{approval.pattern}</span></MenuItem>
            </Menu>
          )}
          <Button look="danger" icon={<X size={15} aria-hidden />} disabled={answer.isPending} onClick={() => say({ decision: 'deny' })}>Deny</Button>
          <Menu align="start" trigger={<Button look="ghost" disabled={answer.isPending}>More <ChevronDown size={14} aria-hidden /></Button>}>
            <MenuItem onSelect={() => setReason('')}>Deny with a reason</MenuItem>
            {approval.args !== undefined && approval.args !== null && <MenuItem onSelect={() => setEdited(JSON.stringify(approval.args, null, 2))}>Change the arguments</MenuItem>}
          </Menu>
          <span className="flex-1" />
          {link}
          {isFocused && <span className="hidden items-center gap-1.5 text-xs text-faint lg:flex"><Keys>A</Keys> approve <Keys>D</Keys> deny</span>}
          {!isFocused && <span className="text-xs text-faint">{ago(approval.created_at)}</span>}
        </div>
      )}
      {approval.folder_grant && !isQuestion && <p className="border-t border-line bg-bg px-4 py-2 text-xs text-muted"><b className="font-medium text-ink">Trust work in this folder</b>: {approval.folder_grant === 'folder' ? 'from now on its files are edited and commands run in its sandbox, without network, unasked. It can be taken back under Policies.' : showBidi(approval.folder_grant)}</p>}
    </section>
  )
}
