import { useCallback, useEffect, useMemo, useRef, useState } from 'react'
import { api } from '@/api/client'
import type { SessionBody, SessionMode, TurnStopped, WorkspaceList } from '@/api/types'
import { useAct, useGet } from '@/app/data'
import { base } from '@/app/format'
import { go, pathOf, usePlace } from '@/app/router'
import { Failure, Skeleton } from '@/ui/Page'
import { toast } from '@/ui/toasts'
import { RowActionsContext, type RowActions } from './actions'
import { Archived, Header } from './ChatHeader'
import { Compare } from './Compare'
import { Composer, keepDraft } from './Composer'
import { useFeed } from './feeds'
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
