import { useEffect } from 'react'
import { ArrowRight, FolderSearch, Rocket, ShieldCheck, Wrench, X } from 'lucide-react'
import { api } from '@/api/client'
import type { PolicyStatus, SetupReady } from '@/api/types'
import { useAct, useGet } from '@/app/data'
import { follow, go, pathOf } from '@/app/router'
import { isSetupLater } from '@/setup/later'

const IDEAS = [
  { icon: FolderSearch, title: 'Look around', text: 'Look at this folder and tell me what it is, how it is built and where to begin reading.' },
  { icon: Wrench, title: 'Repair', text: 'Run the tests. When one fails, find out why and repair it.' },
  { icon: ShieldCheck, title: 'Review', text: 'Review my uncommitted changes: bugs first, then what is missing.' },
]

/** An empty session teaches: what can be said, what is allowed, what is missing. */
export function Welcome({ onPick }: { onPick: (text: string) => void }) {
  const setup = useGet<SetupReady>('/api/v1/setup/ready')
  const dismiss = useAct(() => api.post('/api/v1/setup/dismiss'), { changes: ['/api/v1/setup'] })
  const policy = useGet<PolicyStatus>('/api/v1/policy/status')
  const isMissing = setup.data?.ready === false
  // Whoever comes for the first time is led; whoever said later is not.
  useEffect(() => {
    if (isMissing && !isSetupLater()) go(pathOf('setup'), { replace: true })
  }, [isMissing])
  return (
    <div className="grid min-h-0 flex-1 place-items-center overflow-y-auto px-4 py-8">
      <div className="fade w-full max-w-2xl">
        <div className="mb-7 text-center">
          <img src="/assets/icon.svg" alt="" className="mx-auto mb-4 size-12" />
          <h2 className="text-xl font-semibold tracking-tight">What shall be done?</h2>
          <p className="mt-1.5 text-muted">Pryx reads, writes and runs in your folder, on this machine. Before it goes further it asks.</p>
        </div>
        {isMissing && (
          <a href={pathOf('setup')} onClick={follow} className="mb-4 flex items-center gap-3 rounded-xl border border-line-strong bg-warn-soft px-4 py-3 hover:border-warn">
            <Rocket size={18} className="shrink-0 text-warn" aria-hidden />
            <span className="min-w-0 flex-1 text-sm"><b className="font-medium">{setup.data?.why ?? 'No model provider is set up.'}</b> Until then a scripted tour answers, not a model.</span>
            <ArrowRight size={16} className="shrink-0 text-warn" aria-hidden />
          </a>
        )}
        {!isMissing && setup.data?.hint && (
          <p className="mb-4 flex items-center gap-3 rounded-xl border border-line bg-panel py-2 pr-2 pl-4 text-sm text-muted">
            <span className="min-w-0 flex-1">{setup.data.hint} <a href={pathOf('setup')} onClick={follow} className="font-medium text-accent hover:underline">Go on with it</a></span>
            <button aria-label="Do not say this again" className="grid size-7 place-items-center rounded-md text-faint hover:bg-hover hover:text-ink" onClick={() => dismiss.mutate()}><X size={14} /></button>
          </p>
        )}
        <div className="grid gap-3 sm:grid-cols-3">
          {IDEAS.map(idea => (
            <button key={idea.title} onClick={() => onPick(idea.text)} className="rounded-xl border border-line bg-panel p-4 text-left transition-colors hover:border-line-strong hover:bg-hover">
              <idea.icon size={18} className="text-accent" aria-hidden />
              <p className="mt-2.5 font-medium">{idea.title}</p>
              <p className="mt-0.5 text-sm text-muted">{idea.text}</p>
            </button>
          ))}
        </div>
        {policy.data && <p className="mt-5 text-center text-xs text-faint">Mode <a className="text-muted underline decoration-line-strong underline-offset-2 hover:text-ink" href={pathOf('policies')} onClick={follow}>{policy.data.mode}</a>: what it may do unasked</p>}
      </div>
    </div>
  )
}
