import { ArrowLeft, ArrowRight, Check, CircleDashed, MessageSquare, PartyPopper, RotateCcw } from 'lucide-react'
import { api } from '@/api/client'
import type { SetupBody } from '@/api/types'
import { useAct, useGet } from '@/app/data'
import { go, pathOf, usePlace } from '@/app/router'
import { Button } from '@/ui/Button'
import { cx } from '@/ui/cx'
import { Failure, Skeleton } from '@/ui/Page'
import { AbilitiesStep } from './AbilitiesStep'
import { CloudStep } from './CloudStep'
import { sayLater } from './later'
import { ProviderStep } from './ProviderStep'
import { WorkspaceStep } from './WorkspaceStep'

export type SetupStep = SetupBody['steps'][number]
export interface StepProps { step: SetupStep; onNext: () => void }

const PATH = '/api/v1/setup'
const STEPS: Record<string, (props: StepProps) => React.ReactNode> = { cloud: CloudStep, provider: ProviderStep, workspace: WorkspaceStep, abilities: AbilitiesStep, chat: ChatStep }

/** From nothing to the first answer, a step at a time. What is done is looked at each time, so it can be left and gone on with anywhere. */
export function SetupView() {
  const place = usePlace()
  const setup = useGet<SetupBody>(PATH, undefined, { stale: 0 })
  const again = useAct(() => api.delete(PATH), { changes: [PATH] })
  const steps = setup.data?.steps ?? []
  const at = Math.max(0, steps.findIndex(step => step.id === (place.id ?? setup.data?.next ?? steps[0]?.id)))
  const current = steps[at]
  const open = (step?: SetupStep) => go(pathOf('setup', step?.id))
  const isEnd = place.id === 'done' || (setup.data?.complete && !place.id)
  const Step = current && STEPS[current.id]
  return (
    <div className="h-full overflow-y-auto" tabIndex={-1}>
      <div className="mx-auto flex min-h-full max-w-5xl flex-col gap-6 px-4 py-6 md:px-8 md:py-10">
        <header className="flex flex-wrap items-end gap-3 pl-10 md:pl-0">
          <div className="min-w-0 flex-1"><h1 className="text-xl font-semibold tracking-tight">Set up Pryx</h1><p className="mt-0.5 text-sm text-muted">{setup.data?.ready ? `${setup.data.model} answers. What is left can wait.` : 'One step is needed: a model that answers. Everything else can be skipped, and changed at any time.'}</p></div>
          <Button look="ghost" onClick={() => { sayLater(); go(pathOf('chat')) }}>Later</Button>
        </header>
        {setup.error ? <Failure error={setup.error} onRetry={() => void setup.refetch()} /> : !setup.data ? <Skeleton lines={5} /> : (
          <div className="grid flex-1 grid-cols-[minmax(0,1fr)] items-start gap-6 md:grid-cols-[15rem_minmax(0,1fr)]">
            <ol aria-label="Steps" className="flex gap-1 overflow-x-auto md:flex-col">
              {steps.map((step, i) => (
                <li key={step.id} className="shrink-0">
                  <button onClick={() => open(step)} aria-current={!isEnd && i === at ? 'step' : undefined} className={cx('flex w-full items-center gap-3 rounded-xl border px-3 py-2.5 text-left', !isEnd && i === at ? 'border-line-strong bg-panel' : 'border-transparent hover:bg-hover')}>
                    <span className={cx('grid size-6 shrink-0 place-items-center rounded-full text-2xs font-semibold', step.state === 'done' ? 'bg-ok-soft text-ok' : step.state === 'skipped' ? 'bg-raised text-faint' : 'border border-line-strong text-muted')}>{step.state === 'done' ? <Check size={13} aria-hidden /> : step.state === 'skipped' ? <CircleDashed size={13} aria-hidden /> : i + 1}</span>
                    <span className="min-w-0"><span className="block text-sm font-medium">{step.title}</span><span className="block max-w-48 truncate text-xs text-muted max-md:hidden">{step.state === 'skipped' ? 'skipped' : step.state === 'done' ? step.summary : step.required ? 'needed' : 'optional'}</span></span>
                  </button>
                </li>
              ))}
            </ol>
            <section aria-label={isEnd ? 'Done' : current?.title} className="in rounded-2xl border border-line bg-panel p-5 md:p-7" key={isEnd ? 'done' : current?.id}>
              {isEnd ? <Done setup={setup.data} onAgain={() => again.mutate(undefined, { onSuccess: () => open(steps[0]) })} /> : current && Step && (
                <>
                  <h2 className="text-base font-semibold">{current.title}</h2>
                  <p className="mt-1 mb-5 text-sm text-muted">{current.summary}</p>
                  <Step step={current} onNext={() => { const next = steps[at + 1]; go(pathOf('setup', next?.id ?? 'done')) }} />
                  {at > 0 && <Button look="ghost" size="sm" className="mt-6 -ml-2" icon={<ArrowLeft size={14} />} onClick={() => open(steps[at - 1])}>Back to {steps[at - 1]!.title.toLowerCase()}</Button>}
                </>
              )}
            </section>
          </div>
        )}
      </div>
    </div>
  )
}

/** Not now: the step counts as skipped, and stays in the list. */
export function Skip({ step, onNext, children }: StepProps & { children?: React.ReactNode }) {
  const skip = useAct(() => api.post(`${PATH}/steps/${step.id}`, { action: 'skip' }), { changes: [PATH] })
  return step.state === 'done' ? <Button look="primary" icon={<ArrowRight size={15} />} onClick={onNext}>Go on</Button> : <Button look="ghost" busy={skip.isPending} onClick={() => skip.mutate(undefined, { onSuccess: onNext })}>{children ?? 'Skip'}</Button>
}

function ChatStep({ onNext, step }: StepProps) {
  return (
    <div className="flex flex-wrap gap-2">
      <Button look="primary" icon={<MessageSquare size={15} />} onClick={() => go(pathOf('chat'))}>Say something</Button>
      {step.state === 'done' && <Button onClick={onNext}>Go on</Button>}
    </div>
  )
}

function Done({ setup, onAgain }: { setup: SetupBody; onAgain: () => void }) {
  const open = setup.steps.filter(step => step.state === 'open')
  return (
    <div className="py-6 text-center">
      <div className="mx-auto mb-4 grid size-14 place-items-center rounded-2xl border border-line bg-raised text-accent"><PartyPopper size={24} aria-hidden /></div>
      <h2 className="text-lg font-semibold">{setup.ready ? 'Pryx is set up' : 'One step is missing'}</h2>
      <p className="mx-auto mt-1.5 max-w-md text-sm text-muted">{setup.ready ? `${setup.model} answers. Before anything leaves your folder you are asked.` : setup.why}</p>
      {open.length > 0 && <p className="mt-2 text-xs text-muted">Open: {open.map(step => step.title.toLowerCase()).join(', ')}</p>}
      <div className="mt-5 flex flex-wrap justify-center gap-2">
        <Button look="primary" icon={<MessageSquare size={15} />} onClick={() => go(pathOf('chat'))}>Begin</Button>
        <Button look="ghost" icon={<RotateCcw size={14} />} onClick={onAgain}>Go through it again</Button>
      </div>
    </div>
  )
}
