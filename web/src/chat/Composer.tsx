import { useEffect, useRef, useState } from 'react'
import { ArrowUp, ClipboardList, CornerDownRight, ImagePlus, ListEnd, Square, X } from 'lucide-react'
import { api } from '@/api/client'
import type { TurnAccepted, TurnStopped, WaitingInputs } from '@/api/types'
import { refresh, useAct } from '@/app/data'
import { Keys } from '@/ui/Badge'
import { IconButton } from '@/ui/Button'
import { Tip } from '@/ui/Tip'
import { cx } from '@/ui/cx'
import { toastError } from '@/ui/toasts'
import { showBidi } from './inert'
import { readPictures, type Picture } from './attachments'

interface Props {
  session: string | null
  model: string | null
  isRunning: boolean
  waiting: WaitingInputs['inputs']
  isPlanning: boolean
  onPlanning: (on: boolean) => void
  /** Makes the session when there is none yet; its id. */
  prepare: () => Promise<string>
  onSent?: (session: string) => void
}

const drafts = new Map<string, string>()

/** What stands in the box of a session when it is opened. */
export function keepDraft(session: string, text: string) {
  drafts.set(session, text)
}

export function Composer({ session, model, isRunning, waiting, isPlanning, onPlanning, prepare, onSent }: Props) {
  const key = session ?? 'new'
  const [text, setText] = useState(() => drafts.get(key) ?? '')
  const [pictures, setPictures] = useState<Picture[]>([])
  const [isOver, setOver] = useState(false)
  const area = useRef<HTMLTextAreaElement>(null)
  const picker = useRef<HTMLInputElement>(null)

  useEffect(() => void drafts.set(key, text), [key, text])
  useEffect(() => {
    const box = area.current!
    box.style.height = 'auto'
    box.style.height = `${Math.min(box.scrollHeight, 260)}px`
  }, [text])

  const [sending, setSending] = useState(0)
  // In the order in which they were written, however slow the one before is.
  const last = useRef<Promise<unknown>>(Promise.resolve())
  const send = async (content: string, shown: Picture[], delivery: 'steer' | 'queue') => {
    const id = session ?? (await prepare())
    await api.post<TurnAccepted>(`/api/v1/sessions/${id}/messages`, {
      content, delivery, external_id: crypto.randomUUID(), ...(model ? { model } : {}), ...(session === null && isPlanning ? { mode: 'plan' } : {}), ...(shown.length > 0 ? { attachments: shown } : {}),
    })
    void refresh('/api/v1/sessions')
    onSent?.(id)
  }
  const withdraw = useAct(async (input: WaitingInputs['inputs'][number]) => {
    await api.post(`/api/v1/turns/${input.turn_id}/stop`)
    // What was written is not lost: it stands in the box again, if that is empty.
    setText(before => before || input.text)
  })
  const stop = useAct(() => api.post<TurnStopped>(`/api/v1/sessions/${session}/stop`), { silent: false })

  // Not Escape: that leaves the box, and must end nothing.
  useEffect(() => {
    if (!isRunning) return
    const onKey = (event: KeyboardEvent) => {
      if ((event.ctrlKey || event.metaKey) && event.key === '.') {
        event.preventDefault()
        stop.mutate()
      }
    }
    window.addEventListener('keydown', onKey)
    return () => window.removeEventListener('keydown', onKey)
  }, [isRunning, session])

  const isEmpty = text.trim().length === 0 && pictures.length === 0
  const submit = (delivery: 'steer' | 'queue') => {
    // The first message makes the session: the next one belongs to it.
    if (isEmpty || (session === null && sending > 0)) return
    const [content, shown] = [text, pictures]
    setText('')
    setPictures([])
    drafts.delete(key)
    setSending(n => n + 1)
    last.current = last.current.then(() => send(content, shown, delivery)).catch(error => {
      // What could not be sent is not lost.
      toastError(error)
      setText(now => (now ? `${content}\n${now}` : content))
      setPictures(now => [...shown, ...now])
    }).finally(() => setSending(n => n - 1))
  }
  const add = async (files: Iterable<File>) => {
    const read = await readPictures(files, pictures.length)
    setPictures(before => [...before, ...read])
  }

  return (
    <div className="shrink-0 border-t border-line bg-bg px-3 pt-3 pb-[max(0.75rem,env(safe-area-inset-bottom))] md:px-6">
      {waiting.length > 0 && (
        <ul aria-label="What waits to be read" className="mx-auto mb-2 flex max-w-3xl flex-col gap-1">
          {waiting.map(input => (
            <li key={input.id} data-waiting={input.delivery} className="in flex items-center gap-2.5 rounded-xl border border-line bg-panel py-1.5 pr-1.5 pl-3 text-sm">
              {input.delivery === 'steer' ? <CornerDownRight size={14} className="shrink-0 text-accent" aria-hidden /> : <ListEnd size={14} className="shrink-0 text-muted" aria-hidden />}
              <span className="min-w-0 flex-1 truncate">{showBidi(input.text) || `${input.attachments} pictures`}</span>
              <span className="shrink-0 text-xs text-muted">{input.delivery === 'steer' ? 'read with the next step' : 'begins when this turn has ended'}</span>
              {input.delivery === 'queue' && input.turn_id
                ? <IconButton label="Withdraw" side="top" className="size-6" onClick={() => withdraw.mutate(input)}><X size={14} /></IconButton>
                : <span className="w-1" />}
            </li>
          ))}
        </ul>
      )}
      <form
        className={cx('mx-auto max-w-3xl rounded-2xl border bg-panel transition-colors focus-within:border-accent', isOver ? 'border-accent' : isPlanning ? 'border-violet' : 'border-line-strong')}
        onSubmit={event => { event.preventDefault(); submit('steer') }}
        onDragOver={event => { event.preventDefault(); setOver(true) }}
        onDragLeave={() => setOver(false)}
        onDrop={event => { event.preventDefault(); setOver(false); void add(event.dataTransfer.files) }}
      >
        {pictures.length > 0 && (
          <ul className="flex flex-wrap gap-2 px-3 pt-3">
            {pictures.map((picture, i) => (
              <li key={i} className="relative">
                <img src={`data:${picture.media_type};base64,${picture.base64}`} alt={picture.name} className="size-16 rounded-lg border border-line object-cover" />
                <button type="button" aria-label={`Remove ${picture.name}`} onClick={() => setPictures(pictures.filter((_, at) => at !== i))} className="absolute -top-1.5 -right-1.5 grid size-5 place-items-center rounded-full border border-line bg-raised text-muted hover:text-ink"><X size={12} /></button>
              </li>
            ))}
          </ul>
        )}
        <div className="flex items-end gap-1.5 p-2">
          <IconButton label="Attach pictures" side="top" onClick={() => picker.current!.click()} className="mb-0.5"><ImagePlus size={17} /></IconButton>
          <input ref={picker} type="file" accept="image/png,image/jpeg,image/gif,image/webp" multiple hidden onChange={event => { void add(event.target.files ?? []); event.target.value = '' }} />
          <textarea
            ref={area}
            id="composer"
            rows={1}
            autoFocus
            aria-label="Message"
            placeholder={isRunning ? 'Steer the running turn…' : isPlanning ? 'What shall be planned?' : 'Message Pryx…'}
            value={text}
            onChange={event => setText(event.target.value)}
            onPaste={event => {
              if (event.clipboardData.files.length > 0) {
                event.preventDefault()
                void add(event.clipboardData.files)
              }
            }}
            onKeyDown={event => {
              if (event.key === 'Enter' && !event.shiftKey && !event.nativeEvent.isComposing) {
                event.preventDefault()
                submit(event.altKey ? 'queue' : 'steer')
              }
            }}
            className="min-h-9 flex-1 resize-none bg-transparent px-1 py-1.75 text-base leading-relaxed outline-none focus-visible:outline-none"
          />
          <Tip text={isPlanning ? 'Plan mode: it reads and asks, and presents a plan before it acts (P)' : 'Plan first: it reads and asks, and acts once you approved its plan (P)'} side="top">
            <button
              type="button"
              aria-pressed={isPlanning}
              onClick={() => onPlanning(!isPlanning)}
              className={cx('mb-0.5 flex h-8 shrink-0 items-center gap-1.5 rounded-lg px-2 text-xs transition-colors', isPlanning ? 'bg-violet-soft font-medium text-violet' : 'text-muted hover:bg-hover hover:text-ink')}
            ><ClipboardList size={15} aria-hidden /> Plan</button>
          </Tip>
          {isRunning && !isEmpty && <IconButton label="Queue for the next turn (Alt+Enter)" side="top" onClick={() => submit('queue')} className="mb-0.5"><ListEnd size={17} /></IconButton>}
          {isRunning && (
            <Tip text="Stop the turn and all it started (Ctrl+.)" side="top">
              <button type="button" aria-label="Stop" onClick={() => stop.mutate()} className="grid size-9 shrink-0 place-items-center rounded-xl border border-line-strong text-bad hover:bg-bad-soft"><Square size={14} fill="currentColor" /></button>
            </Tip>
          )}
          {(!isRunning || !isEmpty) && (
            <button type="submit" aria-label={isRunning ? 'Steer' : 'Send'} disabled={isEmpty || (session === null && sending > 0)} className="grid size-9 shrink-0 place-items-center rounded-xl bg-accent text-accent-ink transition-opacity hover:brightness-110 disabled:opacity-40"><ArrowUp size={18} /></button>
          )}
        </div>
      </form>
      <p className="mx-auto mt-1.5 hidden max-w-3xl items-center gap-3 px-2 text-2xs text-faint md:flex">
        <span className="flex items-center gap-1"><Keys>Enter</Keys> send</span>
        <span className="flex items-center gap-1"><Keys>Shift Enter</Keys> new line</span>
        {isRunning && <span className="flex items-center gap-1"><Keys>Alt Enter</Keys> queue</span>}
        <span className="flex-1" />
        {isPlanning && <span className="text-violet">Nothing is changed before you approve a plan.</span>}
      </p>
    </div>
  )
}
