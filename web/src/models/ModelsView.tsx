import { lazy, Suspense, useState } from 'react'
import { CircleCheck, Cpu, KeyRound, LogIn, Plus, Trash2, Zap } from 'lucide-react'
import { api, ApiError } from '@/api/client'
import type { KeyStored, ProviderBody, ProviderList, ProviderTest } from '@/api/types'
import { useAct, useGet } from '@/app/data'
import { count } from '@/app/format'
import { go, pathOf, useAsked, usePlace } from '@/app/router'
import { Badge } from '@/ui/Badge'
import { Button } from '@/ui/Button'
import { cx } from '@/ui/cx'
import { ConfirmByName, Dialog } from '@/ui/Dialog'
import { Menu, MenuItem, MenuLine } from '@/ui/Menu'
import { Empty, Failure, Field, Page, Skeleton, Tabs } from '@/ui/Page'
import { toast } from '@/ui/toasts'
import { Ellipsis } from 'lucide-react'
import { Signin } from './Signin'

const Catalog = lazy(async () => ({ default: (await import('./Catalog')).Catalog }))
const PATH = '/api/v1/providers'
const FEW = 12

type Tab = 'providers' | 'catalog'

/** Who serves, with which key; and what is served, at what price. */
export function ModelsView() {
  const place = usePlace()
  const tab: Tab = place.id === 'catalog' ? 'catalog' : 'providers'
  return (
    <Page title="Models & providers" about="Keys stay on this machine, in the keychain or Pryx’s vault; none is ever shown again" actions={<Tabs label="Models and providers" value={tab} onChange={to => go(pathOf('models', to === 'catalog' ? to : null))} tabs={[{ id: 'providers', label: 'Providers' }, { id: 'catalog', label: 'Models' }]} />}>
      {tab === 'catalog' ? <Suspense fallback={<Skeleton lines={8} />}><Catalog /></Suspense> : <Providers />}
    </Page>
  )
}

function Providers() {
  const providers = useGet<ProviderList>(PATH)
  const [adding, setAdding] = useState<ProviderBody | true | null>(null)
  useAsked('add', () => setAdding(true))
  const [text, setText] = useState('')
  const [isAll, setAll] = useState(false)
  if (providers.error) return <Failure error={providers.error} onRetry={() => void providers.refetch()} />
  if (!providers.data) return <Skeleton lines={5} />
  const all = providers.data.providers
  const set = all.filter(provider => provider.active || provider.added || (provider.configured && provider.requires_api_key))
  const rest = all.filter(provider => !set.includes(provider))
  const words = text.toLowerCase()
  const found = rest.filter(provider => `${provider.id} ${provider.name}`.toLowerCase().includes(words))
  const shown = text || isAll ? found : found.slice(0, FEW)
  return (
    <div className="mx-auto flex max-w-5xl flex-col gap-4">
      {providers.data.warning && <p className="rounded-xl border border-line bg-warn-soft px-4 py-3 text-sm text-warn">{providers.data.warning}</p>}
      {set.length === 0 ? (
        <Empty icon={<Cpu size={22} />} title="No provider yet" action={<Button look="primary" icon={<Plus size={15} />} onClick={() => setAdding(true)}>Add a provider</Button>}>Paste an API key, sign in with an account, or use a model that runs on this machine (Ollama, LM Studio).</Empty>
      ) : (
        <>
          <div className="flex items-center"><h2 className="flex-1 text-sm font-semibold">In use</h2><Button look="primary" size="sm" icon={<Plus size={14} />} onClick={() => setAdding(true)}>Add a provider</Button></div>
          <ul className="grid gap-3 lg:grid-cols-2">{set.map(provider => <Provider key={provider.id} provider={provider} onKey={() => setAdding(provider)} />)}</ul>
        </>
      )}
      {rest.length > 0 && (
        <>
          <div className="mt-3 flex flex-wrap items-center gap-3"><h2 className="flex-1 text-sm font-semibold">Could be added</h2><input data-search type="search" aria-label="Find a provider" placeholder={`Find one of ${rest.length}…`} className="field w-56" value={text} onChange={event => setText(event.target.value)} /></div>
          <ul className="grid gap-2 sm:grid-cols-2 lg:grid-cols-3">
            {shown.map(provider => (
              <li key={provider.id}>
                <button onClick={() => setAdding(provider)} className="flex w-full items-center gap-3 rounded-xl border border-line bg-panel px-4 py-2.5 text-left hover:border-line-strong hover:bg-hover">
                  <Monogram name={provider.name} /><span className="min-w-0 flex-1"><span className="block truncate text-sm font-medium">{provider.name}</span><span className="block truncate text-xs text-muted">{provider.local ? 'on this machine' : provider.oauth ? 'key or account' : 'API key'}</span></span><Plus size={15} className="text-faint" aria-hidden />
                </button>
              </li>
            ))}
          </ul>
          {shown.length < found.length && <div className="text-center"><Button look="ghost" onClick={() => setAll(true)}>Show all {found.length}</Button></div>}
        </>
      )}
      {adding && <AddKey providers={all} chosen={adding === true ? null : adding} onClose={() => setAdding(null)} />}
    </div>
  )
}

