import { expect, it } from 'vitest'
import { wordsOf } from './words'

it('reads a command as a shell would', () => {
  expect(wordsOf('npx -y "a b" \'c "d\' e\\ f ""')).toEqual(['npx', '-y', 'a b', 'c "d', 'e f', ''])
  expect(wordsOf('  ')).toEqual([])
})
