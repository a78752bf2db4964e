import { useInfiniteQuery, useQuery } from '@tanstack/react-query'
import { useVirtualizer } from '@tanstack/react-virtual'
import { useEffect, useMemo, useRef, useState } from 'react'
import { Archive, ArchiveRestore, Download, FileText, GitFork, MessagesSquare, MoreHorizontal, Pencil, Plus, Search, Trash2, X } from 'lucide-react'
import { api } from '@/api/client'
import type { SessionBody, SessionList } from '@/api/types'
import { refresh, useAct } from '@/app/data'
import { ago, base, count, exact, plural, short, usd } from '@/app/format'
import { follow, go, keepAddress, pathOf, usePlace } from '@/app/router'
import { download } from '@/chat/ChatView'
import { Badge } from '@/ui/Badge'
import { Button } from '@/ui/Button'
import { cx } from '@/ui/cx'
import { ConfirmByName, Dialog } from '@/ui/Dialog'
import { Menu, MenuItem, MenuLine } from '@/ui/Menu'
import { Empty, Failure, Page, Skeleton, Tabs } from '@/ui/Page'
import { toast } from '@/ui/toasts'

const PAGE = 100
/** Behind the first page, for whoever scrolls on. */
const LARGE_PAGE = 500
const ROW = 60

type Status = 'active' | 'archived'

/** Every session: found by its words at once, scrolled by the ten thousand. */
export function SessionsView() {
  const place = usePlace()
  const [text, setText] = useState(place.query.get('q') ?? '')
  const [words, setWords] = useState(text.trim())
  const [status, setStatus] = useState<Status>(place.query.get('status') === 'archived' ? 'archived' : 'active')
  const [chosen, setChosen] = useState<ReadonlySet<string>>(new Set())
  const [renaming, setRenaming] = useState<SessionBody | null>(null)
  const [deleting, setDeleting] = useState<SessionBody[] | null>(null)

  useEffect(() => {
    const timer = window.setTimeout(() => setWords(text.trim()), 90)
    return () => window.clearTimeout(timer)
  }, [text])
  useEffect(() => keepAddress('sessions', { q: words || undefined, status: status === 'archived' ? status : undefined }), [words, status])

  const listed = useInfiniteQuery({
    queryKey: ['/api/v1/sessions', 'all', status],
    queryFn: ({ pageParam, signal }) => api.get<SessionList>('/api/v1/sessions', { query: { limit: pageParam ? LARGE_PAGE : PAGE, status, cursor: pageParam }, signal }),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: page => page.next_cursor ?? undefined,
    enabled: words === '',
    // Comparing ten thousand sessions with each page takes longer than drawing the thirty in sight.
    structuralSharing: false,
  })
  const found = useQuery({
    queryKey: ['/api/v1/sessions', 'search', words],
    queryFn: ({ signal }) => api.get<SessionList>('/api/v1/sessions', { query: { q: words, limit: PAGE }, signal }),
    enabled: words !== '',
    placeholderData: before => before,
  })
  const sessions = useMemo(
    () => (words ? (found.data?.sessions ?? []) : (listed.data?.pages.flatMap(page => page.sessions) ?? [])),
    [words, found.data, listed.data],
  )
  const query = words ? found : listed
  const toggle = (id: string) => setChosen(before => {
    const next = new Set(before)
    if (!next.delete(id)) next.add(id)
    return next
  })
  const picked = sessions.filter(session => chosen.has(session.id))
  const archive = useAct(async (some: SessionBody[]) => {
    for (const session of some) {
      const path = `/api/v1/sessions/${session.id}`
      if (status !== 'archived') await api.post(`${path}/archive`, {})
      // Marked only, with everything still at hand; or moved into a file.
      else if (session.archived_at) await api.post(`${path}/unarchive`)
      else await api.patch(path, { status: 'active' })
    }
    return some.length
  }, { changes: ['/api/v1/sessions'], done: n => `${plural(n, 'session')} ${status === 'archived' ? 'taken out of the archive' : 'archived'}` })

  return (
    <div className="flex h-full min-h-0 flex-col">
      <Page
        title="Sessions"
        about={words ? `${plural(sessions.length, 'session')}${sessions.length === PAGE ? ' or more' : ''} with these words, best first` : 'Everything you and Pryx have said, used last first'}
        actions={<Button look="primary" icon={<Plus size={15} />} onClick={() => go(pathOf('chat'))}>New session</Button>}
        toolbar={
          picked.length > 0 ? (
            <>
              <span className="text-sm font-medium">{plural(picked.length, 'session')} chosen</span>
              <Button size="sm" icon={status === 'archived' ? <ArchiveRestore size={14} /> : <Archive size={14} />} busy={archive.isPending} onClick={() => archive.mutate(picked, { onSuccess: () => setChosen(new Set()) })}>{status === 'archived' ? 'Take out of the archive' : 'Archive'}</Button>
              <Button size="sm" icon={<Download size={14} />} onClick={() => picked.forEach(session => download(session.id, 'markdown'))}>Export</Button>
              <Button size="sm" look="danger" icon={<Trash2 size={14} />} onClick={() => setDeleting(picked)}>Delete</Button>
              <span className="flex-1" />
              <Button size="sm" look="ghost" icon={<X size={14} />} onClick={() => setChosen(new Set())}>Choose none</Button>
            </>
          ) : (
            <>
              <div className="relative min-w-52 flex-1">
                <Search size={15} aria-hidden className="absolute top-2.5 left-3 text-faint" />
                <input data-search type="search" aria-label="Search everything said" placeholder="Search everything said…" className="field pl-9!" value={text} onChange={event => setText(event.target.value)} />
              </div>
              <Tabs label="Which sessions" value={status} onChange={setStatus} tabs={[{ id: 'active', label: 'Active' }, { id: 'archived', label: 'Archived' }]} />
            </>
          )
        }
      >
        {query.error ? <Failure error={query.error} onRetry={() => void query.refetch()} />
          : query.isPending && sessions.length === 0 ? <Skeleton lines={8} />
          : sessions.length === 0 ? (
            <Empty icon={<MessagesSquare size={22} />} title={words ? 'Nothing was said with these words' : status === 'archived' ? 'The archive is empty' : 'No session yet'} action={words ? <Button onClick={() => setText('')}>Show all</Button> : <Button look="primary" onClick={() => go(pathOf('chat'))}>Begin one</Button>}>
              {words ? 'All the words must occur in one session: its title, messages or results. Beginnings of words count.' : status === 'archived' ? 'What you archive goes into a file of its own and out of the way. It is found by its title and summary, and comes back whole.' : 'A session is a conversation with its history, its folder and its costs. From a terminal: pryx run "…"'}
            </Empty>
          ) : (
            <List
              sessions={sessions}
              chosen={chosen}
              onToggle={toggle}
              onEnd={() => !words && listed.hasNextPage && !listed.isFetchingNextPage && void listed.fetchNextPage()}
              onRename={setRenaming}
              onDelete={session => setDeleting([session])}
              onArchive={session => archive.mutate([session])}
            />
          )}
      </Page>
      {renaming && <Rename session={renaming} onClose={() => setRenaming(null)} />}
      {deleting && (
        <ConfirmByName
          name={deleting.length === 1 ? deleting[0]!.title || 'Untitled' : `delete ${deleting.length} sessions`}
          title={deleting.length === 1 ? 'Delete this session?' : `Delete ${deleting.length} sessions?`}
          about="Messages and results are gone for good; what they cost and what was audited stays."
          action="Delete"
          onClose={() => setDeleting(null)}
          onConfirm={async () => {
            for (const session of deleting) await api.delete(`/api/v1/sessions/${session.id}`)
            setChosen(new Set())
            await refresh('/api/v1/sessions')
            toast('ok', `${plural(deleting.length, 'session')} deleted`)
          }}
        />
      )}
    </div>
  )
}

