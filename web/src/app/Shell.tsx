import { lazy, Suspense, useEffect, useState } from 'react'
import { Menu as MenuIcon, WifiOff } from 'lucide-react'
import { socket, useConnection } from '@/api/socket'
import { Button, IconButton } from '@/ui/Button'
import { Skeleton } from '@/ui/Page'
import { Boundary } from './Boundary'
import { Nav } from './Nav'
import { useNewsToasts } from './news'
import { usePlace, go, pathOf } from './router'
import { useShortcuts } from './shortcuts'
import { VIEWS } from './views'

const Palette = lazy(() => import('./Palette'))
const Help = lazy(() => import('./Help'))

export function Shell() {
  const place = usePlace()
  const [isPaletteOpen, setPalette] = useState(false)
  const [isHelpOpen, setHelp] = useState(false)
  const [isNavOpen, setNav] = useState(false)
  const view = VIEWS.find(one => one.id === place.view)
  useShortcuts({ palette: () => setPalette(true), help: () => setHelp(true), dialogs: isPaletteOpen || isHelpOpen })
  useNewsToasts()

  useEffect(() => {
    if (!view) go(pathOf('chat'), { replace: true })
    document.title = view && view.id !== 'chat' ? `${view.name} · Pryx` : 'Pryx'
    setNav(false)
  }, [view, place.id])

  const Current = view?.component ?? VIEWS[0]!.component
  return (
    <div className="flex h-full">
      <a href="#main" className="sr-only focus:not-sr-only focus:absolute focus:z-60 focus:m-2 focus:rounded-lg focus:bg-panel focus:px-3 focus:py-2">Skip to content</a>
      <Nav current={view?.id ?? 'chat'} isOpen={isNavOpen} onClose={() => setNav(false)} onSearch={() => setPalette(true)} onHelp={() => setHelp(true)} />
      <div className="relative flex min-w-0 flex-1 flex-col">
        <Offline />
        <IconButton label="Menu" className="absolute top-3 left-2 z-20 md:hidden" aria-expanded={isNavOpen} onClick={() => setNav(true)}><MenuIcon size={18} /></IconButton>
        <main id="main" className="min-h-0 flex-1">
          <Boundary key={place.view}>
            <Suspense fallback={<div className="p-7"><Skeleton lines={6} /></div>}><Current /></Suspense>
          </Boundary>
        </main>
      </div>
      <Suspense>
        {isPaletteOpen && <Palette onClose={() => setPalette(false)} onHelp={() => setHelp(true)} />}
        {isHelpOpen && <Help onClose={() => setHelp(false)} />}
      </Suspense>
    </div>
  )
}

/** Said only when it lasts: a blink of the connection is nobody's business. */
function Offline() {
  const connection = useConnection()
  const [isLong, setLong] = useState(false)
  useEffect(() => {
    if (connection !== 'lost') return setLong(false)
    const timer = window.setTimeout(() => setLong(true), 1500)
    return () => window.clearTimeout(timer)
  }, [connection])
  if (!isLong || connection === 'open') return null
  return (
    <div role="status" className="flex items-center justify-center gap-3 border-b border-line bg-warn-soft px-4 py-1.5 text-sm text-warn">
      <WifiOff size={15} aria-hidden /> <span>Connection lost. What you see may be old; nothing that runs was stopped.</span>
      <Button size="sm" onClick={() => socket.retry()}>Try now</Button>
    </div>
  )
}
