import { useState } from 'react'
import { Bell, Keyboard, Monitor, Moon, Plus, Search, Sun } from 'lucide-react'
import { Popover } from 'radix-ui'
import { useConnection } from '@/api/socket'
import type { Health, PendingApprovals, SessionList } from '@/api/types'
import { Keys } from '@/ui/Badge'
import { IconButton } from '@/ui/Button'
import { cx } from '@/ui/cx'
import { Menu, MenuItem } from '@/ui/Menu'
import { NoticeIcon, readNotices, useNotices } from '@/ui/toasts'
import { useGet } from './data'
import { ago } from './format'
import { follow, pathOf, usePlace } from './router'
import { setTheme, useTheme } from './theme'
import { VIEWS } from './views'

const RECENT = 12

export function Nav({ current, isOpen, onClose, onSearch, onHelp }: { current: string; isOpen: boolean; onClose: () => void; onSearch: () => void; onHelp: () => void }) {
  const pending = useGet<PendingApprovals>('/api/v1/approvals/pending')
  const sessions = useGet<SessionList>('/api/v1/sessions', { limit: RECENT, status: 'active' })
  const place = usePlace()
  const waiting = pending.data?.count ?? 0
  return (
    <>
      {isOpen && <div aria-hidden className="fade fixed inset-0 z-30 bg-black/45 md:hidden" onClick={onClose} />}
      <nav
        aria-label="Main"
        className={cx('z-40 flex w-60 shrink-0 flex-col border-r border-line bg-panel', 'max-md:fixed max-md:inset-y-0 max-md:left-0 max-md:w-72 max-md:shadow-pop max-md:transition-transform', !isOpen && 'max-md:invisible max-md:-translate-x-full')}
      >
        <div className="flex h-14 shrink-0 items-center gap-2.5 px-4">
          <img src="/assets/icon.svg" alt="" className="size-7" />
          <div className="min-w-0 flex-1 leading-tight"><p className="font-semibold tracking-tight">Pryx</p><p className="text-2xs text-muted">on this machine</p></div>
          <a href={pathOf('chat')} onClick={follow} aria-label="New session" title="New session (N)" className="grid size-8 place-items-center rounded-lg border border-line-strong text-muted hover:bg-hover hover:text-ink"><Plus size={16} /></a>
        </div>
        <div className="px-3 pb-2">
          <button onClick={onSearch} className="flex h-8.5 w-full items-center gap-2 rounded-lg border border-line bg-bg px-2.5 text-sm text-muted hover:border-line-strong"><Search size={14} aria-hidden /><span className="flex-1 text-left">Search</span><Keys>Ctrl K</Keys></button>
        </div>
        <div className="min-h-0 flex-1 overflow-y-auto px-3 pb-3">
          {(['work', 'watch', 'set'] as const).map(group => (
            <ul key={group} className="mb-2 border-b border-line pb-2 last:border-0">
              {VIEWS.filter(view => view.group === group && view.id !== 'settings').map(view => (
                <li key={view.id}>
                  <a
                    href={pathOf(view.id)}
                    onClick={follow}
                    aria-current={current === view.id ? 'page' : undefined}
                    className={cx('flex h-8 items-center gap-2.5 rounded-lg px-2.5 text-sm transition-colors', current === view.id ? 'bg-raised font-medium text-ink' : 'text-muted hover:bg-hover hover:text-ink')}
                  >
                    <view.icon size={16} aria-hidden className={current === view.id ? 'text-accent' : ''} />
                    <span className="flex-1">{view.name}</span>
                    {view.id === 'approvals' && waiting > 0 && <span className="num rounded-full bg-warn-soft px-1.5 text-2xs font-semibold text-warn">{waiting}<span className="sr-only"> waiting</span></span>}
                  </a>
                </li>
              ))}
            </ul>
          ))}
          {(sessions.data?.sessions.length ?? 0) > 0 && (
            <section aria-label="Recent sessions">
              <h2 className="px-2.5 pt-1 pb-1 text-2xs font-medium text-faint">Recent</h2>
              <ul>
                {sessions.data!.sessions.map(session => (
                  <li key={session.id}>
                    <a
                      href={pathOf('chat', session.id)}
                      onClick={follow}
                      aria-current={place.view === 'chat' && place.id === session.id ? 'true' : undefined}
                      title={session.title}
                      className={cx('block truncate rounded-lg px-2.5 py-1 text-sm', place.view === 'chat' && place.id === session.id ? 'bg-raised text-ink' : 'text-muted hover:bg-hover hover:text-ink')}
                    >
                      {session.title || 'Untitled'}
                    </a>
                  </li>
                ))}
              </ul>
            </section>
          )}
        </div>
        <Footer onHelp={onHelp} current={current} />
      </nav>
    </>
  )
}

