import { useCallback, useEffect, useMemo, useRef, useState } from 'react'
import { Archive, ArchiveRestore, Columns2, Copy, Download, Ellipsis, FileText, FolderOpen, GitFork, Link2, PanelRight, Pencil, Search, Shrink, Trash2, Undo2 } from 'lucide-react'
import { api, address } from '@/api/client'
import type { ContextUsage, SessionBody, SessionMode, TurnStopped, WorkspaceList } from '@/api/types'
import { refresh, useAct, useGet } from '@/app/data'
import { ago, base, short, usd } from '@/app/format'
import { follow, go, pathOf, usePlace } from '@/app/router'
import { Badge } from '@/ui/Badge'
import { Button, IconButton } from '@/ui/Button'
import { cx } from '@/ui/cx'
import { ConfirmByName } from '@/ui/Dialog'
import { Menu, MenuItem, MenuLine } from '@/ui/Menu'
import { Empty, Failure, Skeleton } from '@/ui/Page'
import { Tip } from '@/ui/Tip'
import { toast } from '@/ui/toasts'
import { RowActionsContext, type RowActions } from './actions'
import { Compare, CompareWith } from './Compare'
import { Composer, keepDraft } from './Composer'
import { useFeed } from './feeds'
import type { Feed } from './feed'
import { Find } from './Find'
import { ModelPicker } from './ModelPicker'
import { nextUser, type Row } from './rows'
import { SidePanel } from './TracePanel'
import { Transcript } from './Transcript'
import { Undo } from './Undo'
import { Welcome } from './Welcome'

export function ChatView() {
  const place = usePlace()
  const other = place.query.get('with')
  if (place.id && other) return <Compare key={`${place.id} ${other}`} one={place.id} two={other} />
  return place.id ? <OpenSession key={place.id} id={place.id} /> : <NewSession />
}

function NewSession() {
  const [model, setModel] = useState<string | null>(null)
  const [workspace, setWorkspace] = useState('')
  const [isPlanning, setPlanning] = useState(false)
  const workspaces = useGet<WorkspaceList>('/api/v1/workspaces')
  const prepare = async () => (await api.post<SessionBody>('/api/v1/sessions', { ...(workspace ? { workspace } : {}), ...(model ? { model } : {}) })).id
  return (
    <div className="flex h-full flex-col">
      <header className="flex h-14 shrink-0 items-center gap-2 border-b border-line bg-panel px-4 md:px-6">
        <h1 className="flex-1 pl-10 text-[15px] font-semibold tracking-tight md:pl-0">New session</h1>
        {(workspaces.data?.workspaces.length ?? 0) > 0 && (
          <select aria-label="Folder" className="field w-auto max-w-52 max-sm:hidden" value={workspace} onChange={event => setWorkspace(event.target.value)}>
            <option value="">The daemon’s folder</option>
            {workspaces.data!.workspaces.map(one => <option key={one.id} value={one.path}>{base(one.path)}</option>)}
          </select>
        )}
        <ModelPicker value={model} onChange={setModel} />
      </header>
      <Welcome onPick={text => {
        const box = document.getElementById('composer') as HTMLTextAreaElement
        Object.getOwnPropertyDescriptor(HTMLTextAreaElement.prototype, 'value')!.set!.call(box, text)
        box.dispatchEvent(new Event('input', { bubbles: true }))
        box.focus()
      }} />
      <Composer session={null} model={model} isRunning={false} waiting={[]} isPlanning={isPlanning} onPlanning={setPlanning} prepare={prepare} onSent={id => go(pathOf('chat', id))} />
    </div>
  )
}

