import type { ReactNode } from 'react'
import { cx } from './cx'

export type Tone = 'plain' | 'ok' | 'warn' | 'bad' | 'accent' | 'violet'

const TONES: Record<Tone, string> = {
  plain: 'bg-raised text-muted border-line',
  ok: 'bg-ok-soft text-ok border-transparent',
  warn: 'bg-warn-soft text-warn border-transparent',
  bad: 'bg-bad-soft text-bad border-transparent',
  accent: 'bg-accent-soft text-accent border-transparent',
  violet: 'bg-violet-soft text-violet border-transparent',
}

export function Badge({ tone = 'plain', dot, className, children }: { tone?: Tone; dot?: boolean | 'live'; className?: string; children: ReactNode }) {
  return (
    <span className={cx('inline-flex h-5 shrink-0 items-center gap-1.5 rounded-full border px-2 text-2xs font-medium whitespace-nowrap', TONES[tone], className)}>
      {dot && <span className={cx('size-1.5 rounded-full bg-current', dot === 'live' && 'pulse')} />}
      {children}
    </span>
  )
}

export function Keys({ children }: { children: string }) {
  return (
    <span className="inline-flex gap-1">
      {children.split(' ').map(key => (
        <kbd key={key} className="rounded-md border border-line bg-raised px-1.5 py-px font-sans text-2xs text-muted">{key}</kbd>
      ))}
    </span>
  )
}
