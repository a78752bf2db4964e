import { toast } from '@/ui/toasts'
import { useEvents } from './data'
import { notify } from './notify'
import { go, pathOf } from './router'

const BACKGROUND_MS = 10_000
const began = new Map<string, number>()

/** What a person should hear of, wherever they look: a question, a long turn that ended, an error, a budget. */
export function useNewsToasts() {
  useEvents(['approval.needed', 'turn.started', 'turn.completed', 'turn.failed', 'turn.limited', 'turn.cancelled', 'budget.warning', 'budget.exceeded'], event => {
    const session = event.session_id ?? undefined
    const isHere = location.pathname === pathOf('chat', session) && document.visibilityState === 'visible'
    const open = session ? { action: { label: 'Open the session', run: () => go(pathOf('chat', session)) } } : {}
    const show = session ? () => go(pathOf('chat', session)) : undefined
    switch (event.event) {
      case 'turn.started':
        if (event.turn_id) began.set(event.turn_id, Date.parse(event.timestamp))
        break
      case 'approval.needed':
        notify('Pryx asks you', (event.payload as { summary?: string })?.summary, show)
        if (!isHere) toast('info', 'Pryx asks you', { detail: (event.payload as { summary?: string })?.summary, ...open })
        break
      case 'turn.failed':
        notify('A turn failed', (event.payload as { message?: string })?.message, show)
        if (!isHere) toast('bad', 'A turn failed', { detail: (event.payload as { message?: string })?.message ?? undefined, ...open })
        break
      case 'budget.warning':
      case 'budget.exceeded':
        toast(event.event === 'budget.exceeded' ? 'bad' : 'info', event.event === 'budget.exceeded' ? 'A budget is spent' : 'Most of a budget is spent', { action: { label: 'See the budgets', run: () => go(pathOf('observability', 'costs')) } })
        break
      case 'turn.completed': {
        const start = event.turn_id ? began.get(event.turn_id) : undefined
        const isLong = start !== undefined && Date.parse(event.timestamp) - start > BACKGROUND_MS
        if (isLong) notify('A turn has finished', undefined, show)
        if (!isHere && isLong) toast('ok', 'A turn has finished', open)
        break
      }
    }
    if (event.turn_id && /completed|failed|limited|cancelled/.test(event.event)) began.delete(event.turn_id)
  })
}

