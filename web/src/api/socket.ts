import { useSyncExternalStore } from 'react'
import type { PryxEvent } from './types'

export type ConnectionState = 'connecting' | 'open' | 'lost' | 'signed-out'
type Listener = (event: PryxEvent) => void

const FIRST_DELAY = 300
const LAST_DELAY = 8000

/** One WebSocket for the whole page. It comes back by itself, with every committed event that was missed, each once. */
class EventSocket {
  private socket: WebSocket | null = null
  private readonly listeners = new Set<Listener>()
  private readonly watchers = new Set<() => void>()
  private version = 0
  private delay = FIRST_DELAY
  private timer: number | undefined
  state: ConnectionState = 'connecting'

  start() {
    if (this.socket) return
    const from = this.version > 0 ? `&after=${this.version}` : ''
    const socket = new WebSocket(`${location.origin.replace(/^http/, 'ws')}/api/v1/ws?surface=web${from}`)
    this.socket = socket
    socket.onopen = () => {
      this.delay = FIRST_DELAY
      this.become('open')
    }
    socket.onmessage = message => this.receive(String(message.data))
    socket.onclose = close => {
      this.socket = null
      this.become(close.code === 1008 ? 'signed-out' : 'lost')
      if (this.state === 'lost') {
        this.timer = window.setTimeout(() => this.start(), this.delay)
        this.delay = Math.min(this.delay * 2, LAST_DELAY)
      }
    }
  }

  /** Now, not after the delay: the person asked, or the network is back. */
  retry() {
    window.clearTimeout(this.timer)
    this.delay = FIRST_DELAY
    this.start()
  }

  listen(listener: Listener) {
    this.listeners.add(listener)
    return () => void this.listeners.delete(listener)
  }

  watch = (watcher: () => void) => {
    this.watchers.add(watcher)
    return () => void this.watchers.delete(watcher)
  }

  private become(state: ConnectionState) {
    if (this.state === state) return
    this.state = state
    this.watchers.forEach(watcher => watcher())
  }

  private receive(text: string) {
    const event = JSON.parse(text) as PryxEvent
    // /api/v1/ws says three of them a second time under their PRD names.
    if (event.type !== 'event' || !event.event) return
    if (event.version > 0) {
      if (event.version <= this.version) return
      this.version = event.version
    }
    this.listeners.forEach(listener => listener(event))
  }
}

export const socket = new EventSocket()

export function useConnection() {
  return useSyncExternalStore(socket.watch, () => socket.state)
}
