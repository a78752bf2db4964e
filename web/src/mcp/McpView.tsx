import { useState } from 'react'
import { Boxes, ChevronRight, FlaskConical, LogIn, Plus, RefreshCw, ScrollText, Trash2 } from 'lucide-react'
import { api } from '@/api/client'
import type { McpLogsBody, McpServerBody, McpServersBody, McpSigninStarted, McpTest, McpToolsBody } from '@/api/types'
import { useAct, useGet } from '@/app/data'
import { clock, plural } from '@/app/format'
import { go, pathOf, useAsked, usePlace } from '@/app/router'
import { showBidi } from '@/chat/inert'
import { Badge, type Tone } from '@/ui/Badge'
import { Button } from '@/ui/Button'
import { cx } from '@/ui/cx'
import { ConfirmByName } from '@/ui/Dialog'
import { Card, Empty, Failure, Page, Skeleton, Switch, Tabs } from '@/ui/Page'
import { toast } from '@/ui/toasts'
import { AddServer } from './AddServer'

const PATH = '/api/v1/mcp/servers'
const TONES: Record<string, Tone> = { connected: 'ok', ready: 'ok', failed: 'bad', error: 'bad', connecting: 'accent', needs_auth: 'warn', disabled: 'plain' }

/** Programs and services whose tools the agent may use. */
export function McpView() {
  const place = usePlace()
  const servers = useGet<McpServersBody>(PATH, undefined, { live: 5000 })
  const [isAdding, setAdding] = useState(false)
  useAsked('add', () => setAdding(true))
  const chosen = servers.data?.servers.find(server => server.name === place.id)
  return (
    <Page title="MCP servers" about="Tools from outside: each call is judged by policy as every other" actions={<Button look="primary" icon={<Plus size={15} />} onClick={() => setAdding(true)}>Add a server</Button>}>
      {servers.error ? <Failure error={servers.error} onRetry={() => void servers.refetch()} /> : !servers.data ? <Skeleton lines={4} /> : (
        <>
          {servers.data.problems?.map(problem => <p key={problem} role="alert" className="mb-3 rounded-xl border border-line bg-warn-soft px-4 py-2.5 text-sm text-warn wrap-anywhere">{problem}</p>)}
          {servers.data.servers.length === 0 ? (
            <Empty icon={<Boxes size={22} />} title="No server yet" action={<Button look="primary" onClick={() => setAdding(true)}>Add one</Button>}>A server gives the agent tools: your issues, your database, a browser. It runs in a sandbox on this machine, or answers at an address.</Empty>
          ) : (
            <div className="grid grid-cols-[minmax(0,1fr)] items-start gap-4 lg:grid-cols-[minmax(0,20rem)_minmax(0,1fr)]">
              <ul className="overflow-hidden rounded-xl border border-line bg-panel">
                {servers.data.servers.map(server => (
                  <li key={server.name} className="border-b border-line last:border-0">
                    <button onClick={() => go(pathOf('mcp', server.name))} aria-current={chosen?.name === server.name ? 'true' : undefined} className={cx('flex w-full items-center gap-3 px-4 py-3 text-left hover:bg-hover', (chosen ?? servers.data.servers[0])?.name === server.name && 'bg-raised')}>
                      <span className="min-w-0 flex-1"><span className="block truncate text-sm font-medium">{server.name}</span><span className="block truncate text-xs text-muted">{server.tools !== null && server.tools !== undefined ? plural(server.tools, 'tool') : server.transport} · {server.origin}</span></span>
                      <Badge tone={server.enabled ? (TONES[server.state] ?? 'plain') : 'plain'} dot={server.enabled}>{server.enabled ? server.state.replace('_', ' ') : 'off'}</Badge>
                    </button>
                  </li>
                ))}
              </ul>
              <Server key={(chosen ?? servers.data.servers[0]!).name} server={chosen ?? servers.data.servers[0]!} />
            </div>
          )}
        </>
      )}
      {isAdding && <AddServer onClose={() => setAdding(false)} />}
    </Page>
  )
}

