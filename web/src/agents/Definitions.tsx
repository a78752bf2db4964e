import { BookUser, TriangleAlert } from 'lucide-react'
import type { AgentDefinitions } from '@/api/types'
import { useGet } from '@/app/data'
import { showBidi } from '@/chat/inert'
import { Badge } from '@/ui/Badge'
import { Empty, Failure, Skeleton } from '@/ui/Page'

/** The agents that can be called in a folder: Markdown files, the nearer one of a name. */
export function Definitions({ folder }: { folder: string }) {
  const list = useGet<AgentDefinitions>('/api/v1/agents/definitions', { workspace: folder })
  if (list.error) return <Failure error={list.error} onRetry={() => void list.refetch()} />
  if (!list.data) return <Skeleton lines={4} />
  return (
    <div className="mx-auto flex max-w-4xl flex-col gap-3">
      {list.data.warning && <p role="alert" className="rounded-xl border border-line bg-warn-soft px-4 py-2.5 text-sm text-warn wrap-anywhere">{showBidi(list.data.warning)}</p>}
      {list.data.broken.map(one => <p key={one.file} className="flex gap-2 rounded-xl border border-line bg-bad-soft px-4 py-2.5 text-sm wrap-anywhere"><TriangleAlert size={15} className="mt-0.5 shrink-0 text-bad" aria-hidden /><span><span className="code">{one.file}:{one.line}</span> {showBidi(one.message)}</span></p>)}
      {list.data.agents.length === 0 ? (
        <Empty icon={<BookUser size={22} />} title="No definition yet">
          <p>A Markdown file gives an agent a name, a task and fewer rights. Put it into <span className="code">.pryx/agents</span> of a trusted folder, or into <span className="code">~/.pryx/agents</span>:</p>
          <pre tabIndex={0} className="code mt-3 overflow-x-auto rounded-xl border border-line bg-bg p-3 text-left text-xs text-ink">{'---\nname: reviewer\ndescription: Reviews a change for bugs; call it before a commit.\ntools: Read, Grep, Glob, Bash\npolicy: read-only\n---\nLook at the change with git diff. Report only what is wrong.'}</pre>
        </Empty>
      ) : (
        <ul aria-label="Definitions" className="flex flex-col gap-2.5">
          {list.data.agents.map(one => (
            <li key={one.name} className="rounded-xl border border-line bg-panel px-4 py-3">
              <div className="flex flex-wrap items-center gap-2"><span className="text-sm font-medium">{one.name}</span><Badge>{one.source}</Badge>{one.model && <Badge tone="accent">{one.model}</Badge>}{one.policy && <Badge tone="violet">policy {one.policy}</Badge>}{one.worktree && <Badge>worktree</Badge>}</div>
              <p className="mt-1 text-sm text-muted wrap-anywhere">{showBidi(one.description)}</p>
              <p className="mt-1.5 text-xs text-muted">{one.tools ? <>Tools: <span className="code text-xs text-ink">{one.tools.join(', ')}</span></> : 'All tools its caller has'}{one.not_tools.length > 0 && <> without <span className="code text-xs text-ink">{one.not_tools.join(', ')}</span></>}</p>
              {one.file && <p className="code mt-1 truncate text-xs text-faint" title={one.file}>{one.file}</p>}
              {one.notes.map(note => <p key={note} className="mt-1 text-xs text-warn wrap-anywhere">{showBidi(note)}</p>)}
              {one.shadows.length > 0 && <p className="mt-1 text-xs text-muted wrap-anywhere">Hides {one.shadows.join(', ')}</p>}
            </li>
          ))}
        </ul>
      )}
    </div>
  )
}
