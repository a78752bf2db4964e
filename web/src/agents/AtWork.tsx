import { useState } from 'react'
import { Bot, MessageSquare, OctagonX, Square } from 'lucide-react'
import { api } from '@/api/client'
import type { Agent, AgentDefinitions, AgentList, StoppedEverything } from '@/api/types'
import { useAct, useGet } from '@/app/data'
import { FolderPick } from '@/app/FolderPick'
import { ago, duration, exact, plural, short, usd } from '@/app/format'
import { follow, pathOf } from '@/app/router'
import { AGENT_TONES, isAtWork } from '@/chat/AgentStrip'
import { showBidi } from '@/chat/inert'
import { Badge } from '@/ui/Badge'
import { Button } from '@/ui/Button'
import { Dialog } from '@/ui/Dialog'
import { useNow } from '@/ui/now'
import { Empty, Failure, Field, Skeleton } from '@/ui/Page'

/** Agents that run, and those that ended within the last hour. */
export function AtWork({ onStart }: { onStart: () => void }) {
  const agents = useGet<AgentList>('/api/v1/agents', undefined, { live: 2000 })
  const stopAll = useAct(() => api.post<StoppedEverything>('/api/v1/stop'), { changes: ['/api/v1/agents', '/api/v1/sessions'], done: told => `Stopped ${plural(told.turns, 'turn')}, ${plural(told.queued, 'queued turn')}, ${plural(told.agents, 'agent')}` })
  if (agents.error) return <Failure error={agents.error} onRetry={() => void agents.refetch()} />
  if (!agents.data) return <Skeleton lines={4} />
  const running = agents.data.agents.filter(isAtWork)
  if (agents.data.agents.length === 0) {
    return <Empty icon={<Bot size={22} />} title="No agent is at work" action={<Button onClick={onStart}>Give one a task</Button>}>The model calls agents by itself for work that can be done apart: looking through a code base, trying two ways at once. Each has its own context; what it spends counts for its caller.</Empty>
  }
  return (
    <div className="mx-auto flex max-w-4xl flex-col gap-3">
      <div className="flex flex-wrap items-center gap-3">
        <p className="num flex-1 text-sm text-muted">{running.length === 0 ? 'None is at work now' : `${plural(running.length, 'agent')} at work`} · {usd(agents.data.agents.reduce((sum, one) => sum + (one.cost_usd ?? 0), 0))} within the last hour</p>
        {running.length > 0 && <Button size="sm" look="danger" icon={<OctagonX size={14} />} busy={stopAll.isPending} onClick={() => stopAll.mutate()}>Stop everything</Button>}
      </div>
      <ul aria-label="Agents" className="flex flex-col gap-2.5">{agents.data.agents.map(agent => <AgentCard key={agent.agent_id} agent={agent} />)}</ul>
    </div>
  )
}

