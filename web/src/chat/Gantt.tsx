import { memo, useEffect, useMemo, useState } from 'react'
import { duration } from '@/app/format'
import { cx } from '@/ui/cx'
import type { Bar } from './trace'
import { axisOf, ticksOf } from './trace'

const COLOURS: Record<string, string> = { turn: 'var(--line-strong)', step: 'color-mix(in srgb, var(--line-strong) 60%, var(--panel))', model: 'var(--g1)', shell: 'var(--g2)', http: 'var(--g7)', mcp: 'var(--g4)', filesystem: 'var(--g5)', approval: 'var(--g6)', skill: 'var(--g8)', tool: 'var(--g3)', error: 'var(--bad)' }
const ROW = 22

const TICK_MS = 100

interface BarProps { bar: Bar; left: number; width: number; isChosen: boolean; onChoose: (bar: Bar | null) => void }

const GanttBar = memo(function GanttBar({ bar, left, width, isChosen, onChoose }: BarProps) {
  return (
    <button
      title={`${bar.name} · ${bar.end === null ? 'running' : duration(bar.end - bar.start)}${bar.error ? ' · ' + bar.error : ''}`}
      aria-label={`${bar.label}, ${bar.end === null ? 'running' : duration(bar.end - bar.start)}${bar.error ? ', failed' : ''}`}
      aria-pressed={isChosen}
      data-bar={bar.kind}
      data-span={bar.id}
      onClick={() => onChoose(isChosen ? null : bar)}
      className={cx('absolute h-4 overflow-hidden rounded-[4px] px-1 text-left text-[9.5px] leading-4 font-semibold text-ellipsis whitespace-nowrap', bar.end === null && 'pulse', isChosen && 'outline-2 outline-ink', bar.kind === 'turn' || bar.kind === 'step' ? 'text-muted' : 'text-[#06080d]')}
      style={{ left: `${left}%`, width: `max(4px, ${width}%)`, top: 22 + bar.lane * ROW, background: bar.error ? COLOURS.error : (COLOURS[bar.kind] ?? COLOURS.tool) }}
    >
      {width > 9 ? bar.label : ''}
    </button>
  )
})

const kindShown = (bar: Bar) => (bar.error ? 'error' : bar.kind)

/** What has ended: it stays where it is while time goes on. */
const Ended = memo(function Ended({ bars, from, span, hidden, chosen, onChoose }: { bars: readonly Bar[]; from: number; span: number; hidden: ReadonlySet<string>; chosen: Bar | null; onChoose: (bar: Bar | null) => void }) {
  return bars.map(bar => bar.end === null || hidden.has(kindShown(bar)) ? null : <GanttBar key={bar.id} bar={bar} left={((bar.start - from) / span) * 100} width={Math.min(100, ((bar.end - bar.start) / span) * 100)} isChosen={chosen?.id === bar.id} onChoose={onChoose} />)
})

interface Props { bars: readonly Bar[]; from: number; to: number; chosen: Bar | null; onChoose: (bar: Bar | null) => void }

/** While a turn runs: the axis is as long as it must be and then stays so for a while, so that hundreds of bars are not moved ten times a second. */
export function LiveGantt({ bars, from, to, chosen, onChoose }: Props) {
  const [now, setNow] = useState(Date.now())
  useEffect(() => {
    const timer = window.setInterval(() => setNow(Date.now()), TICK_MS)
    return () => window.clearInterval(timer)
  }, [])
  const last = Math.max(now, to)
  return <Gantt bars={bars} from={from} to={from + axisOf(last - from)} now={last} chosen={chosen} onChoose={onChoose} />
}

/** Spans over time, a lane for what ran at once: the one picture of what happened when. */
export function Gantt({ bars, from, to, now, onChoose, chosen }: Props & { now?: number }) {
  const span = Math.max(1, to - from)
  const ticks = useMemo(() => ticksOf(span), [span])
  const lanes = useMemo(() => bars.reduce((most, bar) => Math.max(most, bar.lane + 1), 0), [bars])
  const [hidden, setHidden] = useState<ReadonlySet<string>>(new Set())
  const kinds = useMemo(() => [...new Set(bars.map(kindShown))], [bars])
  const running = useMemo(() => bars.filter(bar => bar.end === null), [bars])
  return (
    <div>
      <div className="relative overflow-hidden" style={{ height: lanes * ROW + 26 }} role="group" aria-label="Timeline">
        {ticks.map(tick => (
          <div key={tick} aria-hidden className="absolute top-0 bottom-0 border-l border-dashed border-line" style={{ left: `${(tick / span) * 100}%` }}>
            <span className="num pl-1 text-[10px] whitespace-nowrap text-faint">{tick === 0 ? '0' : duration(tick)}</span>
          </div>
        ))}
        <Ended bars={bars} from={from} span={span} hidden={hidden} chosen={chosen} onChoose={onChoose} />
        {running.map(bar => hidden.has(kindShown(bar)) ? null : <GanttBar key={bar.id} bar={bar} left={((bar.start - from) / span) * 100} width={Math.min(100, (((now ?? to) - bar.start) / span) * 100)} isChosen={chosen?.id === bar.id} onChoose={onChoose} />)}
        {now !== undefined && <div aria-hidden className="absolute top-4 bottom-0 w-0.5 bg-accent" style={{ left: `min(calc(100% - 2px), ${((now - from) / span) * 100}%)` }}><span className="pulse absolute -top-1 -left-[3px] size-2 rounded-full bg-accent" /></div>}
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
