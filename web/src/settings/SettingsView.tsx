import { useState } from 'react'
import { KeyRound, LogOut, Monitor, Moon, Plus, Sun, Trash2 } from 'lucide-react'
import { api } from '@/api/client'
import type { AccessTokenList, ConfigChanged, MintedToken, RemoteAddress, TelemetryExport, TelemetryStatus, WorkspaceBody, WorkspaceList } from '@/api/types'
import { queries, useAct, useGet } from '@/app/data'
import { ago, count, exact } from '@/app/format'
import { go, pathOf, usePlace } from '@/app/router'
import { setTheme, useTheme, type Theme } from '@/app/theme'
import { Badge } from '@/ui/Badge'
import { Button, IconButton } from '@/ui/Button'
import { cx } from '@/ui/cx'
import { ConfirmByName, Dialog } from '@/ui/Dialog'
import { Card, CopyText, Failure, Field, Page, Skeleton, Switch, Tabs } from '@/ui/Page'
import { toast } from '@/ui/toasts'
import { Data } from './Data'
import { Notify } from './Notify'
import { Phone } from './Phone'
import { Trust } from './Trust'

type Tab = 'appearance' | 'config' | 'tokens' | 'telemetry' | 'data'
const TABS: Tab[] = ['appearance', 'config', 'tokens', 'telemetry', 'data']

export function SettingsView() {
  const place = usePlace()
  const tab = TABS.find(one => one === place.id) ?? 'appearance'
  return (
    <Page title="Settings" toolbar={<Tabs label="Settings" value={tab} onChange={to => go(pathOf('settings', to === 'appearance' ? null : to))} tabs={[{ id: 'appearance', label: 'General' }, { id: 'config', label: 'Configuration' }, { id: 'tokens', label: 'Access' }, { id: 'telemetry', label: 'Telemetry' }, { id: 'data', label: 'Data' }]} />}>
      <div className="mx-auto flex max-w-3xl flex-col gap-4">{tab === 'appearance' ? <General /> : tab === 'config' ? <Config /> : tab === 'tokens' ? <Tokens /> : tab === 'telemetry' ? <Telemetry /> : <Data />}</div>
    </Page>
  )
}

const THEMES: [Theme, string, typeof Sun][] = [['dark', 'Dark', Moon], ['light', 'Light', Sun], ['system', 'As the system', Monitor]]

function General() {
  const theme = useTheme()
  const remote = useGet<RemoteAddress>('/api/v1/remote')
  const workspaces = useGet<WorkspaceList>('/api/v1/workspaces')
  const [looking, setLooking] = useState<WorkspaceBody | null>(null)
  const leave = useAct(() => api.post('/api/v1/signout'))
  return (
    <>
      <Card title="Appearance">
        <div role="radiogroup" aria-label="Theme" className="grid gap-2.5 sm:grid-cols-3">
          {THEMES.map(([id, name, Icon]) => (
            <button key={id} role="radio" aria-checked={theme === id} onClick={() => setTheme(id)} className={cx('flex items-center gap-3 rounded-xl border px-4 py-3 text-sm', theme === id ? 'border-accent bg-accent-soft font-medium' : 'border-line hover:bg-hover')}><Icon size={17} aria-hidden className={theme === id ? 'text-accent' : 'text-muted'} />{name}</button>
          ))}
        </div>
        <p className="mt-2.5 text-xs text-muted">Kept in this browser.</p>
      </Card>
      <Notify />
      <Card title="Folders" about="Where Pryx has worked. Until a folder is trusted, what it brings is data, not instructions." pad={false}>
        <ul className="border-t border-line">
          {workspaces.data?.workspaces.map(one => <li key={one.id} className="flex items-center gap-3 border-b border-line px-4 py-2.5 text-sm last:border-0"><span className="min-w-0 flex-1"><span className="block font-medium">{one.name}</span><span className="code block truncate text-xs text-muted">{one.path}</span></span>{one.trusted_at ? <Badge tone="ok">trusted {ago(one.trusted_at)}</Badge> : <Button size="sm" onClick={() => setLooking(one)}>Look at it</Button>}</li>)}
          {workspaces.data?.workspaces.length === 0 && <li className="px-4 py-5 text-center text-sm text-muted">None yet.</li>}
        </ul>
      </Card>
      {looking && <Trust folder={looking} onClose={() => setLooking(null)} />}
      <Phone remote={remote.data?.url} />
      <Card title="This browser" actions={<Button look="danger" icon={<LogOut size={14} />} busy={leave.isPending} onClick={() => leave.mutate(undefined, { onSuccess: () => void queries.resetQueries() })}>Sign out</Button>}>
        <p className="text-sm text-muted">Its sign-in lasts 30 days. {remote.data?.url ? <>From other machines: <a className="text-accent hover:underline" href={remote.data.url} rel="noopener">{remote.data.url}</a></> : 'Pryx answers on this machine only; pryx remote changes that.'}</p>
      </Card>
    </>
  )
}

