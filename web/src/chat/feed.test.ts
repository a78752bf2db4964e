import { beforeEach, describe, expect, it, vi } from 'vitest'
import type { PryxEvent } from '@/api/types'

let waiting: unknown[] = []
let heard: (event: PryxEvent) => void = () => {}
vi.mock('@/api/socket', () => ({ socket: { listen: (listener: (event: PryxEvent) => void) => { heard = listener; return () => {} } } }))
vi.mock('@/api/client', () => ({
  api: {
    get: async (path: string) => (path.endsWith('/items') ? { items: [] } : path.endsWith('/pending') ? { approvals: [{ id: 'q', turn_id: 't' }] } : path.endsWith('/inputs') ? { inputs: waiting } : undefined),
  },
}))
vi.stubGlobal('window', globalThis)

const { SessionFeed } = await import('./feed')
const event = (name: string, payload: unknown, more: Partial<PryxEvent> = {}) =>
  ({ type: 'event', event: name, session_id: 's', turn_id: 't', payload, timestamp: '2026-01-01T00:00:00Z', version: 0, ...more }) as PryxEvent
const settle = () => new Promise<void>(resolve => setTimeout(resolve, 0))

describe('the feed of a session', () => {
  beforeEach(() => void (heard = () => {}))

  it('gathers what streams and tells of it once for many deltas', async () => {
    const feed = new SessionFeed('s')
    await settle()
    const told = vi.fn()
    feed.subscribe(told)
    for (let i = 0; i < 100; i++) heard(event('message.delta', { step: 1, text: 'a' }))
    expect(told).not.toHaveBeenCalled()
    await new Promise<void>(resolve => setTimeout(resolve, 80))
    expect(told).toHaveBeenCalledTimes(1)
    expect(feed.read().text).toHaveLength(100)
  })

  it('puts the stored reply in the place of what streamed, once', async () => {
    const feed = new SessionFeed('s')
    await settle()
    heard(event('message.delta', { step: 1, text: 'half' }))
    const item = { id: 'r', type: 'reply', text: 'half and whole', seq: 1 } as never
    heard(event('item.added', null, { item, version: 1 }))
    heard(event('item.added', null, { item, version: 1 }))
    expect(feed.read().text).toBe('')
    expect(feed.read().items).toHaveLength(1)
  })

  it('forgets what a retried step has streamed', async () => {
    const feed = new SessionFeed('s')
    await settle()
    heard(event('message.delta', { step: 1, text: 'wrong' }))
    heard(event('step.retrying', { step: 1, attempt: 1, delay_ms: 1000, reason: 'busy' }))
    expect(feed.read().text).toBe('')
    expect(feed.read().retry).toContain('busy')
  })

  it('has no question left once somebody answered it, wherever', async () => {
    const feed = new SessionFeed('s')
    await settle()
    expect(feed.read().approvals).toHaveLength(1)
    heard(event('approval.resolved', { approval_id: 'q', approved: true }))
    expect(feed.read().approvals).toHaveLength(0)
  })

  it('does not hear of other sessions', async () => {
    const feed = new SessionFeed('s')
    await settle()
    heard(event('turn.started', { model: 'm' }, { session_id: 'other' }))
    expect(feed.read().turn).toBeNull()
  })

  it('shows what waits until it is read', async () => {
    const feed = new SessionFeed('s')
    await settle()
    waiting = [{ id: 'i', turn_id: 'later', text: 'then this', delivery: 'queue', attachments: 0 }]
    heard(event('turn.queued', { model: 'm', ahead: 0 }, { turn_id: 'later' }))
    await settle()
    expect(feed.read().waiting).toHaveLength(1)
    heard(event('turn.started', { model: 'm' }, { turn_id: 'later' }))
    expect(feed.read().waiting).toHaveLength(0)
    waiting = []
  })

  it('goes on with the running turn when one that waited is withdrawn', async () => {
    const feed = new SessionFeed('s')
    await settle()
    heard(event('turn.started', { model: 'm' }))
    heard(event('turn.cancelled', { outcome: 'cancelled', code: 'STOPPED', steps: 0, usage: {} }, { turn_id: 'later' }))
    expect(feed.read().turn?.id).toBe('t')
    expect(feed.read().ended).toBeNull()
  })

  it('does not let an answer that was on its way undo what has happened since', async () => {
    const feed = new SessionFeed('s')
    await settle()
    heard(event('turn.started', { model: 'm' }))
    const loading = feed.load()
    heard(event('item.added', null, { item: { id: 'r', type: 'reply', text: 'whole', seq: 1 } as never, version: 1 }))
    heard(event('turn.completed', { outcome: 'completed', steps: 1, usage: {} }, { version: 2 }))
    await loading
    expect(feed.read().items).toHaveLength(1)
    expect(feed.read().turn).toBeNull()
    expect(feed.read().ended?.outcome).toBe('completed')
  })

  it('says how a turn ended', async () => {
    const feed = new SessionFeed('s')
    await settle()
    heard(event('turn.started', { model: 'm' }))
    expect(feed.read().turn?.status).toBe('running')
    heard(event('turn.failed', { outcome: 'failed', code: 'X', message: 'why', steps: 1, usage: {} }))
    expect(feed.read().turn).toBeNull()
    expect(feed.read().ended?.message).toBe('why')
  })
})
