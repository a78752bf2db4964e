import type { ReactNode } from 'react'
import { DropdownMenu as Radix } from 'radix-ui'
import { cx } from './cx'

export function Menu({ trigger, align = 'end', isOpen, children }: { trigger: ReactNode; align?: 'start' | 'end'; /** From the beginning. */ isOpen?: boolean; children: ReactNode }) {
  return (
    <Radix.Root modal={false} defaultOpen={isOpen}>
      <Radix.Trigger asChild>{trigger}</Radix.Trigger>
      <Radix.Portal>
        <Radix.Content align={align} sideOffset={6} collisionPadding={8} className="in z-50 min-w-48 rounded-xl border border-line bg-panel p-1 shadow-pop outline-none">
          {children}
        </Radix.Content>
      </Radix.Portal>
    </Radix.Root>
  )
}

export function MenuItem({ icon, danger, onSelect, children, keys }: { icon?: ReactNode; danger?: boolean; onSelect: () => void; children: ReactNode; keys?: string }) {
  return (
    <Radix.Item
      onSelect={onSelect}
      className={cx('flex items-center gap-2.5 rounded-lg px-2.5 py-1.5 text-sm outline-none select-none data-highlighted:bg-hover', danger ? 'text-bad' : 'text-ink')}
    >
      <span className={danger ? '' : 'text-muted'}>{icon}</span>
      <span className="flex-1">{children}</span>
      {keys && <span className="text-2xs text-faint">{keys}</span>}
    </Radix.Item>
  )
}

export function MenuLine() {
  return <Radix.Separator className="my-1 h-px bg-line" />
}