const OPEN = ['model_provider', 'model_name', 'ollama_endpoint', 'ui_theme', 'max_messages_per_session', 'memory_enabled', 'memory_auto_flush', 'memory_flush_threshold_tokens', 'telemetry_enabled', 'telemetry_sampling_ratio', 'updates_auto_check']
type Value = string | number | boolean | string[] | null

function Config() {
  const config = useGet<Record<string, Value>>('/api/v1/config')
  const [text, setText] = useState('')
  if (config.error) return <Failure error={config.error} onRetry={() => void config.refetch()} />
  if (!config.data) return <Skeleton lines={8} />
  const keys = Object.entries(config.data).filter(([name]) => name.includes(text.toLowerCase())).sort(([a], [b]) => Number(OPEN.includes(b)) - Number(OPEN.includes(a)) || a.localeCompare(b))
  return (
    <>
      <input data-search type="search" aria-label="Find a key" className="field" placeholder="Find a key…" value={text} onChange={event => setText(event.target.value)} />
      <Card pad={false}>
        <ul>{keys.map(([name, value]) => <Key key={name} name={name} value={value} isOpen={OPEN.includes(name)} />)}</ul>
      </Card>
      <p className="text-xs text-muted">Keys without a field name programs, paths, addresses or servers: they are changed on the machine itself, so that no token can make Pryx run or listen to something.</p>
    </>
  )
}

function Key({ name, value, isOpen }: { name: string; value: Value; isOpen: boolean }) {
  const [edited, setEdited] = useState<string | null>(null)
  const save = useAct((next: Value) => api.patch<ConfigChanged>('/api/v1/config', { [name]: next }), { changes: ['/api/v1/config', '/api/v1/providers'], done: result => result.overridden?.length ? `Stored, but ${result.overridden.join(', ')} comes from the environment` : `${name} is stored` })
  const shown = Array.isArray(value) ? value.join(', ') : value === null ? '' : String(value)
  return (
    <li className="flex min-h-12 flex-wrap items-center gap-x-4 gap-y-1 border-b border-line px-4 py-2 last:border-0">
      <span className="code min-w-0 flex-1 wrap-anywhere">{name}</span>
      {!isOpen ? <span className="flex items-center gap-1"><span className="code max-w-72 truncate text-sm text-muted" title={shown}>{shown || '–'}</span><IconButton label={`Copy the command that changes ${name}`} className="size-7" onClick={() => { void navigator.clipboard.writeText(`pryx config set ${name} `); toast('ok', 'Copied', { detail: `pryx config set ${name} VALUE` }) }}><KeyRound size={13} /></IconButton></span>
        : typeof value === 'boolean' ? <Switch on={value} label={name} disabled={save.isPending} onChange={on => save.mutate(on)} />
        : name === 'ui_theme' ? <select aria-label={name} className="field w-auto" value={shown} onChange={event => save.mutate(event.target.value)}>{['system', 'dark', 'light'].map(one => <option key={one}>{one}</option>)}</select>
        : (
          <form className="flex gap-2" onSubmit={event => { event.preventDefault(); save.mutate(typeof value === 'number' ? Number(edited) : edited, { onSuccess: () => setEdited(null) }) }}>
            <input aria-label={name} className="field w-52" value={edited ?? shown} onChange={event => setEdited(event.target.value)} />
            {edited !== null && edited !== shown && <Button type="submit" size="sm" look="primary" className="h-auto" busy={save.isPending}>Save</Button>}
          </form>
        )}
    </li>
  )
}

