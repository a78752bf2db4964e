import type { WorkspaceList } from '@/api/types'
import { useGet } from './data'
import { base } from './format'

/** Which folder it is about; the empty one is where the daemon was started. */
export function FolderPick({ value, onChange }: { value: string; onChange: (path: string) => void }) {
  const folders = useGet<WorkspaceList>('/api/v1/workspaces')
  if ((folders.data?.workspaces.length ?? 0) === 0) return null
  return (
    <select aria-label="Folder" className="field w-auto max-w-60" value={value} onChange={event => onChange(event.target.value)}>
      <option value="">The daemon’s folder</option>
      {folders.data!.workspaces.map(one => <option key={one.id} value={one.path}>{base(one.path)}</option>)}
    </select>
  )
}
