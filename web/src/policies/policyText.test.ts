import { describe, expect, it } from 'vitest'
import { entriesOf, ruleOf, valueOf, withEntry, without, withValue } from './policyText'

const TEXT = `name: careful   # mine

workspace:
  allow_outside: false   # never

tools:
  allowed:
    - filesystem.read
    # the exchange
    - http.request:
        domains: [api.example.org]
        methods: [GET]
  ask:
    - shell.exec
tests:
  - {command: ls, expect: allow}
`

describe('the text of a policy', () => {
  it('shows each rule with all its lines', () => {
    expect(entriesOf(TEXT).map(entry => [entry.list, entry.text.split('\n')[0]])).toEqual([['allowed', 'filesystem.read'], ['allowed', 'http.request:'], ['ask', 'shell.exec']])
    expect(entriesOf(TEXT)[1]!.text).toContain('methods: [GET]')
  })

  it('takes a rule out and puts one in without touching the rest', () => {
    const less = without(TEXT, entriesOf(TEXT)[1]!)
    expect(less).not.toContain('api.example.org')
    expect(less).toContain('# the exchange')
    expect(entriesOf(less)).toHaveLength(2)
    const more = withEntry(less, 'denied', 'shell.exec: {commands: ["rm"]}')
    expect(entriesOf(more).at(-1)).toMatchObject({ list: 'denied', text: 'shell.exec: {commands: ["rm"]}' })
    expect(more.indexOf('denied:')).toBeLessThan(more.indexOf('tests:'))
    expect(withEntry('name: x\n', 'ask', 'shell.exec')).toBe('name: x\n\ntools:\n  ask:\n    - shell.exec\n')
  })

  it('has no list without a rule', () => {
    expect(without(TEXT, entriesOf(TEXT)[2]!)).not.toContain('ask:')
  })

  it('changes a value and keeps what stands behind it', () => {
    expect(valueOf(TEXT, 'workspace', 'allow_outside')).toBe('false')
    expect(withValue(TEXT, 'workspace', 'allow_outside', 'true')).toContain('allow_outside: true   # never')
    expect(valueOf(withValue(TEXT, 'approval', 'timeout', '5m'), 'approval', 'timeout')).toBe('5m')
  })

  it('writes rules as they are read', () => {
    expect(ruleOf('filesystem.read', '')).toBe('filesystem.read')
    expect(ruleOf('shell.exec', 'git status, npm run *')).toBe('shell.exec: {commands: ["git status", "npm run *"]}')
    expect(ruleOf('http.request', 'api.example.org')).toBe('http.request: {domains: ["api.example.org"]}')
    expect(ruleOf('filesystem.write', 'src/**')).toBe('filesystem.write: {paths: ["src/**"]}')
  })
})
