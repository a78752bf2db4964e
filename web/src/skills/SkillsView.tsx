import { useState } from 'react'
import { FileWarning, Package, Plus, Search, ShieldAlert, Sparkles, Trash2 } from 'lucide-react'
import { api } from '@/api/client'
import type { InstallerRun, ShownReport, ShownSkill, SkillBody, SkillInstalled, SkillList } from '@/api/types'
import { useAct, useGet } from '@/app/data'
import { plural } from '@/app/format'
import { go, pathOf, usePlace } from '@/app/router'
import { Markdown } from '@/chat/Markdown'
import { showBidi } from '@/chat/inert'
import { Badge } from '@/ui/Badge'
import { Button } from '@/ui/Button'
import { ConfirmByName, Dialog } from '@/ui/Dialog'
import { Empty, Failure, Field, Page, Skeleton, Switch, Tabs } from '@/ui/Page'
import { toast } from '@/ui/toasts'

const PATH = '/api/v1/skills'
type Which = 'all' | 'on' | 'missing'

/** Instructions for one kind of task, which a model reads when it needs them. */
export function SkillsView() {
  const place = usePlace()
  const skills = useGet<SkillList>(PATH)
  const [text, setText] = useState('')
  const [which, setWhich] = useState<Which>('all')
  const [isInstalling, setInstalling] = useState(false)
  const all = skills.data?.skills ?? []
  const shown = all.filter(skill => `${skill.id} ${skill.title} ${skill.description}`.toLowerCase().includes(text.toLowerCase()) && (which === 'all' || (which === 'on' ? skill.enabled : !skill.eligible)))
  const chosen = all.find(skill => skill.id === place.id)
  return (
    <Page
      title="Skills"
      about="Instructions a model reads when a task needs them; they grant nothing"
      actions={<Button look="primary" icon={<Plus size={15} />} onClick={() => setInstalling(true)}>Install</Button>}
      toolbar={
        <>
          <div className="relative min-w-48 flex-1"><Search size={15} aria-hidden className="absolute top-2.5 left-3 text-faint" /><input data-search type="search" aria-label="Find a skill" placeholder="Find a skill…" className="field pl-9!" value={text} onChange={event => setText(event.target.value)} /></div>
          <Tabs label="Which skills" value={which} onChange={setWhich} tabs={[{ id: 'all', label: 'All', count: all.length }, { id: 'on', label: 'On', count: all.filter(skill => skill.enabled).length }, { id: 'missing', label: 'Lacks something', count: all.filter(skill => !skill.eligible).length }]} />
        </>
      }
    >
      {skills.error ? <Failure error={skills.error} onRetry={() => void skills.refetch()} /> : !skills.data ? <Skeleton lines={5} /> : (
        <>
          {skills.data.warning && <p className="mb-3 rounded-xl border border-line bg-warn-soft px-4 py-2.5 text-sm text-warn">{skills.data.warning}</p>}
          {skills.data.broken.map(broken => <p key={broken.file} className="mb-3 flex gap-2 rounded-xl border border-line bg-bad-soft px-4 py-2.5 text-sm"><FileWarning size={16} className="mt-0.5 shrink-0 text-bad" aria-hidden /><span className="wrap-anywhere">{broken.file}:{broken.line} {showBidi(broken.message)}</span></p>)}
          {shown.length === 0 ? <Empty icon={<Sparkles size={22} />} title="No skill like that">From a folder, an archive or a git address: Install. A new one: pryx skills new NAME.</Empty> : (
            <ul className="grid gap-3 md:grid-cols-2 2xl:grid-cols-3">{shown.map(skill => <Skill key={skill.id} skill={skill} />)}</ul>
          )}
        </>
      )}
      {chosen && <About skill={chosen} onClose={() => go(pathOf('skills'))} />}
      {isInstalling && <Install onClose={() => setInstalling(false)} />}
    </Page>
  )
}

function useSwitch(skill: ShownSkill) {
  return useAct((on: boolean) => api.post(`${PATH}/${on ? 'enable' : 'disable'}`, { id: skill.id }), { changes: [PATH] })
}

