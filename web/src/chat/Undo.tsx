import { useEffect, useState } from 'react'
import { useQuery } from '@tanstack/react-query'
import { ArrowLeft, FileMinus, FilePen, FilePlus, History, Redo2, TriangleAlert, Undo2 } from 'lucide-react'
import { api } from '@/api/client'
import type { CheckpointsBody, RewindInput, UndoInput, UndoneBody } from '@/api/types'
import { refresh, useAct, useGet } from '@/app/data'
import { ago, bytes, exact, plural } from '@/app/format'
import { Badge } from '@/ui/Badge'
import { Button } from '@/ui/Button'
import { cx } from '@/ui/cx'
import { Dialog } from '@/ui/Dialog'
import { Empty, Failure, Skeleton } from '@/ui/Page'
import { toast, toastError } from '@/ui/toasts'
import { showBidi } from './inert'

type What = 'both' | 'files' | 'conversation'
type ShownTurn = CheckpointsBody['turns'][number]

/** What is about to be done: taking back one turn, going back to one, or bringing back what was taken back. */
export type Step = { kind: 'undo'; turn?: number } | { kind: 'redo' } | { kind: 'rewind'; to: number }

const CHANGE = { made: FilePlus, removed: FileMinus, changed: FilePen, mode: FilePen }
const SAYS: Record<string, string> = { remove: 'is removed', 'bring back': 'comes back', restore: 'is put back', mode: 'gets its permissions back' }

/** The turns of a session with what each has changed; every one of them can be taken back or returned to, after a look at what that means. */
export function Undo({ session, turn, onClose }: { session: string; turn?: string | null; onClose: () => void }) {
  const path = `/api/v1/sessions/${session}`
  const checkpoints = useGet<CheckpointsBody>(`${path}/checkpoints`, undefined, { stale: 0 })
  const [step, setStep] = useState<Step | null>(null)
  const [isNamed, setNamed] = useState(Boolean(turn))
  const turns = checkpoints.data?.turns
  useEffect(() => {
    const found = isNamed && turns?.find(one => one.turn_id === turn)
    if (!found) return
    setNamed(false)
    setStep({ kind: 'rewind', to: found.number - 1 })
  }, [turns])
  const last = turns?.findLast(one => !one.undone && !one.hidden && one.files.length > 0)
  return (
    <Dialog open wide onClose={onClose} title={step ? titleOf(step, turns) : 'Undo and rewind'} about={step ? 'Nothing is done yet: this is what would be.' : 'Every turn can be taken back, whatever changed the files. What is overwritten is kept, so that it can be brought back.'}>
      {checkpoints.error ? <Failure error={checkpoints.error} onRetry={() => void checkpoints.refetch()} />
        : !turns ? <Skeleton lines={4} />
        : step ? <Preview key={JSON.stringify(step)} path={path} step={step} onBack={() => setStep(null)} onDone={onClose} />
        : turns.length === 0 ? <Empty icon={<History size={20} />} title="No turn yet">What the agent changes in your folder is remembered before it is changed. Here you take it back.</Empty>
        : (
          <>
            <div className="mb-3 flex flex-wrap gap-2">
              <Button look="primary" icon={<Undo2 size={15} />} disabled={!last} onClick={() => setStep({ kind: 'undo' })}>{last ? `Undo turn ${last.number}` : 'Nothing to undo'}</Button>
              <Button icon={<Redo2 size={15} />} disabled={!checkpoints.data!.can_redo} onClick={() => setStep({ kind: 'redo' })}>Redo</Button>
              {turns.length > 0 && <Button look="ghost" icon={<History size={15} />} onClick={() => setStep({ kind: 'rewind', to: 0 })}>Back to the beginning</Button>}
            </div>
            <ol className="flex flex-col gap-2" reversed>
              {[...turns].reverse().map(one => <TurnLine key={one.turn_id} turn={one} isLast={one.number === turns.length} onStep={setStep} />)}
            </ol>
          </>
        )}
    </Dialog>
  )
}

function titleOf(step: Step, turns?: readonly ShownTurn[]) {
  if (step.kind === 'redo') return 'Bring back what was taken back?'
  if (step.kind === 'undo') return `Undo turn ${step.turn ?? turns?.findLast(one => !one.undone && !one.hidden && one.files.length > 0)?.number ?? ''}?`
  return step.to === 0 ? 'Back to the beginning?' : `Back to how it was after turn ${step.to}?`
}

