import { useEffect, useState } from 'react'
import { CircleCheck, ExternalLink } from 'lucide-react'
import { api, ApiError } from '@/api/client'
import type { DeviceCode } from '@/api/types'
import { refresh, useAct } from '@/app/data'
import { Button } from '@/ui/Button'
import { Failure } from '@/ui/Page'
import { Qr } from '@/ui/Qr'
import { Skip, type StepProps } from './SetupView'

/** Signing in to the cloud, or not: everything on this machine works without. */
export function CloudStep({ step, onNext }: StepProps) {
  const [code, setCode] = useState<DeviceCode | null>(null)
  const [failure, setFailure] = useState<unknown>(null)
  const start = useAct(() => api.post<DeviceCode>('/api/v1/cloud/login/start'), { silent: true })
  useEffect(() => {
    if (!code) return
    const stop = new AbortController()
    const wait = async () => {
      while (!stop.signal.aborted) {
        try {
          await api.post('/api/v1/cloud/login/poll', { device_code: code.device_code, interval: code.interval, expires_in: code.expires_in }, { signal: stop.signal })
          await refresh('/api/v1/setup', '/api/v1/cloud')
          setCode(null)
          return
        } catch (error) {
          if (stop.signal.aborted || (error instanceof ApiError && error.code === 'TIMEOUT')) continue
          setFailure(error)
          setCode(null)
          return
        }
      }
    }
    void wait()
    return () => stop.abort()
  }, [code])
  const begin = () => start.mutate(undefined, { onSuccess: begun => { setFailure(null); setCode(begun) } })
  const address = code && [code.verification_uri_complete, code.verification_uri].find(one => one && /^https?:/.test(one))
  if (step.state === 'done') return <div className="flex flex-col items-start gap-4"><p className="flex items-center gap-2 text-sm text-ok"><CircleCheck size={16} aria-hidden />Signed in.</p><Button look="primary" onClick={onNext}>Go on</Button></div>
  return (
    <div className="flex flex-col gap-4">
      <p className="text-sm">Pryx runs on this machine, and what is said stays here. An account adds what needs a server in between; nothing of it is needed to begin.</p>
      {start.error || failure ? <Failure error={failure ?? start.error} onRetry={begin} /> : null}
      {code ? (
        <div className="flex flex-wrap items-center gap-6 rounded-xl border border-line bg-bg p-5">
          {address && <Qr text={address} label={`The page ${code.verification_uri}, for a phone`} />}
          <div className="min-w-52 flex-1">
          <p className="text-sm">Open this page on any device and type the code:</p>
          <p className="code my-3 text-2xl font-semibold tracking-widest select-all">{code.user_code}</p>
          {address && <a href={address} target="_blank" rel="noopener noreferrer" className="inline-flex items-center gap-1.5 text-sm font-medium text-accent hover:underline">{code.verification_uri} <ExternalLink size={14} aria-hidden /></a>}
          <p role="status" className="mt-3 flex items-center gap-2 text-sm text-muted"><span className="pulse size-2 rounded-full bg-accent" />Waiting for it…</p>
          </div>
        </div>
      ) : (
        <div className="flex flex-wrap gap-2"><Button look="primary" busy={start.isPending} onClick={begin}>Sign in</Button><Skip step={step} onNext={onNext}>Skip: everything stays on this machine</Skip></div>
      )}
      {code && <div><Skip step={step} onNext={onNext}>Skip</Skip></div>}
    </div>
  )
}
