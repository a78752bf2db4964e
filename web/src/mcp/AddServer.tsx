import { useState } from 'react'
import { api } from '@/api/client'
import type { McpCuratedDetail, McpCuratedList, McpImported, McpServerBody } from '@/api/types'
import { useAct, useGet } from '@/app/data'
import { go, pathOf } from '@/app/router'
import { Badge } from '@/ui/Badge'
import { Button } from '@/ui/Button'
import { Dialog } from '@/ui/Dialog'
import { Field, Tabs } from '@/ui/Page'
import { toast } from '@/ui/toasts'
import { textOf, wordsOf } from './words'

type Kind = 'command' | 'address' | 'known' | 'json'

/** A program on this machine, or an address; nothing runs before it is added. */
export function AddServer({ onClose, stay = false }: { onClose: () => void; stay?: boolean }) {
  const [kind, setKind] = useState<Kind>('command')
  const [name, setName] = useState('')
  const [command, setCommand] = useState('')
  const [url, setUrl] = useState('')
  const [variables, setVariables] = useState('')
  const [network, setNetwork] = useState('')
  const curated = useGet<McpCuratedList>(kind === 'known' ? '/mcp/discovery/curated' : null)
  const add = useAct(() => {
    const env = Object.fromEntries(variables.split('\n').map(line => line.split(/=(.*)/s)).filter(([key]) => key?.trim()).map(([key, value]) => [key!.trim(), (value ?? '').trim()]))
    return api.post<McpServerBody>('/api/v1/mcp/servers', kind === 'address'
      ? { name, transport: 'http', url, enabled: true }
      : { name, transport: 'stdio', command: wordsOf(command), enabled: true, ...(Object.keys(env).length > 0 ? { env } : {}), ...(network.trim() ? { network: network.split(/[\s,]+/).filter(Boolean) } : {}) })
  }, { changes: ['/api/v1/mcp', '/api/v1/setup'] })
  const [json, setJson] = useState('')
  const [warnings, setWarnings] = useState<string[]>([])
  const fill = useAct((id: string) => api.get<McpCuratedDetail>(`/mcp/discovery/curated/${encodeURIComponent(id)}`))
  const take = (id: string) => fill.mutate(id, {
    onSuccess: ({ server, recommended_config: config, security_warnings }) => {
      setName(config?.name ?? server.id)
      setCommand(config?.command ? textOf(config.command) : '')
      setUrl(config?.url ?? '')
      setVariables(Object.entries(config?.env ?? {}).map(([key, value]) => `${key}=${value}`).join('\n'))
      setNetwork(config?.network?.join(', ') ?? '')
      setWarnings(security_warnings)
      setKind(config?.url ? 'address' : 'command')
    },
  })
  const bring = useAct(() => api.post<McpImported>('/api/v1/mcp/import', { json: JSON.parse(json) }), { changes: ['/api/v1/mcp', '/api/v1/setup'], done: told => `Added: ${told.added.join(', ') || 'none'}${told.skipped.length > 0 ? `; left out: ${told.skipped.join(', ')}` : ''}` })
  return (
    <Dialog open wide onClose={onClose} title="Add an MCP server" about="It runs in a sandbox without network unless you say where it may go.">
      <Tabs label="Kind" value={kind} onChange={setKind} tabs={[{ id: 'command', label: 'A program' }, { id: 'address', label: 'An address' }, { id: 'known', label: 'Well known' }, { id: 'json', label: 'JSON' }]} />
      {kind === 'json' ? (
        <form className="mt-4 flex flex-col gap-4" onSubmit={event => { event.preventDefault(); bring.mutate(undefined, { onSuccess: onClose }) }}>
          <Field label="From another program" hint="What its documentation tells you to paste: an object with mcpServers."><textarea autoFocus required rows={9} className="field code" value={json} onChange={event => setJson(event.target.value)} placeholder={'{"mcpServers": {"github": {"command": "github-mcp-server", "args": ["stdio"]}}}'} /></Field>
          <div className="flex justify-end gap-2"><Button onClick={onClose}>Cancel</Button><Button type="submit" look="primary" busy={bring.isPending} disabled={!json.trim()}>Take it over</Button></div>
        </form>
      ) : kind === 'known' ? (
        <ul className="mt-4 grid gap-2 sm:grid-cols-2">
          {(curated.data?.servers ?? []).map(server => (
            <li key={server.id} className="rounded-xl border border-line p-3">
              <p className="flex items-center gap-2 text-sm font-medium">{server.name}{server.verified && <Badge tone="ok">verified</Badge>}</p>
              <p className="mt-0.5 text-xs text-muted">{server.description}</p>
              <Button size="sm" className="mt-2" busy={fill.isPending && fill.variables === server.id} onClick={() => take(server.id)}>Set it up</Button>
            </li>
          ))}
        </ul>
      ) : (
        <form
          className="mt-4 flex flex-col gap-4"
          onSubmit={event => {
            event.preventDefault()
            add.mutate(undefined, { onSuccess: server => { toast('ok', `${server.name} was added`); if (!stay) go(pathOf('mcp', server.name)); onClose() } })
          }}
        >
          {warnings.map(warning => <p key={warning} className="rounded-lg bg-warn-soft px-3 py-2 text-sm text-warn wrap-anywhere">{warning}</p>)}
          <Field label="Name" hint="Letters, digits, - and _: it stands before the names of its tools."><input autoFocus required pattern="[A-Za-z0-9_\-]+" className="field" value={name} onChange={event => setName(event.target.value)} placeholder="github" /></Field>
          {kind === 'address' ? (
            <Field label="Address"><input required type="url" className="field code" value={url} onChange={event => setUrl(event.target.value)} placeholder="https://mcp.example.org/mcp" /></Field>
          ) : (
            <>
              <Field label="Command"><input required className="field code" value={command} onChange={event => setCommand(event.target.value)} placeholder="npx -y @modelcontextprotocol/server-github" /></Field>
              <Field label="Variables" hint={'A line each, NAME=value. For a secret write ${NAME}: it comes from the environment of Pryx, or keychain:NAME.'}><textarea rows={2} className="field code" value={variables} onChange={event => setVariables(event.target.value)} /></Field>
              <Field label="Hosts it may reach" hint="Empty: none."><input className="field code" value={network} onChange={event => setNetwork(event.target.value)} placeholder="api.github.com" /></Field>
            </>
          )}
          <div className="flex justify-end gap-2"><Button onClick={onClose}>Cancel</Button><Button type="submit" look="primary" busy={add.isPending}>Add and connect</Button></div>
        </form>
      )}
    </Dialog>
  )
}
