import { useEffect } from 'react'
import { go, pathOf } from './router'
import { VIEWS } from './views'

const CHORD_MS = 1200

/** The keys that work everywhere. While something is typed only those with Ctrl do. */
export function useShortcuts({ palette, help, dialogs }: { palette: () => void; help: () => void; dialogs: boolean }) {
  useEffect(() => {
    let chord = 0
    const onKey = (event: KeyboardEvent) => {
      const key = event.key.toLowerCase()
      if ((event.ctrlKey || event.metaKey) && key === 'k') {
        event.preventDefault()
        palette()
        return
      }
      const target = event.target instanceof HTMLElement ? event.target : null
      if (event.key === 'Escape' && target?.matches('textarea,input')) return target.blur()
      if (dialogs || event.ctrlKey || event.metaKey || event.altKey || target?.closest('input,textarea,select,[contenteditable],[role=dialog],[role=menu]')) return
      if (Date.now() - chord < CHORD_MS) {
        chord = 0
        const view = VIEWS.find(one => one.key === key)
        if (view) {
          event.preventDefault()
          go(pathOf(view.id))
          return
        }
      }
      if (key === 'g') chord = Date.now()
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
    window.addEventListener('keydown', onKey)
    return () => window.removeEventListener('keydown', onKey)
  }, [palette, help, dialogs])
}