interface ListProps {
  sessions: SessionBody[]
  chosen: ReadonlySet<string>
  onToggle: (id: string) => void
  onEnd: () => void
  onRename: (session: SessionBody) => void
  onDelete: (session: SessionBody) => void
  onArchive: (session: SessionBody) => void
}

function List({ sessions, chosen, onToggle, onEnd, onRename, onDelete, onArchive }: ListProps) {
  const box = useRef<HTMLUListElement>(null)
  const pane = useRef<HTMLElement | null>(null)
  const fork = useAct((id: string) => api.post<SessionBody>(`/api/v1/sessions/${id}/fork`, {}), { changes: ['/api/v1/sessions'], done: 'Forked' })
  const rows = useVirtualizer({ count: sessions.length, estimateSize: () => ROW, overscan: 12, getScrollElement: () => (pane.current ??= box.current?.closest('.overflow-y-auto') as HTMLElement | null) })
  const shown = rows.getVirtualItems()
  const last = shown[shown.length - 1]?.index ?? 0
  useEffect(() => {
    if (last >= sessions.length - 20) onEnd()
  }, [last, sessions.length])
  return (
    <ul ref={box} aria-label="Sessions" className="relative" style={{ height: rows.getTotalSize() }}>
      {shown.map(row => {
        const session = sessions[row.index]!
        return (
          <li key={session.id} className="absolute inset-x-0 top-0" style={{ transform: `translateY(${row.start}px)`, height: ROW }}>
            <Line session={session} isChosen={chosen.has(session.id)} onToggle={() => onToggle(session.id)} onRename={() => onRename(session)} onDelete={() => onDelete(session)} onArchive={() => onArchive(session)} onFork={() => fork.mutate(session.id, { onSuccess: copy => go(pathOf('chat', copy.id)) })} />
          </li>
        )
      })}
    </ul>
  )
}

