import { expect, it } from 'vitest'
import { percentile } from './percentile'

it('lies within the bucket where so many are reached', () => {
  const buckets = [{ at_most: 0.1, count: 0 }, { at_most: 0.2, count: 10 }, { at_most: 1, count: 20 }]
  expect(percentile(buckets, 20, 0.5)).toBeCloseTo(0.2)
  expect(percentile(buckets, 20, 0.25)).toBeCloseTo(0.15)
  expect(percentile(buckets, 20, 0.75)).toBeCloseTo(0.6)
  expect(percentile(buckets, 40, 0.95)).toBeNull()
  expect(percentile([], 0, 0.5)).toBeNull()
})
