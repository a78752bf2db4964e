import { useEffect, useState } from 'react'
import { NotebookPen, Pencil, Plus, Search, ShieldAlert, Trash2 } from 'lucide-react'
import { api } from '@/api/client'
import type { MemoryList, ShownMemory } from '@/api/types'
import { refresh, useAct, useGet } from '@/app/data'
import { FolderPick } from '@/app/FolderPick'
import { base, plural } from '@/app/format'
import { keepAddress, useAsked, usePlace } from '@/app/router'
import { showBidi } from '@/chat/inert'
import { Badge } from '@/ui/Badge'
import { Button, IconButton } from '@/ui/Button'
import { ConfirmByName, Dialog } from '@/ui/Dialog'
import { Empty, Failure, Field, Page, Skeleton } from '@/ui/Page'
import { toast } from '@/ui/toasts'

const PATH = '/api/v1/memory'
/** Of a fact, to be typed before it is forgotten. */
const NAME_WORDS = 3

/** What new sessions are told: facts in plain files, each with where it came from. */
export function MemoryView() {
  const place = usePlace()
  const [text, setText] = useState(place.query.get('q') ?? '')
  const [words, setWords] = useState(text.trim())
  const [folder, setFolder] = useState('')
  const [editing, setEditing] = useState<ShownMemory | 'new' | null>(null)
  useAsked('add', () => setEditing('new'))
  const [forgetting, setForgetting] = useState<ShownMemory | null>(null)
  useEffect(() => {
    const timer = window.setTimeout(() => setWords(text.trim()), 120)
    return () => window.clearTimeout(timer)
  }, [text])
  useEffect(() => keepAddress('memory', { q: words || undefined }), [words])
  const facts = useGet<MemoryList>(PATH, { workspace: folder, q: words })
  const all = facts.data?.memory ?? []
  return (
    <Page
      title="Memory"
      about="Facts in plain files: what they say counts from the next session on"
      actions={<><FolderPick value={folder} onChange={setFolder} /><Button look="primary" icon={<Plus size={15} />} onClick={() => setEditing('new')}>Remember something</Button></>}
      toolbar={(
        <div className="relative min-w-52 flex-1">
          <Search size={15} aria-hidden className="absolute top-2.5 left-3 text-faint" />
          <input data-search type="search" aria-label="Search what is remembered" placeholder="Search what is remembered…" className="field pl-9!" value={text} onChange={event => setText(event.target.value)} />
        </div>
      )}
    >
      <div className="mx-auto max-w-4xl">
        {facts.error ? <Failure error={facts.error} onRetry={() => void facts.refetch()} /> : !facts.data ? <Skeleton lines={5} /> : all.length === 0 ? (
          <Empty icon={<NotebookPen size={22} />} title={words ? 'Nothing is remembered with these words' : 'Nothing is remembered yet'} action={words ? <Button onClick={() => setText('')}>Show all</Button> : <Button look="primary" onClick={() => setEditing('new')}>Remember something</Button>}>
            {words ? 'All the words must occur in one fact.' : 'Say what every session should know: how you like your code, how tests are run, where releases are made from. The model notes facts, too; each says so, and you can change or forget it here.'}
          </Empty>
        ) : (
          <>
            <Group title="About you" facts={all.filter(one => one.scope === 'user')} onEdit={setEditing} onForget={setForgetting} />
            <Group title={folder ? `About ${base(folder)}` : 'About the folder'} facts={all.filter(one => one.scope !== 'user')} onEdit={setEditing} onForget={setForgetting} />
          </>
        )}
      </div>
      {editing && <Edit fact={editing === 'new' ? null : editing} folder={folder} onClose={() => setEditing(null)} />}
      {forgetting && (
        <ConfirmByName
          name={forgetting.text.split(/\s+/).slice(0, NAME_WORDS).join(' ')}
          title="Forget this?"
          about={<span className="wrap-anywhere">{showBidi(forgetting.text)}</span>}
          action="Forget"
          onClose={() => setForgetting(null)}
          onConfirm={async () => {
            await api.delete(`${PATH}/${forgetting.id}`, { query: { workspace: folder } })
            await refresh(PATH)
            toast('ok', 'Forgotten')
          }}
        />
      )}
    </Page>
  )
}

