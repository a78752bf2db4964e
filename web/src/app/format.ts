const NUMBER = new Intl.NumberFormat('en-US')

export function count(n: number | null | undefined) {
  return n === null || n === undefined ? '–' : NUMBER.format(n)
}

/** 1,234 · 12.3k · 4.5M */
export function short(n: number | null | undefined) {
  if (n === null || n === undefined) return '–'
  if (n < 10_000) return NUMBER.format(n)
  return n < 1_000_000 ? `${trim(n / 1000)}k` : `${trim(n / 1_000_000)}M`
}

function trim(n: number) {
  return n >= 100 ? String(Math.round(n)) : n.toFixed(1).replace(/\.0$/, '')
}

export function usd(n: number | null | undefined) {
  if (n === null || n === undefined) return '–'
  if (n === 0) return '$0.00'
  return n < 0.01 ? `$${n.toFixed(4)}` : n < 1 ? `$${n.toFixed(3)}` : `$${n.toFixed(2)}`
}

export function duration(ms: number | null | undefined) {
  if (ms === null || ms === undefined) return '–'
  if (ms < 1000) return `${Math.round(ms)} ms`
  if (ms < 60_000) return `${(ms / 1000).toFixed(ms < 10_000 ? 1 : 0)} s`
  return ms < 3_600_000 ? `${Math.floor(ms / 60_000)} m ${Math.round((ms % 60_000) / 1000)} s` : `${Math.floor(ms / 3_600_000)} h ${Math.round((ms % 3_600_000) / 60_000)} m`
}

/** "now", "5 min ago", "yesterday", a date: for lists. The exact time stands in the title. */
export function ago(iso: string | null | undefined, now = Date.now()) {
  if (!iso) return '–'
  const s = Math.round((now - Date.parse(iso)) / 1000)
  if (s < 45) return 'now'
  if (s < 3600) return `${Math.max(1, Math.round(s / 60))} min ago`
  if (s < 86_400) return `${Math.round(s / 3600)} h ago`
  if (s < 172_800) return 'yesterday'
  if (s < 7 * 86_400) return `${Math.round(s / 86_400)} days ago`
  return new Date(iso).toLocaleDateString('en-GB', { day: 'numeric', month: 'short', year: 'numeric' })
}

export function exact(iso: string | null | undefined) {
  return iso ? new Date(iso).toLocaleString('en-GB', { dateStyle: 'medium', timeStyle: 'medium' }) : ''
}

export function clock(iso: string) {
  return new Date(iso).toLocaleTimeString('en-GB', { hour: '2-digit', minute: '2-digit' })
}

export function bytes(n: number) {
  return n < 1024 ? `${n} B` : n < 1048576 ? `${trim(n / 1024)} KB` : `${trim(n / 1048576)} MB`
}

/** The last part of a path, for names of folders. */
export function base(path: string | null | undefined) {
  return path ? path.replace(/\/+$/, '').split('/').pop() || path : ''
}

export function plural(n: number, one: string, many = one + 's') {
  return `${NUMBER.format(n)} ${n === 1 ? one : many}`
}
