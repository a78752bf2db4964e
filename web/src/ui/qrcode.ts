/** Error correction M, bytes, versions 1 to 10: what an address needs (up to 213 bytes). */
const EC_WORDS = [0, 10, 16, 26, 18, 24, 16, 18, 22, 22, 26]
const BLOCKS = [0, 1, 1, 1, 2, 2, 4, 4, 4, 5, 5]
const ALL_WORDS = [0, 26, 44, 70, 100, 134, 172, 196, 242, 292, 346]
const FORMAT_M = 0

/** The modules of a QR code, true for dark; null when the text is too long for one. */
export function qrOf(text: string): boolean[][] | null {
  const bytes = new TextEncoder().encode(text)
  const version = EC_WORDS.findIndex((ec, v) => v > 0 && ALL_WORDS[v]! - ec * BLOCKS[v]! >= bytes.length + (v < 10 ? 2 : 3))
  if (version < 0) return null
  const words = interleave(dataWords(bytes, version), version)
  let best: { grid: boolean[][]; cost: number } | null = null
  for (let mask = 0; mask < 8; mask++) {
    const grid = draw(words, version, mask)
    const cost = penalty(grid)
    if (!best || cost < best.cost) best = { grid, cost }
  }
  return best!.grid
}

function dataWords(bytes: Uint8Array, version: number): number[] {
  const room = ALL_WORDS[version]! - EC_WORDS[version]! * BLOCKS[version]!
  const bits: number[] = []
  const push = (value: number, count: number) => {
    for (let i = count - 1; i >= 0; i--) bits.push((value >> i) & 1)
  }
  push(4, 4)
  push(bytes.length, version < 10 ? 8 : 16)
  bytes.forEach(byte => push(byte, 8))
  push(0, Math.min(4, room * 8 - bits.length))
  while (bits.length % 8) bits.push(0)
  const words = Array.from({ length: bits.length / 8 }, (_, i) => Number.parseInt(bits.slice(i * 8, i * 8 + 8).join(''), 2))
  for (let pad = 0xec; words.length < room; pad ^= 0xec ^ 0x11) words.push(pad)
  return words
}

function interleave(data: number[], version: number): number[] {
  const [count, ec] = [BLOCKS[version]!, EC_WORDS[version]!]
  const short = Math.floor(data.length / count)
  const longer = data.length % count
  const divisor = generator(ec)
  const blocks: { data: number[]; ec: number[] }[] = []
  for (let i = 0, at = 0; i < count; i++) {
    const part = data.slice(at, (at += short + (i >= count - longer ? 1 : 0)))
    blocks.push({ data: part, ec: remainder(part, divisor) })
  }
  const out: number[] = []
  for (let i = 0; i <= short; i++) for (const block of blocks) if (i < block.data.length) out.push(block.data[i]!)
  for (let i = 0; i < ec; i++) for (const block of blocks) out.push(block.ec[i]!)
  return out
}

function multiply(a: number, b: number): number {
  let z = 0
  for (let i = 7; i >= 0; i--) {
    z = (z << 1) ^ ((z >>> 7) * 0x11d)
    z ^= ((b >>> i) & 1) * a
  }
  return z
}

function generator(degree: number): number[] {
  const result = Array.from({ length: degree }, (_, i): number => (i === degree - 1 ? 1 : 0))
  for (let i = 0, root = 1; i < degree; i++, root = multiply(root, 2)) {
    for (let j = 0; j < degree; j++) result[j] = multiply(result[j]!, root) ^ (result[j + 1] ?? 0)
  }
  return result
}

function remainder(data: readonly number[], divisor: readonly number[]): number[] {
  const result = divisor.map(() => 0)
  for (const byte of data) {
    const factor = byte ^ result.shift()!
    result.push(0)
    divisor.forEach((one, i) => (result[i]! ^= multiply(one, factor)))
  }
  return result
}