const SCOPES: [string, string][] = [['read', 'see sessions, events, figures'], ['chat', 'send input, stop turns'], ['approve', 'answer questions'], ['admin', 'configuration, keys, grants, tokens, audit']]

function Tokens() {
  const tokens = useGet<AccessTokenList>('/api/v1/tokens')
  const [isMaking, setMaking] = useState(false)
  const [minted, setMinted] = useState<MintedToken | null>(null)
  const [removing, setRemoving] = useState<AccessTokenList['tokens'][number] | null>(null)
  return (
    <>
      <Card title="Tokens and browsers" about="Taking one back ends what it has open at once." actions={<Button look="primary" size="sm" icon={<Plus size={14} />} onClick={() => setMaking(true)}>New token</Button>} pad={false}>
        {tokens.error ? <div className="p-4"><Failure error={tokens.error} onRetry={() => void tokens.refetch()} /></div> : !tokens.data ? <div className="p-4"><Skeleton lines={2} /></div> : tokens.data.tokens.length === 0 ? <p className="border-t border-line px-4 py-6 text-center text-sm text-muted">None but the core token of this machine’s user.</p> : (
          <ul className="border-t border-line">
            {tokens.data.tokens.map(token => (
              <li key={token.id} className="flex flex-wrap items-center gap-x-3 gap-y-1.5 border-b border-line px-4 py-2.5 text-sm last:border-0">
                <span className="min-w-0 flex-1"><span className="block font-medium">{token.name}</span><span className="block text-xs text-muted">{token.kind} · by {token.created_by} {ago(token.created_at)} · {token.last_used_at ? `used ${ago(token.last_used_at)}` : 'never used'}{token.expires_at ? ` · until ${exact(token.expires_at)}` : ''}</span></span>
                {token.scopes.map(scope => <Badge key={scope} tone={scope === 'admin' ? 'warn' : 'plain'}>{scope}</Badge>)}
                <IconButton label={`Take back ${token.name}`} onClick={() => setRemoving(token)}><Trash2 size={15} /></IconButton>
              </li>
            ))}
          </ul>
        )}
      </Card>
      {isMaking && <MakeToken onClose={() => setMaking(false)} onMade={setMinted} />}
      {minted && (
        <Dialog open onClose={() => setMinted(null)} title={`Token “${minted.info.name}”`} about="It is shown this once.">
          <p className="code rounded-xl border border-line-strong bg-bg px-4 py-3 wrap-anywhere select-all">{minted.token}</p>
          <div className="mt-3 flex justify-end gap-2"><CopyText text={minted.token} /><Button look="primary" onClick={() => setMinted(null)}>Done</Button></div>
        </Dialog>
      )}
      {removing && <ConfirmByName name={removing.name} title={`Take back “${removing.name}”?`} about="Whatever uses it is signed out at once." action="Take back" onClose={() => setRemoving(null)} onConfirm={async () => { await api.delete(`/api/v1/tokens/${removing.id}`); await tokens.refetch() }} />}
    </>
  )
}

