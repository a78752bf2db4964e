import { useEffect, useMemo, useRef, useState } from 'react'
import { ChevronDown, ChevronUp, LoaderCircle, Search, X } from 'lucide-react'
import { IconButton } from '@/ui/Button'
import { toastError } from '@/ui/toasts'
import type { Feed, SessionFeed } from './feed'
import { rowsOf, textOf } from './rows'

const NAME = 'pryx-find'

/** Finds words in all that was said and done in the session, also in what is not loaded yet. */
export function Find({ feed, state, onClose }: { feed: SessionFeed; state: Feed; onClose: () => void }) {
  const [text, setText] = useState('')
  const [words, setWords] = useState('')
  const [at, setAt] = useState(-1)
  const [isLoading, setLoading] = useState(state.hasEarlier)
  const field = useRef<HTMLInputElement>(null)
  useEffect(() => {
    field.current?.focus()
    void feed.loadAll().catch(toastError).finally(() => setLoading(false))
    return () => void CSS.highlights?.delete(NAME)
  }, [feed])
  useEffect(() => {
    const timer = window.setTimeout(() => setWords(text.trim().toLowerCase()), 120)
    return () => window.clearTimeout(timer)
  }, [text])
  const hits = useMemo(() => (words.length < 2 ? [] : rowsOf(state.items).filter(row => textOf(row).toLowerCase().includes(words)).map(row => row.id)), [words, state.items])

  const show = (place: number) => {
    setAt(place)
    const row = document.getElementById(`item-${hits[place]}`)
    if (!row) return
    row.scrollIntoView({ block: 'center' })
    row.closest('[role=log]')?.querySelectorAll('[data-found]').forEach(one => one.removeAttribute('data-found'))
    row.setAttribute('data-found', '')
    mark(row, words)
  }
  // The last one first: it is what is on screen.
  useEffect(() => {
    if (hits.length > 0) show(hits.length - 1)
    else {
      setAt(-1)
      CSS.highlights?.delete(NAME)
      document.querySelectorAll('[data-found]').forEach(one => one.removeAttribute('data-found'))
    }
  }, [words, hits.length])
  useEffect(() => () => document.querySelectorAll('[data-found]').forEach(one => one.removeAttribute('data-found')), [])

  const step = (by: number) => hits.length > 0 && show((at + by + hits.length) % hits.length)
  return (
    <div role="search" className="in flex shrink-0 items-center gap-1.5 border-b border-line bg-panel px-4 py-2 md:px-6">
      <Search size={15} className="shrink-0 text-faint" aria-hidden />
      <input
        ref={field}
        type="search"
        aria-label="Find in this session"
        placeholder="Find in this session…"
        className="min-w-0 flex-1 bg-transparent px-1.5 py-1 text-sm outline-none focus-visible:outline-none"
        value={text}
        onChange={event => setText(event.target.value)}
        onKeyDown={event => {
          if (event.key === 'Enter') {
            event.preventDefault()
            step(event.shiftKey ? 1 : -1)
          } else if (event.key === 'Escape') {
            event.stopPropagation()
            onClose()
          }
        }}
      />
      {isLoading && <LoaderCircle size={14} className="animate-spin text-accent" aria-label="Loading what was said earlier" />}
      <span role="status" className="num shrink-0 text-xs text-muted">{words.length < 2 ? '' : hits.length === 0 ? (isLoading ? '' : 'not found') : `${at + 1} of ${hits.length}`}</span>
      <IconButton label="The one before (Enter)" disabled={hits.length === 0} onClick={() => step(-1)}><ChevronUp size={16} /></IconButton>
      <IconButton label="The next one (Shift+Enter)" disabled={hits.length === 0} onClick={() => step(1)}><ChevronDown size={16} /></IconButton>
      <IconButton label="Close" onClick={onClose}><X size={16} /></IconButton>
    </div>
  )
}

function mark(row: HTMLElement, words: string) {
  if (!CSS.highlights) return
  const ranges: Range[] = []
  const walker = document.createTreeWalker(row, NodeFilter.SHOW_TEXT)
  for (let node = walker.nextNode(); node; node = walker.nextNode()) {
    const text = node.textContent!.toLowerCase()
    for (let place = text.indexOf(words); place >= 0; place = text.indexOf(words, place + words.length)) {
      const range = new Range()
      range.setStart(node, place)
      range.setEnd(node, place + words.length)
      ranges.push(range)
    }
  }
  CSS.highlights.set(NAME, new Highlight(...ranges))
}
