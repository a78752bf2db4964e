import { useState } from 'react'
import { CircleCheck, CircleHelp, CircleSlash, Play } from 'lucide-react'
import { api } from '@/api/client'
import type { ExplainedCall, PolicyOverview, WorkspaceList } from '@/api/types'
import { useAct, useGet } from '@/app/data'
import { Badge } from '@/ui/Badge'
import { Button } from '@/ui/Button'
import { cx } from '@/ui/cx'
import { Card, Field } from '@/ui/Page'

const TOOLS: [string, string, string][] = [
  ['shell.exec', 'command', 'git push origin main'], ['filesystem.write', 'path', 'notes.md'], ['filesystem.read', 'path', '.env'], ['http.request', 'url', 'https://api.example.org/'], ['filesystem.delete', 'path', 'build/'],
]

export function Decision({ decision }: { decision: string }) {
  const Icon = decision === 'allow' ? CircleCheck : decision === 'deny' ? CircleSlash : CircleHelp
  return <span className={cx('inline-flex items-center gap-1.5 font-semibold', decision === 'allow' ? 'text-ok' : decision === 'deny' ? 'text-bad' : 'text-warn')}><Icon size={17} aria-hidden />{decision}</span>
}

/** What would happen to a call, by which rule, why. Nothing runs. */
export function Explain() {
  const [tool, setTool] = useState('shell.exec')
  const [value, setValue] = useState('git push origin main')
  const [policy, setPolicy] = useState('')
  const [workspace, setWorkspace] = useState('')
  const [isTainted, setTainted] = useState(false)
  const modes = useGet<PolicyOverview>('/api/v1/policies')
  const workspaces = useGet<WorkspaceList>('/api/v1/workspaces')
  const explain = useAct(() => {
    const field = TOOLS.find(([name]) => name === tool)?.[1] ?? 'input'
    return api.post<ExplainedCall>('/api/v1/policies/explain', { tool, args: { [field]: value, ...(tool === 'filesystem.write' ? { content: '' } : {}) }, untrusted: isTainted, ...(policy ? { policy } : {}), ...(workspace ? { workspace } : {}) })
  })
  const told = explain.data
  return (
    <div className="grid grid-cols-[minmax(0,1fr)] items-start gap-4 lg:grid-cols-2">
      <Card title="A call" about="It is judged as if a model had made it. Nothing runs.">
        <form className="flex flex-col gap-4" onSubmit={event => { event.preventDefault(); explain.mutate() }}>
          <Field label="Tool"><select className="field code" value={tool} onChange={event => { setTool(event.target.value); setValue(TOOLS.find(([name]) => name === event.target.value)?.[2] ?? '') }}>{TOOLS.map(([name]) => <option key={name}>{name}</option>)}</select></Field>
          <Field label={TOOLS.find(([name]) => name === tool)?.[1] ?? 'input'}><input required className="field code" value={value} onChange={event => setValue(event.target.value)} /></Field>
          <div className="grid grid-cols-2 gap-3">
            <Field label="Mode"><select className="field" value={policy} onChange={event => setPolicy(event.target.value)}><option value="">The one in force</option>{modes.data?.modes.map(mode => <option key={mode.name}>{mode.name}</option>)}{modes.data?.files.loaded.map(name => <option key={name}>{name}</option>)}</select></Field>
            <Field label="Folder"><select className="field" value={workspace} onChange={event => setWorkspace(event.target.value)}><option value="">The daemon’s</option>{workspaces.data?.workspaces.map(one => <option key={one.id} value={one.path}>{one.name}</option>)}</select></Field>
          </div>
          <label className="flex items-center gap-2 text-sm"><input type="checkbox" className="accent-(--accent)" checked={isTainted} onChange={event => setTainted(event.target.checked)} /> after text from outside was read</label>
          <Button type="submit" look="primary" icon={<Play size={14} />} busy={explain.isPending}>Explain</Button>
        </form>
      </Card>
      <Card title="What would happen">
        {!told ? <p className="py-8 text-center text-sm text-muted">The decision, the rule behind it and what the call would touch.</p> : (
          <div role="status" className="fade flex flex-col gap-3 text-sm">
            <p className="flex items-center gap-3 text-base"><Decision decision={told.decision} /><Badge>{told.rule}</Badge></p>
            <p>{told.reason}</p>
            <p className="code text-muted">{told.summary}</p>
            {told.accesses.length > 0 && <ul className="overflow-hidden rounded-lg border border-line">{told.accesses.map((access, i) => <li key={i} className="flex items-center gap-3 border-b border-line px-3 py-1.5 last:border-0"><span className="w-16 text-xs text-muted">{access.kind}</span><span className="code min-w-0 flex-1 wrap-anywhere">{access.target}</span>{!access.inside_workspace && <Badge tone="warn">outside</Badge>}</li>)}</ul>}
            {told.next && <p className="text-xs text-muted">{told.next}</p>}
          </div>
        )}
      </Card>
    </div>
  )
}
