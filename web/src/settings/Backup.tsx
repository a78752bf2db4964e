import { useState } from 'react'
import { HardDriveDownload, ShieldCheck } from 'lucide-react'
import { api, ApiError } from '@/api/client'
import type { BackupBody, BackupList } from '@/api/types'
import { useAct, useGet } from '@/app/data'
import { ago, bytes, exact, plural } from '@/app/format'
import { Badge } from '@/ui/Badge'
import { Button } from '@/ui/Button'
import { Card, Failure, Field, Skeleton } from '@/ui/Page'
import { toast } from '@/ui/toasts'

const PATH = '/api/v1/backups'

/** Files with everything in them, written and checked here; restored by a command, while Pryx does not run. */
export function Backup() {
  const list = useGet<BackupList>(PATH)
  const [passphrase, setPassphrase] = useState('')
  const [withSessions, setWithSessions] = useState(true)
  const make = useAct(() => api.post<BackupBody>(PATH, { sessions: withSessions, ...(passphrase ? { passphrase } : {}) }), { changes: [PATH], done: made => `Written: ${bytes(made.bytes)}, ${plural(made.files, 'file')}` })
  const check = useAct((path: string) => api.post<BackupBody>(`${PATH}/verify`, { path }), {})
  // A gateway that can not has no such card.
  if (list.error instanceof ApiError && list.error.status === 404) return null
  return (
    <Card title="Backup" about="The database as of one moment and every file but caches and logs, in one archive on this machine">
      <form className="flex flex-col gap-3" onSubmit={event => { event.preventDefault(); make.mutate(undefined, { onSuccess: () => setPassphrase('') }) }}>
        <label className="flex items-center gap-2.5 text-sm"><input type="checkbox" className="size-4 accent-(--accent)" checked={withSessions} onChange={() => setWithSessions(!withSessions)} />With sessions and their costs</label>
        <Field label="Passphrase" hint="With one, keys and tokens are in it, sealed; without, they are left out."><input type="password" autoComplete="new-password" className="field max-w-80" value={passphrase} onChange={event => setPassphrase(event.target.value)} /></Field>
        <div><Button type="submit" look="primary" icon={<HardDriveDownload size={15} />} busy={make.isPending}>Back up now</Button></div>
      </form>
      <div className="mt-4 border-t border-line pt-3">
        {list.error ? <Failure error={list.error} onRetry={() => void list.refetch()} /> : !list.data ? <Skeleton lines={2} /> : list.data.backups.length === 0 ? <p className="text-sm text-muted">None was made yet.</p> : (
          <ul aria-label="Backups" className="flex flex-col gap-2">
            {list.data.backups.map(one => (
              <li key={one.path} className="flex flex-wrap items-center gap-x-3 gap-y-1 text-sm">
                <span className="min-w-48 flex-1"><span className="code block text-xs wrap-anywhere">{one.path}</span><span className="text-xs text-muted" title={exact(one.created_at)}>{ago(one.created_at)} · {bytes(one.bytes)} · {plural(one.files, 'file')}</span>{one.trouble && <span className="block text-xs text-bad wrap-anywhere">{one.trouble}</span>}</span>
                {one.secrets && <Badge tone="warn">with keys</Badge>}{!one.sessions && <Badge>without sessions</Badge>}
                <Button size="sm" look="ghost" icon={<ShieldCheck size={14} />} busy={check.isPending && check.variables === one.path} onClick={() => check.mutate(one.path, { onSuccess: told => toast(told.trouble ? 'bad' : 'ok', told.trouble ? 'It can not be restored' : 'It is whole and can be restored', { detail: told.trouble ?? undefined }) })}>Check</Button>
              </li>
            ))}
          </ul>
        )}
        <p className="mt-3 text-xs text-muted">To restore one, stop Pryx and run <span className="code text-xs text-ink">pryx backup restore FILE</span>.</p>
      </div>
    </Card>
  )
}
