import { describe, expect, it } from 'vitest'
import { barsOf, endToEnd, ticksOf } from './trace'

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
