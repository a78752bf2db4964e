import { useState } from 'react'
import { KeyRound, Pin as PinIcon, Plus, Undo2 } from 'lucide-react'
import { api } from '@/api/client'
import type { GrantsBody, PinsBody, PolicyOverview, PolicyStatus, WorkspaceList } from '@/api/types'
import { useAct, useGet } from '@/app/data'
import { ago, base, exact, plural } from '@/app/format'
import { follow, go, pathOf, usePlace } from '@/app/router'
import { showBidi } from '@/chat/inert'
import { Badge, type Tone } from '@/ui/Badge'
import { Button } from '@/ui/Button'
import { Dialog } from '@/ui/Dialog'
import { Card, Empty, Failure, Field, Page, Skeleton, Tabs } from '@/ui/Page'
import { Editor } from './Editor'
import { Explain } from './Explain'

type Tab = 'overview' | 'grants' | 'pins' | 'explain' | 'files'
const TABS: Tab[] = ['overview', 'grants', 'pins', 'explain', 'files']

/** What may happen unasked, what is asked, what never happens; and why. */
export function PoliciesView() {
  const place = usePlace()
  const tab = TABS.find(one => one === place.id) ?? 'overview'
  return (
    <Page title="Policies" about="The strictest layer wins; trouble with a policy means ask or deny" toolbar={<Tabs label="Policies" value={tab} onChange={to => go(pathOf('policies', to === 'overview' ? null : to))} tabs={[{ id: 'overview', label: 'Overview' }, { id: 'grants', label: 'Grants' }, { id: 'pins', label: 'Pins' }, { id: 'explain', label: 'Explain' }, { id: 'files', label: 'Files' }]} />}>
      <div className="mx-auto max-w-5xl">
        {tab === 'overview' ? <Overview /> : tab === 'grants' ? <Grants /> : tab === 'pins' ? <Pins /> : tab === 'explain' ? <Explain /> : <Editor />}
      </div>
    </Page>
  )
}

function Overview() {
  const policies = useGet<PolicyOverview>('/api/v1/policies')
  const status = useGet<PolicyStatus>('/api/v1/policy/status')
  if (policies.error) return <Failure error={policies.error} onRetry={() => void policies.refetch()} />
  if (!policies.data || !status.data) return <Skeleton lines={6} />
  return (
    <div className="flex flex-col gap-4">
      <Card title="Mode" about={<>How far work goes unasked. To change it: <code className="code">pryx config set policy MODE</code>, on the machine itself.</>}>
        <ul className="grid gap-2 sm:grid-cols-2 lg:grid-cols-3">
          {policies.data.modes.map(mode => (
            <li key={mode.name} className={`rounded-xl border p-3.5 ${mode.name === status.data.mode ? 'border-accent bg-accent-soft' : 'border-line'}`}>
              <p className="flex items-center gap-2 text-sm font-medium">{mode.name}{mode.name === status.data.mode && <Badge tone="accent">in force</Badge>}{mode.is_default && mode.name !== status.data.mode && <Badge>default</Badge>}</p>
              <p className="mt-1 text-xs text-muted">{mode.says}</p>
            </li>
          ))}
        </ul>
        <p className="mt-3.5 text-xs text-muted">Where commands run: <a className="text-accent hover:underline" href={pathOf('diagnostics')} onClick={follow}>Diagnostics, sandbox</a> · <a className="text-accent hover:underline" href={pathOf('policies', 'grants')} onClick={follow}>{plural(status.data.grants, 'grant')}</a></p>
      </Card>
      <Card title="Layers" about="Asked in this order; every layer may tighten, only grants lower an ask." pad={false}>
        <ol className="border-t border-line">
          {policies.data.layers.map((layer, i) => (
            <li key={layer.name} className="flex items-start gap-3.5 border-b border-line px-4 py-2.5 text-sm last:border-0">
              <span className="num mt-0.5 w-4 text-xs text-faint">{i + 1}</span><span className="w-20 shrink-0 font-medium">{layer.name}</span><span className="flex-1 text-muted">{layer.says}</span>{layer.holds && <Badge className="max-sm:hidden">in every mode</Badge>}
            </li>
          ))}
        </ol>
      </Card>
    </div>
  )
}

const STATES: Record<string, Tone> = { active: 'ok', expired: 'plain', revoked: 'plain' }

