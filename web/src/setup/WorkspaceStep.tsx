import { useState } from 'react'
import { api } from '@/api/client'
import type { SetupAnswer } from '@/api/types'
import { useAct } from '@/app/data'
import { Button } from '@/ui/Button'
import { cx } from '@/ui/cx'
import { Failure, Field } from '@/ui/Page'
import { toast } from '@/ui/toasts'
import { Skip, type StepProps } from './SetupView'

/** Where it works, and what it may do there unasked. */
export function WorkspaceStep({ step, onNext }: StepProps) {
  const [folder, setFolder] = useState(step.workspace ?? '')
  const [mode, setMode] = useState(step.mode ?? 'workspace-only')
  const modes = step.found.filter(found => found.kind === 'mode')
  const save = useAct(() => api.post<SetupAnswer>('/api/v1/setup/steps/workspace', { workspace: folder.trim(), mode }), { changes: ['/api/v1/setup', '/api/v1/workspaces', '/api/v1/policy', '/api/v1/config'], silent: true })
  return (
    <form className="flex flex-col gap-5" onSubmit={event => { event.preventDefault(); save.mutate(undefined, { onSuccess: answer => { if (answer.note) toast('info', answer.note); onNext() } }) }}>
      <Field label="Folder" hint="An absolute path on the machine where Pryx runs. Commands are held in it by the sandbox."><input autoFocus required className="field code" value={folder} onChange={event => setFolder(event.target.value)} placeholder="/home/you/projects/site" /></Field>
      <fieldset>
        <legend className="mb-1.5 text-sm font-medium">What it may do unasked</legend>
        <div role="radiogroup" aria-label="What it may do unasked" className="flex flex-col gap-2">
          {modes.map(one => (
            <button key={one.id} type="button" role="radio" aria-checked={mode === one.id} onClick={() => setMode(one.id)} className={cx('rounded-xl border px-4 py-2.5 text-left', mode === one.id ? 'border-accent bg-accent-soft' : 'border-line hover:bg-hover')}><span className="block text-sm font-medium">{one.name}</span>{one.about && <span className="block text-xs text-muted">{one.about}</span>}</button>
          ))}
        </div>
      </fieldset>
      {save.error ? <Failure error={save.error} /> : null}
      <div className="flex gap-2"><Button type="submit" look="primary" busy={save.isPending}>Take these</Button><Skip step={step} onNext={onNext}>Leave it as it is</Skip></div>
    </form>
  )
}