function Skill({ skill }: { skill: ShownSkill }) {
  const turn = useSwitch(skill)
  return (
    <li className="relative flex flex-col rounded-xl border border-line bg-panel p-4 transition-colors hover:border-line-strong">
      <div className="flex items-start gap-3">
        <span aria-hidden className={`grid size-9 shrink-0 place-items-center rounded-lg border border-line ${skill.enabled ? 'bg-accent-soft text-accent' : 'bg-raised text-muted'}`}><Sparkles size={17} /></span>
        <div className="min-w-0 flex-1"><h2 className="truncate font-medium"><button className="after:absolute after:inset-0 after:rounded-xl" onClick={() => go(pathOf('skills', skill.id))}>{showBidi(skill.title)}</button></h2><p className="text-xs text-muted">{skill.source}</p></div>
        <span className="relative z-1"><Switch on={skill.enabled} label={`${skill.title} is on`} disabled={turn.isPending} onChange={on => turn.mutate(on)} /></span>
      </div>
      <p className="mt-2.5 line-clamp-3 text-sm text-muted">{showBidi(skill.description)}</p>
      <div className="mt-auto flex flex-wrap gap-1.5 pt-3">
        {skill.missing.map(missing => <Badge key={missing} tone="warn">{missing.replace(/^the program (\S+) is not on PATH$/, 'needs $1')}</Badge>)}
        {skill.eligible && skill.requires.bins.map(bin => <Badge key={bin}>{bin}</Badge>)}
        {skill.user_invocable && <Badge tone="accent">/{skill.id}</Badge>}
      </div>
    </li>
  )
}

function About({ skill, onClose }: { skill: ShownSkill; onClose: () => void }) {
  const body = useGet<SkillBody & { body?: string; text?: string }>(skill.has_body ? `${PATH}/${skill.id}/body` : null)
  const [isRemoving, setRemoving] = useState(false)
  const [output, setOutput] = useState<InstallerRun | null>(null)
  const turn = useSwitch(skill)
  const install = useAct((installer: string) => api.post<InstallerRun>(`${PATH}/${skill.id}/installers`, { installer }), { changes: [PATH] })
  const text = body.data ? String(Object.values(body.data).filter(value => typeof value === 'string').sort((a, b) => b.length - a.length)[0] ?? '') : ''
  return (
    <Dialog open wide onClose={onClose} title={skill.title} about={showBidi(skill.description)}>
      <div className="mb-4 flex flex-wrap items-center gap-2">
        <Badge tone={skill.enabled ? 'ok' : 'plain'}>{skill.enabled ? 'on' : 'off'}</Badge><Badge>{skill.source}</Badge>{skill.license && <Badge>{skill.license}</Badge>}
        <span className="flex-1" />
        <Button size="sm" busy={turn.isPending} onClick={() => turn.mutate(!skill.enabled)}>{skill.enabled ? 'Switch off' : 'Switch on'}</Button>
        {skill.source !== 'bundled' && <Button size="sm" look="danger" icon={<Trash2 size={14} />} onClick={() => setRemoving(true)}>Uninstall</Button>}
      </div>
      {skill.missing.length > 0 && (
        <div className="mb-4 rounded-xl border border-line bg-warn-soft px-4 py-3 text-sm">
          <p className="font-medium text-warn">It lacks {skill.missing.join(', ')}</p>
          {skill.install.map(installer => (
            <div key={installer.id} className="mt-2 flex items-center gap-3"><code className="code min-w-0 flex-1 wrap-anywhere">{installer.command}</code>{installer.why_not ? <span className="text-xs text-muted">{installer.why_not}</span> : <Button size="sm" icon={<Package size={14} />} busy={install.isPending} onClick={() => install.mutate(installer.id, { onSuccess: run => { setOutput(run); toast(run.ok ? 'ok' : 'bad', run.ok ? 'Installed' : 'The installer failed') } })}>Run</Button>}</div>
          ))}
        </div>
      )}
      {output && <pre tabIndex={0} className="code mb-4 max-h-48 overflow-auto rounded-lg border border-line bg-bg p-3 whitespace-pre-wrap">{showBidi(output.output)}</pre>}
      <p className="code mb-3 text-xs wrap-anywhere text-faint">{skill.path}</p>
      {body.isLoading ? <Skeleton lines={4} /> : text ? <div className="rounded-xl border border-line bg-bg p-4 text-sm"><Markdown text={text} /></div> : null}
      {isRemoving && <ConfirmByName name={skill.id} title={`Uninstall ${skill.title}?`} about="Its folder is deleted." action="Uninstall" onClose={() => setRemoving(false)} onConfirm={async () => { await api.post(`${PATH}/uninstall`, { id: skill.id }); toast('ok', 'Uninstalled'); onClose() }} />}
    </Dialog>
  )
}

