import { useEffect, useState } from 'react'
import { CircleCheck, ExternalLink } from 'lucide-react'
import { api } from '@/api/client'
import type { ProviderBody, SigninStarted, SigninState } from '@/api/types'
import { refresh, useAct } from '@/app/data'
import { Button } from '@/ui/Button'
import { Dialog } from '@/ui/Dialog'
import { Failure } from '@/ui/Page'

/** Signing in with an account: the provider's page opens beside this one, the answer comes back to this machine. */
export function Signin({ provider, onClose }: { provider: ProviderBody; onClose: () => void }) {
  const [started, setStarted] = useState<SigninStarted | null>(null)
  const [state, setState] = useState<SigninState | null>(null)
  const start = useAct((device: boolean) => api.post<SigninStarted>(`/api/v1/providers/${provider.id}/oauth`, { device }), { silent: true })
  useEffect(() => {
    if (!started) return
    let isGone = false
    const wait = async () => {
      while (!isGone) {
        const now = await api.get<SigninState>(`/api/v1/providers/${provider.id}/oauth`, { query: { wait: 20 } }).catch(() => null)
        if (isGone) return
        if (now) setState(now)
        if (now && !/pending|waiting|started/.test(now.state)) {
          await refresh('/api/v1/providers')
          return
        }
      }
    }
    void wait()
    return () => {
      isGone = true
    }
  }, [started, provider.id])
  const isDone = state !== null && /signed_in|done|completed|ok|active/.test(state.state)
  const isOver = state !== null && /failed|expired|denied|error/.test(state.state)
  return (
    <Dialog open onClose={onClose} title={`Sign in to ${provider.name}`}>
      {start.error ? <div className="mb-4"><Failure error={start.error} /></div> : null}
      {isDone ? (
        <p className="flex items-center gap-2 text-ok"><CircleCheck size={18} /> Signed in. Tokens are renewed by themselves.</p>
      ) : !started || isOver ? (
        <>
          {isOver && <p role="alert" className="mb-3 rounded-lg bg-bad-soft px-3 py-2 text-sm">{state.reason ?? 'That did not work.'}</p>}
          <p className="text-sm text-muted">The provider’s page opens in a new tab. Its answer comes to a port on this machine that is open for this one time.</p>
          <div className="mt-4 flex gap-2">
            <Button look="primary" busy={start.isPending} onClick={() => start.mutate(false, { onSuccess: begun => { setState(null); setStarted(begun); if (/^https?:/.test(begun.url)) window.open(begun.url, '_blank', 'noopener,noreferrer') } })}>Open the sign-in page</Button>
            <Button busy={start.isPending} onClick={() => start.mutate(true, { onSuccess: begun => { setState(null); setStarted(begun) } })}>With a code, on another device</Button>
          </div>
        </>
      ) : (
        <div className="text-sm">
          {started.user_code && <p className="mb-3">Type this code there: <b className="code ml-1 rounded-lg bg-raised px-3 py-1.5 text-lg tracking-widest select-all">{started.user_code}</b></p>}
          {/^https?:/.test(started.url) && <a className="inline-flex items-center gap-1.5 font-medium text-accent hover:underline" href={started.url} target="_blank" rel="noopener noreferrer">Open the page again <ExternalLink size={14} aria-hidden /></a>}
          <p role="status" className="mt-3 flex items-center gap-2 text-muted"><span className="pulse size-2 rounded-full bg-accent" /> Waiting for its answer…</p>
        </div>
      )}
    </Dialog>
  )
}
