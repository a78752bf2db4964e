import { useSyncExternalStore } from 'react'
import { CircleAlert, CircleCheck, Info, X } from 'lucide-react'
import { ApiError } from '@/api/client'
import { cx } from './cx'

export interface Toast {
  id: number
  kind: 'ok' | 'bad' | 'info'
  text: string
  detail?: string
  action?: { label: string; run: () => void }
  at: number
}

const SHOWN_MS = 6000
const KEPT = 50
let next = 1
let shown: Toast[] = []
let kept: Toast[] = []
let unread = 0
const watchers = new Set<() => void>()

function announce() {
  watchers.forEach(watcher => watcher())
}

export function dismiss(id: number) {
  shown = shown.filter(toast => toast.id !== id)
  announce()
}

export function toast(kind: Toast['kind'], text: string, more: Partial<Pick<Toast, 'detail' | 'action'>> = {}) {
  const entry = { id: next++, kind, text, at: Date.now(), ...more }
  shown = [...shown, entry].slice(-4)
  kept = [entry, ...kept].slice(0, KEPT)
  unread++
  announce()
  window.setTimeout(() => dismiss(entry.id), kind === 'bad' ? SHOWN_MS * 2 : SHOWN_MS)
}

/** A failure in the gateway's own words. */
export function toastError(e: unknown) {
  if (e instanceof ApiError) {
    if (!e.isSignedOut) toast('bad', e.message, { detail: [e.next, e.traceId && `trace ${e.traceId}`].filter(Boolean).join(' · ') || undefined })
    return
  }
  toast('bad', e instanceof Error ? e.message : String(e))
}

function subscribe(watcher: () => void) {
  watchers.add(watcher)
  return () => void watchers.delete(watcher)
}

export function useNotices() {
  return { kept: useSyncExternalStore(subscribe, () => kept), unread: useSyncExternalStore(subscribe, () => unread) }
}

export function readNotices() {
  unread = 0
  announce()
}

export function NoticeIcon({ kind }: { kind: Toast['kind'] }) {
  const Icon = kind === 'ok' ? CircleCheck : kind === 'bad' ? CircleAlert : Info
  return <Icon size={16} aria-hidden className={cx('mt-px shrink-0', kind === 'ok' ? 'text-ok' : kind === 'bad' ? 'text-bad' : 'text-accent')} />
}

export function Toasts() {
  const toasts = useSyncExternalStore(subscribe, () => shown)
  return (
    <div role="region" aria-label="Notifications" aria-live="polite" className="pointer-events-none fixed right-4 bottom-4 z-60 flex w-[min(24rem,calc(100vw-2rem))] flex-col gap-2">
      {toasts.map(entry => (
        <div key={entry.id} className="in pointer-events-auto flex gap-2.5 rounded-xl border border-line bg-panel py-3 pr-2 pl-3.5 shadow-pop">
          <NoticeIcon kind={entry.kind} />
          <div className="min-w-0 flex-1">
            <p className="text-sm wrap-anywhere">{entry.text}</p>
            {entry.detail && <p className="mt-0.5 text-xs wrap-anywhere text-muted">{entry.detail}</p>}
            {entry.action && (
              <button className="mt-1 text-xs font-medium text-accent hover:underline" onClick={() => { entry.action!.run(); dismiss(entry.id) }}>{entry.action.label}</button>
            )}
          </div>
          <button aria-label="Dismiss" className="grid size-6 place-items-center rounded-md text-faint hover:bg-hover hover:text-ink" onClick={() => dismiss(entry.id)}><X size={14} /></button>
        </div>
      ))}
    </div>
  )
}