type Tab = 'tools' | 'about' | 'logs'

function Server({ server }: { server: McpServerBody }) {
  const [tab, setTab] = useState<Tab>(server.state === 'connected' ? 'tools' : 'about')
  const [isRemoving, setRemoving] = useState(false)
  const [result, setResult] = useState<McpTest | null>(null)
  const path = `${PATH}/${encodeURIComponent(server.name)}`
  const turn = useAct((on: boolean) => api.post(`${path}/${on ? 'enable' : 'disable'}`), { changes: [PATH, path] })
  const test = useAct(() => api.post<McpTest>(`${path}/test`))
  const again = useAct(() => api.post(`${path}/refresh`), { changes: [PATH, path] })
  const signin = useAct(() => api.post<McpSigninStarted>(`${path}/auth`, {}))
  const signout = useAct(() => api.delete(`${path}/auth`), { changes: [PATH], done: 'Signed out' })
  return (
    <Card
      title={<span className="flex flex-wrap items-center gap-2">{server.name}{server.trusted && <Badge tone="accent">trusted</Badge>}{server.sandboxed && <Badge>sandboxed</Badge>}</span>}
      about={server.server_name ? `${server.server_name} ${server.server_version ?? ''} · protocol ${server.protocol_version ?? ''}` : server.transport}
      actions={
        <span className="flex flex-wrap items-center gap-2">
          <Button size="sm" icon={<FlaskConical size={14} />} busy={test.isPending} onClick={() => test.mutate(undefined, { onSuccess: setResult })}>Test</Button>
          {server.enabled && <Button size="sm" icon={<RefreshCw size={14} />} busy={again.isPending} onClick={() => again.mutate()}>Reconnect</Button>}
          {server.url && <Button size="sm" icon={<LogIn size={14} />} busy={signin.isPending} onClick={() => signin.mutate(undefined, { onSuccess: begun => { if (begun.url && /^https?:/.test(begun.url)) window.open(begun.url, '_blank', 'noopener,noreferrer'); else toast('info', begun.needed ? 'The server did not say where to sign in' : 'This server asks for no sign-in') } })}>Sign in</Button>}
          {server.auth && <Button size="sm" look="ghost" busy={signout.isPending} onClick={() => signout.mutate()}>Sign out</Button>}
          <Button size="sm" look="danger" icon={<Trash2 size={14} />} onClick={() => setRemoving(true)}>Remove</Button>
          <Switch on={server.enabled} label={`${server.name} is used`} disabled={turn.isPending} onChange={on => turn.mutate(on)} />
        </span>
      }
    >
      {server.error && <p role="alert" className="mb-3 rounded-lg bg-bad-soft px-3 py-2 text-sm wrap-anywhere">{showBidi(server.error)}</p>}
      {result && <p role="status" className={cx('fade mb-3 rounded-lg px-3 py-2 text-sm wrap-anywhere', result.ok ? 'bg-ok-soft' : 'bg-bad-soft')}>{result.ok ? `Works: ${plural(result.tools, 'tool')}, ${result.took} ms` : showBidi(result.error ?? 'It does not answer.')}</p>}
      <Tabs label={server.name} value={tab} onChange={setTab} tabs={[{ id: 'tools', label: 'Tools', count: server.tools ?? undefined }, { id: 'about', label: 'Settings' }, { id: 'logs', label: 'Log' }]} />
      <div className="mt-3">{tab === 'tools' ? <Tools server={server} path={path} /> : tab === 'logs' ? <Logs path={path} /> : <About server={server} />}</div>
      {isRemoving && <ConfirmByName name={server.name} title={`Remove ${server.name}?`} about="Its entry in the configuration and its sign-in go." action="Remove" onClose={() => setRemoving(false)} onConfirm={async () => { await api.delete(path); go(pathOf('mcp'), { replace: true }); await api.get(PATH); toast('ok', `${server.name} was removed`) }} />}
    </Card>
  )
}

