import type { ComponentProps, ReactNode } from 'react'
import { LoaderCircle } from 'lucide-react'
import { cx } from './cx'
import { Tip } from './Tip'

type Look = 'primary' | 'plain' | 'ghost' | 'danger' | 'soft'

const LOOKS: Record<Look, string> = {
  primary: 'bg-accent text-accent-ink hover:brightness-110 font-medium border-transparent',
  plain: 'bg-panel text-ink border-line-strong hover:bg-hover',
  soft: 'bg-raised text-ink border-transparent hover:bg-hover',
  ghost: 'bg-transparent text-muted border-transparent hover:bg-hover hover:text-ink',
  danger: 'bg-panel text-bad border-line-strong hover:bg-bad-soft',
}

interface Props extends ComponentProps<'button'> {
  look?: Look
  size?: 'sm' | 'md'
  busy?: boolean
  icon?: ReactNode
}

export function Button({ look = 'plain', size = 'md', busy, icon, className, children, disabled, ...rest }: Props) {
  return (
    <button
      type="button"
      {...rest}
      disabled={disabled || busy}
      className={cx(
        'inline-flex items-center justify-center gap-1.5 rounded-lg border text-sm whitespace-nowrap select-none transition-colors disabled:opacity-55 disabled:pointer-events-none',
        size === 'sm' ? 'h-7 px-2.5' : 'h-8.5 px-3',
        LOOKS[look],
        className,
      )}
    >
      {busy ? <LoaderCircle size={14} className="animate-spin" aria-hidden /> : icon}
      {children}
    </button>
  )
}

/** A button that is only an icon: its name is read aloud and shown on hover. */
export function IconButton({ label, className, children, side, ...rest }: ComponentProps<'button'> & { label: string; side?: 'top' | 'right' | 'bottom' }) {
  return (
    <Tip text={label} side={side}>
      <button
        type="button"
        aria-label={label}
        {...rest}
        className={cx('inline-grid size-8 shrink-0 place-items-center rounded-lg text-muted hover:bg-hover hover:text-ink transition-colors disabled:opacity-40', className)}
      >
        {children}
      </button>
    </Tip>
  )
}
