import { describe, expect, it } from 'vitest'
import { ago, base, bytes, duration, plural, short, usd } from './format'

describe('figures', () => {
  it('are short where they are long', () => {
    expect([short(999), short(12_345), short(4_500_000), short(null)]).toEqual(['999', '12.3k', '4.5M', '–'])
    expect([usd(0), usd(0.0008), usd(0.0377), usd(12.5)]).toEqual(['$0.00', '$0.0008', '$0.038', '$12.50'])
    expect([duration(12), duration(5100), duration(65_000), duration(3_720_000)]).toEqual(['12 ms', '5.1 s', '1 m 5 s', '1 h 2 m'])
    expect([bytes(10), bytes(2048), bytes(5_242_880)]).toEqual(['10 B', '2 KB', '5 MB'])
    expect([plural(1, 'turn'), plural(1200, 'turn')]).toEqual(['1 turn', '1,200 turns'])
    expect(base('/home/me/prices/')).toBe('prices')
  })

  it('say when as people do', () => {
    const now = Date.parse('2026-11-21T12:00:00Z')
    expect(ago('2026-11-21T11:59:40Z', now)).toBe('now')
    expect(ago('2026-11-21T11:30:00Z', now)).toBe('30 min ago')
    expect(ago('2026-11-20T11:00:00Z', now)).toBe('yesterday')
    expect(ago('2026-01-02T11:00:00Z', now)).toContain('2026')
  })
})