interface LineProps { session: SessionBody; isChosen: boolean; onToggle: () => void; onRename: () => void; onDelete: () => void; onArchive: () => void; onFork: () => void }

function Line({ session, isChosen, onToggle, onRename, onDelete, onArchive, onFork }: LineProps) {
  // A menu for each line in sight would cost more than all the rest of it.
  const [isMenu, setMenu] = useState(false)
  return (
    <div className={cx('group flex h-[54px] items-center gap-3 rounded-xl border px-3 transition-colors', isChosen ? 'border-accent bg-accent-soft' : 'border-line bg-panel hover:border-line-strong')}>
      <input type="checkbox" aria-label={`Choose ${session.title}`} checked={isChosen} onChange={onToggle} className="size-4 shrink-0 accent-(--accent)" />
      <a href={pathOf('chat', session.id)} onClick={follow} className="min-w-0 flex-1">
        <span className="block truncate text-sm font-medium">{session.title || 'Untitled'}</span>
        <span className="block truncate text-xs text-muted">
          {session.snippet ? <Snippet text={session.snippet} /> : <>{session.archived_at ? `archived ${ago(session.archived_at)}` : session.workspace ? base(session.workspace) : 'no folder'} · {session.archived_at && session.summary ? session.summary : plural(session.message_count, 'message')}{session.model ? ` · ${session.model.split('/').pop()}` : ''}</>}
        </span>
      </a>
      {session.status === 'archived' && <Badge>archived</Badge>}
      <span className="num hidden w-20 text-right text-xs text-muted sm:block" title={`${count(session.usage.input + session.usage.output)} tokens`}>{short(session.usage.input + session.usage.output)} tok</span>
      <span className="num hidden w-16 text-right text-xs text-muted sm:block">{usd(session.total_cost_usd + session.estimated_cost_usd)}</span>
      <time className="w-20 shrink-0 text-right text-xs text-muted" title={exact(session.updated_at)}>{ago(session.updated_at)}</time>
      {!isMenu ? <button onClick={() => setMenu(true)} aria-haspopup="menu" aria-label={`More for ${session.title}`} className="grid size-8 shrink-0 place-items-center rounded-lg text-muted hover:bg-hover hover:text-ink"><MoreHorizontal size={16} /></button> : <Menu isOpen trigger={<button aria-label={`More for ${session.title}`} className="grid size-8 shrink-0 place-items-center rounded-lg text-muted hover:bg-hover hover:text-ink"><MoreHorizontal size={16} /></button>}>
        <MenuItem icon={<Pencil size={15} />} onSelect={onRename}>Rename</MenuItem>
        <MenuItem icon={<GitFork size={15} />} onSelect={onFork}>Fork</MenuItem>
        <MenuItem icon={<FileText size={15} />} onSelect={() => download(session.id, 'markdown')}>Export as Markdown</MenuItem>
        <MenuItem icon={<Download size={15} />} onSelect={() => download(session.id, 'json')}>Export as JSON</MenuItem>
        <MenuLine />
        <MenuItem icon={<Archive size={15} />} onSelect={onArchive}>{session.status === 'archived' ? 'Take out of the archive' : 'Archive'}</MenuItem>
        <MenuItem icon={<Trash2 size={15} />} danger onSelect={onDelete}>Delete</MenuItem>
      </Menu>}
    </div>
  )
}

/** The hit stands between « and ». */
function Snippet({ text }: { text: string }) {
  return <>{text.split(/[«»]/).map((part, i) => (i % 2 === 1 ? <mark key={i} className="rounded-sm bg-warn-soft px-0.5 text-warn">{part}</mark> : part))}</>
}

function Rename({ session, onClose }: { session: SessionBody; onClose: () => void }) {
  const [title, setTitle] = useState(session.title)
  const rename = useAct(() => api.patch(`/api/v1/sessions/${session.id}`, { title: title.trim() }), { changes: ['/api/v1/sessions'] })
  return (
    <Dialog open onClose={onClose} title="Rename">
      <form onSubmit={event => { event.preventDefault(); rename.mutate(undefined, { onSuccess: onClose }) }}>
        <input autoFocus aria-label="Title" className="field" value={title} onChange={event => setTitle(event.target.value)} onFocus={event => event.target.select()} />
        <div className="mt-4 flex justify-end gap-2"><Button onClick={onClose}>Cancel</Button><Button type="submit" look="primary" busy={rename.isPending} disabled={!title.trim()}>Rename</Button></div>
      </form>
    </Dialog>
  )
}
