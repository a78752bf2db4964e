import { useMemo } from 'react'
import { qrOf } from './qrcode'

const MARGIN = 3

/** For the camera of a phone: dark on white in both themes. Nothing where the text is too long for one. */
export function Qr({ text, label }: { text: string; label: string }) {
  const grid = useMemo(() => qrOf(text), [text])
  if (!grid) return null
  const size = grid.length + 2 * MARGIN
  const path = grid.flatMap((row, y) => row.map((dark, x) => (dark ? `M${x + MARGIN} ${y + MARGIN}h1v1h-1z` : ''))).join('')
  return (
    <svg role="img" aria-label={label} viewBox={`0 0 ${size} ${size}`} className="size-44 shrink-0 rounded-lg bg-white" shapeRendering="crispEdges"><path d={path} fill="#0b0d12" /></svg>
  )
}
