import { useEffect, useState } from 'react'
import { Archive, ArchiveRestore, Columns2, Copy, Download, Ellipsis, FileText, FolderOpen, GitFork, Link2, PanelRight, Pencil, Search, Shrink, Trash2, Undo2 } from 'lucide-react'
import { api, address } from '@/api/client'
import type { ContextUsage, SessionBody } from '@/api/types'
import { refresh, useAct, useGet } from '@/app/data'
import { ago, base, short, usd } from '@/app/format'
import { follow, go, pathOf } from '@/app/router'
import { Badge } from '@/ui/Badge'
import { Button, IconButton } from '@/ui/Button'
import { cx } from '@/ui/cx'
import { ConfirmByName } from '@/ui/Dialog'
import { Menu, MenuItem, MenuLine } from '@/ui/Menu'
import { Empty } from '@/ui/Page'
import { Tip } from '@/ui/Tip'
import { toast } from '@/ui/toasts'
import { CompareWith } from './Compare'
import type { Feed } from './feed'
import { ModelPicker } from './ModelPicker'

/** What was said lies in a file: it is brought back whole, with its ids. */
export function Archived({ session }: { session: SessionBody }) {
  const bring = useAct(() => api.post(`/api/v1/sessions/${session.id}/unarchive`), { changes: ['/api/v1/sessions'], done: 'Taken out of the archive' })
  return (
    <div className="flex h-full flex-col">
      <header className="flex h-14 shrink-0 items-center gap-2 border-b border-line bg-panel px-4 md:px-6"><h1 className="min-w-0 truncate pl-10 text-[15px] font-semibold tracking-tight md:pl-0">{session.title || 'Untitled'}</h1><Badge>archived</Badge></header>
      <Empty icon={<Archive size={22} />} title={`Archived ${ago(session.archived_at)}`} action={<Button look="primary" icon={<ArchiveRestore size={15} />} busy={bring.isPending} onClick={() => bring.mutate()}>Take it out of the archive</Button>}>
        {session.summary ? <p className="text-left">{session.summary}</p> : 'Everything that was said and done in it lies in a file. It comes back as it was.'}
      </Empty>
    </div>
  )
}

