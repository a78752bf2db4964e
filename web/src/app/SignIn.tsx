import { useState } from 'react'
import { Check, Copy, LockKeyhole, PlugZap } from 'lucide-react'
import { Button } from '@/ui/Button'
import { Failure } from '@/ui/Page'

function Command({ text }: { text: string }) {
  const [done, setDone] = useState(false)
  return (
    <div className="mt-4 flex items-center gap-2 rounded-xl border border-line-strong bg-bg py-1.5 pr-1.5 pl-4 text-left">
      <code className="code flex-1 text-sm"><span className="text-faint select-none">$ </span>{text}</code>
      <Button size="sm" look="ghost" icon={done ? <Check size={14} className="text-ok" /> : <Copy size={14} />} onClick={() => { void navigator.clipboard.writeText(text); setDone(true) }}>{done ? 'Copied' : 'Copy'}</Button>
    </div>
  )
}

function Frame({ icon, title, children }: { icon: React.ReactNode; title: string; children: React.ReactNode }) {
  return (
    <main className="grid h-full place-items-center overflow-y-auto p-6">
      <div className="fade w-full max-w-md text-center">
        <div className="mx-auto mb-5 grid size-14 place-items-center rounded-2xl border border-line bg-panel text-accent shadow-pop">{icon}</div>
        <h1 className="text-xl font-semibold tracking-tight">{title}</h1>
        {children}
      </div>
    </main>
  )
}

/** What a browser without a sign-in sees. There is no password: whoever may use this machine's terminal may come in. */
export function SignIn({ scope }: { scope: boolean }) {
  return (
    <Frame icon={<LockKeyhole size={24} />} title={scope ? 'This sign-in may not look around' : 'Sign in to Pryx'}>
      <p className="mt-2 text-muted">{scope ? 'Its token lacks the scope “read”. Sign in again with a link of your own:' : 'Run this in a terminal on the machine where Pryx runs. It opens this page, signed in:'}</p>
      <Command text="pryx ui" />
      <p className="mt-4 text-sm text-faint">The link works once, within two minutes. <span className="whitespace-nowrap"><code className="code text-xs text-muted">pryx ui --print</code> prints it</span>, for another browser. This page goes on by itself.</p>
    </Frame>
  )
}

export function Unreachable({ error, onRetry }: { error: unknown; onRetry: () => void }) {
  return (
    <Frame icon={<PlugZap size={24} />} title="Pryx does not answer">
      <p className="mt-2 text-muted">This page comes back by itself once it runs:</p>
      <Command text="pryx serve" />
      <div className="mt-5 text-left"><Failure error={error} onRetry={onRetry} /></div>
    </Frame>
  )
}
