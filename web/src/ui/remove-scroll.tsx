import type { ElementType, ReactNode } from 'react'

/** Stands in for react-remove-scroll: only the panes of these pages scroll, so nothing has to be locked behind a dialog. */
export function RemoveScroll({ as: As, children }: { as?: ElementType; children?: ReactNode }) {
  return As ? <As>{children}</As> : <>{children}</>
}

export default RemoveScroll
