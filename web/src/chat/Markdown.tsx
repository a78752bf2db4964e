import { memo, useEffect, useMemo, useRef, useState } from 'react'
import { plural } from '@/app/format'
import { blocksOf, htmlOf } from './inert'

/** More than this is shown when it is asked for: a message may have megabytes. */
const SHOWN = 60_000

const Block = memo(function Block({ raw, isFinal }: { raw: string; isFinal: boolean }) {
  const box = useRef<HTMLDivElement>(null)
  const html = useMemo(() => htmlOf(raw), [raw])
  useEffect(() => {
    if (!isFinal || !box.current?.querySelector('pre.code')) return
    let isGone = false
    void import('./highlight').then(({ dress }) => {
      if (!isGone && box.current) dress(box.current)
    })
    return () => {
      isGone = true
    }
  }, [html, isFinal])
  return <div ref={box} className="contents" dangerouslySetInnerHTML={{ __html: html }} />
})

export const Markdown = memo(function Markdown({ text, isStreaming = false }: { text: string; isStreaming?: boolean }) {
  const [limit, setLimit] = useState(SHOWN)
  const shown = text.length > limit ? text.slice(0, limit) : text
  // In blocks only while it grows: all but the last stay as they are.
  const blocks = useMemo(() => (isStreaming ? blocksOf(shown) : [shown]), [shown, isStreaming])
  return (
    <div className="prose" dir="auto">
      {blocks.map((raw, i) => <Block key={i} raw={raw} isFinal={!isStreaming || i < blocks.length - 1} />)}
      {text.length > limit && (
        <p>
          <button className="rounded-lg border border-line-strong px-3 py-1.5 text-sm font-medium text-accent hover:bg-hover" onClick={() => setLimit(limit * 4)}>
            Show more ({plural(text.length - limit, 'character')} left)
          </button>
        </p>
      )}
    </div>
  )
})
