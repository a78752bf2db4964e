import { useState } from 'react'
import { CircleCheck, KeyRound, LogIn, Server } from 'lucide-react'
import { api, ApiError } from '@/api/client'
import type { ProviderBody, ProviderList, ProviderTried, SetupAnswer } from '@/api/types'
import { useAct, useGet } from '@/app/data'
import { plural } from '@/app/format'
import { Signin } from '@/models/Signin'
import { Badge } from '@/ui/Badge'
import { Button } from '@/ui/Button'
import { cx } from '@/ui/cx'
import { Failure, Field } from '@/ui/Page'
import { toast } from '@/ui/toasts'
import type { SetupStep, StepProps } from './SetupView'

type Found = SetupStep['found'][number]
const PATH = '/api/v1/setup'
const OFTEN = ['anthropic', 'openai', 'openrouter', 'google', 'ollama', 'mistral']

/** A model that answers: what lies ready on this machine first, else a key that is tried before it is kept. */
export function ProviderStep({ step, onNext }: StepProps) {
  const [id, setId] = useState('')
  const [chosen, setChosen] = useState<Found | null>(null)
  const use = useAct((found: Found) => api.post<SetupAnswer>(`${PATH}/steps/provider`, { provider: found.id, ...(found.model ? { model: found.model } : {}), ...(found.kind === 'server' && found.url && found.id === 'ollama' ? { endpoint: found.url } : {}) }), { changes: [PATH, '/api/v1/providers'], silent: true })
  const take = (found: Found) => { setChosen(found); use.mutate(found, { onSuccess: () => { toast('ok', `${found.name} is used from now on`); onNext() } }) }
  return (
    <div className="flex flex-col gap-5">
      {step.found.length > 0 && (
        <div>
          <h3 className="mb-2 text-sm font-medium">Lies ready on this machine</h3>
          <ul className="flex flex-col gap-2">
            {step.found.map(found => (
              <li key={found.kind + found.id} className={cx('flex flex-wrap items-center gap-3 rounded-xl border px-4 py-3', found.active ? 'border-accent bg-accent-soft' : 'border-line')}>
                {found.kind === 'server' ? <Server size={17} className="shrink-0 text-accent" aria-hidden /> : found.kind === 'account' ? <LogIn size={17} className="shrink-0 text-accent" aria-hidden /> : <KeyRound size={17} className="shrink-0 text-accent" aria-hidden />}
                <span className="min-w-0 flex-1"><span className="flex flex-wrap items-center gap-2 text-sm font-medium">{found.name}{found.active && <Badge tone="accent">in use</Badge>}</span><span className="block text-xs text-muted wrap-anywhere">{found.about ?? (found.variable ? `${found.variable} from ${found.source}` : found.url)}{found.models?.length ? ` · ${plural(found.models.length, 'model')}` : ''}{found.model ? ` · ${found.model}` : ''}</span></span>
                {found.active && step.state === 'done' ? <Button look="primary" size="sm" onClick={onNext}>Keep it</Button> : <Button size="sm" busy={use.isPending && chosen === found} disabled={use.isPending} onClick={() => take(found)}>Use it</Button>}
              </li>
            ))}
          </ul>
          {use.error && chosen ? <div className="mt-3"><Failure error={use.error} onRetry={() => take(chosen)} /></div> : null}
        </div>
      )}
      <Another id={id} onChoose={setId} hasFound={step.found.length > 0} onNext={onNext} />
    </div>
  )
}

function Another({ id, onChoose, hasFound, onNext }: { id: string; onChoose: (id: string) => void; hasFound: boolean; onNext: () => void }) {
  const providers = useGet<ProviderList>('/api/v1/providers')
  const all = providers.data?.providers ?? []
  const often = OFTEN.map(name => all.find(one => one.id === name)).filter((one): one is ProviderBody => Boolean(one))
  const provider = all.find(one => one.id === id)
  return (
    <div>
      <h3 className="mb-2 text-sm font-medium">{hasFound ? 'Or another one' : 'Choose who answers'}</h3>
      <div className="flex flex-wrap gap-2">
        {often.map(one => <button key={one.id} aria-pressed={one.id === id} onClick={() => onChoose(one.id)} className={cx('rounded-xl border px-3.5 py-2 text-sm', one.id === id ? 'border-accent bg-accent-soft font-medium' : 'border-line hover:bg-hover')}>{one.name}</button>)}
        <select aria-label="Another provider" className="field w-auto" value={often.some(one => one.id === id) ? '' : id} onChange={event => onChoose(event.target.value)}><option value="">Others…</option>{all.filter(one => !often.includes(one)).map(one => <option key={one.id} value={one.id}>{one.name}</option>)}</select>
      </div>
      {provider && <WithKey key={provider.id} provider={provider} onNext={onNext} />}
    </div>
  )
}

