import { useEffect, useSyncExternalStore, type MouseEvent } from 'react'

/** Where the page is: /ui/VIEW/ID?query. The gateway serves the same page for all of them. */
export interface Place {
  view: string
  id?: string
  rest?: string
  query: URLSearchParams
}

const BASE = '/ui/'
const watchers = new Set<() => void>()
let current = read()

function read(): Place {
  const [view = '', id, rest] = location.pathname.startsWith(BASE) ? location.pathname.slice(BASE.length).split('/').map(decodeURIComponent) : []
  return { view: view || 'chat', id: id || undefined, rest: rest || undefined, query: new URLSearchParams(location.search) }
}

function changed() {
  current = read()
  watchers.forEach(watcher => watcher())
}

window.addEventListener('popstate', changed)

export function pathOf(view: string, id?: string | null, query?: Record<string, string | undefined>) {
  const search = new URLSearchParams(Object.entries(query ?? {}).filter((entry): entry is [string, string] => Boolean(entry[1]))).toString()
  return BASE + view + (id ? '/' + encodeURIComponent(id) : '') + (search ? '?' + search : '')
}

export function go(path: string, { replace = false } = {}) {
  if (path === location.pathname + location.search) return
  history[replace ? 'replaceState' : 'pushState'](null, '', path)
  changed()
}

/** Writes what a view shows into its address, unless somebody has gone elsewhere in the meantime: effects run late. */
export function keepAddress(view: string, query: Record<string, string | undefined>) {
  if (current.view === view) go(pathOf(view, current.id, query), { replace: true })
}

export function usePlace(): Place {
  return useSyncExternalStore(watcher => {
    watchers.add(watcher)
    return () => void watchers.delete(watcher)
  }, () => current)
}

/** For links: a plain click stays in the page, everything else is the browser's. */
export function follow(event: MouseEvent<HTMLAnchorElement>) {
  if (event.defaultPrevented || event.button !== 0 || event.metaKey || event.ctrlKey || event.shiftKey || event.altKey) return
  event.preventDefault()
  go(event.currentTarget.pathname + event.currentTarget.search)
}

/** Opens something when the address asks for it (`?add`), once: the address is then the plain one again. */
export function useAsked(name: string, open: () => void) {
  const place = usePlace()
  useEffect(() => {
    if (!place.query.has(name)) return
    open()
    go(location.pathname, { replace: true })
  }, [place])
}
