import { useEffect, useState } from 'react'
import { Command } from 'cmdk'
import { Keyboard, KeyRound, MessageSquarePlus, MessagesSquare, Monitor, Moon, NotebookPen, OctagonX, PiggyBank, Plug, SquareTerminal, Sun, type LucideIcon } from 'lucide-react'
import { Dialog as Radix } from 'radix-ui'
import { api } from '@/api/client'
import type { SessionList, StoppedEverything } from '@/api/types'
import { Keys } from '@/ui/Badge'
import { toast, toastError } from '@/ui/toasts'
import { useGet } from './data'
import { ago, plural } from './format'
import { go, pathOf } from './router'
import { setTheme } from './theme'
import { VIEWS } from './views'

/** What people come for, by the words they may use. */
const OFTEN: [string, string, LucideIcon, string][] = [
  ['connect add provider api key model sign in openai anthropic', 'Connect a provider', KeyRound, '/ui/models?add'],
  ['set budget limit money spend cost', 'Set a budget', PiggyBank, '/ui/observability/costs?budget'],
  ['add mcp server tools integration', 'Add an MCP server', Plug, '/ui/mcp?add'],
  ['remember fact memory note', 'Remember something', NotebookPen, '/ui/memory?add'],
  ['start background process command', 'Start a process', SquareTerminal, '/ui/agents/processes?add'],
]

const ITEM = 'flex items-center gap-3 rounded-lg px-3 py-2 text-sm data-[selected=true]:bg-hover'

// Whole words in any order, never letters strewn over an item: "doctor" is not in "connect … provider".
function fits(value: string, search: string): number {
  const text = value.toLowerCase()
  const wanted = search.toLowerCase().trim()
  if (!wanted.split(/\s+/).every(word => text.includes(word))) return 0
  return text.startsWith(wanted) ? 1 : 0.5
}

export default function Palette({ onClose, onHelp }: { onClose: () => void; onHelp: () => void }) {
  const [text, setText] = useState('')
  const [words, setWords] = useState('')
  useEffect(() => {
    const timer = window.setTimeout(() => setWords(text.trim()), 120)
    return () => window.clearTimeout(timer)
  }, [text])
  const sessions = useGet<SessionList>('/api/v1/sessions', words ? { q: words, limit: 12 } : { limit: 8 })
  const run = (action: () => void) => () => {
    onClose()
    action()
  }
  const stopAll = async () => {
    try {
      const stopped = await api.post<StoppedEverything>('/api/v1/stop')
      toast('ok', `Stopped ${plural(stopped.turns, 'turn')}, ${plural(stopped.queued, 'queued turn')}, ${plural(stopped.agents, 'agent')}`)
    } catch (e) {
      toastError(e)
    }
  }
  return (
    <Radix.Root open onOpenChange={open => !open && onClose()}>
      <Radix.Portal>
        <Radix.Overlay className="fade fixed inset-0 z-50 bg-black/45 backdrop-blur-[2px]" />
        <Radix.Content aria-describedby={undefined} className="in fixed inset-x-3 top-[12vh] z-50 mx-auto max-w-xl overflow-hidden rounded-2xl border border-line bg-panel shadow-pop outline-none">
          <Radix.Title className="sr-only">Find anything</Radix.Title>
          <Command loop label="Find anything" filter={fits}>
            <Command.Input autoFocus value={text} onValueChange={setText} placeholder="Find a view, a session, an action…" className="w-full border-b border-line bg-transparent px-5 py-3.5 outline-none" />
            <Command.List className="max-h-[52vh] overflow-y-auto p-2 [&_[cmdk-group-heading]]:px-3 [&_[cmdk-group-heading]]:py-1.5 [&_[cmdk-group-heading]]:text-2xs [&_[cmdk-group-heading]]:font-medium [&_[cmdk-group-heading]]:text-faint">
              <Command.Empty className="p-6 text-center text-sm text-muted">Nothing of that name.</Command.Empty>
              <Command.Group heading="Actions">
                <Command.Item className={ITEM} onSelect={run(() => go(pathOf('chat')))}><MessageSquarePlus size={16} className="text-muted" aria-hidden /><span className="flex-1">New session</span><Keys>N</Keys></Command.Item>
                {OFTEN.map(([words, name, Icon, path]) => <Command.Item key={path} className={ITEM} value={`${name} ${words}`} onSelect={run(() => go(path))}><Icon size={16} className="text-muted" aria-hidden /><span className="flex-1">{name}</span></Command.Item>)}
                <Command.Item className={ITEM} value="stop everything emergency" onSelect={run(() => void stopAll())}><OctagonX size={16} className="text-bad" aria-hidden /><span className="flex-1">Stop everything that runs</span></Command.Item>
                <Command.Item className={ITEM} value="theme dark" onSelect={run(() => setTheme('dark'))}><Moon size={16} className="text-muted" aria-hidden /><span className="flex-1">Dark theme</span></Command.Item>
                <Command.Item className={ITEM} value="theme light" onSelect={run(() => setTheme('light'))}><Sun size={16} className="text-muted" aria-hidden /><span className="flex-1">Light theme</span></Command.Item>
                <Command.Item className={ITEM} value="theme system" onSelect={run(() => setTheme('system'))}><Monitor size={16} className="text-muted" aria-hidden /><span className="flex-1">Theme of the system</span></Command.Item>
                <Command.Item className={ITEM} value="keyboard shortcuts help" onSelect={run(onHelp)}><Keyboard size={16} className="text-muted" aria-hidden /><span className="flex-1">Keyboard shortcuts</span><Keys>?</Keys></Command.Item>
              </Command.Group>
              <Command.Group heading="Go to">
                {VIEWS.map(view => (
                  <Command.Item key={view.id} className={ITEM} value={`${view.name} ${view.words}`} onSelect={run(() => go(pathOf(view.id)))}>
                    <view.icon size={16} className="text-muted" aria-hidden /><span className="flex-1">{view.name}</span><Keys>{`G ${view.key.toUpperCase()}`}</Keys>
                  </Command.Item>
                ))}
              </Command.Group>
              <Command.Group heading={words ? 'Sessions with these words' : 'Recent sessions'} forceMount>
                {(sessions.data?.sessions ?? []).map(session => (
                  <Command.Item key={session.id} forceMount className={ITEM} value={`session ${session.id}`} onSelect={run(() => go(pathOf('chat', session.id)))}>
                    <MessagesSquare size={16} className="shrink-0 text-muted" aria-hidden />
                    <span className="min-w-0 flex-1"><span className="block truncate">{session.title || 'Untitled'}</span>{session.snippet && <span className="block truncate text-xs text-muted">{session.snippet}</span>}</span>
                    <span className="shrink-0 text-xs text-faint">{ago(session.updated_at)}</span>
                  </Command.Item>
                ))}
              </Command.Group>
            </Command.List>
          </Command>
        </Radix.Content>
      </Radix.Portal>
    </Radix.Root>
  )
}
