import { useQuery } from '@tanstack/react-query'
import { useMemo, useState } from 'react'
import { ArrowLeft, ChevronRight, Columns2, GitFork } from 'lucide-react'
import { api } from '@/api/client'
import type { Item, ItemPage, SessionBody, SessionList } from '@/api/types'
import { useGet } from '@/app/data'
import { ago, plural, short, usd } from '@/app/format'
import { follow, go, pathOf } from '@/app/router'
import { cx } from '@/ui/cx'
import { Dialog } from '@/ui/Dialog'
import { Empty, Failure, Skeleton } from '@/ui/Page'
import { RowView } from './RowView'
import { rowsOf, sharedOf, type Row } from './rows'

async function allItems(session: string, signal: AbortSignal): Promise<Item[]> {
  const items: Item[] = []
  for (let after: number | null | undefined = 0; after !== null && after !== undefined;) {
    const page: ItemPage = await api.get<ItemPage>(`/api/v1/sessions/${session}/items`, { query: { after_seq: after, limit: 1000 }, signal })
    items.push(...page.items)
    after = page.next_after_seq
  }
  return items
}

function useRows(session: string) {
  const items = useQuery({ queryKey: [`/api/v1/sessions/${session}/items`, 'all'], queryFn: ({ signal }) => allItems(session, signal) })
  const rows = useMemo(() => (items.data ? rowsOf(items.data) : null), [items.data])
  return { rows, error: items.error }
}

/** Two branches side by side: what both share once, then each as it went on. */
export function Compare({ one, two }: { one: string; two: string }) {
  const sessions = [useGet<SessionBody>(`/api/v1/sessions/${one}`), useGet<SessionBody>(`/api/v1/sessions/${two}`)] as const
  const [left, right] = [useRows(one), useRows(two)]
  const shared = useMemo(() => (left.rows && right.rows ? sharedOf(left.rows, right.rows) : 0), [left.rows, right.rows])
  const [isOpen, setOpen] = useState(false)
  const error = sessions[0].error ?? sessions[1].error ?? left.error ?? right.error
  return (
    <div className="flex h-full flex-col">
      <header className="flex h-14 shrink-0 items-center gap-3 border-b border-line bg-panel px-4 md:px-6">
        <h1 className="flex min-w-0 items-center gap-2 pl-10 text-[15px] font-semibold tracking-tight md:pl-0"><Columns2 size={16} className="shrink-0 text-accent" aria-hidden /><span className="truncate">Two branches side by side</span></h1>
        <span className="flex-1" />
        <a href={pathOf('chat', one)} onClick={follow} className="flex items-center gap-1.5 text-sm text-muted hover:text-ink"><ArrowLeft size={15} aria-hidden />Back</a>
      </header>
      <div className="min-h-0 flex-1 overflow-y-auto" tabIndex={0} role="region" aria-label="Comparison">
        {error ? <div className="p-7"><Failure error={error} /></div> : !left.rows || !right.rows || !sessions[0].data || !sessions[1].data ? <div className="p-7"><Skeleton lines={6} /></div> : (
          <div className="px-4 py-5 md:px-6">
            {shared > 0 && (
              <div className="mb-5 rounded-xl border border-dashed border-line">
                <button aria-expanded={isOpen} onClick={() => setOpen(!isOpen)} className="flex w-full items-center gap-2.5 rounded-xl px-4 py-2.5 text-left text-sm text-muted hover:bg-hover"><ChevronRight size={14} className={cx('transition-transform', isOpen && 'rotate-90')} aria-hidden /><GitFork size={15} aria-hidden />They share their first {plural(shared, 'entry', 'entries')}</button>
                {isOpen && <div className="mx-auto flex max-w-3xl flex-col gap-2 border-t border-dashed border-line p-4">{left.rows.slice(0, shared).map(row => <RowView key={row.id} row={row} />)}</div>}
              </div>
            )}
            <div className="grid gap-5 lg:grid-cols-2">
              <Side session={sessions[0].data} rows={left.rows.slice(shared)} />
              <Side session={sessions[1].data} rows={right.rows.slice(shared)} />
            </div>
          </div>
        )}
      </div>
    </div>
  )
}

function Side({ session, rows }: { session: SessionBody; rows: readonly Row[] }) {
  return (
    <section aria-label={session.title} className="min-w-0">
      <div className="sticky top-0 z-10 rounded-xl border border-line bg-panel px-4 py-3">
        <h2 className="truncate text-sm font-semibold"><a href={pathOf('chat', session.id)} onClick={follow} className="hover:underline">{session.title || 'Untitled'}</a></h2>
        <p className="num mt-0.5 truncate text-xs text-muted">{session.model ?? 'no model yet'} · {plural(session.message_count, 'message')} · {short(session.usage.input + session.usage.output)} tokens · {usd(session.total_cost_usd + session.estimated_cost_usd)}</p>
      </div>
      <div className="mt-3 flex flex-col gap-2">
        {rows.map(row => <RowView key={row.id} row={row} />)}
        {rows.length === 0 && <p className="py-8 text-center text-sm text-muted">Nothing of its own yet.</p>}
      </div>
    </section>
  )
}

/** Which one to hold beside it: what it was copied from, its own copies, and theirs. */
export function CompareWith({ session, onClose }: { session: SessionBody; onClose: () => void }) {
  const copies = useGet<SessionList>('/api/v1/sessions', { parent_id: session.id, limit: 50 })
  const siblings = useGet<SessionList>(session.parent_id ? '/api/v1/sessions' : null, { parent_id: session.parent_id, limit: 50 })
  const parent = useGet<SessionBody>(session.parent_id ? `/api/v1/sessions/${session.parent_id}` : null)
  const found = new Map([...(parent.data ? [parent.data] : []), ...(copies.data?.sessions ?? []), ...(siblings.data?.sessions ?? [])].filter(one => one.id !== session.id && !one.archived_at).map(one => [one.id, one]))
  return (
    <Dialog open onClose={onClose} title="Compare with a branch" about="What this session was copied from, and its copies.">
      {copies.isPending ? <Skeleton lines={3} /> : found.size === 0 ? <Empty icon={<GitFork size={20} />} title="No branch yet">Fork this session, or one of your messages in it, and go on another way. Then hold the two beside one another here.</Empty> : (
        <ul className="flex flex-col gap-1.5">
          {[...found.values()].map(one => (
            <li key={one.id}><button onClick={() => { onClose(); go(pathOf('chat', session.id, { with: one.id })) }} className="flex w-full items-center gap-3 rounded-xl border border-line px-4 py-2.5 text-left hover:border-line-strong hover:bg-hover"><span className="min-w-0 flex-1"><span className="block truncate text-sm font-medium">{one.title || 'Untitled'}</span><span className="block text-xs text-muted">{one.id === session.parent_id ? 'it was copied from this' : plural(one.message_count, 'message')} · {ago(one.updated_at)}</span></span><span className="num text-xs text-muted">{usd(one.total_cost_usd + one.estimated_cost_usd)}</span></button></li>
          ))}
        </ul>
      )}
    </Dialog>
  )
}
