import type { ReactNode } from 'react'
import { CircleAlert } from 'lucide-react'
import { ApiError } from '@/api/client'
import { Button } from './Button'
import { cx } from './cx'

/** The frame of every view but Chat: a heading that stays, and a pane that scrolls. */
export function Page({ title, about, actions, toolbar, narrow, children }: { title: string; about?: ReactNode; actions?: ReactNode; toolbar?: ReactNode; narrow?: boolean; children: ReactNode }) {
  return (
    <div className="flex h-full min-h-0 flex-col">
      <header className="flex shrink-0 flex-wrap items-center gap-x-4 gap-y-2 border-b border-line bg-panel px-4 py-3 md:px-7">
        <div className="min-w-36 flex-1 pl-10 md:pl-0">
          <h1 className="text-[15px] font-semibold tracking-tight">{title}</h1>
          {about && <p className="text-xs text-muted max-sm:hidden">{about}</p>}
        </div>
        {actions && <div className="flex flex-wrap items-center gap-2">{actions}</div>}
      </header>
      {toolbar && <div className="flex shrink-0 flex-wrap items-center gap-2 border-b border-line bg-panel px-4 py-2.5 md:px-7">{toolbar}</div>}
      <div className="min-h-0 flex-1 overflow-y-auto" tabIndex={-1}>
        <div className={cx('px-4 py-5 md:px-7', narrow && 'max-w-4xl')}>{children}</div>
      </div>
    </div>
  )
}

export function Card({ title, about, actions, className, pad = true, children }: { title?: ReactNode; about?: ReactNode; actions?: ReactNode; className?: string; pad?: boolean; children: ReactNode }) {
  return (
    <section className={cx('rounded-xl border border-line bg-panel', className)}>
      {(title || actions) && (
        <div className="flex flex-wrap items-center gap-x-3 gap-y-1.5 px-4 pt-3.5 pb-1">
          <div className="min-w-0 flex-1">
            {title && <h2 className="text-sm font-semibold">{title}</h2>}
            {about && <p className="text-xs text-muted">{about}</p>}
          </div>
          {actions}
        </div>
      )}
      <div className={pad ? 'p-4' : 'pt-2'}>{children}</div>
    </section>
  )
}

export function Empty({ icon, title, action, children }: { icon: ReactNode; title: string; action?: ReactNode; children?: ReactNode }) {
  return (
    <div className="fade mx-auto flex max-w-md flex-col items-center px-4 py-14 text-center">
      <div className="mb-4 grid size-12 place-items-center rounded-2xl border border-line bg-raised text-accent">{icon}</div>
      <h2 className="text-[15px] font-semibold">{title}</h2>
      {children && <div className="mt-1.5 text-sm text-muted">{children}</div>}
      {action && <div className="mt-4 flex flex-wrap justify-center gap-2">{action}</div>}
    </div>
  )
}

export function Failure({ error, onRetry }: { error: unknown; onRetry?: () => void }) {
  const told = error instanceof ApiError ? error : null
  return (
    <div role="alert" className="flex gap-3 rounded-xl border border-line bg-bad-soft p-4">
      <CircleAlert size={18} className="mt-0.5 shrink-0 text-bad" aria-hidden />
      <div className="min-w-0 flex-1 text-sm">
        <p className="font-medium">{told?.message ?? (error instanceof Error ? error.message : String(error))}</p>
        {told?.next && <p className="mt-0.5 text-muted">{told.next}</p>}
        {told?.traceId && <p className="mt-0.5 font-mono text-xs text-muted">trace {told.traceId}</p>}
      </div>
      {onRetry && <Button size="sm" onClick={onRetry}>Try again</Button>}
    </div>
  )
}

export function Skeleton({ lines = 4 }: { lines?: number }) {
  return (
    <div aria-label="Loading" role="status" className="flex flex-col gap-3">
      {Array.from({ length: lines }, (_, i) => <div key={i} className={cx('skeleton h-11', i % 3 === 2 && 'w-4/5')} />)}
    </div>
  )
}

export function Field({ label, hint, children }: { label: string; hint?: ReactNode; children: ReactNode }) {
  return (
    <label className="block text-sm">
      <span className="mb-1 block font-medium">{label}</span>
      {children}
      {hint && <span className="mt-1 block text-xs text-muted">{hint}</span>}
    </label>
  )
}

export function Stat({ label, value, note, tone }: { label: string; value: ReactNode; note?: ReactNode; tone?: 'ok' | 'bad' }) {
  return (
    <div className="min-w-0 rounded-xl border border-line bg-panel px-4 py-3">
      <p className="truncate text-xs text-muted">{label}</p>
      <p className="num mt-0.5 truncate text-xl font-semibold tracking-tight">{value}</p>
      {note !== undefined && <p className={cx('truncate text-xs', tone === 'bad' ? 'text-bad' : tone === 'ok' ? 'text-ok' : 'text-muted')}>{note}</p>}
    </div>
  )
}

export function Tabs<T extends string>({ value, onChange, tabs, label }: { value: T; onChange: (tab: T) => void; tabs: { id: T; label: string; count?: number }[]; label: string }) {
  return (
    <div role="tablist" aria-label={label} className="flex w-fit max-w-full gap-0.5 overflow-x-auto rounded-lg bg-raised p-0.5">
      {tabs.map((tab, i) => (
        <button
          key={tab.id}
          role="tab"
          aria-selected={tab.id === value}
          tabIndex={tab.id === value ? 0 : -1}
          onClick={() => onChange(tab.id)}
          onKeyDown={event => {
            const step = event.key === 'ArrowRight' ? 1 : event.key === 'ArrowLeft' ? -1 : 0
            if (!step) return
            const to = tabs[(i + step + tabs.length) % tabs.length]!
            onChange(to.id)
            ;(event.currentTarget.parentElement!.children[tabs.indexOf(to)] as HTMLElement).focus()
          }}
          className={cx('flex h-7 items-center gap-1.5 rounded-md px-3 text-sm whitespace-nowrap transition-colors', tab.id === value ? 'bg-panel font-medium text-ink shadow-sm' : 'text-muted hover:text-ink')}
        >
          {tab.label}
          {tab.count !== undefined && <span className="num text-2xs text-muted">{tab.count}</span>}
        </button>
      ))}
    </div>
  )
}

export function Switch({ on, onChange, label, disabled }: { on: boolean; onChange: (on: boolean) => void; label: string; disabled?: boolean }) {
  return (
    <button
      type="button"
      role="switch"
      aria-checked={on}
      aria-label={label}
      disabled={disabled}
      onClick={() => onChange(!on)}
      className={cx('relative inline-flex h-5 w-9 shrink-0 items-center rounded-full border transition-colors disabled:opacity-50', on ? 'border-transparent bg-accent' : 'border-line-strong bg-raised')}
    >
      <span className={cx('size-3.5 rounded-full transition-transform', on ? 'translate-x-[18px] bg-accent-ink' : 'translate-x-[3px] bg-faint')} />
    </button>
  )
}

export function CopyText({ text, label = 'Copy' }: { text: string; label?: string }) {
  return <Button size="sm" look="ghost" onClick={() => void navigator.clipboard.writeText(text)}>{label}</Button>
}
