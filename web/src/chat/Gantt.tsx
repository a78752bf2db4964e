import { memo, useMemo, useState } from 'react'
import { duration } from '@/app/format'
import { cx } from '@/ui/cx'
import type { Bar } from './trace'
import { ticksOf } from './trace'

const COLOURS: Record<string, string> = { turn: 'var(--line-strong)', step: 'color-mix(in srgb, var(--line-strong) 60%, var(--panel))', model: 'var(--g1)', shell: 'var(--g2)', http: 'var(--g7)', mcp: 'var(--g4)', filesystem: 'var(--g5)', approval: 'var(--g6)', skill: 'var(--g8)', tool: 'var(--g3)', error: 'var(--bad)' }
const ROW = 22

const GanttBar = memo(function GanttBar({ bar, left, width, top, isChosen, onChoose }: { bar: Bar; left: number; width: number; top: number; isChosen: boolean; onChoose: (bar: Bar | null) => void }) {
  return (
    <button
      title={`${bar.name} · ${bar.end === null ? 'running' : duration(bar.end - bar.start)}${bar.error ? ' · ' + bar.error : ''}`}
      aria-label={`${bar.label}, ${bar.end === null ? 'running' : duration(bar.end - bar.start)}${bar.error ? ', failed' : ''}`}
      aria-pressed={isChosen}
      onClick={() => onChoose(isChosen ? null : bar)}
      className={cx('absolute h-4 overflow-hidden rounded-[4px] px-1 text-left text-[9.5px] leading-4 font-semibold text-ellipsis whitespace-nowrap', bar.end === null && 'pulse', isChosen && 'outline-2 outline-ink', bar.kind === 'turn' || bar.kind === 'step' ? 'text-muted' : 'text-[#06080d]')}
      style={{ left: `${left}%`, width: `max(4px, ${width}%)`, top, background: bar.error ? COLOURS.error : (COLOURS[bar.kind] ?? COLOURS.tool) }}
    >
      {width > 9 ? bar.label : ''}
    </button>
  )
})

/** Spans over time, a lane for what ran at once: the one picture of what happened when. */
export function Gantt({ bars, from, to, isLive, onChoose, chosen }: { bars: readonly Bar[]; from: number; to: number; isLive: boolean; chosen: Bar | null; onChoose: (bar: Bar | null) => void }) {
  const span = Math.max(1, to - from)
  const ticks = useMemo(() => ticksOf(span), [span])
  const lanes = bars.reduce((most, bar) => Math.max(most, bar.lane + 1), 0)
  const [hidden, setHidden] = useState<ReadonlySet<string>>(new Set())
  const kinds = useMemo(() => [...new Set(bars.map(bar => bar.error ? 'error' : bar.kind))], [bars])
  return (
    <div>
      <div className="relative overflow-hidden" style={{ height: lanes * ROW + 26 }} role="group" aria-label="Timeline">
        {ticks.map(tick => (
          <div key={tick} aria-hidden className="absolute top-0 bottom-0 border-l border-dashed border-line" style={{ left: `${(tick / span) * 100}%` }}>
            <span className="num pl-1 text-[10px] text-faint">{tick === 0 ? '0' : duration(tick)}</span>
          </div>
        ))}
        {bars.map(bar => hidden.has(bar.error ? 'error' : bar.kind) ? null : (
          <GanttBar
            key={bar.id}
            bar={bar}
            left={((bar.start - from) / span) * 100}
            width={Math.min(100, (((bar.end ?? to) - bar.start) / span) * 100)}
            top={22 + bar.lane * ROW}
            isChosen={chosen?.id === bar.id}
            onChoose={onChoose}
          />
        ))}
        {isLive && <div aria-hidden className="absolute top-4 right-0 bottom-0 w-0.5 bg-accent"><span className="pulse absolute -top-1 -left-[3px] size-2 rounded-full bg-accent" /></div>}
      </div>
      <div className="mt-3 flex flex-wrap gap-x-3.5 gap-y-1.5">
        {kinds.map(kind => (
          <button
            key={kind}
            aria-pressed={!hidden.has(kind)}
            onClick={() => setHidden(before => {
              const next = new Set(before)
              if (!next.delete(kind)) next.add(kind)
              return next
            })}
            className={cx('flex items-center gap-1.5 rounded text-xs', hidden.has(kind) ? 'text-faint line-through' : 'text-muted hover:text-ink')}
          >
            <span className="size-2 rounded-full" style={{ background: COLOURS[kind] ?? COLOURS.tool }} /> {kind}
          </button>
        ))}
      </div>
    </div>
  )
}
