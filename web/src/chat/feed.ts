import { api } from '@/api/client'
import { socket } from '@/api/socket'
import type { Approval, Item, ItemPage, MessageDeltaPayload, PryxEvent, StepCompletedPayload, StepRetryingPayload, ToolOutputPayload, ToolRequestPayload, Turn, TurnEndedPayload, WaitingInputs } from '@/api/types'

/** The screen is told every so many milliseconds, not for every delta: at 200 a second nothing stutters. */
const FLUSH_MS = 40
const PAGE = 200
/** While somebody scrolls back: as much as is drawn within a frame or two. */
const EARLIER_PAGE = 120
const LARGEST_PAGE = 1000
/** Of a running command's output, the end that is shown. */
const OUTPUT_KEPT = 20_000

export interface OpenCall {
  callId: string
  name: string
  summary: string
  state: 'judged' | 'running'
  decision: string
  output: string
  startedAt: number
}

export interface Feed {
  readonly items: readonly Item[]
  readonly hasEarlier: boolean
  readonly isLoaded: boolean
  readonly error: unknown
  /** Of the running step, not yet stored. */
  readonly text: string
  readonly reasoning: string
  readonly retry: string | null
  readonly calls: readonly OpenCall[]
  readonly approvals: readonly Approval[]
  readonly turn: Pick<Turn, 'id' | 'status' | 'model'> & { startedAt: number } | null
  /** What was said and no model has read yet. */
  readonly waiting: WaitingInputs['inputs']
  readonly ended: TurnEndedPayload | null
  readonly step: number
  readonly stepStartedAt: number
  readonly context: StepCompletedPayload['context']
  readonly turnCost: number
}

const EMPTY: Feed = {
  items: [], hasEarlier: false, isLoaded: false, error: null, text: '', reasoning: '', retry: null, calls: [], approvals: [], turn: null, waiting: [], ended: null, step: 0, stepStartedAt: 0, context: null, turnCost: 0,
}

/** All that is known of one session, kept true by the events; the stored items replace what was streamed. */
export class SessionFeed {
  private state: Feed = EMPTY
  private next: Feed = EMPTY
  private timer = 0
  private readonly watchers = new Set<() => void>()
  private readonly stopListening: () => void
  private early: PryxEvent[] | null = []

  constructor(readonly id: string) {
    this.stopListening = socket.listen(event => {
      if (event.session_id !== id) return
      // What happens while the first page is on its way is applied after it.
      if (this.early) this.early.push(event)
      else this.apply(event)
    })
    void this.load()
  }

  subscribe = (watcher: () => void) => {
    this.watchers.add(watcher)
    return () => void this.watchers.delete(watcher)
  }

  read = () => this.state

  close() {
    this.stopListening()
    window.clearTimeout(this.timer)
  }

  load = async () => {
    // What happens meanwhile is applied after it: an answer that was on its way must not undo it.
    this.early ??= []
    try {
      const [page, turn, approvals, waiting] = await Promise.all([
        api.get<ItemPage>(`/api/v1/sessions/${this.id}/items`, { query: { last: PAGE } }),
        api.get<Turn | null>(`/api/v1/sessions/${this.id}/turns/open`),
        api.get<{ approvals: Approval[] }>('/api/v1/approvals/pending', { query: { session_id: this.id } }),
        api.get<WaitingInputs>(`/api/v1/sessions/${this.id}/inputs`),
      ])
      this.change({
        items: page.items, hasEarlier: page.items.length === PAGE, isLoaded: true, error: null, approvals: approvals.approvals, waiting: waiting?.inputs ?? [],
        turn: turn && turn.status !== 'queued' ? { id: turn.id, status: turn.status, model: turn.model, startedAt: Date.parse(turn.started_at) } : null,
        step: turn ? page.items.reduce((last, item) => (item.turn_id === turn.id ? Math.max(last, item.step) : last), 1) : 0,
      })
    } catch (error) {
      // What is shown stays; the next connection loads it again.
      if (!this.next.isLoaded || this.next.error) this.change({ error, isLoaded: true })
    }
    const early = this.early ?? []
    this.early = null
    early.forEach(event => this.apply(event))
  }

  /** The page before what is shown. */
  loadEarlier = async () => {
    const first = this.next.items[0]
    if (!first || !this.next.hasEarlier) return
    const page = await api.get<ItemPage>(`/api/v1/sessions/${this.id}/items`, { query: { last: EARLIER_PAGE, before_seq: first.seq } })
    this.change({ items: [...page.items, ...this.next.items], hasEarlier: page.items.length === EARLIER_PAGE })
  }

  /** Everything that was ever said, for finding words in it. */
  loadAll = async () => {
    while (this.next.hasEarlier) {
      const first = this.next.items[0]!
      const page = await api.get<ItemPage>(`/api/v1/sessions/${this.id}/items`, { query: { last: LARGEST_PAGE, before_seq: first.seq } })
      this.change({ items: [...page.items, ...this.next.items], hasEarlier: page.items.length === LARGEST_PAGE })
    }
  }