function TurnLine({ turn, isLast, onStep }: { turn: ShownTurn; isLast: boolean; onStep: (step: Step) => void }) {
  return (
    <li className={cx('rounded-xl border border-line bg-panel px-4 py-3', (turn.hidden || turn.undone) && 'border-dashed')}>
      <div className="flex flex-wrap items-center gap-x-2.5 gap-y-1.5">
        <span className="num grid size-6 shrink-0 place-items-center rounded-full bg-raised text-xs font-semibold text-muted">{turn.number}</span>
        <span className="min-w-40 flex-1 truncate text-sm font-medium">{showBidi(turn.text) || 'Without a message'}</span>
        {turn.undone && <Badge tone="warn">undone</Badge>}
        {turn.hidden && <Badge tone="warn">rewound</Badge>}
        <time className="text-xs text-faint" title={exact(turn.started_at)}>{ago(turn.started_at)}</time>
      </div>
      {turn.files.length > 0 && (
        <ul className="mt-2 flex flex-wrap gap-1.5 pl-8">
          {turn.files.slice(0, 8).map(file => {
            const Icon = CHANGE[file.change as keyof typeof CHANGE] ?? FilePen
            return <li key={file.path} title={file.change} className="flex items-center gap-1.5 rounded-md bg-raised px-2 py-0.5 text-xs text-muted"><Icon size={12} aria-label={file.change} className={file.change === 'made' ? 'text-ok' : file.change === 'removed' ? 'text-bad' : 'text-warn'} /><span className="code text-xs wrap-anywhere">{showBidi(file.path)}</span></li>
          })}
          {turn.files.length > 8 && <li className="px-1 text-xs text-muted">and {turn.files.length - 8} more</li>}
        </ul>
      )}
      {turn.notes.map(note => <p key={note} className="mt-1.5 pl-8 text-xs text-warn">{showBidi(note)}</p>)}
      <div className="mt-2 flex flex-wrap gap-1.5 pl-7">
        {turn.files.length > 0 && !turn.undone && <Button size="sm" icon={<Undo2 size={13} />} onClick={() => onStep({ kind: 'undo', turn: turn.number })}>Undo this turn</Button>}
        {!isLast && <Button size="sm" look="ghost" icon={<History size={13} />} onClick={() => onStep({ kind: 'rewind', to: turn.number })}>Back to here</Button>}
        {turn.files.length === 0 && <span className="self-center text-xs text-faint">changed no file</span>}
      </div>
    </li>
  )
}

const WHATS: [What, string, string][] = [['both', 'Files and conversation', 'as if the later turns had not been'], ['files', 'Only the files', 'the model still knows what was said'], ['conversation', 'Only the conversation', 'the files stay as they are']]

