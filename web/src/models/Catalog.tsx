import { useVirtualizer } from '@tanstack/react-virtual'
import { useMemo, useRef, useState } from 'react'
import { Brain, Eye, RefreshCw, Search, Wrench } from 'lucide-react'
import { api } from '@/api/client'
import type { ModelList } from '@/api/types'
import { useAct, useGet } from '@/app/data'
import { ago, count, short } from '@/app/format'
import { fullName, priceOf } from '@/chat/ModelPicker'
import { Badge } from '@/ui/Badge'
import { Button } from '@/ui/Button'
import { cx } from '@/ui/cx'
import { Empty, Failure, Skeleton } from '@/ui/Page'

type Model = ModelList['models'][number]
type Order = 'name' | 'price' | 'context' | 'new'
const ROW = 52

const ABLE: [string, string, (model: Model) => boolean][] = [
  ['tools', 'Tools', model => model.supports_tools], ['vision', 'Pictures', model => model.supports_vision], ['reasoning', 'Reasoning', model => model.supports_reasoning], ['caching', 'Caching', model => model.supports_caching],
]

/** What is served: filtered and sorted as it is typed. */
export function Catalog() {
  const [onlyMine, setOnlyMine] = useState(true)
  const [text, setText] = useState('')
  const [able, setAble] = useState<ReadonlySet<string>>(new Set())
  const [order, setOrder] = useState<Order>('new')
  const list = useGet<ModelList>('/api/v1/models', onlyMine ? { configured: true } : {}, { stale: 300_000 })
  const update = useAct(() => api.post('/api/v1/models/refresh'), { changes: ['/api/v1/models'], done: 'The catalog was asked for anew' })
  const models = useMemo(() => {
    const words = text.toLowerCase().split(/\s+/).filter(Boolean)
    return (list.data?.models ?? [])
      .filter(model => words.every(word => `${fullName(model)} ${model.name} ${model.family ?? ''}`.toLowerCase().includes(word)) && ABLE.every(([id, , has]) => !able.has(id) || has(model)))
      .sort((a, b) => order === 'price' ? (a.input_price_1m ?? Infinity) - (b.input_price_1m ?? Infinity) : order === 'context' ? (b.context_window ?? 0) - (a.context_window ?? 0) : order === 'new' ? (b.release_date ?? '').localeCompare(a.release_date ?? '') : a.name.localeCompare(b.name))
  }, [list.data, text, able, order])
  const pane = useRef<HTMLDivElement>(null)
  const rows = useVirtualizer({ count: models.length, estimateSize: () => ROW, overscan: 10, getScrollElement: () => pane.current })
  if (list.error) return <Failure error={list.error} onRetry={() => void list.refetch()} />
  return (
    <div className="mx-auto max-w-5xl">
      <div className="mb-3 flex flex-wrap items-center gap-2">
        <div className="relative min-w-52 flex-1"><Search size={15} aria-hidden className="absolute top-2.5 left-3 text-faint" /><input data-search type="search" aria-label="Find a model" placeholder="Find a model…" className="field pl-9!" value={text} onChange={event => setText(event.target.value)} /></div>
        <select aria-label="Order" className="field w-auto" value={order} onChange={event => setOrder(event.target.value as Order)}><option value="new">Newest first</option><option value="price">Cheapest first</option><option value="context">Largest window</option><option value="name">By name</option></select>
        {ABLE.map(([id, name]) => (
          <button key={id} aria-pressed={able.has(id)} onClick={() => setAble(before => { const next = new Set(before); if (!next.delete(id)) next.add(id); return next })} className={cx('h-8 rounded-lg border px-2.5 text-sm', able.has(id) ? 'border-accent bg-accent-soft text-accent' : 'border-line-strong text-muted hover:bg-hover')}>{name}</button>
        ))}
        <label className="flex items-center gap-1.5 text-sm text-muted"><input type="checkbox" className="accent-(--accent)" checked={onlyMine} onChange={event => setOnlyMine(event.target.checked)} /> of my providers</label>
      </div>
      {!list.data ? <Skeleton lines={8} /> : models.length === 0 ? (
        <Empty icon={<Search size={22} />} title="No such model" action={onlyMine ? <Button onClick={() => setOnlyMine(false)}>Look through all providers</Button> : undefined}>Fewer words or filters find more.</Empty>
      ) : (
        <div className="overflow-hidden rounded-xl border border-line bg-panel">
          <div className="flex items-center gap-3 border-b border-line bg-raised px-4 py-2 text-xs font-medium text-muted"><span className="flex-1">{count(models.length)} models</span><span className="hidden w-24 text-right sm:block">Window</span><span className="w-32 text-right">$ per 1M, in / out</span></div>
          <div ref={pane} tabIndex={0} role="region" aria-label="Models" className="h-[min(62vh,640px)] overflow-y-auto">
            <ul className="relative" style={{ height: rows.getTotalSize() }}>
              {rows.getVirtualItems().map(row => {
                const model = models[row.index]!
                return (
                  <li key={row.key} className="absolute inset-x-0 top-0 flex items-center gap-3 border-b border-line px-4" style={{ height: ROW, transform: `translateY(${row.start}px)` }}>
                    <div className="min-w-0 flex-1">
                      <p className="flex items-center gap-2 truncate text-sm font-medium"><span className="truncate">{model.name}</span>{model.status && model.status !== 'active' && <Badge tone="warn">{model.status}</Badge>}</p>
                      <p className="code truncate text-2xs text-muted">{fullName(model)}{model.release_date ? ` · ${model.release_date}` : ''}</p>
                    </div>
                    <span className="hidden gap-1.5 text-faint md:flex">
                      {model.supports_tools && <Wrench size={14} aria-label="tools" />}{model.supports_vision && <Eye size={14} aria-label="pictures" />}{model.supports_reasoning && <Brain size={14} aria-label="reasoning" />}
                    </span>
                    <span className="num hidden w-24 text-right text-sm text-muted sm:block">{short(model.context_window)}</span>
                    <span className="num w-32 text-right text-sm">{priceOf(model) ?? <span className="text-faint">unknown</span>}</span>
                  </li>
                )
              })}
            </ul>
          </div>
        </div>
      )}
      {list.data?.catalog && (
        <p className="mt-3 flex flex-wrap items-center gap-2 text-xs text-muted">Catalog: {list.data.catalog.source}, {ago(list.data.catalog.fetched_at)}{list.data.catalog.warning ? ` · ${list.data.catalog.warning}` : ''} <Button size="sm" look="ghost" icon={<RefreshCw size={13} />} busy={update.isPending} onClick={() => update.mutate()}>Ask for a newer one</Button></p>
      )}
    </div>
  )
}
