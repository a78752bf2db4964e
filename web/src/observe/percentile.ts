/** Below what so many of all values lie, from buckets that each count all values up to their bound; null where the last bound is passed. */
export function percentile(buckets: readonly { at_most: number; count: number }[], total: number, part: number): number | null {
  const wanted = total * part
  let [from, before] = [0, 0]
  for (const bucket of buckets) {
    if (bucket.count >= wanted && bucket.count > before) return from + ((bucket.at_most - from) * (wanted - before)) / (bucket.count - before)
    ;[from, before] = [bucket.at_most, bucket.count]
  }
  return null
}