function Preview({ path, step, onBack, onDone }: { path: string; step: Step; onBack: () => void; onDone: () => void }) {
  const [what, setWhat] = useState<What>('both')
  const [overwrite, setOverwrite] = useState<ReadonlySet<string>>(new Set())
  const body = (preview: boolean): UndoInput | RewindInput => ({
    ...(step.kind === 'rewind' ? { to: step.to, what } : step.kind === 'undo' && step.turn ? { turn: step.turn } : {}),
    ...(!preview && overwrite.size > 0 ? { force: true, paths: [...overwrite] } : {}),
  })
  const look = useQuery({ queryKey: ['preview', path, step, what], queryFn: () => api.post<UndoneBody>(`${path}/${step.kind}?preview=true`, body(true)), retry: false, staleTime: 0, gcTime: 0 })
  const run = useAct(() => api.post<UndoneBody>(`${path}/${step.kind}`, body(false)), { silent: true })
  const done = async (result: UndoneBody) => {
    onDone()
    const left = result.left.length > 0 ? `${plural(result.left.length, 'path')} left as ${result.left.length === 1 ? 'it is' : 'they are'}` : undefined
    toast(left ? 'info' : 'ok', step.kind === 'redo' ? 'Brought back' : step.kind === 'undo' ? 'Undone' : 'Rewound', {
      detail: [result.changed.length > 0 ? `${plural(result.changed.length, 'file')} put back` : null, left].filter(Boolean).join(' · ') || undefined,
      ...(step.kind === 'redo' ? {} : { action: { label: 'Redo', run: () => void api.post(`${path}/redo`, {}).then(() => toast('ok', 'Brought back')).catch(toastError) } }),
    })
    await refresh(path)
  }
  const conflicts = look.data?.left.filter(one => one.is_conflict) ?? []
  const others = look.data?.left.filter(one => !one.is_conflict) ?? []
  const isNothing = look.data && look.data.changed.length === 0 && overwrite.size === 0 && !look.data.conversation
  return (
    <div>
      {step.kind === 'rewind' && (
        <div role="radiogroup" aria-label="What goes back" className="mb-4 grid gap-2 sm:grid-cols-3">
          {WHATS.map(([id, name, says]) => (
            <button key={id} role="radio" aria-checked={what === id} onClick={() => setWhat(id)} className={cx('rounded-xl border px-3.5 py-2.5 text-left text-sm', what === id ? 'border-accent bg-accent-soft' : 'border-line hover:bg-hover')}><span className="block font-medium">{name}</span><span className="block text-xs text-muted">{says}</span></button>
          ))}
        </div>
      )}
      {look.isPending ? <Skeleton lines={3} /> : look.error ? <Failure error={look.error} onRetry={() => void look.refetch()} /> : (
        <div className="flex flex-col gap-3">
          {look.data!.conversation && <p className="text-sm">{step.kind === 'redo' ? 'What was rewound comes back into the conversation.' : `${plural(look.data!.turns.length, 'turn')} ${look.data!.turns.length === 1 ? 'leaves' : 'leave'} the conversation: kept, and no longer read by the model.`}</p>}
          {look.data!.changed.length > 0 && (
            <ul aria-label="What is put back" className="max-h-64 divide-y divide-line overflow-y-auto rounded-xl border border-line">
              {look.data!.changed.map(file => (
                <li key={file.path} className="flex flex-wrap items-center gap-x-3 px-3.5 py-2 text-sm">
                  <span className="code min-w-0 flex-1 wrap-anywhere">{showBidi(file.path)}</span>
                  <span className={cx('text-xs', file.action === 'remove' ? 'text-bad' : 'text-muted')}>{SAYS[file.action] ?? file.action}{file.bytes ? ` · ${bytes(file.bytes)}` : ''}</span>
                  {file.note && <span className="w-full text-xs text-warn">{showBidi(file.note)}</span>}
                </li>
              ))}
            </ul>
          )}
          {conflicts.length > 0 && (
            <fieldset className="rounded-xl border border-line bg-warn-soft px-4 py-3">
              <legend className="sr-only">Changed since</legend>
              <p className="flex items-center gap-2 text-sm font-medium"><TriangleAlert size={15} className="text-warn" aria-hidden /> {plural(conflicts.length, 'file')} changed since, by you or another program</p>
              <p className="mt-0.5 mb-2 text-xs text-muted">Left alone unless you choose it. What is overwritten is kept: Redo brings it back.</p>
              {conflicts.map(one => (
                <label key={one.path} className="flex items-start gap-2.5 py-1 text-sm">
                  <input type="checkbox" className="mt-0.5 size-4 accent-(--accent)" checked={overwrite.has(one.path)} onChange={() => setOverwrite(before => { const next = new Set(before); if (!next.delete(one.path)) next.add(one.path); return next })} />
                  <span><span className="code wrap-anywhere">{showBidi(one.path)}</span> <span className="text-xs text-muted">{showBidi(one.why)}</span></span>
                </label>
              ))}
            </fieldset>
          )}
          {others.length > 0 && <ul className="text-xs text-muted">{others.map(one => <li key={one.path}><span className="code text-xs text-ink">{showBidi(one.path)}</span> is left as it is: {showBidi(one.why)}</li>)}</ul>}
          {look.data!.notes.map(note => <p key={note} className="text-xs text-warn">{showBidi(note)}</p>)}
          {isNothing && <p className="text-sm text-muted">Nothing would change.</p>}
        </div>
      )}
      {run.error ? <div className="mt-3"><Failure error={run.error} /></div> : null}
      <div className="mt-4 flex flex-wrap justify-between gap-2">
        <Button look="ghost" icon={<ArrowLeft size={15} />} onClick={onBack}>All turns</Button>
        <Button look="primary" busy={run.isPending} disabled={!look.data || Boolean(isNothing)} onClick={() => run.mutate(undefined, { onSuccess: done })}>
          {step.kind === 'redo' ? 'Bring it back' : step.kind === 'undo' ? 'Undo it' : 'Go back'}{overwrite.size > 0 ? `, and overwrite ${overwrite.size}` : ''}
        </Button>
      </div>
    </div>
  )
}
