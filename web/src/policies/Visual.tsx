import { useState } from 'react'
import { Ban, CircleCheck, MessageCircleQuestion, Plus, X } from 'lucide-react'
import { showBidi } from '@/chat/inert'
import { Button } from '@/ui/Button'
import { Card, Switch } from '@/ui/Page'
import { entriesOf, LISTS, ruleOf, valueOf, withEntry, without, withValue, type Entry, type List } from './policyText'

const HEADS: Record<List, [string, typeof Ban, string]> = { allowed: ['Runs unasked', CircleCheck, 'text-ok'], ask: ['Asks you', MessageCircleQuestion, 'text-warn'], denied: ['Never runs', Ban, 'text-bad'] }
const TOOLS = ['filesystem.read', 'filesystem.list', 'filesystem.write', 'filesystem.delete', 'shell.exec', 'process.start', 'http.request', 'browser.*', 'agent.spawn', 'memory.write', 'mcp.*']
const HINTS: [RegExp, string][] = [[/^(shell|process)/, 'git status, npm run *'], [/^(http|browser)/, 'api.example.org, *.example.com'], [/^filesystem/, 'src/**, docs/*.md']]

/** The same policy without its grammar: what is changed here is changed in the text beside it, and the other way round. */
export function Visual({ text, onChange }: { text: string; onChange: (text: string) => void }) {
  const entries = entriesOf(text)
  const isOutside = valueOf(text, 'workspace', 'allow_outside') === 'true'
  const timeout = valueOf(text, 'approval', 'timeout')
  return (
    <Card title="Rules" about="The strictest that matches counts; what none matches is asked.">
      <div className="grid gap-3 sm:grid-cols-3">
        {LISTS.map(list => <RuleList key={list} list={list} entries={entries.filter(entry => entry.list === list)} text={text} onChange={onChange} />)}
      </div>
      <div className="mt-4 flex flex-wrap items-center gap-x-6 gap-y-3 border-t border-line pt-3.5 text-sm">
        <label className="flex items-center gap-2.5"><Switch on={isOutside} label="Files outside the folder" onChange={on => onChange(withValue(text, 'workspace', 'allow_outside', String(on)))} />Files outside the folder</label>
        <label className="flex items-center gap-2.5">A question waits
          <select aria-label="How long a question waits" className="field w-auto" value={timeout ?? ''} onChange={event => event.target.value && onChange(withValue(text, 'approval', 'timeout', event.target.value))}>
            {!['1m', '5m', '30m', '2h'].includes(timeout ?? '') && <option value={timeout ?? ''}>{timeout ?? 'as configured'}</option>}
            <option value="1m">a minute</option><option value="5m">five minutes</option><option value="30m">half an hour</option><option value="2h">two hours</option>
          </select>, then the answer is no
        </label>
      </div>
    </Card>
  )
}

function RuleList({ list, entries, text, onChange }: { list: List; entries: readonly Entry[]; text: string; onChange: (text: string) => void }) {
  const [isAdding, setAdding] = useState(false)
  const [tool, setTool] = useState('')
  const [what, setWhat] = useState('')
  const [name, Icon, tone] = HEADS[list]
  const hint = HINTS.find(([tools]) => tools.test(tool))?.[1]
  return (
    <section aria-label={name} className="min-w-0 rounded-xl border border-line bg-bg p-3">
      <h3 className="flex items-center gap-2 text-sm font-medium"><Icon size={15} className={tone} aria-hidden />{name}</h3>
      <ul className="mt-2 flex flex-col gap-1.5">
        {entries.map(entry => (
          <li key={entry.from} className="flex items-start gap-1 rounded-lg border border-line bg-panel py-1 pr-1 pl-2.5">
            <span className="code min-w-0 flex-1 text-xs whitespace-pre-wrap wrap-anywhere">{showBidi(entry.text.replace(/\n\s+/g, '\n  '))}</span>
            <button aria-label={`Take out ${entry.text.split('\n')[0]}`} className="grid size-6 shrink-0 place-items-center rounded-md text-faint hover:bg-hover hover:text-ink" onClick={() => onChange(without(text, entry))}><X size={13} /></button>
          </li>
        ))}
        {entries.length === 0 && !isAdding && <li className="py-1 text-xs text-faint">nothing</li>}
      </ul>
      {isAdding ? (
        <form className="mt-2 flex flex-col gap-1.5" onSubmit={event => { event.preventDefault(); onChange(withEntry(text, list, ruleOf(tool.trim(), what))); setAdding(false); setTool(''); setWhat('') }}>
          <input autoFocus required list="policy-tools" aria-label="Tool" pattern="[A-Za-z0-9_.*\-]+" className="field code text-xs!" placeholder="shell.exec" value={tool} onChange={event => setTool(event.target.value)} />
          <datalist id="policy-tools">{TOOLS.map(one => <option key={one} value={one} />)}</datalist>
          {hint && <input aria-label="Only for" className="field code text-xs!" placeholder={`only for: ${hint}`} value={what} onChange={event => setWhat(event.target.value)} />}
          <div className="flex gap-1.5"><Button type="submit" size="sm" look="primary">Add</Button><Button size="sm" look="ghost" onClick={() => setAdding(false)}>Back</Button></div>
        </form>
      ) : <Button size="sm" look="ghost" className="mt-1.5 -ml-1" icon={<Plus size={13} />} onClick={() => setAdding(true)}>Add a rule</Button>}
    </section>
  )
}
