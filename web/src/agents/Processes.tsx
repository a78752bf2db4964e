import { useEffect, useRef, useState } from 'react'
import { OctagonX, ShieldCheck, ShieldOff, Square, SquareTerminal } from 'lucide-react'
import { api } from '@/api/client'
import type { BackgroundProcessBody, BackgroundProcessList, PendingApprovals, StoppedProcesses } from '@/api/types'
import { ApprovalCard } from '@/approvals/ApprovalCard'
import { useAct, useGet } from '@/app/data'
import { FolderPick } from '@/app/FolderPick'
import { ago, count, exact, plural } from '@/app/format'
import { follow, go, pathOf } from '@/app/router'
import { showBidi } from '@/chat/inert'
import { Badge, type Tone } from '@/ui/Badge'
import { Button } from '@/ui/Button'
import { cx } from '@/ui/cx'
import { Dialog } from '@/ui/Dialog'
import { Card, Empty, Failure, Field, Skeleton } from '@/ui/Page'

const PATH = '/api/v1/processes'
const LINES = 500
const TONES: Record<string, Tone> = { running: 'ok', failed: 'bad', stopped: 'warn', exited: 'plain' }
const isRunning = (process: Pick<BackgroundProcessBody, 'status'>) => process.status === 'running'

/** Servers, watchers: what goes on while something else is done. */
export function Processes({ chosen, onStart }: { chosen?: string; onStart: () => void }) {
  const list = useGet<BackgroundProcessList>(PATH, undefined, { live: 3000 })
  const stopAll = useAct(() => api.post<StoppedProcesses>(`${PATH}/stop`), { changes: [PATH], done: 'Stopped, with everything they had started' })
  if (list.error) return <Failure error={list.error} onRetry={() => void list.refetch()} />
  if (!list.data) return <Skeleton lines={4} />
  const processes = [...list.data.processes].sort((a, b) => Number(isRunning(b)) - Number(isRunning(a)))
  if (processes.length === 0) return <Empty icon={<SquareTerminal size={22} />} title="Nothing runs in the background" action={<Button onClick={onStart}>Start something</Button>}>A development server, a watcher, a long build: the agent starts them when it needs them, and so do you. They run in the sandbox and end with the daemon.</Empty>
  const current = processes.find(one => one.id === chosen) ?? processes[0]!
  const running = processes.filter(isRunning).length
  return (
    <div className="grid grid-cols-[minmax(0,1fr)] items-start gap-4 lg:grid-cols-[minmax(0,21rem)_minmax(0,1fr)]">
      <div>
        <ul aria-label="Processes" className="overflow-hidden rounded-xl border border-line bg-panel">
          {processes.map(one => (
            <li key={one.id} className="border-b border-line last:border-0">
              <button onClick={() => go(`/ui/agents/processes/${encodeURIComponent(one.id)}`)} aria-current={one.id === current.id ? 'true' : undefined} className={cx('flex w-full items-center gap-3 px-4 py-3 text-left hover:bg-hover', one.id === current.id && 'bg-raised')}>
                <span className="min-w-0 flex-1"><span className="block truncate text-sm font-medium">{one.name}</span><span className="code block truncate text-xs text-muted">{showBidi(one.command)}</span></span>
                <Badge tone={TONES[one.status] ?? 'plain'} dot={isRunning(one) ? 'live' : undefined}>{one.status}</Badge>
              </button>
            </li>
          ))}
        </ul>
        {running > 1 && <Button className="mt-3" size="sm" look="danger" icon={<OctagonX size={14} />} busy={stopAll.isPending} onClick={() => stopAll.mutate()}>Stop all {running}</Button>}
      </div>
      <Process key={current.id} id={current.id} listed={current} />
    </div>
  )
}

