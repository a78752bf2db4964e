import type { ReactNode } from 'react'
import { Tooltip } from 'radix-ui'

export function Tip({ text, side = 'bottom', children }: { text: ReactNode; side?: 'top' | 'right' | 'bottom'; children: ReactNode }) {
  return (
    <Tooltip.Root>
      <Tooltip.Trigger asChild>{children}</Tooltip.Trigger>
      <Tooltip.Portal>
        <Tooltip.Content side={side} sideOffset={6} className="fade z-60 max-w-80 rounded-lg border border-line bg-raised px-2.5 py-1.5 text-xs text-ink shadow-pop">
          {text}
        </Tooltip.Content>
      </Tooltip.Portal>
    </Tooltip.Root>
  )
}