  /** An answer that was taken: the card goes at once, the event follows. */
  answered(approval: string) {
    this.change({ approvals: this.next.approvals.filter(one => one.id !== approval) })
  }

  private change(part: Partial<Feed>, isUrgent = true) {
    this.next = { ...this.next, ...part }
    if (isUrgent) {
      window.clearTimeout(this.timer)
      this.timer = 0
      this.flush()
    } else if (this.timer === 0) {
      this.timer = window.setTimeout(() => {
        this.timer = 0
        this.flush()
      }, FLUSH_MS)
    }
  }

  private flush() {
    this.state = this.next
    this.watchers.forEach(watcher => watcher())
  }

  private apply(event: PryxEvent) {
    const now = this.next
    switch (event.event) {
      case 'turn.queued':
        void this.loadWaiting()
        break
      case 'turn.started': {
        const model = (event.payload as { model: string }).model
        this.change({ turn: { id: event.turn_id!, status: 'running', model, startedAt: Date.parse(event.timestamp) }, waiting: now.waiting.filter(one => one.turn_id !== event.turn_id), ended: null, text: '', reasoning: '', calls: [], step: 1, stepStartedAt: Date.parse(event.timestamp), turnCost: 0 })
        break
      }
      case 'turn.parked':
        if (now.turn) this.change({ turn: { ...now.turn, status: 'parked' } })
        break
      case 'turn.completed':
      case 'turn.failed':
      case 'turn.cancelled':
      case 'turn.limited':
        if (now.waiting.length > 0) void this.loadWaiting()
        // Also one that never began.
        if (now.turn && event.turn_id !== now.turn.id) break
        this.change({ turn: null, ended: event.payload as TurnEndedPayload, text: '', reasoning: '', retry: null, calls: [], approvals: now.approvals.filter(one => one.turn_id !== event.turn_id) })
        break
      case 'message.delta': {
        const { step, text } = event.payload as MessageDeltaPayload
        this.change({ text: now.text + text, step, retry: null }, false)
        break
      }
      case 'reasoning.delta':
        this.change({ reasoning: now.reasoning + (event.payload as MessageDeltaPayload).text, retry: null }, false)
        break
      case 'step.retrying': {
        const { reason, delay_ms } = event.payload as StepRetryingPayload
        this.change({ text: '', reasoning: '', retry: `${reason} – trying again in ${Math.ceil(delay_ms / 1000)} s` })
        break
      }
      case 'step.completed': {
        const step = event.payload as StepCompletedPayload
        this.change({ step: step.step + 1, stepStartedAt: Date.parse(event.timestamp), context: step.context ?? now.context, turnCost: now.turnCost + (step.cost_usd ?? 0) })
        break
      }
      case 'item.added':
        if (event.item) this.add(event.item)
        break
      case 'tool.request': {
        const call = event.payload as ToolRequestPayload
        this.change({ calls: [...now.calls.filter(one => one.callId !== call.call_id), { callId: call.call_id, name: call.name, summary: call.summary, state: 'judged', decision: call.decision, output: '', startedAt: Date.parse(event.timestamp) }] })
        break
      }
      case 'tool.executing':
        this.change({ calls: now.calls.map(call => call.callId === (event.payload as { call_id: string }).call_id ? { ...call, state: 'running', startedAt: Date.parse(event.timestamp) } : call) })
        break
      case 'tool.output': {
        const { call_id, text } = event.payload as ToolOutputPayload
        this.change({ calls: now.calls.map(call => call.callId === call_id ? { ...call, output: (call.output + text).slice(-OUTPUT_KEPT) } : call) }, false)
        break
      }
      case 'approval.needed':
        void this.loadApprovals()
        break
      case 'approval.reviewed':
        void this.loadApprovals()
        break
      case 'approval.resolved':
        this.answered((event.payload as { approval_id: string }).approval_id)
        break
      case 'session.rewound':
      case 'workspace.undone':
      case 'workspace.redone':
        this.change({ ended: null })
        break
    }
  }

  private async loadApprovals() {
    try {
      const { approvals } = await api.get<{ approvals: Approval[] }>('/api/v1/approvals/pending', { query: { session_id: this.id } })
      this.change({ approvals })
    } catch {
      // Offline: the list comes with the reconnection.
    }
  }

  /** Asked for again when something was said, here or elsewhere. */
  loadWaiting = async () => {
    try {
      const { inputs } = await api.get<WaitingInputs>(`/api/v1/sessions/${this.id}/inputs`)
      this.change({ waiting: inputs })
    } catch {
      // Offline: the list comes with the reconnection.
    }
  }

  private add(item: Item) {
    const now = this.next
    // From the end: it is there when it came twice.
    if (now.items.findLast(one => one.id === item.id)) return
    if (item.type === 'user_message' && now.waiting.length > 0) void this.loadWaiting()
    const done = item.type === 'reply' ? { text: '' } : item.type === 'reasoning' ? { reasoning: '' }
      : item.type === 'tool_call' ? { text: '', reasoning: '' }
      : item.type === 'tool_result' ? { calls: now.calls.filter(call => call.callId !== item.call_id) } : {}
    this.change({ items: [...now.items, item], ...done })
  }
}