function draw(words: readonly number[], version: number, mask: number): boolean[][] {
  const size = version * 4 + 17
  const grid = Array.from({ length: size }, () => Array<boolean>(size).fill(false))
  const fixed = Array.from({ length: size }, () => Array<boolean>(size).fill(false))
  const set = (x: number, y: number, dark: boolean) => {
    if (x < 0 || y < 0 || x >= size || y >= size) return
    grid[y]![x] = dark
    fixed[y]![x] = true
  }
  for (let i = 0; i < size; i++) {
    set(6, i, i % 2 === 0)
    set(i, 6, i % 2 === 0)
  }
  const centres = version === 1 ? [] : [6, ...Array.from({ length: Math.floor(version / 7) + 1 }, (_, i) => size - 7 - i * spacing(version, size)).reverse()]
  for (const [cx, cy] of centres.flatMap(x => centres.map(y => [x, y] as const))) {
    const isCorner = (cx === 6 && cy === 6) || (cx === 6 && cy === size - 7) || (cx === size - 7 && cy === 6)
    if (!isCorner) for (let dy = -2; dy <= 2; dy++) for (let dx = -2; dx <= 2; dx++) set(cx + dx, cy + dy, Math.max(Math.abs(dx), Math.abs(dy)) !== 1)
  }
  for (const [cx, cy] of [[3, 3], [size - 4, 3], [3, size - 4]] as const) {
    for (let dy = -4; dy <= 4; dy++) for (let dx = -4; dx <= 4; dx++) {
      const ring = Math.max(Math.abs(dx), Math.abs(dy))
      set(cx + dx, cy + dy, ring !== 2 && ring !== 4)
    }
  }
  format(set, size, mask)
  if (version >= 7) {
    const bits = (version << 12) | bch(version, 12, 0x1f25)
    for (let i = 0; i < 18; i++) {
      const [a, b] = [size - 11 + (i % 3), Math.floor(i / 3)]
      set(a, b, Boolean((bits >>> i) & 1))
      set(b, a, Boolean((bits >>> i) & 1))
    }
  }
  let at = 0
  for (let right = size - 1; right >= 1; right -= 2) {
    if (right === 6) right = 5
    for (let vertical = 0; vertical < size; vertical++) {
      for (const x of [right, right - 1]) {
        const y = ((right + 1) & 2) === 0 ? size - 1 - vertical : vertical
        if (fixed[y]![x]) continue
        const dark = at < words.length * 8 && Boolean((words[at >>> 3]! >>> (7 - (at & 7))) & 1)
        at++
        grid[y]![x] = dark !== MASKS[mask]!(x, y)
      }
    }
  }
  return grid
}

function spacing(version: number, size: number) {
  const count = Math.floor(version / 7) + 2
  return Math.ceil((size - 13) / (count * 2 - 2)) * 2
}

const MASKS: ((x: number, y: number) => boolean)[] = [
  (x, y) => (x + y) % 2 === 0, (_, y) => y % 2 === 0, x => x % 3 === 0, (x, y) => (x + y) % 3 === 0, (x, y) => (Math.floor(x / 3) + Math.floor(y / 2)) % 2 === 0,
  (x, y) => ((x * y) % 2) + ((x * y) % 3) === 0, (x, y) => (((x * y) % 2) + ((x * y) % 3)) % 2 === 0, (x, y) => (((x + y) % 2) + ((x * y) % 3)) % 2 === 0,
]

function bch(value: number, count: number, polynomial: number): number {
  let rest = value
  const high = Math.floor(Math.log2(polynomial))
  for (let i = 0; i < count; i++) rest = (rest << 1) ^ (((rest >>> (high - 1)) & 1) * polynomial)
  return rest & ((1 << high) - 1)
}

function format(set: (x: number, y: number, dark: boolean) => void, size: number, mask: number) {
  const data = (FORMAT_M << 3) | mask
  const bits = ((data << 10) | bch(data, 10, 0x537)) ^ 0x5412
  const bit = (i: number) => Boolean((bits >>> i) & 1)
  for (let i = 0; i <= 5; i++) set(8, i, bit(i))
  set(8, 7, bit(6))
  set(8, 8, bit(7))
  set(7, 8, bit(8))
  for (let i = 9; i < 15; i++) set(14 - i, 8, bit(i))
  for (let i = 0; i < 8; i++) set(size - 1 - i, 8, bit(i))
  for (let i = 8; i < 15; i++) set(8, size - 15 + i, bit(i))
  set(8, size - 8, true)
}

/** How hard it would be to read: long runs, blocks of one colour, an uneven share. */
function penalty(grid: readonly (readonly boolean[])[]): number {
  const size = grid.length
  let cost = 0
  let dark = 0
  for (let y = 0; y < size; y++) {
    let [row, column] = [1, 1]
    for (let x = 0; x < size; x++) {
      if (grid[y]![x]) dark++
      if (x > 0) {
        row = grid[y]![x] === grid[y]![x - 1] ? row + 1 : 1
        if (row >= 5) cost += row === 5 ? 3 : 1
        column = grid[x]![y] === grid[x - 1]![y] ? column + 1 : 1
        if (column >= 5) cost += column === 5 ? 3 : 1
      }
      if (x > 0 && y > 0 && grid[y]![x] === grid[y]![x - 1] && grid[y]![x] === grid[y - 1]![x] && grid[y]![x] === grid[y - 1]![x - 1]) cost += 3
    }
  }
  return cost + Math.floor(Math.abs((dark * 20) / (size * size) - 10)) * 10
}