function AgentCard({ agent }: { agent: Agent }) {
  const isRunning = isAtWork(agent)
  const now = useNow(isRunning)
  const [isOpen, setOpen] = useState(false)
  const stop = useAct(() => api.post(`/api/v1/agents/${agent.agent_id}/cancel`), { changes: ['/api/v1/agents'], done: 'Stopped, with every process it started' })
  const took = agent.duration_ms ?? (agent.started_at ? Math.max(0, now - Date.parse(agent.started_at)) : null)
  return (
    <li className="rounded-xl border border-line bg-panel px-4 py-3" data-agent={agent.status}>
      <div className="flex flex-wrap items-center gap-x-2.5 gap-y-1.5">
        <Bot size={16} className="shrink-0 text-violet" aria-hidden />
        <span className="text-sm font-medium">{agent.name ?? 'Agent'}</span>
        <Badge tone={AGENT_TONES[agent.status] ?? 'plain'} dot={isRunning ? 'live' : undefined}>{agent.status}</Badge>
        {agent.depth > 1 && <Badge>called by an agent</Badge>}
        <span className="flex-1" />
        <time className="text-xs text-faint" title={exact(agent.created_at)}>{ago(agent.created_at)}</time>
        {isRunning && <Button size="sm" look="danger" icon={<Square size={11} fill="currentColor" />} busy={stop.isPending} onClick={() => stop.mutate()}>Stop</Button>}
      </div>
      <p className="mt-1.5 text-sm wrap-anywhere">{showBidi(agent.task.length > 400 ? agent.task.slice(0, 400) + '…' : agent.task)}</p>
      <p className="num mt-1.5 flex flex-wrap gap-x-3 text-xs text-muted">
        <span>{plural(agent.steps, 'step')}</span><span>{short(agent.tokens_used)} tokens</span>{agent.cost_usd !== null && agent.cost_usd !== undefined && <span>{usd(agent.cost_usd)}</span>}{took !== null && <span>{duration(took)}</span>}
        {agent.model && <span>{agent.model}</span>}{agent.policy && <span>policy {agent.policy}</span>}{agent.branch && <span className="code text-xs">{agent.branch}</span>}
      </p>
      {agent.error && <p className="mt-1.5 text-xs text-bad wrap-anywhere">{showBidi(agent.error)}</p>}
      <div className="mt-2 flex flex-wrap items-center gap-x-4 gap-y-1 text-sm">
        <a href={pathOf('chat', agent.session_id)} onClick={follow} className="flex items-center gap-1.5 text-accent hover:underline"><MessageSquare size={13} aria-hidden />What it does</a>
        {agent.parent_session_id && <a href={pathOf('chat', agent.parent_session_id)} onClick={follow} className="text-muted hover:text-ink">Its caller</a>}
        {agent.output && <button aria-expanded={isOpen} className="text-muted hover:text-ink" onClick={() => setOpen(!isOpen)}>{isOpen ? 'Hide its report' : 'Its report'}</button>}
      </div>
      {isOpen && <p className="mt-2 rounded-lg border border-line bg-bg p-3 text-sm whitespace-pre-wrap wrap-anywhere">{showBidi(agent.output!.slice(0, 8000))}</p>}
    </li>
  )
}

export function Spawn({ onClose }: { onClose: () => void }) {
  const [task, setTask] = useState('')
  const [name, setName] = useState('')
  const [folder, setFolder] = useState('')
  const [isApart, setApart] = useState(false)
  const definitions = useGet<AgentDefinitions>('/api/v1/agents/definitions', { workspace: folder })
  const spawn = useAct(() => api.post<Agent>('/api/v1/agents/spawn', { task: task.trim(), ...(name ? { agent: name } : {}), ...(folder ? { workspace: folder } : {}), ...(isApart ? { worktree: true } : {}) }), { changes: ['/api/v1/agents'], done: 'It is at work' })
  return (
    <Dialog open onClose={onClose} title="Give an agent a task" about="It works in a session of its own and tells what it found at the end.">
      <form className="flex flex-col gap-4" onSubmit={event => { event.preventDefault(); spawn.mutate(undefined, { onSuccess: onClose }) }}>
        <Field label="Task"><textarea autoFocus required className="field min-h-24" placeholder="Look through the tests and tell me which have no assertion." value={task} onChange={event => setTask(event.target.value)} /></Field>
        <Field label="Agent" hint="Without a definition it has all the tools of the folder’s policy.">
          <select className="field" value={name} onChange={event => setName(event.target.value)}><option value="">No definition</option>{definitions.data?.agents.map(one => <option key={one.name} value={one.name}>{one.name}</option>)}</select>
        </Field>
        <div className="flex flex-wrap items-center gap-4"><FolderPick value={folder} onChange={setFolder} /><label className="flex items-center gap-2 text-sm"><input type="checkbox" className="size-4 accent-(--accent)" checked={isApart} onChange={() => setApart(!isApart)} />In a git worktree of its own</label></div>
        <div className="flex justify-end gap-2"><Button onClick={onClose}>Cancel</Button><Button type="submit" look="primary" busy={spawn.isPending} disabled={!task.trim()}>Begin</Button></div>
      </form>
    </Dialog>
  )
}