export function Monogram({ name }: { name: string }) {
  return <span aria-hidden className="grid size-9 shrink-0 place-items-center rounded-lg border border-line bg-raised text-sm font-semibold text-muted">{name.slice(0, 1)}</span>
}

function Provider({ provider, onKey }: { provider: ProviderBody; onKey: () => void }) {
  const [result, setResult] = useState<ProviderTest | null>(null)
  const [isRemoving, setRemoving] = useState(false)
  const [isSigning, setSigning] = useState(false)
  const test = useAct(() => api.post<ProviderTest>(`${PATH}/${provider.id}/test`, {}))
  const use = useAct(() => api.post(`${PATH}/${provider.id}/use`, {}), { changes: [PATH, '/api/v1/config'], done: `${provider.name} is used from the next message on` })
  const removeKey = useAct(() => api.delete(`${PATH}/${provider.id}/key`), { changes: [PATH], done: 'The key is gone' })
  const health = provider.health
  return (
    <li className="flex flex-col rounded-xl border border-line bg-panel p-4">
      <div className="flex items-start gap-3">
        <Monogram name={provider.name} />
        <div className="min-w-0 flex-1">
          <p className="flex flex-wrap items-center gap-2 font-medium">{provider.name}{provider.active && <Badge tone="accent">active</Badge>}{provider.signin_ended && <Badge tone="bad">sign in again</Badge>}{health && health.state !== 'closed' && health.state !== 'ok' && health.state !== 'healthy' && <Badge tone="warn">{health.state}</Badge>}</p>
          <p className="truncate text-xs text-muted">{provider.base_url ?? provider.id}</p>
        </div>
        <Menu trigger={<button aria-label={`More for ${provider.name}`} className="grid size-8 place-items-center rounded-lg text-muted hover:bg-hover hover:text-ink"><Ellipsis size={17} /></button>}>
          <MenuItem icon={<KeyRound size={15} />} onSelect={onKey}>Set a key</MenuItem>
          {provider.oauth && <MenuItem icon={<LogIn size={15} />} onSelect={() => setSigning(true)}>Sign in with an account</MenuItem>}
          <MenuLine />
          {provider.key_source === 'keychain' || provider.key_source === 'vault' ? <MenuItem icon={<KeyRound size={15} />} danger onSelect={() => removeKey.mutate()}>Forget the key</MenuItem> : null}
          <MenuItem icon={<Trash2 size={15} />} danger onSelect={() => setRemoving(true)}>Remove</MenuItem>
        </Menu>
      </div>
      <dl className="mt-3 grid grid-cols-[auto_1fr] gap-x-4 gap-y-0.5 text-xs">
        <dt className="text-muted">Key</dt><dd>{!provider.requires_api_key ? 'none needed' : provider.configured ? <>from {provider.key_source ?? 'somewhere'}{provider.key_variable ? <span className="code text-muted"> {provider.key_variable}</span> : null}</> : <span className="text-warn">missing</span>}</dd>
        <dt className="text-muted">Default model</dt><dd className="truncate">{provider.default_model ?? '–'}</dd>
      </dl>
      {result && (
        <p role="status" className={cx('fade mt-3 rounded-lg px-3 py-2 text-xs wrap-anywhere', result.ok ? 'bg-ok-soft text-ok' : 'bg-bad-soft text-bad')}>
          {result.ok ? <><CircleCheck size={13} className="mr-1 inline" aria-hidden />works · {result.latency_ms} ms{result.models ? ` · ${count(result.models)} models` : ''}</> : (result.reason ?? result.verdict)}
        </p>
      )}
      <div className="mt-auto flex flex-wrap gap-2 pt-3.5">
        <Button size="sm" icon={<Zap size={14} />} busy={test.isPending} onClick={() => test.mutate(undefined, { onSuccess: setResult })}>Test</Button>
        {!provider.active && provider.configured && <Button size="sm" busy={use.isPending} onClick={() => use.mutate()}>Use this one</Button>}
        {!provider.configured && <Button size="sm" look="primary" icon={<KeyRound size={14} />} onClick={onKey}>Add the key</Button>}
      </div>
      {isSigning && <Signin provider={provider} onClose={() => setSigning(false)} />}
      {isRemoving && (
        <ConfirmByName name={provider.id} title={`Remove ${provider.name}?`} about="Its stored key, its sign-in and its place in the configuration go. Sessions stay." action="Remove" onClose={() => setRemoving(false)} onConfirm={async () => { await api.delete(`${PATH}/${provider.id}`); toast('ok', `${provider.name} was removed`) }} />
      )}
    </li>
  )
}

