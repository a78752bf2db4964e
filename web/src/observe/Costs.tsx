import { useState } from 'react'
import { ArrowUpRight, Lightbulb, Pencil, Wallet } from 'lucide-react'
import { api } from '@/api/client'
import type { BudgetReport, CostAdvice, CostSummary, DailyCosts, ModelCosts, SessionCosts } from '@/api/types'
import { useAct, useGet } from '@/app/data'
import { ago, count, short, usd } from '@/app/format'
import { follow, pathOf, useAsked } from '@/app/router'
import { Button } from '@/ui/Button'
import { cx } from '@/ui/cx'
import { Dialog } from '@/ui/Dialog'
import { Card, Empty, Failure, Field, Skeleton, Stat } from '@/ui/Page'
import { DayChart } from './DayChart'

export function Costs() {
  const [days, setDays] = useState(30)
  const summary = useGet<CostSummary>('/api/v1/cost/summary')
  const daily = useGet<DailyCosts>('/api/v1/cost/daily', { days })
  const models = useGet<ModelCosts>('/api/v1/cost/models')
  const sessions = useGet<SessionCosts>('/api/v1/cost/sessions', { limit: 200 })
  const advice = useGet<CostAdvice>('/api/v1/cost/optimize')
  if (summary.error) return <Failure error={summary.error} onRetry={() => void summary.refetch()} />
  if (!summary.data) return <Skeleton />
  const { total, today, month } = summary.data
  const dearSessions = [...(sessions.data?.sessions ?? [])].sort((a, b) => b.sum.cost_usd - a.sum.cost_usd).slice(0, 10)
  const dearest = Math.max(...(models.data?.models ?? []).map(entry => entry.sum.cost_usd), 0.000001)
  return (
    <div className="flex flex-col gap-4">
      <div className="grid grid-cols-2 gap-3 lg:grid-cols-4">
        <Stat label="Today" value={usd(today.cost_usd + today.estimated_usd)} note={`${count(today.calls)} calls`} />
        <Stat label="This month" value={usd(month.cost_usd + month.estimated_usd)} note={`${count(month.calls)} calls`} />
        <Stat label="All time" value={usd(total.cost_usd + total.estimated_usd)} note={`${short(total.tokens)} tokens`} />
        <Stat label="Served from cache" value={total.input_tokens > 0 ? `${Math.round((100 * total.cached_tokens) / total.input_tokens)} %` : '–'} note={`${short(total.cached_tokens)} of ${short(total.input_tokens)} input`} />
      </div>
      <div className="grid grid-cols-[minmax(0,1fr)] items-start gap-4 xl:grid-cols-[minmax(0,1.6fr)_minmax(0,1fr)]">
        <Card title="By day" actions={<select aria-label="Days" className="field w-auto py-1! text-xs" value={days} onChange={event => setDays(Number(event.target.value))}>{[7, 30, 90].map(n => <option key={n} value={n}>{n} days</option>)}</select>}>
          {daily.data ? <DayChart days={daily.data.days} span={days} /> : <Skeleton lines={3} />}
        </Card>
        <Budgets />
      </div>
      {(advice.data?.suggestions.length ?? 0) > 0 && (
        <Card title="Could cost less">
          <ul className="flex flex-col gap-2.5">
            {advice.data!.suggestions.map((one, i) => <li key={i} className="flex gap-2.5 text-sm"><Lightbulb size={16} className="mt-0.5 shrink-0 text-warn" aria-hidden /><span><b className="font-medium">{one.title}</b> <span className="text-muted">{one.text}</span>{one.saves_usd ? <span className="ml-1 text-ok">saves about {usd(one.saves_usd)}</span> : null}</span></li>)}
          </ul>
        </Card>
      )}
      <div className="grid grid-cols-[minmax(0,1fr)] items-start gap-4 lg:grid-cols-2">
        <Card title="By model">
          <ul className="flex flex-col gap-3">
            {(models.data?.models ?? []).slice(0, 10).map(entry => (
              <li key={entry.model} className="text-sm">
                <div className="flex gap-3"><span className="min-w-0 flex-1 truncate">{entry.model}</span><span className="num text-xs text-muted">{short(entry.sum.tokens)} tok · {count(entry.sum.calls)} calls</span><span className="num w-16 text-right font-medium">{usd(entry.sum.cost_usd)}</span></div>
                <div className="mt-1.5 h-1.5 overflow-hidden rounded-full bg-raised"><div className="h-full rounded-full bg-accent" style={{ width: `${Math.max(1, (100 * entry.sum.cost_usd) / dearest)}%` }} /></div>
              </li>
            ))}
          </ul>
          {models.data?.models.length === 0 && <Empty icon={<Wallet size={20} />} title="Nothing was spent">Each model call is counted here, by the provider’s own figures.</Empty>}
        </Card>
        <Card title="Dearest sessions" pad={false}>
          <ul className="border-t border-line">
            {dearSessions.map(entry => (
              <li key={entry.session_id} className="border-b border-line last:border-0">
                <a href={pathOf('chat', entry.session_id)} onClick={follow} className="flex items-center gap-3 px-4 py-2 text-sm hover:bg-hover">
                  <span className="min-w-0 flex-1 truncate">{entry.title ?? 'deleted session'}</span>
                  <span className="text-xs text-muted">{ago(entry.last_at)}</span>
                  <span className="num w-16 text-right font-medium">{usd(entry.sum.cost_usd)}</span>
                  <ArrowUpRight size={13} className="text-faint" aria-hidden />
                </a>
              </li>
            ))}
          </ul>
        </Card>
      </div>
    </div>
  )
}

