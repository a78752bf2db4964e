import { useState } from 'react'
import { Boxes, Check, Plus, Sparkles } from 'lucide-react'
import { api } from '@/api/client'
import { useAct } from '@/app/data'
import { AddServer } from '@/mcp/AddServer'
import { Button } from '@/ui/Button'
import { Skip, type StepProps } from './SetupView'

/** The first thing from outside: a server's tools, or a skill. */
export function AbilitiesStep({ step, onNext }: StepProps) {
  const [isAdding, setAdding] = useState(false)
  const enable = useAct((id: string) => api.post('/api/v1/skills/enable', { id }), { changes: ['/api/v1/setup', '/api/v1/skills'], done: 'Switched on' })
  return (
    <div className="flex flex-col gap-4">
      <ul className="flex flex-col gap-2">
        <li className="flex flex-wrap items-center gap-3 rounded-xl border border-line px-4 py-3">
          <Boxes size={17} className="shrink-0 text-accent" aria-hidden />
          <span className="min-w-40 flex-1"><span className="block text-sm font-medium">An MCP server</span><span className="block text-xs text-muted">Your issues, your database, a browser: its tools, each call judged by policy</span></span>
          <Button size="sm" icon={<Plus size={14} />} onClick={() => setAdding(true)}>Add one</Button>
        </li>
        {step.found.map(found => (
          <li key={found.kind + found.id} className="flex flex-wrap items-center gap-3 rounded-xl border border-line px-4 py-3">
            {found.kind === 'mcp' ? <Boxes size={17} className="shrink-0 text-muted" aria-hidden /> : <Sparkles size={17} className="shrink-0 text-violet" aria-hidden />}
            <span className="min-w-40 flex-1"><span className="block text-sm font-medium">{found.name}</span>{found.about && <span className="block text-xs text-muted">{found.about}</span>}</span>
            {found.active ? <span className="flex items-center gap-1.5 text-xs text-ok"><Check size={14} aria-hidden />in use</span> : <Button size="sm" busy={enable.isPending && enable.variables === found.id} onClick={() => enable.mutate(found.id)}>Switch on</Button>}
          </li>
        ))}
      </ul>
      <div><Skip step={step} onNext={onNext} /></div>
      {isAdding && <AddServer onClose={() => setAdding(false)} stay />}
    </div>
  )
}
