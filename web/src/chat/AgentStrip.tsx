import { Bot, Square } from 'lucide-react'
import { api } from '@/api/client'
import type { Agent } from '@/api/types'
import { useAct } from '@/app/data'
import { duration, plural, short, usd } from '@/app/format'
import { follow, pathOf } from '@/app/router'
import { Badge, type Tone } from '@/ui/Badge'
import { Button } from '@/ui/Button'
import { useNow } from '@/ui/now'
import { showBidi } from './inert'

export const AGENT_TONES: Record<string, Tone> = { running: 'accent', queued: 'plain', completed: 'ok', failed: 'bad', cancelled: 'warn', timeout: 'warn' }

export const isAtWork = (agent: Pick<Agent, 'status'>) => agent.status === 'running' || agent.status === 'queued'

/** An agent that a call has begun: a turn of its own, with its steps, its cost and its session. */
export function AgentStrip({ agent }: { agent: Agent }) {
  const isRunning = isAtWork(agent)
  const now = useNow(isRunning)
  const stop = useAct(() => api.post(`/api/v1/agents/${agent.agent_id}/cancel`), { changes: ['/api/v1/agents'], done: 'Stopped, with every process it started' })
  const took = agent.duration_ms ?? (agent.started_at ? now - Date.parse(agent.started_at) : null)
  return (
    <div className="flex flex-wrap items-center gap-x-2.5 gap-y-1.5 border-t border-line px-4 py-2 text-sm" data-agent={agent.status}>
      <Bot size={15} className="shrink-0 text-violet" aria-hidden />
      <a href={pathOf('chat', agent.session_id)} onClick={follow} className="font-medium hover:underline">{agent.name ?? 'Agent'}</a>
      <Badge tone={AGENT_TONES[agent.status] ?? 'plain'} dot={isRunning ? 'live' : undefined}>{agent.status}</Badge>
      <span className="num text-xs text-muted">{plural(agent.steps, 'step')} · {short(agent.tokens_used)} tokens{agent.cost_usd ? ` · ${usd(agent.cost_usd)}` : ''}{took !== null && took >= 0 ? ` · ${duration(took)}` : ''}</span>
      {agent.branch && <span className="code text-xs text-muted wrap-anywhere">{agent.branch}</span>}
      <span className="flex-1" />
      {isRunning && <Button size="sm" look="danger" icon={<Square size={11} fill="currentColor" />} busy={stop.isPending} onClick={() => stop.mutate()}>Stop</Button>}
      {agent.error && <p className="w-full text-xs text-bad wrap-anywhere">{showBidi(agent.error)}</p>}
    </div>
  )
}
