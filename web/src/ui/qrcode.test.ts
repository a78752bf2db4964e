import { expect, it } from 'vitest'
import { qrOf } from './qrcode'

// Read by a decoder when it was written: so were those of versions 2 to 10.
const READ = `
#######...###.#######
#.....#.##..#.#.....#
#.###.#..##.#.#.###.#
#.###.#.......#.###.#
#.###.#.##..#.#.###.#
#.....#.....#.#.....#
#######.#.#.#.#######
..........###........
#.#.#.#..###....#..#.
##.#...#.##...###...#
#.#.#.#...#.##..#.###
####.#.#..#.....#..#.
..##.##.###.#..#.#...
........#..#.#.##..##
#######....#.##.#.###
#.....#....###.##...#
#.###.#.#..#.....#...
#.###.#..#.#..#.##.#.
#.###.#.#.#.#...#.#.#
#.....#....##...#..#.
#######.#...#...##.##`

it('is the code that a phone reads', () => {
  expect('\n' + qrOf('https://a.b')!.map(row => row.map(dark => (dark ? '#' : '.')).join('')).join('\n')).toBe(READ)
})

it('is as large as the text needs, up to 213 bytes', () => {
  expect([14, 15, 26, 62, 106, 180, 213].map(n => qrOf('x'.repeat(n))!.length)).toEqual([21, 25, 25, 33, 41, 53, 57])
  expect(qrOf('ü'.repeat(107))).toBeNull()
})
