import { useSyncExternalStore } from 'react'

export type Theme = 'light' | 'dark' | 'system'
const KEY = 'pryx.theme'
const system = matchMedia('(prefers-color-scheme: dark)')
const watchers = new Set<() => void>()

function stored(): Theme {
  try {
    const theme = localStorage.getItem(KEY)
    return theme === 'light' || theme === 'dark' ? theme : 'system'
  } catch {
    return 'system'
  }
}

let theme = stored()

function apply() {
  document.documentElement.classList.toggle('dark', theme === 'dark' || (theme === 'system' && system.matches))
  watchers.forEach(watcher => watcher())
}

system.addEventListener('change', apply)
// Another tab has chosen.
window.addEventListener('storage', event => {
  if (event.key === KEY) {
    theme = stored()
    apply()
  }
})

export function setTheme(next: Theme) {
  theme = next
  try {
    localStorage.setItem(KEY, next)
  } catch {
    // It holds for this page.
  }
  apply()
}

export function useTheme() {
  return useSyncExternalStore(watcher => {
    watchers.add(watcher)
    return () => void watchers.delete(watcher)
  }, () => theme)
}