function Grants() {
  const [state, setState] = useState('active')
  const grants = useGet<GrantsBody>('/api/v1/policies/grants', { state: state === 'all' ? 'all' : state })
  const [isAdding, setAdding] = useState(false)
  const revoke = useAct((id: string) => api.delete(`/api/v1/policies/grants/${id}`), { changes: ['/api/v1/policies/grants', '/api/v1/policy'], done: 'Taken back: the next call is asked again' })
  return (
    <>
      <div className="mb-3 flex items-center gap-2">
        <select aria-label="Which grants" className="field w-auto" value={state} onChange={event => setState(event.target.value)}><option value="active">In force</option><option value="expired">Expired</option><option value="revoked">Taken back</option></select>
        <span className="flex-1" /><Button look="primary" icon={<Plus size={15} />} onClick={() => setAdding(true)}>Add a grant</Button>
      </div>
      {grants.error ? <Failure error={grants.error} onRetry={() => void grants.refetch()} /> : !grants.data ? <Skeleton /> : grants.data.grants.length === 0 ? (
        <Empty icon={<KeyRound size={22} />} title="No grant">What you answer with “for this session”, “always” or “trust work in this folder” stands here, and is taken back here.</Empty>
      ) : (
        <ul className="overflow-hidden rounded-xl border border-line bg-panel">
          {grants.data.grants.map(grant => (
            <li key={grant.id} className="flex flex-wrap items-center gap-x-3 gap-y-1.5 border-b border-line px-4 py-3 last:border-0">
              <div className="min-w-0 flex-1"><p className="code wrap-anywhere">{showBidi(grant.rule)}</p><p className="text-xs text-muted">{grant.session_id ? 'one session' : grant.workspace ? base(grant.workspace) : 'everywhere'} · by {grant.granted_by ?? 'somebody'} {ago(grant.created_at)} · {plural(grant.uses, 'use')}{grant.expires_at ? ` · until ${exact(grant.expires_at)}` : ''}</p></div>
              {grant.scope && <Badge>{grant.scope}</Badge>}<Badge tone={STATES[grant.state] ?? 'plain'}>{grant.state}</Badge>
              {grant.state === 'active' && <Button size="sm" look="danger" icon={<Undo2 size={14} />} busy={revoke.isPending && revoke.variables === grant.id} onClick={() => revoke.mutate(grant.id)}>Take back</Button>}
            </li>
          ))}
        </ul>
      )}
      {isAdding && <AddGrant onClose={() => setAdding(false)} />}
    </>
  )
}

function AddGrant({ onClose }: { onClose: () => void }) {
  const [rule, setRule] = useState('')
  const [workspace, setWorkspace] = useState('')
  const [days, setDays] = useState('')
  const workspaces = useGet<WorkspaceList>('/api/v1/workspaces')
  const add = useAct(() => api.post('/api/v1/policies/grants', { rule: rule.trim(), ...(workspace ? { workspace } : {}), ...(days ? { expires_at: new Date(Date.now() + Number(days) * 86_400_000).toISOString() } : {}) }), { changes: ['/api/v1/policies/grants', '/api/v1/policy'], done: 'Granted' })
  return (
    <Dialog open onClose={onClose} title="Add a grant" about="What it names runs unasked. It never lifts a deny.">
      <form className="flex flex-col gap-4" onSubmit={event => { event.preventDefault(); add.mutate(undefined, { onSuccess: onClose }) }}>
        <Field label="Rule" hint="Such as: shell.exec:dotnet test* · network:api.example.org · network:registries · folder"><input autoFocus required className="field code" value={rule} onChange={event => setRule(event.target.value)} /></Field>
        <Field label="Where"><select className="field" value={workspace} onChange={event => setWorkspace(event.target.value)}><option value="">In every folder</option>{workspaces.data?.workspaces.map(one => <option key={one.id} value={one.path}>{one.path}</option>)}</select></Field>
        <Field label="For how long"><select className="field" value={days} onChange={event => setDays(event.target.value)}><option value="">Until it is taken back</option><option value="1">A day</option><option value="7">A week</option><option value="30">30 days</option></select></Field>
        <div className="flex justify-end gap-2"><Button onClick={onClose}>Cancel</Button><Button type="submit" look="primary" busy={add.isPending}>Grant</Button></div>
      </form>
    </Dialog>
  )
}

function Pins() {
  const pins = useGet<PinsBody>('/api/v1/pins')
  const [text, setText] = useState('')
  const add = useAct(() => api.post('/api/v1/pins', { text: text.trim() }), { changes: ['/api/v1/pins'], done: 'Pinned: it holds from the next call on' })
  const remove = useAct((id: string) => api.delete(`/api/v1/pins/${id}`), { changes: ['/api/v1/pins'], done: 'The pin is gone' })
  return (
    <>
      <form className="mb-4 flex gap-2" onSubmit={event => { event.preventDefault(); add.mutate(undefined, { onSuccess: () => setText('') }) }}>
        <input required aria-label="What must not happen" className="field" placeholder="Do not push until I say so" value={text} onChange={event => setText(event.target.value)} /><Button type="submit" look="primary" icon={<PinIcon size={14} />} busy={add.isPending}>Pin</Button>
      </form>
      {pins.error ? <Failure error={pins.error} onRetry={() => void pins.refetch()} /> : !pins.data ? <Skeleton lines={2} /> : pins.data.pins.length === 0 ? (
        <Empty icon={<PinIcon size={22} />} title="Nothing is pinned">What you pin holds in every mode, outside the model’s memory, until you take it back. In a chat: “do not … until I say so”.</Empty>
      ) : (
        <ul className="flex flex-col gap-2.5">
          {pins.data.pins.map(pin => (
            <li key={pin.id} className="flex flex-wrap items-center gap-3 rounded-xl border border-line bg-panel px-4 py-3">
              <PinIcon size={16} className="shrink-0 text-accent" aria-hidden />
              <div className="min-w-0 flex-1"><p className="font-medium wrap-anywhere">{showBidi(pin.text)}</p><p className="text-sm text-muted">{showBidi(pin.says)}</p><p className="text-xs text-faint">{pin.session_id ? 'one session' : pin.workspace ? base(pin.workspace) : 'everywhere'} · {pin.pinned_by}, {ago(pin.created_at)}</p></div>
              <Badge tone={pin.enforced ? (pin.decision === 'deny' ? 'bad' : 'warn') : 'plain'}>{pin.enforced ? (pin.decision ?? 'held') : 'reminder'}</Badge>
              <Button size="sm" look="danger" onClick={() => remove.mutate(pin.id)}>Take back</Button>
            </li>
          ))}
        </ul>
      )}
    </>
  )
}