/** First looked at, then installed: exactly what the scan saw. */
function Install({ onClose }: { onClose: () => void }) {
  const [source, setSource] = useState('')
  const [report, setReport] = useState<ShownReport | null>(null)
  const look = useAct(() => api.post<ShownReport>(`${PATH}/preview`, { id: source.trim() }))
  const install = useAct(() => api.post<SkillInstalled>(`${PATH}/install`, { id: source.trim(), fingerprint: report!.fingerprint, force: report!.dangerous }), { changes: [PATH], done: 'Installed and switched on' })
  return (
    <Dialog open wide onClose={onClose} title="Install a skill" about="A name of those that come with Pryx, a folder, an archive, or an https or git address.">
      <form className="flex items-end gap-2" onSubmit={event => { event.preventDefault(); setReport(null); look.mutate(undefined, { onSuccess: setReport }) }}>
        <div className="flex-1"><Field label="From"><input autoFocus required className="field code" placeholder="https://github.com/who/what" value={source} onChange={event => { setSource(event.target.value); setReport(null) }} /></Field></div>
        <Button type="submit" look={report ? 'plain' : 'primary'} busy={look.isPending}>Look at it</Button>
      </form>
      {report && (
        <div className="fade mt-4">
          <div className={`flex items-start gap-3 rounded-xl border border-line px-4 py-3 ${report.dangerous ? 'bg-bad-soft' : 'bg-ok-soft'}`}>
            <ShieldAlert size={18} aria-hidden className={`mt-0.5 shrink-0 ${report.dangerous ? 'text-bad' : 'text-ok'}`} />
            <div className="text-sm"><p className="font-medium">{showBidi(report.skill.title)}: {report.dangerous ? 'the scan found what looks dangerous' : 'the scan found nothing dangerous'}</p><p className="text-muted">{plural(report.files.length, 'file')}, {plural(report.scripts.length, 'script')}{report.hosts.length > 0 ? `; names ${report.hosts.join(', ')}` : ''}</p></div>
          </div>
          {report.findings.length > 0 && (
            <ul className="mt-3 overflow-hidden rounded-xl border border-line">
              {report.findings.map((finding, i) => <li key={i} className="border-b border-line px-4 py-2.5 text-sm last:border-0"><p className="flex flex-wrap items-center gap-2"><Badge tone={/danger|high|error/.test(finding.level) ? 'bad' : 'warn'}>{finding.level}</Badge><span className="wrap-anywhere">{showBidi(finding.message)}</span></p><p className="code mt-1 text-xs wrap-anywhere text-muted">{finding.file}:{finding.line}{finding.excerpt ? `  ${showBidi(finding.excerpt)}` : ''}</p></li>)}
            </ul>
          )}
          <div className="mt-4 flex justify-end gap-2"><Button onClick={onClose}>Cancel</Button><Button look={report.dangerous ? 'danger' : 'primary'} busy={install.isPending} onClick={() => install.mutate(undefined, { onSuccess: onClose })}>{report.dangerous ? 'Install all the same' : 'Install'}</Button></div>
        </div>
      )}
    </Dialog>
  )
}
