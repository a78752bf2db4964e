import { useState } from 'react'
import { Command } from 'cmdk'
import { Check, ChevronsUpDown } from 'lucide-react'
import { Popover } from 'radix-ui'
import type { ModelList } from '@/api/types'
import { useGet } from '@/app/data'
import { short } from '@/app/format'

export function priceOf(model: ModelList['models'][number]) {
  if (model.input_price_1m === null || model.input_price_1m === undefined) return null
  return model.input_price_1m === 0 && model.output_price_1m === 0 ? 'free' : `$${model.input_price_1m} / $${model.output_price_1m}`
}

/** The models that could run now, by name; what is chosen becomes the session's with the next message. */
export function ModelPicker({ value, onChange }: { value: string | null; onChange: (model: string) => void }) {
  const [open, setOpen] = useState(false)
  const models = useGet<ModelList>(open || value ? '/api/v1/models' : null, { configured: true }, { stale: 60_000 })
  const known = models.data?.models ?? []
  const chosen = known.find(model => fullName(model) === value)
  const name = chosen?.name.replace(/ \(latest\)$/, '') ?? value?.split('/').pop() ?? 'Default model'
  return (
    <Popover.Root open={open} onOpenChange={setOpen}>
      <Popover.Trigger asChild>
        <button aria-label={`Model: ${name}`} className="flex h-8.5 max-w-52 items-center gap-2 rounded-lg border border-line-strong bg-panel px-3 text-sm hover:bg-hover">
          <span className="truncate">{name}</span>
          <ChevronsUpDown size={14} className="shrink-0 text-faint" aria-hidden />
        </button>
      </Popover.Trigger>
      <Popover.Portal>
        <Popover.Content align="end" sideOffset={6} collisionPadding={8} className="in z-50 w-[min(26rem,calc(100vw-1.5rem))] overflow-hidden rounded-xl border border-line bg-panel shadow-pop outline-none">
          <Command label="Models" loop>
            <Command.Input autoFocus placeholder="Find a model" className="w-full border-b border-line bg-transparent px-4 py-2.5 text-sm outline-none" />
            <Command.List className="max-h-80 overflow-y-auto p-1.5">
              <Command.Empty className="p-4 text-center text-sm text-muted">{models.isLoading ? 'Loading…' : 'No such model among the configured providers.'}</Command.Empty>
              {known.map(model => (
                <Command.Item
                  key={fullName(model)}
                  value={`${fullName(model)} ${model.name}`}
                  onSelect={() => {
                    onChange(fullName(model))
                    setOpen(false)
                  }}
                  className="flex items-center gap-2.5 rounded-lg px-2.5 py-1.5 text-sm data-[selected=true]:bg-hover"
                >
                  <Check size={14} aria-hidden className={fullName(model) === value ? 'text-accent' : 'invisible'} />
                  <span className="min-w-0 flex-1"><span className="block truncate">{model.name}</span><span className="block truncate text-xs text-muted">{fullName(model)}</span></span>
                  <span className="num shrink-0 text-right text-xs text-muted"><span className="block">{short(model.context_window)}</span><span className="block">{priceOf(model)}</span></span>
                </Command.Item>
              ))}
            </Command.List>
          </Command>
        </Popover.Content>
      </Popover.Portal>
    </Popover.Root>
  )
}

export function fullName(model: ModelList['models'][number]) {
  return model.provider && !model.id.startsWith(model.provider + '/') ? `${model.provider}/${model.id}` : model.id
}
