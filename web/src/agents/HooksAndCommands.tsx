import { useState } from 'react'
import { FlaskConical, SquareSlash, TriangleAlert, Webhook } from 'lucide-react'
import { api } from '@/api/client'
import type { HookList, ShownCommand, TestedHooks, WordList } from '@/api/types'
import { useAct, useGet } from '@/app/data'
import { duration } from '@/app/format'
import { showBidi } from '@/chat/inert'
import { Badge } from '@/ui/Badge'
import { Button } from '@/ui/Button'
import { Dialog } from '@/ui/Dialog'
import { Card, Failure, Field, Skeleton } from '@/ui/Page'

const EVENTS = ['PreToolUse', 'PostToolUse', 'UserPromptSubmit', 'Stop', 'SessionStart', 'Notification']

/** What a message may begin with, and the programs that have a say in what an agent does. */
export function HooksAndCommands({ folder }: { folder: string }) {
  const words = useGet<WordList>('/api/v1/commands', { workspace: folder })
  const hooks = useGet<HookList>('/api/v1/hooks', { workspace: folder })
  const [shown, setShown] = useState<string | null>(null)
  const [isTesting, setTesting] = useState(false)
  return (
    <div className="mx-auto flex max-w-4xl flex-col gap-4">
      <Card title="Commands" about="What a message may begin with: built in, from skills, and Markdown files of .pryx/commands" pad={false}>
        {words.error ? <div className="p-4"><Failure error={words.error} onRetry={() => void words.refetch()} /></div> : !words.data ? <div className="p-4"><Skeleton lines={3} /></div> : (
          <ul aria-label="Commands" className="border-t border-line">
            {words.data.broken.map(one => <li key={one.path} className="flex gap-2 border-b border-line bg-bad-soft px-4 py-2 text-sm wrap-anywhere"><TriangleAlert size={15} className="mt-0.5 shrink-0 text-bad" aria-hidden /><span><span className="code">{one.path}</span> {showBidi(one.message)}</span></li>)}
            {words.data.commands.map(one => (
              <li key={one.name} className="flex flex-wrap items-center gap-x-3 gap-y-0.5 border-b border-line px-4 py-2 text-sm last:border-0">
                <span className="code font-medium"><SquareSlash size={13} className="mr-1.5 inline text-accent" aria-hidden />/{one.name}</span>
                {one.argument_hint && <span className="code text-xs text-faint">{showBidi(one.argument_hint)}</span>}
                <span className="min-w-40 flex-1 text-muted wrap-anywhere">{showBidi(one.description)}</span>
                <Badge>{one.origin ?? one.kind}</Badge>
                {one.path && <Button size="sm" look="ghost" onClick={() => setShown(one.name)}>Look at it</Button>}
              </li>
            ))}
          </ul>
        )}
      </Card>
      <Card title="Hooks" about={hooks.data ? `Programs that hear of every call; yours stand in ${hooks.data.user_file}` : 'Programs that hear of every call'} actions={<Button size="sm" icon={<FlaskConical size={14} />} onClick={() => setTesting(true)}>Try them</Button>} pad={false}>
        {hooks.error ? <div className="p-4"><Failure error={hooks.error} onRetry={() => void hooks.refetch()} /></div> : !hooks.data ? <div className="p-4"><Skeleton lines={2} /></div> : (
          <ul aria-label="Hooks" className="border-t border-line">
            {hooks.data.warning && <li role="alert" className="border-b border-line bg-warn-soft px-4 py-2 text-sm text-warn wrap-anywhere">{showBidi(hooks.data.warning)}</li>}
            {hooks.data.broken.map(one => <li key={one.file} role="alert" className="border-b border-line bg-bad-soft px-4 py-2 text-sm wrap-anywhere"><span className="code">{one.file}</span>: {showBidi(one.message)} Until it can be read, every call is denied.</li>)}
            {hooks.data.hooks.map((one, i) => (
              <li key={i} className="flex flex-wrap items-center gap-x-3 gap-y-1 border-b border-line px-4 py-2 text-sm last:border-0">
                <Webhook size={14} className="text-violet" aria-hidden /><span className="font-medium">{one.event}</span>{one.matcher && <span className="code text-xs text-muted">{one.matcher}</span>}
                <span className="code min-w-40 flex-1 text-xs text-muted wrap-anywhere">{showBidi(one.command)}</span>
                <span className="num text-xs text-faint">{one.timeout_s} s</span>{one.network.length > 0 && <Badge tone="warn">reaches {one.network.join(', ')}</Badge>}<Badge>{one.source}</Badge>
              </li>
            ))}
            {hooks.data.hooks.length === 0 && hooks.data.broken.length === 0 && <li className="px-4 py-6 text-center text-sm text-muted">None. A hook can deny a call, change it, or run your formatter after an edit. It is written in a file, on the machine itself: no page can name a program.</li>}
            {hooks.data.notes.map(note => <li key={note} className="border-t border-line px-4 py-2 text-xs text-muted wrap-anywhere">{showBidi(note)}</li>)}
          </ul>
        )}
      </Card>
      {shown && <Shown name={shown} folder={folder} onClose={() => setShown(null)} />}
      {isTesting && <TryHooks folder={folder} onClose={() => setTesting(false)} />}
    </div>
  )
}

