import { Gauge } from 'lucide-react'
import type { MetricsReport } from '@/api/types'
import { useGet } from '@/app/data'
import { count, duration } from '@/app/format'
import { Card, Empty, Failure, Skeleton } from '@/ui/Page'
import { percentile } from './percentile'

type Series = MetricsReport['metrics'][number]['series'][number]
const SHOWN: [string, string, string, string][] = [
  ['pryx.model.duration', 'Models', 'From the request to the last word of the reply, by provider', 'provider'],
  ['pryx.tool.duration', 'Tools', 'The wait for an answer not counted, by how the call ended', 'status'],
  ['pryx.http.duration', 'The gateway', 'Its own answers, by kind', 'status_class'],
]

/** How long models, tools and the gateway take, since the daemon was started. */
export function Latency() {
  const metrics = useGet<MetricsReport>('/api/v1/telemetry/metrics', undefined, { live: 5000 })
  if (metrics.error) return <Failure error={metrics.error} onRetry={() => void metrics.refetch()} />
  if (!metrics.data) return <Skeleton lines={4} />
  const found = SHOWN.map(([name, title, about, label]) => ({ name, title, about, label, series: metrics.data.metrics.find(metric => metric.name === name)?.series.filter(one => (one.count ?? 0) > 0) ?? [] }))
  if (found.every(one => one.series.length === 0)) return <Empty icon={<Gauge size={22} />} title="Nothing was measured yet">Since the daemon was started no model and no tool was called. What earlier turns took stands in their timelines.</Empty>
  return (
    <div className="mx-auto flex max-w-4xl flex-col gap-4">
      {found.filter(one => one.series.length > 0).map(one => (
        <Card key={one.name} title={one.title} about={one.about} pad={false}>
          <div className="overflow-x-auto" tabIndex={0} role="region" aria-label={one.title}>
            <table className="w-full border-t border-line text-sm">
              <thead><tr className="text-left text-xs text-muted">{['', 'Calls', 'Mean', 'Half are quicker than', '95 % are quicker than'].map((head, i) => <th key={head} className={i === 0 ? 'px-4 py-2 font-medium' : 'px-4 py-2 text-right font-medium whitespace-nowrap'}>{head}</th>)}</tr></thead>
              <tbody>{one.series.map((series, i) => <Line key={i} series={series} label={one.label} />)}</tbody>
            </table>
          </div>
        </Card>
      ))}
      <p className="text-xs text-muted">Since the daemon was started. For a scraper: GET /api/v1/telemetry/metrics?format=prometheus</p>
    </div>
  )
}

function Line({ series, label }: { series: Series; label: string }) {
  const times = (part: number) => { const seconds = percentile(series.buckets ?? [], series.count ?? 0, part); return seconds === null ? '–' : duration(seconds * 1000) }
  return (
    <tr className="border-t border-line">
      <td className="px-4 py-2 font-medium">{(series.labels[label] ?? Object.values(series.labels).join(' ')) || 'all'}</td>
      <td className="num px-4 py-2 text-right whitespace-nowrap">{count(series.count)}</td>
      <td className="num px-4 py-2 text-right whitespace-nowrap">{duration((1000 * series.value) / Math.max(1, series.count ?? 1))}</td>
      <td className="num px-4 py-2 text-right whitespace-nowrap">{times(0.5)}</td>
      <td className="num px-4 py-2 text-right whitespace-nowrap">{times(0.95)}</td>
    </tr>
  )
}
