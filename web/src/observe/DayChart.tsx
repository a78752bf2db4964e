import { useMemo, useState } from 'react'
import type { DailyCosts } from '@/api/types'
import { count, short, usd } from '@/app/format'

type Day = DailyCosts['days'][number]
const HEIGHT = 180

/** Bars of dollars a day; the figures of the day under the pointer, or of the one with the focus. */
export function DayChart({ days, span }: { days: readonly Day[]; span: number }) {
  const filled = useMemo(() => fill(days, span), [days, span])
  const [at, setAt] = useState<number | null>(null)
  const most = Math.max(...filled.map(day => day.usd), 0.0001)
  const top = nice(most)
  const shown = at === null ? null : filled[at]!
  return (
    <figure>
      <div className="relative pl-12" style={{ height: HEIGHT + 24 }}>
        {[0, 0.5, 1].map(part => (
          <div key={part} aria-hidden className="absolute right-0 left-0 border-t border-dashed border-line" style={{ top: 4 + HEIGHT * (1 - part) }}>
            <span className="num absolute -top-2.5 left-0 bg-panel pr-2 text-2xs text-faint">{usd(top * part)}</span>
          </div>
        ))}
        <div className="absolute right-0 bottom-6 left-12 flex items-end gap-[3px]" style={{ height: HEIGHT }} onMouseLeave={() => setAt(null)}>
          {filled.map((day, i) => (
            <button
              key={day.date}
              aria-label={`${day.date}: ${usd(day.usd)}, ${count(day.calls)} calls`}
              onMouseEnter={() => setAt(i)}
              onFocus={() => setAt(i)}
              className="group flex h-full flex-1 items-end"
            >
              <span className={`w-full rounded-t-[3px] transition-colors ${at === i ? 'bg-accent' : 'bg-accent/70'}`} style={{ height: day.usd > 0 ? `${Math.max(1.5, (100 * day.usd) / top)}%` : '2px', opacity: day.usd > 0 ? 1 : 0.25 }} />
            </button>
          ))}
        </div>
        <div className="num absolute right-0 bottom-0 left-12 flex justify-between text-2xs text-faint"><span>{label(filled[0]?.date)}</span><span>{label(filled[Math.floor(filled.length / 2)]?.date)}</span><span>{label(filled[filled.length - 1]?.date)}</span></div>
      </div>
      <figcaption className="num mt-2 h-4 text-xs text-muted">{shown ? `${label(shown.date)}: ${usd(shown.usd)} · ${short(shown.tokens)} tokens · ${count(shown.calls)} calls` : `${usd(filled.reduce((sum, day) => sum + day.usd, 0))} in ${span} days`}</figcaption>
    </figure>
  )
}

function fill(days: readonly Day[], span: number) {
  const known = new Map(days.map(day => [day.date.slice(0, 10), day]))
  const today = Date.UTC(new Date().getUTCFullYear(), new Date().getUTCMonth(), new Date().getUTCDate())
  return Array.from({ length: span }, (_, i) => {
    const date = new Date(today - (span - 1 - i) * 86_400_000).toISOString().slice(0, 10)
    const sum = known.get(date)?.sum
    return { date, usd: sum ? sum.cost_usd + sum.estimated_usd : 0, calls: sum?.calls ?? 0, tokens: sum?.tokens ?? 0 }
  })
}

function nice(value: number) {
  const power = 10 ** Math.floor(Math.log10(value))
  return [1, 2, 2.5, 5, 10].map(factor => factor * power).find(size => size >= value) ?? value
}

function label(date: string | undefined) {
  return date ? new Date(date).toLocaleDateString('en-GB', { day: 'numeric', month: 'short', timeZone: 'UTC' }) : ''
}
