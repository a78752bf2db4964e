const KEY = 'pryx.notify'

export function mayNotify() {
  return 'Notification' in window
}

export function wantsNotify() {
  try {
    return mayNotify() && Notification.permission === 'granted' && localStorage.getItem(KEY) === 'on'
  } catch {
    return false
  }
}

/** Whether the browser lets it. */
export async function setNotify(on: boolean) {
  if (on && (!mayNotify() || (await Notification.requestPermission()) !== 'granted')) return false
  try {
    localStorage.setItem(KEY, on ? 'on' : 'off')
    return true
  } catch {
    return false
  }
}

/** Only while nobody looks: whoever looks sees the page. */
export function notify(text: string, detail: string | undefined, open?: () => void) {
  if (document.visibilityState === 'visible' || !wantsNotify()) return
  const note = new Notification(text, { body: detail, icon: '/assets/icon.svg', tag: text + (detail ?? '') })
  note.onclick = () => {
    window.focus()
    open?.()
    note.close()
  }
}
