import { useState } from 'react'
import { Smartphone } from 'lucide-react'
import { api } from '@/api/client'
import type { SigninLink } from '@/api/types'
import { useAct } from '@/app/data'
import { Button } from '@/ui/Button'
import { Card } from '@/ui/Page'
import { Qr } from '@/ui/Qr'

/** The link of `pryx ui`, for the camera of a phone: it works once. */
export function Phone({ remote }: { remote?: string | null }) {
  const [link, setLink] = useState<SigninLink | null>(null)
  const make = useAct(() => api.post<SigninLink>('/api/v1/signin/links', { remote: true }))
  return (
    <Card title="On your phone" about={remote ? 'Point its camera at the code: it opens this page, signed in' : 'Pryx answers on this machine only. pryx remote gives it an address that your phone reaches, over your own tunnel or network.'} actions={remote && <Button size="sm" icon={<Smartphone size={14} />} busy={make.isPending} onClick={() => make.mutate(undefined, { onSuccess: setLink })}>{link ? 'Another code' : 'Show the code'}</Button>} pad={Boolean(link)}>
      {link ? (
        <div className="flex flex-wrap items-center gap-5">
          <Qr text={link.url} label="The sign-in link, for a phone" />
          <p className="min-w-48 flex-1 text-sm text-muted">It works once, within two minutes. <span className="code block text-xs wrap-anywhere select-all">{link.url}</span></p>
        </div>
      ) : <span className="block h-2" />}
    </Card>
  )
}