function Group({ title, facts, onEdit, onForget }: { title: string; facts: readonly ShownMemory[]; onEdit: (fact: ShownMemory) => void; onForget: (fact: ShownMemory) => void }) {
  if (facts.length === 0) return null
  return (
    <section className="mb-5">
      <h2 className="mb-2 flex items-baseline gap-2 text-sm font-semibold">{title}<span className="num text-xs font-normal text-faint">{plural(facts.length, 'fact')}</span></h2>
      <ul aria-label={title} className="overflow-hidden rounded-xl border border-line bg-panel">
        {facts.map(fact => (
          <li key={fact.id + fact.file} className="flex items-start gap-3 border-b border-line px-4 py-2.5 last:border-0">
            <div className="min-w-0 flex-1">
              <p className="text-sm wrap-anywhere">{showBidi(fact.text)}</p>
              <p className="mt-1 flex flex-wrap items-center gap-x-2 gap-y-1 text-xs text-muted">
                {fact.untrusted ? <Badge tone="warn"><ShieldAlert size={11} aria-hidden />from outside: {showBidi(fact.untrusted)}</Badge> : <Badge tone={fact.by === 'model' ? 'violet' : 'plain'}>{fact.by === 'model' ? 'the model noted it' : 'your words'}</Badge>}
                {fact.noted && <span>{fact.noted}</span>}
                <span className="code truncate text-xs text-faint" title={fact.file}>{fact.file}</span>
              </p>
              {fact.untrusted && <p className="mt-1 text-xs text-muted">Not told to new sessions: nobody vouches for it. Edit it to make it your own word.</p>}
            </div>
            <IconButton label={`Edit: ${fact.text.slice(0, 40)}`} onClick={() => onEdit(fact)}><Pencil size={15} /></IconButton>
            <IconButton label={`Forget: ${fact.text.slice(0, 40)}`} onClick={() => onForget(fact)}><Trash2 size={15} /></IconButton>
          </li>
        ))}
      </ul>
    </section>
  )
}

function Edit({ fact, folder, onClose }: { fact: ShownMemory | null; folder: string; onClose: () => void }) {
  const [text, setText] = useState(fact?.text ?? '')
  const [where, setWhere] = useState<'user' | 'workspace' | 'folder'>('user')
  const save = useAct(() => fact
    ? api.patch(`${PATH}/${fact.id}${folder ? `?workspace=${encodeURIComponent(folder)}` : ''}`, { text: text.trim() })
    : api.post(PATH, { text: text.trim(), scope: where === 'user' ? 'user' : 'workspace', in_folder: where === 'folder', ...(folder ? { workspace: folder } : {}) }),
  { changes: [PATH], done: fact ? 'Changed: it is your own word now' : 'Remembered', silent: true })
  return (
    <Dialog open onClose={onClose} title={fact ? 'Change what is remembered' : 'Remember something'} about="New sessions are told. Secrets are refused: it is a plain file.">
      <form className="flex flex-col gap-4" onSubmit={event => { event.preventDefault(); save.mutate(undefined, { onSuccess: onClose }) }}>
        <Field label="Fact"><textarea autoFocus required className="field min-h-20" placeholder="Tests need a running Postgres." value={text} onChange={event => setText(event.target.value)} /></Field>
        {!fact && (
          <Field label="About">
            <select className="field" value={where} onChange={event => setWhere(event.target.value as typeof where)}>
              <option value="user">Me, in every folder</option>
              <option value="workspace">{folder ? base(folder) : 'The daemon’s folder'}, kept outside it</option>
              <option value="folder">{folder ? base(folder) : 'The daemon’s folder'}, in its .pryx/MEMORY.md</option>
            </select>
          </Field>
        )}
        {save.error ? <Failure error={save.error} /> : null}
        <div className="flex justify-end gap-2"><Button onClick={onClose}>Cancel</Button><Button type="submit" look="primary" busy={save.isPending} disabled={!text.trim()}>{fact ? 'Save' : 'Remember'}</Button></div>
      </form>
    </Dialog>
  )
}
