import { useState } from 'react'
import { Archive, KeyRound, OctagonX, ShieldX, Trash2 } from 'lucide-react'
import { api } from '@/api/client'
import type { AccessTokenList, ArchiveResult, GrantsBody, RotatedToken, SessionList, StoppedEverything } from '@/api/types'
import { refresh, useAct } from '@/app/data'
import { bytes, plural } from '@/app/format'
import { Button } from '@/ui/Button'
import { ConfirmByName } from '@/ui/Dialog'
import { Card } from '@/ui/Page'
import { toast } from '@/ui/toasts'

interface Danger { id: string; name: string; title: string; about: string; action: string; icon: typeof Trash2; run: () => Promise<string> }

async function archived() {
  const found: SessionList['sessions'] = []
  for (let cursor: string | null | undefined; ;) {
    const page: SessionList = await api.get<SessionList>('/api/v1/sessions', { query: { status: 'archived', limit: 200, cursor } })
    found.push(...page.sessions)
    cursor = page.next_cursor
    if (!cursor) return found
  }
}

const DANGERS: Danger[] = [
  {
    id: 'stop', name: 'stop everything', title: 'Stop everything', about: 'Every turn of every session, every agent, what waits, with all the programs they have started.', action: 'Stop', icon: OctagonX,
    run: async () => { const told = await api.post<StoppedEverything>('/api/v1/stop'); return `Stopped ${plural(told.turns, 'turn')}, ${plural(told.queued, 'queued turn')}, ${plural(told.agents, 'agent')}` },
  },
  {
    id: 'grants', name: 'take back all grants', title: 'Take back every grant', about: 'What you once allowed is asked again from now on, in every folder.', action: 'Take back', icon: ShieldX,
    run: async () => {
      const { grants } = await api.get<GrantsBody>('/api/v1/policies/grants', { query: { state: 'active' } })
      for (const grant of grants) await api.delete(`/api/v1/policies/grants/${grant.id}`)
      await refresh('/api/v1/policies', '/api/v1/policy')
      return `${plural(grants.length, 'grant')} taken back`
    },
  },
  {
    id: 'tokens', name: 'sign out everything', title: 'Sign out every browser and program', about: 'Every token ends, this browser’s too. pryx ui opens a signed-in page again.', action: 'Sign out', icon: KeyRound,
    run: async () => {
      const { tokens } = await api.get<AccessTokenList>('/api/v1/tokens')
      const told = await api.post<RotatedToken>('/api/v1/tokens/rotate', { all: true })
      return `${plural(Math.max(told.revoked, tokens.length), 'token')} ended`
    },
  },
  {
    id: 'archive', name: 'delete the archive', title: 'Delete every archived session', about: 'Their files and everything that was said in them are gone for good. What they cost and what was audited stays.', action: 'Delete', icon: Trash2,
    run: async () => {
      const sessions = await archived()
      for (const session of sessions) await api.delete(`/api/v1/sessions/${session.id}`)
      await refresh('/api/v1/sessions')
      return `${plural(sessions.length, 'session')} deleted`
    },
  },
]

/** What is kept, and what ends it. */
export function Data() {
  const [days, setDays] = useState('90')
  const [danger, setDanger] = useState<Danger | null>(null)
  const archive = useAct(() => api.post<ArchiveResult>('/api/v1/sessions/archive', { older_than_days: Number(days) }), {
    changes: ['/api/v1/sessions'],
    done: told => told.sessions.length === 0 ? 'No session is that old' : `${plural(told.sessions.length, 'session')} archived, ${bytes(told.sessions.reduce((sum, one) => sum + one.bytes, 0))}${told.skipped.length > 0 ? `; ${told.skipped.length} left out` : ''}`,
  })
  return (
    <>
      <Card title="Archive" about="Moves what was said in old sessions into files of their own. They stay listed, and come back whole.">
        <form className="flex flex-wrap items-center gap-2" onSubmit={event => { event.preventDefault(); archive.mutate() }}>
          <label className="flex items-center gap-2 text-sm">Not used for <input type="number" min={1} max={3650} required aria-label="Days" className="field w-24" value={days} onChange={event => setDays(event.target.value)} /> days</label>
          <Button type="submit" icon={<Archive size={14} />} busy={archive.isPending}>Archive them</Button>
        </form>
      </Card>
      <Card title="Danger zone" about="Each asks for its name first." pad={false} className="border-bad/40">
        <ul className="border-t border-line">
          {DANGERS.map(one => (
            <li key={one.id} className="flex flex-wrap items-center gap-x-4 gap-y-2 border-b border-line px-4 py-3 last:border-0">
              <span className="min-w-56 flex-1"><span className="block text-sm font-medium">{one.title}</span><span className="block text-xs text-muted">{one.about}</span></span>
              <Button size="sm" look="danger" icon={<one.icon size={14} aria-hidden />} onClick={() => setDanger(one)}>{one.action}</Button>
            </li>
          ))}
        </ul>
      </Card>
      {danger && <ConfirmByName name={danger.name} title={`${danger.title}?`} about={danger.about} action={danger.action} onClose={() => setDanger(null)} onConfirm={async () => toast('ok', await danger.run())} />}
    </>
  )
}
