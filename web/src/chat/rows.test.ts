import { describe, expect, it } from 'vitest'
import type { Item } from '@/api/types'
import { chunksOf, nextUser, rowsOf } from './rows'

const common = { seq: 1, step: 1, created_at: '2026-01-01T00:00:00Z', provenance: 'model' as const, turn_id: 't' }
const user = (id: string): Item => ({ ...common, id, type: 'user_message', text: 'hello', attachments: [], is_steering: false })
const call = (id: string, callId: string, turn = 't'): Item => ({ ...common, turn_id: turn, id, type: 'tool_call', call_id: callId, name: 'grep', tool: 'filesystem.grep', arguments: '{}' })
const result = (id: string, callId: string, turn = 't'): Item => ({ ...common, turn_id: turn, id, type: 'tool_result', call_id: callId, status: 'completed', output: 'x', duration_ms: 5, attachments: [] }) as Item

describe('rows', () => {
  it('shows a call with its result as one', () => {
    const rows = rowsOf([user('u'), call('a', '1'), result('b', '1')])
    expect(rows.map(row => row.kind)).toEqual(['user', 'tool'])
    expect(rows[1]).toMatchObject({ result: { id: 'b' } })
  })

  it('keeps the same call id of two turns apart', () => {
    const rows = rowsOf([call('a', '1', 't1'), result('b', '1', 't1'), call('c', '1', 't2')])
    expect(rows[0]).toMatchObject({ result: { id: 'b' } })
    expect((rows[1] as { result?: unknown }).result).toBeUndefined()
  })

  it('leaves out replies and thoughts without a text', () => {
    const empty = { ...common, id: 'r', type: 'reply', text: '', is_partial: false } as Item
    expect(rowsOf([empty])).toEqual([])
  })

  it('jumps from one thing that was said to the next', () => {
    const rows = rowsOf([user('a'), call('b', '1'), user('c')])
    expect(nextUser(rows, 3, -1)).toBe(2)
    expect(nextUser(rows, 2, -1)).toBe(0)
    expect(nextUser(rows, 2, 1)).toBe(-1)
  })
})

const at = (item: Item, seq: number) => ({ ...item, seq }) as Item
const summary = (id: string, of: string, from: number, to: number, seq: number): Item => ({ ...common, id, seq, type: 'summary', text: `[${of}]`, of, from_seq: from, to_seq: to, characters: 0 }) as Item

describe('what was rewound', () => {
  it('is one row, until it is brought back', () => {
    const said = [at(user('a'), 1), at(user('b'), 2), at(user('c'), 3), summary('r', 'taken_back', 2, 3, 4)]
    expect(rowsOf(said).map(row => row.kind)).toEqual(['user', 'hidden', 'notice'])
    expect(rowsOf([...said, summary('f', 'brought_back', 4, 4, 5)]).map(row => row.kind)).toEqual(['user', 'user', 'user', 'notice', 'notice'])
  })

  it('hides nothing where only files were put back', () => {
    expect(rowsOf([at(user('a'), 1), summary('u', 'taken_back', 0, 0, 2)]).map(row => row.kind)).toEqual(['user', 'notice'])
  })
})

describe('lots of rows', () => {
  const many = Array.from({ length: 100 }, (_, i) => at(user(`u${i}`), i + 10))
  it('stay the same objects while others come', () => {
    const rows = rowsOf(many)
    const first = chunksOf(rows, [])
    expect(first.flat()).toEqual(rows)
    const more = rowsOf([at(user('earlier'), 1), ...many, at(user('later'), 500)])
    const next = chunksOf(more, first)
    expect(next.flat()).toEqual(more)
    expect(next[1]).toBe(first[0])
    expect(next[2]).toBe(first[1])
    expect(next[3]).not.toBe(first[2])
  })

  it('has a row anew whose result came', () => {
    const items = [call('a', '1'), user('u')]
    const before = rowsOf(items)
    const after = rowsOf([...items, result('b', '1')])
    expect(after[1]).toBe(before[1])
    expect(after[0]).not.toBe(before[0])
  })
})