function Process({ id, listed }: { id: string; listed: BackgroundProcessBody }) {
  const found = useGet<BackgroundProcessBody>(`${PATH}/${id}`, { lines: LINES }, { live: isRunning(listed) ? 1000 : undefined })
  const stop = useAct(() => api.post(`${PATH}/${id}/stop`), { changes: [PATH], done: 'Stopped, with everything it had started' })
  const process = found.data ?? listed
  const box = useRef<HTMLPreElement>(null)
  const follows = useRef(true)
  useEffect(() => {
    if (follows.current && box.current) box.current.scrollTop = box.current.scrollHeight
  }, [process.line_count])
  const facts: [string, React.ReactNode][] = [
    ['Started', <span key="s" title={exact(process.started_at)}>{ago(process.started_at)} by {process.started_by}</span>],
    ['Listens on', process.ports?.length ? process.ports.map(port => `:${port}`).join(', ') : null],
    ['Process', process.pid ? String(process.pid) : null],
    ['Ended', process.ended_at ? <span key="e" title={exact(process.ended_at)}>{ago(process.ended_at)}{process.exit_code !== null && process.exit_code !== undefined ? `, exit code ${process.exit_code}` : ''}{process.ended_by ? `, by ${process.ended_by}` : ''}</span> : null],
    ['Folder', <span key="f" className="code">{process.workspace}</span>],
    ['Tags', process.tags.length > 0 ? process.tags.join(', ') : null],
    ['Session', process.session_id ? <a key="l" className="text-accent hover:underline" href={pathOf('chat', process.session_id)} onClick={follow}>open it</a> : 'none: it goes on until somebody stops it'],
  ]
  return (
    <Card
      title={<span className="flex flex-wrap items-center gap-2">{process.name}<Badge tone={TONES[process.status] ?? 'plain'} dot={isRunning(process) ? 'live' : undefined}>{process.status}</Badge>{process.sandboxed ? <Badge tone="ok"><ShieldCheck size={11} aria-hidden />sandboxed</Badge> : <Badge tone="warn"><ShieldOff size={11} aria-hidden />outside the sandbox</Badge>}</span>}
      about={<span className="code text-xs wrap-anywhere">{showBidi(process.command)}</span>}
      actions={isRunning(process) && <Button size="sm" look="danger" icon={<Square size={11} fill="currentColor" />} busy={stop.isPending} onClick={() => stop.mutate()}>Stop</Button>}
    >
      <dl className="grid grid-cols-[auto_1fr] gap-x-5 gap-y-1 text-sm">{facts.filter(([, value]) => value).map(([name, value]) => <div key={name} className="contents"><dt className="text-muted">{name}</dt><dd className="wrap-anywhere">{value}</dd></div>)}</dl>
      {found.error ? <div className="mt-3"><Failure error={found.error} /></div> : (
        <>
          <p className="num mt-4 mb-1.5 text-xs text-muted">{process.line_count > process.output.length ? `The last ${count(process.output.length)} of ${plural(process.line_count, 'line')}` : plural(process.line_count, 'line')}</p>
          <pre
            ref={box}
            tabIndex={0}
            role="log"
            aria-label="Output"
            onScroll={event => (follows.current = event.currentTarget.scrollHeight - event.currentTarget.scrollTop - event.currentTarget.clientHeight < 40)}
            className="code max-h-[28rem] min-h-24 overflow-auto rounded-lg border border-line bg-bg p-3 whitespace-pre-wrap wrap-anywhere"
          >
            {process.output.map(line => <span key={line.number} className={line.stream === 'stderr' ? 'text-warn' : 'text-muted'}>{showBidi(line.text)}{'\n'}</span>)}
          </pre>
        </>
      )}
    </Card>
  )
}

export function StartProcess({ onClose }: { onClose: () => void }) {
  const [command, setCommand] = useState('')
  const [name, setName] = useState('')
  const [folder, setFolder] = useState('')
  const start = useAct(() => api.post<BackgroundProcessBody>(PATH, { command: command.trim(), global: true, ...(name.trim() ? { name: name.trim() } : {}), ...(folder ? { workspace: folder } : {}) }), { changes: [PATH] })
  // Policy may ask before it begins: the question is put here, where it came up.
  const pending = useGet<PendingApprovals>(start.isPending ? '/api/v1/approvals/pending' : null, undefined, { live: 1000, stale: 0 })
  const question = start.isPending ? pending.data?.approvals.find(one => one.tool === 'process.start' && JSON.stringify(one.args ?? '').includes(JSON.stringify(command.trim()).slice(1, -1))) : undefined
  return (
    <Dialog open onClose={onClose} title="Start a process" about="In the sandbox of the folder, without network. It goes on until it is stopped or the daemon ends.">
      <form className="flex flex-col gap-4" onSubmit={event => { event.preventDefault(); start.mutate(undefined, { onSuccess: begun => { onClose(); go(`/ui/agents/processes/${encodeURIComponent(begun.id)}`) } }) }}>
        <Field label="Command"><input autoFocus required className="field code" placeholder="npm run dev" value={command} onChange={event => setCommand(event.target.value)} /></Field>
        <Field label="Name"><input className="field" placeholder="web" value={name} onChange={event => setName(event.target.value)} /></Field>
        <FolderPick value={folder} onChange={setFolder} />
        <div className="flex justify-end gap-2"><Button onClick={onClose}>Cancel</Button><Button type="submit" look="primary" busy={start.isPending} disabled={!command.trim()}>Start</Button></div>
      </form>
      {question && <div className="mt-4"><ApprovalCard approval={question} isFocused /></div>}
    </Dialog>
  )
}
