import { expect, it } from 'vitest'
import { textOf, wordsOf } from './words'

it('reads a command as a shell would', () => {
  expect(wordsOf('npx -y "a b" \'c "d\' e\\ f ""')).toEqual(['npx', '-y', 'a b', 'c "d', 'e f', ''])
  expect(wordsOf('  ')).toEqual([])
})

it('are typed as they were', () => {
  for (const words of [['npx', '-y', '@scope/server'], ['sh', '-c', "echo 'it is' \"so\""], ['a b', '', '${HOME}/x']]) expect(wordsOf(textOf(words))).toEqual(words)
})