function Shown({ name, folder, onClose }: { name: string; folder: string; onClose: () => void }) {
  const command = useGet<ShownCommand>(`/api/v1/commands/${encodeURIComponent(name)}`, { workspace: folder })
  return (
    <Dialog open wide onClose={onClose} title={`/${name}`} about={command.data?.path}>
      {command.error ? <Failure error={command.error} /> : !command.data ? <Skeleton lines={3} /> : <pre tabIndex={0} className="code overflow-auto rounded-xl border border-line bg-bg p-3 whitespace-pre-wrap wrap-anywhere">{showBidi(command.data.body)}</pre>}
    </Dialog>
  )
}

function TryHooks({ folder, onClose }: { folder: string; onClose: () => void }) {
  const [event, setEvent] = useState('PreToolUse')
  const [tool, setTool] = useState('shell_exec')
  const [input, setInput] = useState('{"command": "git push"}')
  const test = useAct(() => api.post<TestedHooks>('/api/v1/hooks/test', { event, tool, input: input.trim() ? JSON.parse(input) : null, ...(folder ? { workspace: folder } : {}) }))
  return (
    <Dialog open wide onClose={onClose} title="Try the hooks" about="They run as they would for this call. The call itself does not.">
      <form className="flex flex-col gap-4" onSubmit={submitted => { submitted.preventDefault(); test.mutate() }}>
        <div className="grid gap-4 sm:grid-cols-2">
          <Field label="Event"><select className="field" value={event} onChange={changed => setEvent(changed.target.value)}>{EVENTS.map(one => <option key={one}>{one}</option>)}</select></Field>
          <Field label="Tool"><input className="field code" value={tool} onChange={changed => setTool(changed.target.value)} /></Field>
        </div>
        <Field label="Arguments, as JSON"><textarea className="field code min-h-20" value={input} onChange={changed => setInput(changed.target.value)} /></Field>
        <div className="flex justify-end gap-2"><Button onClick={onClose}>Close</Button><Button type="submit" look="primary" busy={test.isPending}>Run them</Button></div>
      </form>
      {test.data && (
        <ul className="mt-4 flex flex-col gap-2" role="status">
          {test.data.runs.map((run, i) => (
            <li key={i} className="rounded-xl border border-line bg-bg px-4 py-3 text-sm">
              <p className="flex flex-wrap items-center gap-2"><Badge tone={run.decision === 'deny' ? 'bad' : run.decision === 'ask' ? 'warn' : 'ok'}>{run.decision}</Badge><span className="code min-w-0 flex-1 text-xs text-muted wrap-anywhere">{showBidi(run.hook.command)}</span><span className="num text-xs text-faint">exit {run.exit_code ?? '–'} · {duration(run.duration_ms)}</span></p>
              {run.reason && <p className="mt-1 wrap-anywhere">{showBidi(run.reason)}</p>}
              {(run.stdout || run.stderr) && <pre tabIndex={0} className="code mt-1.5 max-h-40 overflow-auto text-xs whitespace-pre-wrap text-muted wrap-anywhere">{showBidi(run.stdout + run.stderr)}</pre>}
            </li>
          ))}
          {test.data.runs.length === 0 && <li className="text-sm text-muted">No hook is asked for this.</li>}
        </ul>
      )}
    </Dialog>
  )
}