function MakeToken({ onClose, onMade }: { onClose: () => void; onMade: (token: MintedToken) => void }) {
  const [name, setName] = useState('')
  const [scopes, setScopes] = useState<ReadonlySet<string>>(new Set(['read']))
  const [days, setDays] = useState('30')
  const make = useAct(() => api.post<MintedToken>('/api/v1/tokens', { name: name.trim(), scopes: [...scopes], ...(days ? { expires_in: Number(days) * 86_400 } : {}) }), { changes: ['/api/v1/tokens'] })
  return (
    <Dialog open onClose={onClose} title="New token" about="For a program or another device. It can do no more than you.">
      <form className="flex flex-col gap-4" onSubmit={event => { event.preventDefault(); make.mutate(undefined, { onSuccess: token => { onClose(); onMade(token) } }) }}>
        <Field label="Name"><input autoFocus required className="field" placeholder="phone" value={name} onChange={event => setName(event.target.value)} /></Field>
        <fieldset><legend className="mb-1 text-sm font-medium">May</legend>{SCOPES.map(([scope, says]) => <label key={scope} className="flex items-center gap-2.5 py-1 text-sm"><input type="checkbox" className="accent-(--accent)" checked={scopes.has(scope)} onChange={() => setScopes(before => { const next = new Set(before); if (!next.delete(scope)) next.add(scope); return next })} /><b className="w-16 font-medium">{scope}</b><span className="text-muted">{says}</span></label>)}</fieldset>
        <Field label="Ends"><select className="field" value={days} onChange={event => setDays(event.target.value)}><option value="1">In a day</option><option value="30">In 30 days</option><option value="365">In a year</option><option value="">Never</option></select></Field>
        <div className="flex justify-end gap-2"><Button onClick={onClose}>Cancel</Button><Button type="submit" look="primary" busy={make.isPending} disabled={scopes.size === 0}>Make it</Button></div>
      </form>
    </Dialog>
  )
}

function Telemetry() {
  const status = useGet<TelemetryStatus>('/api/v1/telemetry/status')
  const [isShown, setShown] = useState(false)
  const preview = useGet<TelemetryExport>(isShown ? '/api/v1/telemetry/export' : null)
  const change = useAct((on: boolean) => api.put('/api/v1/telemetry/config', { enabled: on }), { changes: ['/api/v1/telemetry'] })
  if (status.error) return <Failure error={status.error} onRetry={() => void status.refetch()} />
  if (!status.data) return <Skeleton lines={3} />
  const { enabled, endpoint, sent, waiting, events, disabled_by, tier } = status.data
  return (
    <>
      <Card title="Telemetry" about={endpoint ? `Goes to ${endpoint}` : 'No address is set: nothing leaves this machine.'} actions={<Switch on={enabled} label="Telemetry" disabled={change.isPending || Boolean(disabled_by)} onChange={on => change.mutate(on)} />}>
        <dl className="grid grid-cols-[auto_1fr] gap-x-5 gap-y-1 text-sm">
          <dt className="text-muted">Level</dt><dd>{tier}</dd><dt className="text-muted">Kinds</dt><dd className="code text-sm">{events.join(', ')}</dd><dt className="text-muted">Sent</dt><dd className="num">{count(sent)}</dd><dt className="text-muted">Waiting</dt><dd className="num">{count(waiting)}</dd>
          {disabled_by && <><dt className="text-muted">Switched off by</dt><dd className="code">{disabled_by}</dd></>}
        </dl>
        <p className="mt-3 text-xs text-muted">Counts only: never a prompt, a file, a path or a key.</p>
      </Card>
      <Card title="Exactly what would be sent" actions={<Button size="sm" onClick={() => setShown(!isShown)}>{isShown ? 'Hide' : 'Show'}</Button>}>
        {!isShown ? <p className="text-sm text-muted">Byte for byte, before it goes anywhere.</p> : preview.error ? <Failure error={preview.error} onRetry={() => void preview.refetch()} /> : !preview.data ? <Skeleton lines={2} /> : <pre tabIndex={0} className="code max-h-96 overflow-auto rounded-lg border border-line bg-bg p-3 whitespace-pre-wrap wrap-anywhere">{JSON.stringify(preview.data.events.map(entry => entry.event), null, 2)}</pre>}
      </Card>
    </>
  )
}