const SCOPES: [keyof Limits, string][] = [['turn_usd', 'One turn'], ['session_usd', 'One session'], ['daily_usd', 'One day'], ['monthly_usd', 'One month']]
interface Limits { turn_usd: string; session_usd: string; daily_usd: string; monthly_usd: string; action: string; warn_percent: string }

function Budgets() {
  const report = useGet<BudgetReport>('/api/v1/cost/budget')
  const [isOpen, setOpen] = useState(false)
  useAsked('budget', () => setOpen(true))
  return (
    <Card title="Budgets" about={report.data ? `At the limit: ${report.data.action}. A warning at ${report.data.warn_percent} %.` : undefined} actions={<Button size="sm" icon={<Pencil size={13} />} onClick={() => setOpen(true)}>Set budgets</Button>}>
      {!report.data ? <Skeleton lines={2} /> : report.data.scopes.filter(scope => scope.limit_usd).length === 0 ? (
        <p className="text-sm text-muted">No limit is set. With one, a turn that would go beyond it asks you, turns to a cheaper model, or ends.</p>
      ) : (
        <ul className="flex flex-col gap-3.5">
          {report.data.scopes.filter(scope => scope.limit_usd).map(scope => (
            <li key={scope.scope} className="text-sm">
              <div className="flex"><span className="flex-1 capitalize">{scope.scope}</span><span className="num text-muted">{usd(scope.spent_usd)} of {usd(scope.limit_usd)}</span></div>
              <div role="meter" aria-label={`Budget ${scope.scope}`} aria-valuemin={0} aria-valuemax={100} aria-valuenow={Math.round(scope.percent ?? 0)} className="mt-1.5 h-2 overflow-hidden rounded-full bg-raised">
                <div className={cx('h-full rounded-full', scope.is_over ? 'bg-bad' : (scope.percent ?? 0) >= report.data.warn_percent ? 'bg-warn' : 'bg-ok')} style={{ width: `${Math.min(100, Math.max(1, scope.percent ?? 0))}%` }} />
              </div>
            </li>
          ))}
        </ul>
      )}
      {isOpen && report.data && <SetBudgets report={report.data} onClose={() => setOpen(false)} />}
    </Card>
  )
}

function SetBudgets({ report, onClose }: { report: BudgetReport; onClose: () => void }) {
  const limitOf = (scope: string) => String(report.scopes.find(one => one.scope.startsWith(scope))?.limit_usd ?? '')
  const [limits, setLimits] = useState<Limits>({ turn_usd: limitOf('turn'), session_usd: limitOf('session'), daily_usd: limitOf('da'), monthly_usd: limitOf('month'), action: report.action, warn_percent: String(report.warn_percent) })
  const save = useAct(() => api.put('/api/v1/cost/budget', {
    ...Object.fromEntries(SCOPES.map(([name]) => [name, Number(limits[name]) || 0])), action: limits.action, warn_percent: Number(limits.warn_percent) || 80,
  }), { changes: ['/api/v1/cost'], done: 'The budgets hold from the next call on' })
  return (
    <Dialog open onClose={onClose} title="Budgets" about="In US dollars; empty for no limit. They hold before a call is made, not after.">
      <form className="grid gap-4 sm:grid-cols-2" onSubmit={event => { event.preventDefault(); save.mutate(undefined, { onSuccess: onClose }) }}>
        {SCOPES.map(([name, label]) => <Field key={name} label={label}><input type="number" min="0" step="0.01" inputMode="decimal" className="field num" placeholder="no limit" value={limits[name]} onChange={event => setLimits({ ...limits, [name]: event.target.value })} /></Field>)}
        <Field label="At the limit"><select className="field" value={limits.action} onChange={event => setLimits({ ...limits, action: event.target.value })}>{[...new Set([report.action, 'pause', 'fallback', 'stop'])].map(action => <option key={action} value={action}>{action}</option>)}</select></Field>
        <Field label="Warn at, percent"><input type="number" min="1" max="100" className="field num" value={limits.warn_percent} onChange={event => setLimits({ ...limits, warn_percent: event.target.value })} /></Field>
        <div className="flex justify-end gap-2 sm:col-span-2"><Button onClick={onClose}>Cancel</Button><Button type="submit" look="primary" busy={save.isPending}>Save</Button></div>
      </form>
    </Dialog>
  )
}