function Tools({ server, path }: { server: McpServerBody; path: string }) {
  const tools = useGet<McpToolsBody>(server.enabled ? `${path}/tools` : null)
  if (!server.enabled) return <p className="py-6 text-center text-sm text-muted">It is switched off: its tools are not offered to any model.</p>
  if (tools.error) return <Failure error={tools.error} onRetry={() => void tools.refetch()} />
  if (!tools.data) return <Skeleton lines={3} />
  return (
    <ul className="flex flex-col gap-1.5">
      {tools.data.tools.map(tool => (
        <li key={tool.name}>
          <details className="group rounded-lg border border-line">
            <summary className="flex list-none items-center gap-2.5 px-3 py-2 text-sm hover:bg-hover"><ChevronRight size={14} className="shrink-0 text-faint transition-transform group-open:rotate-90" aria-hidden /><span className="code shrink-0 font-medium">{tool.tool}</span><span className="min-w-0 truncate text-xs text-muted">{showBidi(tool.description)}</span>{tool.changed && <Badge tone="bad">changed</Badge>}</summary>
            <div className="border-t border-line bg-bg px-4 py-3 text-sm"><p className="whitespace-pre-wrap text-muted wrap-anywhere">{showBidi(tool.description)}</p><p className="code mt-2 text-xs text-faint">policy name: {tool.policyName}</p><pre tabIndex={0} className="code mt-2 max-h-64 overflow-auto text-xs text-muted">{JSON.stringify(tool.inputSchema, null, 2)}</pre></div>
          </details>
        </li>
      ))}
      {tools.data.tools.length === 0 && <p className="py-6 text-center text-sm text-muted">It offers no tool.</p>}
    </ul>
  )
}

function About({ server }: { server: McpServerBody }) {
  const facts: [string, string | null | undefined][] = [
    ['Transport', server.transport], ['Address', server.url], ['Command', server.command?.join(' ')], ['Folder', server.cwd], ['Variables', server.env?.join(', ')], ['Headers', server.headers?.join(', ')],
    ['Sandbox', server.sandbox], ['May reach', server.network?.join(', ')], ['May write', server.writable?.join(', ')], ['Hidden tools', server.hidden_tools?.join(', ')], ['Comes from', server.source ?? server.origin], ['Process', server.pid ? String(server.pid) : null],
  ]
  return (
    <>
      <dl className="grid grid-cols-[auto_1fr] gap-x-5 gap-y-1.5 text-sm">{facts.filter(([, value]) => value).map(([name, value]) => <div key={name} className="contents"><dt className="text-muted">{name}</dt><dd className="code wrap-anywhere">{value}</dd></div>)}</dl>
      {server.warnings?.map(warning => <p key={warning} className="mt-3 text-sm text-warn wrap-anywhere">{showBidi(warning)}</p>)}
    </>
  )
}

function Logs({ path }: { path: string }) {
  const logs = useGet<McpLogsBody>(`${path}/logs`, { limit: 300 }, { live: 3000 })
  if (logs.error) return <Failure error={logs.error} />
  if (!logs.data) return <Skeleton lines={3} />
  return logs.data.lines.length === 0 ? <p className="flex items-center justify-center gap-2 py-6 text-sm text-muted"><ScrollText size={15} aria-hidden /> It has said nothing.</p> : (
    <pre tabIndex={0} aria-label="Log" className="code max-h-96 overflow-auto rounded-lg border border-line bg-bg p-3 whitespace-pre-wrap wrap-anywhere">{logs.data.lines.map((line, i) => <span key={i} className={line.stream === 'stderr' ? 'text-warn' : 'text-muted'}><span className="text-faint">{clock(line.at)} </span>{showBidi(line.text)}{'\n'}</span>)}</pre>
  )
}
