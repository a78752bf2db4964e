import { CircleAlert, CircleCheck, Download, RefreshCw, TriangleAlert, Wrench } from 'lucide-react'
import { api } from '@/api/client'
import type { DoctorReport } from '@/api/types'
import { queries, useAct, useGet } from '@/app/data'
import { plural } from '@/app/format'
import { Badge } from '@/ui/Badge'
import { Button, IconButton } from '@/ui/Button'
import { cx } from '@/ui/cx'
import { Card, Failure, Page, Skeleton } from '@/ui/Page'
import { Copy } from 'lucide-react'

const PATH = '/api/v1/doctor'

/** What doctor finds, worst first, with what puts it right. */
export function DiagnosticsView() {
  const report = useGet<DoctorReport>(PATH, undefined, { stale: 60_000 })
  const fix = useAct(() => api.post<DoctorReport>(`${PATH}/fix`), { done: 'Put right what could be', changes: [] })
  const checks = [...(report.data?.checks ?? [])].sort((a, b) => rank(a.status) - rank(b.status))
  const bad = checks.filter(check => rank(check.status) === 0).length
  const warned = checks.filter(check => rank(check.status) === 1).length
  const canFix = checks.some(check => check.can_fix && rank(check.status) < 2)
  return (
    <Page
      title="Diagnostics"
      about="The same as pryx doctor"
      narrow
      actions={
        <>
          <Button icon={<Download size={14} />} onClick={() => { const link = document.createElement('a'); link.href = `${PATH}/bundle`; link.download = ''; link.click() }}>Bundle for a report</Button>
          <Button icon={<RefreshCw size={14} />} busy={report.isFetching} onClick={() => void report.refetch()}>Look again</Button>
          {canFix && <Button look="primary" icon={<Wrench size={14} />} busy={fix.isPending} onClick={() => fix.mutate(undefined, { onSuccess: fixed => queries.setQueryData([PATH, null], fixed) })}>Repair</Button>}
        </>
      }
    >
      {report.error ? <Failure error={report.error} onRetry={() => void report.refetch()} /> : !report.data ? <Skeleton lines={8} /> : (
        <>
          <div className={cx('mb-4 flex items-center gap-3 rounded-xl border border-line px-4 py-3.5', bad > 0 ? 'bg-bad-soft' : warned > 0 ? 'bg-warn-soft' : 'bg-ok-soft')}>
            <Sign status={bad > 0 ? 'FAIL' : warned > 0 ? 'WARN' : 'OK'} size={20} />
            <p className="font-medium">{bad > 0 ? `${plural(bad, 'thing')} must be put right` : warned > 0 ? `Works; ${plural(warned, 'thing')} could be better` : 'Everything is as it should be'}</p>
          </div>
          <Card pad={false}>
            <ul>
              {checks.map(check => (
                <li key={check.name} className="flex gap-3 border-b border-line px-4 py-3 last:border-0">
                  <Sign status={check.status} />
                  <div className="min-w-0 flex-1">
                    <p className="flex flex-wrap items-center gap-2 text-sm font-medium">{check.name}{check.was_fixed && <Badge tone="ok">repaired</Badge>}</p>
                    <p className="text-sm text-muted wrap-anywhere">{check.detail}</p>
                    {check.fix && check.status !== 'OK' && (
                      <p className="mt-1.5 flex items-center gap-2 rounded-lg bg-raised py-1 pr-1 pl-3 text-sm"><span className="min-w-0 flex-1 wrap-anywhere">{check.fix}</span><IconButton label="Copy" className="size-7" onClick={() => void navigator.clipboard.writeText(check.fix!)}><Copy size={13} /></IconButton></p>
                    )}
                  </div>
                </li>
              ))}
            </ul>
          </Card>
        </>
      )}
    </Page>
  )
}

function rank(status: string) {
  return /fail|error/i.test(status) ? 0 : /warn/i.test(status) ? 1 : 2
}

function Sign({ status, size = 17 }: { status: string; size?: number }) {
  const worst = rank(status)
  const Icon = worst === 0 ? CircleAlert : worst === 1 ? TriangleAlert : CircleCheck
  return <Icon size={size} aria-label={status} className={cx('mt-0.5 shrink-0', worst === 0 ? 'text-bad' : worst === 1 ? 'text-warn' : 'text-ok')} />
}