/** A key is tried first; a provider that does not take it says so, and it can be stored all the same. */
function AddKey({ providers, chosen, onClose }: { providers: ProviderBody[]; chosen: ProviderBody | null; onClose: () => void }) {
  const [id, setId] = useState(chosen?.id ?? '')
  const [key, setKey] = useState('')
  const [refusal, setRefusal] = useState<ProviderTest | null>(null)
  const [isSigning, setSigning] = useState(false)
  const provider = providers.find(one => one.id === id)
  const store = useAct(async (force: boolean) => {
    if (provider!.requires_api_key || key) {
      if (!force) {
        const test = await api.post<ProviderTest>(`${PATH}/${id}/test`, { api_key: key })
        if (!test.ok) {
          setRefusal(test)
          return null
        }
      }
      const stored = await api.post<KeyStored>(`${PATH}/${id}/key`, { api_key: key })
      await api.put(`${PATH}/${id}`)
      return stored
    }
    await api.put(`${PATH}/${id}`)
    return { ok: true, provider_id: id, kept_in: '' } as KeyStored
  }, { changes: [PATH, '/api/v1/models'] })
  const run = (force: boolean) => store.mutate(force, {
    onSuccess: stored => {
      if (!stored) return
      toast('ok', `${provider!.name} is set up`, { detail: [stored.kept_in && `the key is kept in ${stored.kept_in}`, stored.hidden_by && `but ${stored.hidden_by} comes first`].filter(Boolean).join('; ') || undefined })
      onClose()
    },
    onError: error => error instanceof ApiError && error.code === 'PROVIDER_UNKNOWN' && setId(''),
  })
  if (isSigning && provider) return <Signin provider={provider} onClose={onClose} />
  return (
    <Dialog open onClose={onClose} title={chosen ? chosen.name : 'Add a provider'} about="The key is tried by a call that costs nothing, then stored. It never comes out again.">
      <form className="flex flex-col gap-4" onSubmit={event => { event.preventDefault(); if (provider) run(false) }}>
        {!chosen && (
          <Field label="Provider">
            <select autoFocus required className="field" value={id} onChange={event => { setId(event.target.value); setRefusal(null) }}>
              <option value="">Choose one…</option>
              {providers.map(one => <option key={one.id} value={one.id}>{one.name}</option>)}
            </select>
          </Field>
        )}
        {provider && (provider.requires_api_key ? (
          <Field label="API key" hint={provider.key_variables?.length ? <>The variable <span className="code">{provider.key_variables[0]}</span> would do as well, and comes first.</> : undefined}>
            <input autoFocus type="password" autoComplete="off" spellCheck={false} required className="field code" value={key} onChange={event => { setKey(event.target.value.trim()); setRefusal(null) }} placeholder="Paste it here" />
          </Field>
        ) : <p className="text-sm text-muted">It runs on this machine and needs no key. {provider.base_url}</p>)}
        {refusal && (
          <div role="alert" className="rounded-xl bg-bad-soft px-4 py-3 text-sm">
            <p className="font-medium">{provider?.name} does not take this key.</p>
            <p className="text-muted wrap-anywhere">{refusal.reason ?? refusal.verdict}</p>
            <Button size="sm" className="mt-2" busy={store.isPending} onClick={() => run(true)}>Store it all the same</Button>
          </div>
        )}
        <div className="flex flex-wrap justify-end gap-2">
          {provider?.oauth && <Button icon={<LogIn size={14} />} onClick={() => setSigning(true)}>Sign in with an account</Button>}
          <span className="flex-1" />
          <Button onClick={onClose}>Cancel</Button>
          <Button type="submit" look="primary" busy={store.isPending} disabled={!provider || (provider.requires_api_key && !key)}>{provider?.requires_api_key === false ? 'Add' : 'Try and store'}</Button>
        </div>
      </form>
    </Dialog>
  )
}
