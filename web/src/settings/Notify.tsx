import { useState } from 'react'
import { mayNotify, setNotify, wantsNotify } from '@/app/notify'
import { Card, Switch } from '@/ui/Page'
import { toast } from '@/ui/toasts'

/** Whether the desktop says it, when this page is not looked at. */
export function Notify() {
  const [isOn, setOn] = useState(wantsNotify())
  const change = async (on: boolean) => {
    const given = await setNotify(on)
    setOn(given && on)
    if (on && !given) toast('bad', 'The browser does not allow it', { detail: 'Allow notifications for this page in the settings of the browser.' })
  }
  return (
    <Card title="Tell me on the desktop" about="A question, and the end of a turn that took longer than ten seconds, while this page is not in sight" actions={<Switch on={isOn} label="Tell me on the desktop" disabled={!mayNotify()} onChange={on => void change(on)} />} pad={false}>
      {!mayNotify() ? <p className="px-4 pb-3 text-xs text-muted">This browser has no notifications here. The bell keeps what was said.</p> : <p className="px-4 pb-3 text-xs text-muted">Kept in this browser. The bell keeps everything in any case.</p>}
    </Card>
  )
}