function Footer({ onHelp, current }: { onHelp: () => void; current: string }) {
  const health = useGet<Health>('/health', undefined, { live: 30_000 })
  const connection = useConnection()
  const theme = useTheme()
  const isWell = health.data?.status === 'ok' && connection !== 'lost'
  const settings = VIEWS.find(view => view.id === 'settings')!
  return (
    <div className="shrink-0 border-t border-line p-3">
      <a href={pathOf('diagnostics')} onClick={follow} className="mb-2 block rounded-lg border border-line bg-bg px-3 py-2 hover:border-line-strong">
        <p className="flex items-center gap-2 text-xs font-medium"><span className={cx('size-2 rounded-full', connection === 'lost' ? 'bg-bad' : isWell ? 'bg-ok' : 'bg-warn')} />{connection === 'lost' ? 'Not reachable' : isWell ? 'Running well' : (health.data?.detail?.message ?? 'Looking…')}</p>
        <p className="num mt-0.5 text-2xs text-muted">{location.host} · {health.data?.product_version ?? ''}</p>
      </a>
      <div className="flex items-center">
        <a href={pathOf('settings')} onClick={follow} aria-current={current === 'settings' ? 'page' : undefined} className={cx('flex h-8 flex-1 items-center gap-2.5 rounded-lg px-2.5 text-sm', current === 'settings' ? 'bg-raised font-medium text-ink' : 'text-muted hover:bg-hover hover:text-ink')}><settings.icon size={16} aria-hidden />Settings</a>
        <Notices />
        <Menu trigger={<button aria-label="Theme" className="grid size-8 place-items-center rounded-lg text-muted hover:bg-hover hover:text-ink">{theme === 'dark' ? <Moon size={16} /> : theme === 'light' ? <Sun size={16} /> : <Monitor size={16} />}</button>}>
          <MenuItem icon={<Moon size={15} />} onSelect={() => setTheme('dark')}>Dark</MenuItem>
          <MenuItem icon={<Sun size={15} />} onSelect={() => setTheme('light')}>Light</MenuItem>
          <MenuItem icon={<Monitor size={15} />} onSelect={() => setTheme('system')}>System</MenuItem>
        </Menu>
        <IconButton label="Keyboard shortcuts (?)" side="top" onClick={onHelp}><Keyboard size={16} /></IconButton>
      </div>
    </div>
  )
}

/** What the toasts said, for who looked away. */
function Notices() {
  const { kept, unread } = useNotices()
  const [open, setOpen] = useState(false)
  return (
    <Popover.Root open={open} onOpenChange={isOpen => { setOpen(isOpen); if (isOpen) readNotices() }}>
      <Popover.Trigger aria-label={unread > 0 ? `Notifications, ${unread} new` : 'Notifications'} className="relative grid size-8 place-items-center rounded-lg text-muted hover:bg-hover hover:text-ink">
        <Bell size={16} />
        {unread > 0 && <span className="absolute top-1.5 right-1.5 size-1.5 rounded-full bg-accent" />}
      </Popover.Trigger>
      <Popover.Portal>
        <Popover.Content side="top" align="start" sideOffset={8} className="in z-50 max-h-[60vh] w-80 overflow-y-auto rounded-xl border border-line bg-panel p-1.5 shadow-pop outline-none">
          {kept.length === 0 && <p className="p-6 text-center text-sm text-muted">Nothing has happened yet that you should know of.</p>}
          {kept.map(notice => (
            <div key={notice.id} className="flex gap-2.5 rounded-lg px-2.5 py-2">
              <NoticeIcon kind={notice.kind} />
              <div className="min-w-0 flex-1"><p className="text-sm wrap-anywhere">{notice.text}</p>{notice.detail && <p className="text-xs text-muted wrap-anywhere">{notice.detail}</p>}</div>
              <span className="shrink-0 text-2xs text-faint">{ago(new Date(notice.at).toISOString())}</span>
            </div>
          ))}
        </Popover.Content>
      </Popover.Portal>
    </Popover.Root>
  )
}
