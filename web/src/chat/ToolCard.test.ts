import { expect, it } from 'vitest'
import { isDiff } from './Diff'
import { changesOf, headline } from './ToolCard'

it('shows the word of a call that says most', () => {
  expect(headline('{"timeout":5,"command":"ls -la\\nrm x"}')).toBe('ls -la')
  expect(headline('{"path":"src/a.cs","content":"…"}')).toBe('src/a.cs')
  expect(headline('{broken')).toBe('{broken')
})

it('knows a diff', () => {
  expect(isDiff('--- a\n+++ b\n@@ -1 +1 @@\n-x\n+y\n')).toBe(true)
  expect(isDiff('a - b\n- a list\n')).toBe(false)
})

it('shows an edit as the lines it changes', () => {
  expect(changesOf('{"path":"a.py","edits":[{"old_string":"x\\ny","new_string":"z"}]}')).toBe('--- a.py\n-x\n-y\n+z')
  expect(changesOf('{"path":"a.py"}')).toBeNull()
  expect(changesOf('{broken')).toBeNull()
})
