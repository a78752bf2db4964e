import { useState, type ReactNode } from 'react'
import { X } from 'lucide-react'
import { Dialog as Radix } from 'radix-ui'
import { Button } from './Button'
import { cx } from './cx'
import { Failure } from './Page'

interface Props {
  open: boolean
  onClose: () => void
  title: string
  about?: ReactNode
  wide?: boolean
  children: ReactNode
}

export function Dialog({ open, onClose, title, about, wide, children }: Props) {
  return (
    <Radix.Root open={open} onOpenChange={isOpen => !isOpen && onClose()}>
      <Radix.Portal>
        <Radix.Overlay className="fade fixed inset-0 z-50 bg-black/45 backdrop-blur-[2px]" />
        <Radix.Content
          aria-describedby={undefined}
          className={cx('in fixed inset-x-3 top-[8vh] z-50 mx-auto flex max-h-[84vh] flex-col overflow-hidden rounded-2xl border border-line bg-panel shadow-pop outline-none', wide ? 'max-w-3xl' : 'max-w-lg')}
        >
          <div className="flex items-start gap-3 border-b border-line px-5 pt-4 pb-3.5">
            <div className="min-w-0 flex-1">
              <Radix.Title className="text-[15px] font-semibold">{title}</Radix.Title>
              {about && <div className="mt-0.5 text-sm text-muted">{about}</div>}
            </div>
            {/* Without a tooltip: it has the focus at first, and Escape would close the tooltip only. */}
            <Radix.Close aria-label="Close" className="-mt-1 -mr-2 grid size-8 shrink-0 place-items-center rounded-lg text-muted hover:bg-hover hover:text-ink"><X size={16} /></Radix.Close>
          </div>
          <div className="overflow-y-auto px-5 py-4">{children}</div>
        </Radix.Content>
      </Radix.Portal>
    </Radix.Root>
  )
}

/** What can not be undone is confirmed by typing its name. */
export function ConfirmByName({ name, title, about, action, onConfirm, onClose }: { name: string; title: string; about: ReactNode; action: string; onConfirm: () => Promise<unknown>; onClose: () => void }) {
  const [typed, setTyped] = useState('')
  const [busy, setBusy] = useState(false)
  const [failure, setFailure] = useState<unknown>(null)
  const matches = typed.trim() === name.trim()
  return (
    <Dialog open onClose={onClose} title={title} about={about}>
      <form
        onSubmit={async event => {
          event.preventDefault()
          if (!matches) return
          setBusy(true)
          try {
            await onConfirm()
            onClose()
          } catch (error) {
            setFailure(error)
          } finally {
            setBusy(false)
          }
        }}
      >
        <label className="text-sm text-muted">
          Type <b className="font-semibold break-all text-ink select-all">{name}</b> to confirm
          <input autoFocus className="field mt-2" value={typed} onChange={event => setTyped(event.target.value)} />
        </label>
        {failure ? <div className="mt-3"><Failure error={failure} /></div> : null}
        <div className="mt-4 flex justify-end gap-2">
          <Button onClick={onClose}>Cancel</Button>
          <Button type="submit" look="danger" busy={busy} disabled={!matches}>{action}</Button>
        </div>
      </form>
    </Dialog>
  )
}
