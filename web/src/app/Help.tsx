import { Keys } from '@/ui/Badge'
import { Dialog } from '@/ui/Dialog'
import { VIEWS } from './views'

const GENERAL: [string, string][] = [
  ['Ctrl K', 'Find anything'], ['N', 'New session'], ['/', 'Search, or the message box'], ['?', 'This sheet'], ['Esc', 'Leave a box or a dialog'],
]
const CHAT: [string, string][] = [
  ['Enter', 'Send; steer while a turn runs'], ['Shift Enter', 'New line'], ['Alt Enter', 'Queue for the next turn'], ['Ctrl .', 'Stop the turn'], ['A', 'Approve the question on screen'], ['D', 'Deny it'], ['J', 'Next thing you said'], ['K', 'The one before'], ['T', 'Trace beside the conversation'], ['F', 'Find in the session'], ['U', 'Undo and rewind'], ['P', 'Plan mode on or off'],
]

function Sheet({ title, keys }: { title: string; keys: [string, string][] }) {
  return (
    <section>
      <h3 className="mb-1.5 text-xs font-semibold text-muted">{title}</h3>
      <dl className="divide-y divide-line">
        {keys.map(([key, says]) => <div key={key} className="flex items-center justify-between gap-4 py-1.5 text-sm"><dt>{says}</dt><dd><Keys>{key}</Keys></dd></div>)}
      </dl>
    </section>
  )
}

export default function Help({ onClose }: { onClose: () => void }) {
  return (
    <Dialog open wide onClose={onClose} title="Keyboard shortcuts">
      <div className="grid gap-x-10 gap-y-6 sm:grid-cols-2">
        <Sheet title="Everywhere" keys={GENERAL} />
        <Sheet title="Go to" keys={VIEWS.map(view => [`G ${view.key.toUpperCase()}`, view.name])} />
        <Sheet title="Chat" keys={CHAT} />
      </div>
    </Dialog>
  )
}
