import type { TraceTree } from '@/api/types'

type Span = TraceTree['spans'][number]

export interface Bar {
  id: string
  /** What it is, for its colour: turn, model, shell, http, mcp, filesystem, approval, skill, tool. */
  kind: string
  name: string
  label: string
  error: string | null
  /** Milliseconds since 1970. */
  start: number
  /** Null while it runs. */
  end: number | null
  lane: number
  depth: number
  span: Span
}

export function kindOf(span: Pick<Span, 'kind' | 'name'>): string {
  if (span.kind === 'turn' || span.kind === 'step') return span.kind
  if (/model|chat|llm/.test(span.kind)) return 'model'
  if (/approval/.test(span.kind)) return 'approval'
  const name = span.name.replace(/^(execute_tool|tool)[ .:]/, '')
  if (/^(shell|process)/.test(name)) return 'shell'
  if (/^(http|web|browser|network)/.test(name)) return 'http'
  if (/^mcp/.test(name)) return 'mcp'
  if (/^(filesystem|fs|read|write|edit|list|grep|glob|apply)/.test(name)) return 'filesystem'
  if (/^skill/.test(name)) return 'skill'
  return 'tool'
}

/** Lanes from above: a bar takes the first lane of its depth or deeper that is free when it begins. */
export function barsOf(spans: readonly Span[]): Bar[] {
  const bars: Bar[] = []
  const walk = (span: Span, depth: number) => {
    const start = Date.parse(span.started_at)
    bars.push({
      id: span.span_id, kind: kindOf(span), name: span.name, label: span.kind === 'turn' ? 'turn' : span.name.replace(/^(execute_tool|invoke_agent|chat) /, ''), error: span.status === 'error' ? (span.error ?? 'failed') : null,
      start, end: span.duration_ms === null || span.duration_ms === undefined ? null : start + span.duration_ms, lane: 0, depth, span,
    })
    for (const child of (span.children ?? []) as Span[]) walk(child, depth + 1)
  }
  for (const span of spans) walk(span, 0)
  bars.sort((a, b) => a.start - b.start || a.depth - b.depth)
  const free: number[] = []
  for (const bar of bars) {
    let lane = bar.depth
    while ((free[lane] ?? 0) > bar.start) lane++
    bar.lane = lane
    // A gap, so that neighbours do not touch.
    free[lane] = (bar.end ?? Number.MAX_SAFE_INTEGER) + 1
  }
  return squeeze(bars)
}

function squeeze(bars: Bar[]) {
  const used = [...new Set(bars.map(bar => bar.lane))].sort((a, b) => a - b)
  for (const bar of bars) bar.lane = used.indexOf(bar.lane)
  return bars
}

/** Bars that are as they were stay the same objects: a trace of hundreds is asked for again with every span. */
export function sameBars(bars: Bar[], before: readonly Bar[]): Bar[] {
  const known = new Map(before.map(bar => [bar.id, bar]))
  return bars.map(bar => {
    const was = known.get(bar.id)
    return was && was.start === bar.start && was.end === bar.end && was.lane === bar.lane && was.error === bar.error ? was : bar
  })
}

/** How long the axis of something that has run for so long is: a quarter longer with each step, from two seconds on. */
export function axisOf(ms: number): number {
  let axis = 2000
  while (axis < ms * 1.02) axis *= 1.25
  return axis
}

/** Round places on the axis, four to eight of them. */
export function ticksOf(span: number): number[] {
  const raw = span / 5
  const power = 10 ** Math.floor(Math.log10(raw))
  const step = [1, 2, 5, 10].map(factor => factor * power).find(size => size >= raw) ?? raw
  const ticks: number[] = []
  for (let at = 0; at < span; at += step) ticks.push(at)
  return ticks
}

/** The turns of a session behind one another, without the hours between them. */
export function endToEnd(turns: readonly (readonly Bar[])[]): { bars: Bar[]; total: number } {
  const bars: Bar[] = []
  const spans = turns.filter(turn => turn.length > 0).map(turn => ({ turn, from: Math.min(...turn.map(bar => bar.start)), to: Math.max(...turn.map(bar => bar.end ?? bar.start)) }))
  const gap = 0.01 * spans.reduce((sum, { from, to }) => sum + to - from, 0)
  let at = 0
  for (const { turn, from, to } of spans) {
    for (const bar of turn) bars.push({ ...bar, id: `${bar.span.span_id}@${at}`, start: bar.start - from + at, end: bar.end === null ? null : bar.end - from + at })
    at += to - from + gap
  }
  return { bars, total: Math.max(1, at - gap) }
}
