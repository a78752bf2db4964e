/** A command as it is typed: words between spaces, quotes keep them together. */
export function wordsOf(command: string): string[] {
  const words: string[] = []
  let word = ''
  let quote = ''
  let isOpen = false
  for (let i = 0; i < command.length; i++) {
    const sign = command[i]!
    if (quote) {
      if (sign === quote) quote = ''
      else if (sign === '\\' && quote === '"' && i + 1 < command.length) word += command[++i]
      else word += sign
    } else if (sign === '"' || sign === "'") {
      quote = sign
      isOpen = true
    } else if (sign === '\\' && i + 1 < command.length) {
      word += command[++i]
      isOpen = true
    } else if (/\s/.test(sign)) {
      if (word || isOpen) words.push(word)
      word = ''
      isOpen = false
    } else word += sign
  }
  if (word || isOpen) words.push(word)
  return words
}

/** The other way: words as they would be typed. */
export function textOf(words: readonly string[]): string {
  return words.map(word => (/^[\w@%+=:,./$-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`)).join(' ')
}