export function Header({ session, state, model, onModel, onPanel, isPanelOpen, onFind, onUndo, onFork }: { onFind: () => void; onUndo: () => void; onFork: () => void;  session?: SessionBody; state: Feed; model: string | null; onModel: (model: string) => void; onPanel: () => void; isPanelOpen: boolean }) {
  const [isRenaming, setRenaming] = useState(false)
  const [isDeleting, setDeleting] = useState(false)
  const rename = useAct((title: string) => api.patch(`/api/v1/sessions/${session!.id}`, { title }), { changes: ['/api/v1/sessions'] })
  const [isComparing, setComparing] = useState(false)
  const compact = useAct(() => api.post(`/api/v1/sessions/${session!.id}/compact`, {}), { done: 'The history is being summarised' })
  const archive = useAct(() => api.post(`/api/v1/sessions/${session!.id}/archive`, {}), { changes: ['/api/v1/sessions'], done: 'Archived' })
  if (!session) return <header className="h-14 shrink-0 border-b border-line bg-panel" />
  return (
    <header className="flex h-14 shrink-0 items-center gap-2 border-b border-line bg-panel px-4 md:px-6">
      <div className="flex min-w-0 flex-1 items-center gap-2 pl-10 md:pl-0">
        {isRenaming ? (
          <form
            className="flex-1"
            onSubmit={event => {
              event.preventDefault()
              const title = new FormData(event.currentTarget).get('title')!.toString().trim()
              setRenaming(false)
              if (title && title !== session.title) rename.mutate(title)
            }}
          >
            <input autoFocus name="title" aria-label="Title" className="field max-w-md" defaultValue={session.title} onBlur={event => event.currentTarget.form!.requestSubmit()} onKeyDown={event => event.key === 'Escape' && setRenaming(false)} />
          </form>
        ) : (
          <h1 className="min-w-0 truncate text-[15px] font-semibold tracking-tight"><button title="Rename" className="max-w-full truncate rounded" onClick={() => setRenaming(true)}>{session.title || 'Untitled'}</button></h1>
        )}
        {!isRenaming && session.workspace && <Tip text={session.workspace}><span tabIndex={0} className={cx('hidden shrink-0 items-center gap-1 text-xs text-muted', state.turn ? '2xl:flex' : 'lg:flex')}><FolderOpen size={13} aria-hidden />{base(session.workspace)}</span></Tip>}
        {state.turn && <Badge tone={state.approvals.length > 0 ? 'warn' : 'accent'} dot="live">{state.approvals.length > 0 ? 'asks you' : state.text ? 'streaming' : 'working'}</Badge>}
        {session.mode === 'plan' && <span className="hidden 2xl:block"><Badge tone="violet">plan mode</Badge></span>}
        {session.parent_id && !isRenaming && <a href={pathOf('chat', session.parent_id)} onClick={follow} title="The session this was copied from, or that called this agent" className="hidden shrink-0 items-center gap-1 text-xs text-muted hover:text-ink lg:flex"><GitFork size={13} aria-hidden />branch</a>}
      </div>
      <Meter session={session} state={state} />
      <span className="hidden sm:block"><ModelPicker value={model} onChange={onModel} /></span>
      <IconButton label="Undo and rewind (U)" className="max-sm:hidden" onClick={onUndo}><Undo2 size={17} /></IconButton>
      <IconButton label="Trace, tools and cost (T)" aria-pressed={isPanelOpen} onClick={onPanel} className={isPanelOpen ? 'bg-raised text-ink' : ''}><PanelRight size={17} /></IconButton>
      <Menu trigger={<button aria-label="Session" className="grid size-8 shrink-0 place-items-center rounded-lg text-muted hover:bg-hover hover:text-ink"><Ellipsis size={18} /></button>}>
        <MenuItem icon={<Pencil size={15} />} onSelect={() => setRenaming(true)}>Rename</MenuItem>
        <MenuItem icon={<Search size={15} />} keys="F" onSelect={onFind}>Find in this session</MenuItem>
        <MenuItem icon={<Undo2 size={15} />} keys="U" onSelect={onUndo}>Undo and rewind</MenuItem>
        <MenuLine />
        <MenuItem icon={<GitFork size={15} />} onSelect={onFork}>Fork from here</MenuItem>
        <MenuItem icon={<Columns2 size={15} />} onSelect={() => setComparing(true)}>Compare with a branch</MenuItem>
        <MenuItem icon={<Shrink size={15} />} onSelect={() => compact.mutate()}>Summarise the history</MenuItem>
        <MenuItem icon={<Link2 size={15} />} onSelect={() => { void navigator.clipboard.writeText(location.origin + pathOf('chat', session.id)); toast('ok', 'Link copied') }}>Copy link</MenuItem>
        <MenuItem icon={<Copy size={15} />} onSelect={() => { void navigator.clipboard.writeText(session.id); toast('ok', 'Id copied') }}>Copy id</MenuItem>
        <MenuLine />
        <MenuItem icon={<FileText size={15} />} onSelect={() => download(session.id, 'markdown')}>Export as Markdown</MenuItem>
        <MenuItem icon={<Download size={15} />} onSelect={() => download(session.id, 'json')}>Export as JSON</MenuItem>
        <MenuLine />
        <MenuItem icon={<Archive size={15} />} onSelect={() => archive.mutate()}>Archive</MenuItem>
        <MenuItem icon={<Trash2 size={15} />} danger onSelect={() => setDeleting(true)}>Delete</MenuItem>
      </Menu>
      {isComparing && <CompareWith session={session} onClose={() => setComparing(false)} />}
      {isDeleting && (
        <ConfirmByName
          name={session.title || 'Untitled'}
          title="Delete this session?"
          about="Its messages and results are gone for good; what it cost and what was audited stays."
          action="Delete"
          onClose={() => setDeleting(false)}
          onConfirm={async () => {
            await api.delete(`/api/v1/sessions/${session.id}`)
            await refresh('/api/v1/sessions')
            toast('ok', 'Deleted')
            go(pathOf('chat'), { replace: true })
          }}
        />
      )}
    </header>
  )
}

export function download(session: string, format: 'markdown' | 'json') {
  const link = document.createElement('a')
  link.href = address(`/api/v1/sessions/${session}/export`, { format })
  link.download = ''
  link.click()
}

/** How full the window is, and what the session has cost. */
function Meter({ session, state }: { session: SessionBody; state: Feed }) {
  const usage = useGet<ContextUsage>(`/api/v1/sessions/${session.id}/context`)
  useEffect(() => {
    if (!state.turn) void usage.refetch()
  }, [state.turn === null])
  const context = state.turn && state.context ? state.context : usage.data
  const cost = session.total_cost_usd + session.estimated_cost_usd + (state.turn ? state.turnCost : 0)
  const percent = context ? Math.min(100, context.percent) : 0
  return (
    <div className="hidden items-center gap-3 text-xs text-muted md:flex">
      {context && context.used > 0 && (
        <Tip text={<span className="num">{short(context.used)} of {short(context.window)} tokens: system {short(context.system)}, tools {short(context.tools)}, history {short(context.history)}{context.reasoning ? `, reasoning ${short(context.reasoning)}` : ''}{context.attachments ? `, pictures ${short(context.attachments)}` : ''}</span>}>
          <span tabIndex={0} role="meter" aria-label="Context window" aria-valuenow={Math.round(percent)} aria-valuemin={0} aria-valuemax={100} className="flex items-center gap-1.5">
            <span className="h-1.5 w-14 overflow-hidden rounded-full bg-hover"><span className={cx('block h-full rounded-full', percent >= 90 ? 'bg-bad' : percent >= 80 ? 'bg-warn' : 'bg-accent')} style={{ width: `${Math.max(3, percent)}%` }} /></span>
            <span className="num">{percent < 1 ? '<1' : Math.round(percent)}%</span>
          </span>
        </Tip>
      )}
      {cost > 0 && <span className="num" title="What this session has cost">{usd(cost)}</span>}
    </div>
  )
}
