import type { ErrorBody } from './types'

/** A failure that the gateway explains: what happened, and what to do next. */
export class ApiError extends Error {
  readonly status: number
  readonly code: string
  readonly next?: string
  readonly traceId?: string

  constructor(status: number, code: string, message: string, next?: string | null, traceId?: string | null) {
    super(message)
    this.status = status
    this.code = code
    this.next = next ?? undefined
    this.traceId = traceId ?? undefined
  }

  get isSignedOut() {
    return this.status === 401
  }
}

type Query = Record<string, string | number | boolean | null | undefined>

export interface Call {
  query?: Query
  body?: unknown
  signal?: AbortSignal
}

export function address(path: string, query?: Query) {
  const search = new URLSearchParams()
  for (const [name, value] of Object.entries(query ?? {})) {
    if (value !== undefined && value !== null && value !== '') search.set(name, String(value))
  }
  const text = search.toString()
  return text ? `${path}?${text}` : path
}

async function send(method: string, path: string, { query, body, signal }: Call = {}): Promise<Response> {
  let response: Response
  try {
    response = await fetch(address(path, query), {
      method,
      signal,
      credentials: 'same-origin',
      headers: { 'X-Pryx-Surface': 'web', Accept: 'application/json', ...(body === undefined ? {} : { 'Content-Type': 'application/json' }) },
      body: body === undefined ? undefined : JSON.stringify(body),
    })
  } catch (e) {
    if (signal?.aborted) throw e
    throw new ApiError(0, 'OFFLINE', 'Pryx does not answer.', 'start it again: pryx serve')
  }
  if (response.ok) return response
  const error = (await response.json().catch(() => null)) as ErrorBody | null
  const told = error?.error
  throw new ApiError(response.status, told?.code ?? 'HTTP_' + response.status, told?.message ?? `The gateway answered ${response.status}.`, told?.next, told?.trace_id)
}

async function json<T>(response: Response): Promise<T> {
  return (response.status === 204 ? null : await response.json()) as T
}

export const api = {
  get: async <T>(path: string, call?: Call) => json<T>(await send('GET', path, call)),
  post: async <T = void>(path: string, body?: unknown, call?: Call) => json<T>(await send('POST', path, { ...call, body })),
  put: async <T = void>(path: string, body?: unknown) => json<T>(await send('PUT', path, { body })),
  patch: async <T = void>(path: string, body?: unknown) => json<T>(await send('PATCH', path, { body })),
  delete: async <T = void>(path: string, call?: Call) => json<T>(await send('DELETE', path, call)),
  text: async (path: string, call?: Call) => (await send('GET', path, call)).text(),
}