function WithKey({ provider, onNext }: { provider: ProviderBody; onNext: () => void }) {
  const [key, setKey] = useState('')
  const [endpoint, setEndpoint] = useState(provider.base_url ?? '')
  const [tried, setTried] = useState<ProviderTried | null>(null)
  const [model, setModel] = useState('')
  const [isSigning, setSigning] = useState(false)
  const values = { provider: provider.id, ...(key ? { api_key: key } : {}), ...(provider.id === 'ollama' && endpoint ? { endpoint } : {}) }
  const look = useAct(() => api.post<ProviderTried>(`${PATH}/try`, values), { silent: true })
  const store = useAct((force: boolean) => api.post<SetupAnswer>(`${PATH}/steps/provider`, { ...values, ...(model ? { model } : {}), ...(force ? { force } : {}) }), { changes: [PATH, '/api/v1/providers', '/api/v1/models'], silent: true })
  const keep = (force: boolean) => store.mutate(force, { onSuccess: answer => { toast('ok', `${provider.name} is set up`, { detail: [answer.kept_in && `The key is kept in ${answer.kept_in}`, answer.note].filter(Boolean).join(' · ') || undefined }); onNext() } })
  const changed = () => { setTried(null); look.reset(); store.reset() }
  const mayForce = store.error instanceof ApiError && ['PROVIDER_UNREACHABLE', 'MODEL_UNLISTED'].includes(store.error.code)
  return (
    <form className="mt-4 flex flex-col gap-4" onSubmit={event => { event.preventDefault(); if (tried?.test.ok) keep(false); else look.mutate(undefined, { onSuccess: answer => { setTried(answer); setModel(answer.model ?? '') } }) }}>
      {provider.requires_api_key
        ? <Field label={`API key of ${provider.name}`} hint="Tried by one call before it is stored. It never comes out again."><input autoFocus type="password" autoComplete="off" spellCheck={false} className="field code" value={key} placeholder="Paste it here" onChange={event => { setKey(event.target.value.trim()); changed() }} /></Field>
        : provider.id === 'ollama' ? <Field label="Where it answers"><input className="field code" value={endpoint} onChange={event => { setEndpoint(event.target.value); changed() }} /></Field>
        : <p className="text-sm text-muted">It runs on this machine and needs no key.</p>}
      {look.error ? <Failure error={look.error} /> : null}
      {tried && (tried.test.ok ? (
        <>
          <p role="status" className="flex items-center gap-2 rounded-lg bg-ok-soft px-3 py-2 text-sm text-ok"><CircleCheck size={15} aria-hidden />It works: {tried.test.latency_ms} ms{tried.models.length > 0 ? `, ${plural(tried.models.length, 'model')}` : ''}</p>
          {tried.models.length > 0 && <Field label="Model"><select className="field" value={model} onChange={event => setModel(event.target.value)}>{!model && <option value="">The usual one</option>}{tried.models.map(one => <option key={one}>{one}</option>)}</select></Field>}
        </>
      ) : (
        <div role="alert" className="rounded-xl bg-bad-soft px-4 py-3 text-sm">
          <p className="font-medium">{tried.test.verdict === 'refused' ? `${provider.name} does not take this key.` : `${provider.name} could not be reached.`}</p>
          <p className="text-muted wrap-anywhere">{tried.test.reason}</p>
          {tried.test.verdict !== 'refused' && <Button size="sm" className="mt-2" busy={store.isPending} onClick={() => keep(true)}>Store it all the same</Button>}
        </div>
      ))}
      {store.error ? <div><Failure error={store.error} />{mayForce && <Button size="sm" className="mt-2" onClick={() => keep(true)}>Store it all the same</Button>}</div> : null}
      <div className="flex flex-wrap gap-2">
        {tried?.test.ok
          ? <Button type="submit" look="primary" busy={store.isPending}>Use {provider.name}</Button>
          : <Button type="submit" look="primary" busy={look.isPending} disabled={provider.requires_api_key && !key}>Try it</Button>}
        {provider.oauth && <Button icon={<LogIn size={14} />} onClick={() => setSigning(true)}>Sign in with an account</Button>}
      </div>
      {isSigning && <Signin provider={provider} onClose={() => setSigning(false)} />}
    </form>
  )
}
