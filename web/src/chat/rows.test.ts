import { describe, expect, it } from 'vitest'
import type { Item } from '@/api/types'
import { nextUser, rowsOf } from './rows'

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
