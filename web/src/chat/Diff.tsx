import { useMemo } from 'react'
import { cx } from '@/ui/cx'
import { showBidi } from './inert'

const SHOWN_LINES = 400

/** A unified diff, a line each. */
export function Diff({ text }: { text: string }) {
  const lines = useMemo(() => showBidi(text).replace(/\n$/, '').split('\n'), [text])
  return (
    <div className="code overflow-x-auto py-1.5" tabIndex={0} role="region" aria-label="Changes">
      <div className="w-max min-w-full">
        {lines.slice(0, SHOWN_LINES).map((line, i) => {
          const isHead = /^(\+\+\+|---|diff |index )/.test(line)
          const kind = isHead ? 'head' : line.startsWith('@@') ? 'place' : line[0] === '+' ? 'add' : line[0] === '-' ? 'remove' : ''
          return (
            <div
              key={i}
              className={cx('px-4 whitespace-pre', kind === 'add' && 'bg-ok-soft text-ok', kind === 'remove' && 'bg-bad-soft text-bad', kind === 'head' && 'text-faint', kind === 'place' && 'text-violet', !kind && 'text-muted')}
            >
              {line || ' '}
            </div>
          )
        })}
        {lines.length > SHOWN_LINES && <div className="px-4 text-faint">… {lines.length - SHOWN_LINES} more lines</div>}
      </div>
    </div>
  )
}

export function isDiff(text: string) {
  return /^(--- |diff --git |@@ )/m.test(text.slice(0, 400)) && /^[+-]/m.test(text)
}
