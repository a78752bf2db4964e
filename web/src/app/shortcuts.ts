import { useEffect, useRef } from 'react'
import { go, pathOf } from './router'
import { VIEWS } from './views'

const CHORD_MS = 1200

interface Does {
  palette: () => void
  help: () => void
  /** A dialog of the frame is open: only its own keys count. */
  dialogs: boolean
}

/** The keys that work everywhere. While something is typed only those with Ctrl do. */
export function useShortcuts(does: Does) {
  const now = useRef(does)
  now.current = does
  // Once, whatever is drawn anew: the first key of a chord must not be forgotten between the two.
  useEffect(() => {
    // By the clock of the keys, not ours: a busy page may hear both late.
    let chord = Number.NEGATIVE_INFINITY
    const onKey = (event: KeyboardEvent) => {
      const key = event.key.toLowerCase()
      const { palette, help, dialogs } = now.current
      if ((event.ctrlKey || event.metaKey) && key === 'k') {
        event.preventDefault()
        palette()
        return
      }
      const target = event.target instanceof HTMLElement ? event.target : null
      if (event.key === 'Escape' && target?.matches('textarea,input')) return target.blur()
      if (dialogs || event.ctrlKey || event.metaKey || event.altKey || target?.closest('input,textarea,select,[contenteditable],[role=dialog],[role=menu]')) return
      const isSecond = event.timeStamp - chord < CHORD_MS
      chord = Number.NEGATIVE_INFINITY
      if (isSecond) {
        const view = VIEWS.find(one => one.key === key)
        if (view) {
          // Nobody else: “a” alone would answer a question.
          event.preventDefault()
          event.stopImmediatePropagation()
          go(pathOf(view.id))
          return
        }
      }
      if (key === 'g') chord = event.timeStamp
      else if (key === '?') {
        event.preventDefault()
        help()
      } else if (key === 'n') {
        event.preventDefault()
        go(pathOf('chat'))
        requestAnimationFrame(() => document.getElementById('composer')?.focus())
      } else if (key === '/') {
        event.preventDefault()
        ;(document.querySelector<HTMLElement>('[data-search]') ?? document.getElementById('composer'))?.focus()
      }
    }
    // Before the keys of the views.
    window.addEventListener('keydown', onKey, true)
    return () => window.removeEventListener('keydown', onKey, true)
  }, [])
}
