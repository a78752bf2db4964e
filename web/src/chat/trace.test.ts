import { describe, expect, it } from 'vitest'
import { axisOf, barsOf, sameBars, endToEnd, ticksOf } from './trace'

const at = (ms: number) => new Date(1_700_000_000_000 + ms).toISOString()
const span = (id: string, from: number, took: number | null, children: unknown[] = [], kind = 'tool') => ({ span_id: id, kind, name: 'shell.exec', status: 'ok', started_at: at(from), duration_ms: took, attributes: {}, children })

describe('the lanes of a timeline', () => {
  it('puts what ran at once below each other and what came after it in the same lane', () => {
    const turn = span('turn', 0, 100, [span('a', 0, 50), span('b', 10, 20), span('c', 60, 10)], 'turn')
    const bars = barsOf([turn] as never)
    const lane = (id: string) => bars.find(bar => bar.id === id)!.lane
    expect(lane('turn')).toBe(0)
    expect(lane('a')).toBe(1)
    expect(lane('b')).toBe(2)
    expect(lane('c')).toBe(1)
  })

  it('has no end for what still runs', () => {
    expect(barsOf([span('a', 0, null)] as never)[0]!.end).toBeNull()
  })

  it('marks round places', () => {
    expect(ticksOf(5100)).toEqual([0, 2000, 4000])
    expect(ticksOf(1800).length).toBeLessThan(9)
  })
})

it('sets the turns of a session end to end', () => {
  const { bars, total } = endToEnd([barsOf([span('a', 0, 100)] as never), [], barsOf([span('b', 3_600_000, 100)] as never)])
  expect(bars.map(bar => [bar.start, bar.end])).toEqual([[0, 100], [102, 202]])
  expect(total).toBe(202)
})

it('leaves bars as they are that say the same', () => {
  const span = (id: string, ms: number | null) => ({ span_id: id, kind: 'step', name: id, status: 'ok', started_at: '2026-01-01T00:00:00Z', duration_ms: ms, attributes: {}, children: [] })
  const first = barsOf([span('a', 10), span('b', null)])
  const second = sameBars(barsOf([span('a', 10), span('b', 20)]), first)
  expect(second[0]).toBe(first[0])
  expect(second[1]).not.toBe(first[1])
})

it('has an axis that grows in steps and always has room for what runs', () => {
  expect(axisOf(10)).toBe(2000)
  expect(axisOf(2100)).toBe(axisOf(2300))
  for (const ms of [1, 1990, 5000, 77_000, 3_600_000]) expect(axisOf(ms)).toBeGreaterThan(ms)
})