function OpenSession({ id }: { id: string }) {
  const session = useGet<SessionBody>(`/api/v1/sessions/${id}`)
  const { feed, state } = useFeed(id)
  const [model, setModel] = useState<string | null>(null)
  const [isPanelOpen, setPanel] = useState(() => window.innerWidth >= 1200)
  const [isFinding, setFinding] = useState(false)
  // Undefined: closed. Null: all turns. A turn: going back to before it.
  const [undoing, setUndoing] = useState<string | null | undefined>(undefined)
  const rows = useRef<readonly Row[]>([])
  const place = useRef(-1)
  const keepRows = useCallback((now: readonly Row[]) => {
    rows.current = now
    place.current = now.length
  }, [])

  // Out of the archive, here or elsewhere: what was said can be read again.
  const isAway = Boolean(session.data?.archived_at)
  useEffect(() => {
    if (!isAway && feed.read().error) void feed.load()
  }, [isAway])
  const stop = useAct(() => api.post<TurnStopped>(`/api/v1/sessions/${id}/stop`))
  const fork = useAct((before?: number) => api.post<SessionBody>(`/api/v1/sessions/${id}/fork`, before ? { before_seq: before } : {}), { changes: ['/api/v1/sessions'] })
  const isPlanning = session.data?.mode === 'plan'
  const plan = useAct((on: boolean) => api.put<SessionMode>(`/api/v1/sessions/${id}/mode`, { mode: on ? 'plan' : 'act' }), { changes: [`/api/v1/sessions/${id}`] })
  const actions = useMemo<RowActions>(() => ({
    fork: message => fork.mutate(message.seq, {
      onSuccess: copy => {
        keepDraft(copy.id, message.text)
        toast('ok', 'Forked before this message', { detail: 'It stands in the box of the copy.', action: { label: 'Compare the two', run: () => go(pathOf('chat', id, { with: copy.id })) } })
        go(pathOf('chat', copy.id))
      },
    }),
    rewind: message => setUndoing(message.turn_id ?? null),
  }), [id])

  useEffect(() => {
    const onKey = (event: KeyboardEvent) => {
      if (event.ctrlKey || event.metaKey || event.altKey || (event.target instanceof HTMLElement && event.target.closest('input,textarea,select,[contenteditable],[role=dialog],[role=menu]'))) return
      if (event.key === 't') setPanel(open => !open)
      if (event.key === 'u') setUndoing(null)
      if (event.key === 'p') plan.mutate(!isPlanning)
      if (event.key === 'f') {
        event.preventDefault()
        setFinding(true)
      }
      if (event.key !== 'j' && event.key !== 'k') return
      const to = nextUser(rows.current, place.current, event.key === 'j' ? 1 : -1)
      if (to < 0) return
      place.current = to
      document.getElementById(`item-${rows.current[to]!.id}`)?.scrollIntoView({ block: 'start', behavior: 'smooth' })
    }
    window.addEventListener('keydown', onKey)
    return () => window.removeEventListener('keydown', onKey)
  }, [isPlanning])

  if (session.data?.archived_at) return <Archived session={session.data} />
  if (session.error) return <div className="p-7 pt-16 md:pt-7"><Failure error={session.error} onRetry={() => void session.refetch()} /></div>
  return (
    <div className="flex h-full">
      <div className="flex min-w-0 flex-1 flex-col">
        <Header session={session.data} state={state} model={model ?? session.data?.model ?? null} onModel={setModel} onPanel={() => setPanel(!isPanelOpen)} isPanelOpen={isPanelOpen} onFind={() => setFinding(true)} onUndo={() => setUndoing(null)} onFork={() => fork.mutate(undefined, { onSuccess: copy => { toast('ok', 'Forked: this is the copy', { action: { label: 'Compare the two', run: () => go(pathOf('chat', id, { with: copy.id })) } }); go(pathOf('chat', copy.id)) } })} />
        {isFinding && state.isLoaded && <Find feed={feed} state={state} onClose={() => setFinding(false)} />}
        {state.error ? <div className="flex-1 p-7"><Failure error={state.error} onRetry={() => void feed.load()} /></div>
          : !state.isLoaded ? <div className="mx-auto w-full max-w-3xl flex-1 p-6"><Skeleton lines={6} /></div>
          : <RowActionsContext value={actions}><Transcript feed={feed} state={state} onRows={keepRows} onStop={() => stop.mutate()} /></RowActionsContext>}
        <Composer key={id} session={id} model={model} isRunning={state.turn !== null} waiting={state.waiting} isPlanning={isPlanning} onPlanning={on => plan.mutate(on)} prepare={() => Promise.resolve(id)} onSent={() => void feed.loadWaiting()} />
      </div>
      {undoing !== undefined && <Undo session={id} turn={undoing} onClose={() => setUndoing(undefined)} />}
      {isPanelOpen && session.data && (
        <div className="w-[27rem] shrink-0 max-xl:w-96 max-lg:fixed max-lg:inset-0 max-lg:z-30 max-lg:w-full">
          <SidePanel session={session.data} feed={state} onClose={() => setPanel(false)} />
        </div>
      )}
    </div>
  )
}

/** What was said lies in a file: it is brought back whole, with its ids. */
function Archived({ session }: { session: SessionBody }) {
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

function Header({ session, state, model, onModel, onPanel, isPanelOpen, onFind, onUndo, onFork }: { onFind: () => void; onUndo: () => void; onFork: () => void;  session?: SessionBody; state: Feed; model: string | null; onModel: (model: string) => void; onPanel: () => void; isPanelOpen: boolean }) {
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
