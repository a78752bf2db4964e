import { useEffect, useRef, useState } from 'react'
import { CircleAlert, CircleCheck, Copy, History, TestTubeDiagonal } from 'lucide-react'
import { api } from '@/api/client'
import type { CheckedPolicy, PolicyFileBody, PolicyFileList, SimulatedPolicy, TestedPolicy } from '@/api/types'
import { useAct, useGet } from '@/app/data'
import { ago, plural } from '@/app/format'
import { Badge } from '@/ui/Badge'
import { Button } from '@/ui/Button'
import { cx } from '@/ui/cx'
import { Card, Failure, Stat } from '@/ui/Page'
import { toast } from '@/ui/toasts'
import { Decision } from './Explain'
import { Visual } from './Visual'

const EXAMPLE = `name: careful
description: Reads freely, asks before every change

workspace:
  allow_outside: false

tools:
  allowed:
    - filesystem.read
    - filesystem.list
  ask:
    - filesystem.write
    - shell.exec
  denied:
    - http.request
`

/** A policy as it is written: checked while it is typed, tested, and held against what was done lately. Only the machine's own user stores it. */
export function Editor() {
  const files = useGet<PolicyFileList>('/api/v1/policies/files')
  const [name, setName] = useState('careful')
  const [text, setText] = useState(EXAMPLE)
  const [checked, setChecked] = useState<CheckedPolicy | null>(null)
  const [simulated, setSimulated] = useState<SimulatedPolicy | null>(null)
  const [tested, setTested] = useState<TestedPolicy | null>(null)
  const area = useRef<HTMLTextAreaElement>(null)
  const open = useAct((file: string) => api.get<PolicyFileBody>(`/api/v1/policies/files/${file}`))
  const simulate = useAct(() => api.post<SimulatedPolicy>('/api/v1/policies/simulate', { text, since: '30d' }))
  const test = useAct(() => api.post<TestedPolicy>('/api/v1/policies/test', { text }))
  useEffect(() => {
    const timer = window.setTimeout(() => {
      api.post<CheckedPolicy>('/api/v1/policies/check', { text, name }).then(setChecked, () => setChecked(null))
    }, 250)
    return () => window.clearTimeout(timer)
  }, [text, name])
  const jump = (line: number, column: number) => {
    const before = text.split('\n').slice(0, line - 1).join('\n').length + (line > 1 ? 1 : 0) + Math.max(0, column - 1)
    area.current!.focus()
    area.current!.setSelectionRange(before, before)
  }
  const lines = text.split('\n').length
  return (
    <div className="grid grid-cols-[minmax(0,1fr)] items-start gap-4 lg:grid-cols-[minmax(0,1.3fr)_minmax(0,1fr)]">
      {files.error && <div className="lg:col-span-2"><Failure error={files.error} onRetry={() => void files.refetch()} /></div>}
      <div className="lg:col-span-2"><Visual text={text} onChange={next => { setText(next); setSimulated(null); setTested(null) }} /></div>
      <Card
        title={`${name}.yaml`}
        about="Checked as you type."
        actions={
          <>
            {(files.data?.policies.length ?? 0) > 0 && <select aria-label="Open a policy" className="field w-auto py-1! text-xs" value="" onChange={event => event.target.value && open.mutate(event.target.value, { onSuccess: file => { setName(file.name); setText(file.text ?? '') } })}><option value="">Open…</option>{files.data!.policies.map(file => <option key={file.name}>{file.name}</option>)}</select>}
            <Badge tone={checked === null ? 'plain' : checked.valid ? 'ok' : 'bad'}>{checked === null ? 'checking' : checked.valid ? 'valid' : plural(checked.problems.length, 'problem')}</Badge>
          </>
        }
      >
        <div className="flex overflow-hidden rounded-lg border border-line-strong bg-bg focus-within:border-accent">
          <pre aria-hidden className="code py-2.5 pr-2 pl-3 text-right text-faint select-none">{Array.from({ length: lines }, (_, i) => i + 1).join('\n')}</pre>
          <textarea
            ref={area}
            aria-label="Policy, as YAML"
            spellCheck={false}
            wrap="off"
            rows={Math.max(18, lines)}
            value={text}
            onChange={event => { setText(event.target.value); setSimulated(null); setTested(null) }}
            className="code flex-1 resize-none bg-transparent py-2.5 pr-3 outline-none focus-visible:outline-none"
          />
        </div>
        {checked && !checked.valid && (
          <ul role="alert" className="mt-3 flex flex-col gap-1">
            {checked.problems.map((problem, i) => <li key={i}><button className="flex w-full items-start gap-2 rounded-lg bg-bad-soft px-3 py-1.5 text-left text-sm" onClick={() => jump(problem.line, problem.column)}><CircleAlert size={15} className="mt-0.5 shrink-0 text-bad" aria-hidden /><span className="num shrink-0 text-muted">{problem.line}:{problem.column}</span><span className="wrap-anywhere">{problem.message}</span></button></li>)}
          </ul>
        )}
        <div className="mt-3.5 flex flex-wrap gap-2">
          <Button icon={<History size={14} />} disabled={!checked?.valid} busy={simulate.isPending} onClick={() => simulate.mutate(undefined, { onSuccess: setSimulated })}>Simulate the last 30 days</Button>
          <Button icon={<TestTubeDiagonal size={14} />} disabled={!checked?.valid} busy={test.isPending} onClick={() => test.mutate(undefined, { onSuccess: setTested })}>Run its tests</Button>
          <Button look="ghost" icon={<Copy size={14} />} onClick={() => { void navigator.clipboard.writeText(text); toast('ok', 'Copied', { detail: `Store it on the machine itself: pryx policy edit ${name}` }) }}>Copy</Button>
        </div>
        <p className="mt-3 text-xs text-muted">A page can not store it: whoever holds a token must not be able to loosen what holds them. On the machine: <code className="code">pryx policy edit {name}</code></p>
      </Card>
      <div className="flex flex-col gap-4">
        {simulated && (
          <Card title="With this policy" about={`${plural(simulated.calls, 'call')} since ${ago(simulated.since)} judged anew`}>
            <div className="grid grid-cols-3 gap-2"><Stat label="Allowed" value={simulated.allow} /><Stat label="Asked" value={simulated.ask} note={`${simulated.prompts_saved} fewer, ${simulated.prompts_added} more`} /><Stat label="Denied" value={simulated.deny} note={`${simulated.would_block} newly`} tone={simulated.would_block > 0 ? 'bad' : undefined} /></div>
            <ul className="mt-3 flex flex-col gap-2">
              {simulated.changes.slice(0, 30).map((change, i) => <li key={i} className="rounded-lg border border-line px-3 py-2 text-sm"><p className="code wrap-anywhere">{change.summary}</p><p className="mt-1 flex flex-wrap items-center gap-2 text-xs text-muted">{change.was} → <Decision decision={change.becomes} /> {plural(change.count, 'time')} · {change.rule}</p></li>)}
              {simulated.changes.length === 0 && <li className="text-sm text-muted">Nothing would have been decided otherwise.</li>}
            </ul>
          </Card>
        )}
        {tested && (
          <Card title="Tests" about={`${tested.passed} passed, ${tested.failed} failed`}>
            {tested.results.length === 0 && <p className="text-sm text-muted">The file has none.</p>}
            <ul className="flex flex-col gap-1.5">{tested.results.map((result, i) => <li key={i} className={cx('flex items-start gap-2 text-sm', !result.passed && 'text-bad')}>{result.passed ? <CircleCheck size={15} className="mt-0.5 shrink-0 text-ok" aria-label="passed" /> : <CircleAlert size={15} className="mt-0.5 shrink-0" aria-label="failed" />}<span className="wrap-anywhere">line {result.line}: {result.tool} → {result.decision}{result.passed ? '' : `, expected ${result.expected}`}</span></li>)}</ul>
          </Card>
        )}
        {!simulated && !tested && <Card title="The time machine"><p className="text-sm text-muted">Simulate judges every call of the last 30 days again by this text: what it would have blocked, which questions it would have saved. Nothing runs, nothing is stored.</p></Card>}
      </div>
    </div>
  )
}
