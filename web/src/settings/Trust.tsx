import { FolderCheck } from 'lucide-react'
import { api } from '@/api/client'
import type { TrustCard, WorkspaceBody } from '@/api/types'
import { useAct, useGet } from '@/app/data'
import { plural } from '@/app/format'
import { showBidi } from '@/chat/inert'
import { Badge } from '@/ui/Badge'
import { Button } from '@/ui/Button'
import { Dialog } from '@/ui/Dialog'
import { Failure, Skeleton } from '@/ui/Page'

/** What a folder brings that would act on the user's behalf; trust holds for exactly that. */
export function Trust({ folder, onClose }: { folder: WorkspaceBody; onClose: () => void }) {
  // Nothing is answered for a folder that brings nothing.
  const card = useGet<TrustCard | null>('/api/v1/workspaces/trust', { path: folder.path })
  const trust = useAct(() => api.post('/api/v1/workspaces/trust', card.data), { changes: ['/api/v1/workspaces'], done: `${folder.name} is trusted, as it is now` })
  return (
    <Dialog open wide onClose={onClose} title={folder.name} about={<span className="code text-xs">{folder.path}</span>}>
      {card.error ? <Failure error={card.error} /> : card.data === undefined ? <Skeleton lines={3} /> : card.data === null ? <p className="text-sm text-muted">It brings nothing that would act on your behalf: there is nothing to trust.</p> : (
        <>
          <p className="text-sm text-muted">{card.data.brings.length === 0 ? 'It brings nothing that would act on your behalf.' : `It brings ${plural(card.data.brings.length, 'file')} that would act on your behalf. When one of them changes, you are asked again.`}</p>
          <ul className="mt-3 flex flex-col gap-2">
            {card.data.brings.map(item => (
              <li key={item.path} className="rounded-xl border border-line px-4 py-2.5">
                <p className="flex flex-wrap items-center gap-2 text-sm"><span className="code font-medium">{showBidi(item.path)}</span><Badge tone="warn">{item.effect}</Badge></p>
                {item.preview && <pre tabIndex={0} className="code mt-2 max-h-40 overflow-auto rounded-lg bg-bg p-2.5 text-xs whitespace-pre-wrap text-muted wrap-anywhere">{showBidi(item.preview)}</pre>}
              </li>
            ))}
          </ul>
          <div className="mt-4 flex justify-end gap-2"><Button onClick={onClose}>Not now</Button><Button look="primary" icon={<FolderCheck size={15} />} busy={trust.isPending} onClick={() => trust.mutate(undefined, { onSuccess: onClose })}>Trust this folder</Button></div>
        </>
      )}
    </Dialog>
  )
}
