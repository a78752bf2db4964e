import { useInfiniteQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { BadgeCheck, Download, History, TriangleAlert } from 'lucide-react'
import { address, api } from '@/api/client'
import type { AuditCheck, AuditPage } from '@/api/types'
import { useAct } from '@/app/data'
import { ago, count, exact } from '@/app/format'
import { go, pathOf, usePlace } from '@/app/router'
import { Badge, type Tone } from '@/ui/Badge'
import { Button } from '@/ui/Button'
import { Menu, MenuItem } from '@/ui/Menu'
import { Empty, Failure, Page, Skeleton } from '@/ui/Page'

const FILTERS = ['action', 'actor', 'surface', 'outcome', 'session_id'] as const
type Filter = Record<(typeof FILTERS)[number], string>
const TONES: Record<string, Tone> = { success: 'ok', ok: 'ok', completed: 'ok', allowed: 'ok', approved: 'ok', denied: 'bad', failed: 'bad', failure: 'bad', error: 'bad' }

/** Who did what, who allowed it, what came of it: an append-only log whose links can be checked. */
export function AuditView() {
  const place = usePlace()
  const [filter, setFilter] = useState<Filter>(() => Object.fromEntries(FILTERS.map(name => [name, place.query.get(name) ?? ''])) as Filter)
  const [check, setCheck] = useState<AuditCheck | null>(null)
  const page = useInfiniteQuery({
    queryKey: ['/api/v1/audit', filter],
    queryFn: ({ pageParam, signal }) => api.get<AuditPage>('/api/v1/audit', { query: { limit: 100, cursor: pageParam, ...filter }, signal }),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: last => last.next_cursor ?? undefined,
  })
  const verify = useAct(() => api.get<AuditCheck>('/api/v1/audit/verify'))
  const set = (name: keyof Filter, value: string) => {
    const next = { ...filter, [name]: value }
    setFilter(next)
    go(pathOf('audit', null, next), { replace: true })
  }
  const save = (format: string) => {
    const link = document.createElement('a')
    link.href = address('/api/v1/audit/export', { format, ...filter })
    link.download = ''
    link.click()
  }
  const entries = page.data?.pages.flatMap(one => one.entries) ?? []
  return (
    <Page
      title="Audit"
      about="Every tool call, decision and change of permissions, chained so that nothing can be taken out unseen"
      actions={
        <>
          <Button icon={<BadgeCheck size={15} />} busy={verify.isPending} onClick={() => verify.mutate(undefined, { onSuccess: setCheck })}>Verify</Button>
          <Menu trigger={<Button icon={<Download size={14} />}>Export</Button>}>
            {['json', 'csv'].map(format => <MenuItem key={format} onSelect={() => save(format)}>{format.toUpperCase()}, as filtered</MenuItem>)}
          </Menu>
        </>
      }
      toolbar={FILTERS.map(name => (
        <input key={name} data-search={name === 'action' ? '' : undefined} aria-label={`Filter by ${name}`} placeholder={name === 'session_id' ? 'session id' : name} className="field max-w-44 min-w-24 flex-1" value={filter[name]} onChange={event => set(name, event.target.value.trim())} />
      ))}
    >
      {check && (
        <div role="status" className={`fade mb-4 flex items-start gap-3 rounded-xl border border-line px-4 py-3 text-sm ${check.ok ? 'bg-ok-soft' : 'bg-bad-soft'}`}>
          {check.ok ? <BadgeCheck size={18} className="mt-px shrink-0 text-ok" /> : <TriangleAlert size={18} className="mt-px shrink-0 text-bad" />}
          <div className="min-w-0"><p className="font-medium">{check.ok ? `All ${count(check.entries)} entries are whole and in order.` : `Entry ${check.first_broken?.seq} is not what was written: ${check.first_broken?.trouble}`}</p>{check.head_hash && <p className="code mt-0.5 text-xs wrap-anywhere text-muted">head {check.head_seq} · {check.head_hash}</p>}</div>
        </div>
      )}
      {page.error ? <Failure error={page.error} onRetry={() => void page.refetch()} /> : page.isPending ? <Skeleton lines={8} /> : entries.length === 0 ? (
        <Empty icon={<History size={22} />} title="Nothing like that was done">Filters match whole words, such as tool.call, web or denied.</Empty>
      ) : (
        <>
          <ul className="overflow-hidden rounded-xl border border-line bg-panel">
            {entries.map(entry => (
              <li key={entry.id} className="border-b border-line last:border-0">
                <details>
                  <summary className="flex list-none items-center gap-3 px-4 py-2 text-sm hover:bg-hover">
                    <span className="num hidden w-14 shrink-0 text-xs text-faint sm:block">{entry.seq}</span>
                    <span className="code min-w-0 shrink-0 sm:w-44 sm:truncate">{entry.action}</span>
                    <span className="min-w-0 flex-1 truncate text-xs text-muted">{summary(entry.details) || `${entry.resource_type} ${entry.resource_id}`}</span>
                    <span className="hidden max-w-40 truncate text-xs text-muted md:block">{entry.actor}</span>
                    <Badge tone={TONES[entry.outcome.toLowerCase()] ?? 'plain'}>{entry.outcome}</Badge>
                    <time className="hidden w-20 text-right text-xs text-muted sm:block" title={exact(entry.timestamp)}>{ago(entry.timestamp)}</time>
                  </summary>
                  <div className="border-t border-line bg-bg px-4 py-3">
                    <pre tabIndex={0} className="code overflow-auto whitespace-pre-wrap wrap-anywhere text-muted">{JSON.stringify(entry, null, 2)}</pre>
                  </div>
                </details>
              </li>
            ))}
          </ul>
          {page.hasNextPage && <div className="mt-4 text-center"><Button busy={page.isFetchingNextPage} onClick={() => void page.fetchNextPage()}>Older entries</Button></div>}
        </>
      )}
    </Page>
  )
}

function summary(details: unknown): string {
  if (!details || typeof details !== 'object') return ''
  const known = details as Record<string, unknown>
  for (const name of ['summary', 'rule', 'text', 'name', 'reason']) if (typeof known[name] === 'string') return known[name]
  return ''
}
