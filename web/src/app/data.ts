import { QueryClient, useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { useEffect } from 'react'
import { api, ApiError, type Call } from '@/api/client'
import { socket } from '@/api/socket'
import type { PryxEvent } from '@/api/types'
import { toast, toastError } from '@/ui/toasts'

export const queries = new QueryClient({
  defaultOptions: {
    queries: {
      staleTime: 15_000,
      refetchOnWindowFocus: true,
      // The gateway is near: what it can not answer now it can in a moment, or not at all.
      retryDelay: times => 250 * 2 ** times,
      retry: (times, error) => times < 2 && !(error instanceof ApiError && error.status >= 400 && error.status < 500),
    },
  },
})

/** What a GET answers, kept by its path. */
export function useGet<T>(path: string | null, query?: Call['query'], options: { live?: number; stale?: number } = {}) {
  return useQuery<T>({
    queryKey: [path, query ?? null],
    queryFn: ({ signal }) => api.get<T>(path!, { query, signal }),
    enabled: path !== null,
    refetchInterval: options.live,
    staleTime: options.stale,
    // The last answer to another question about the same thing, until the new one is there; never another object's.
    placeholderData: ((before: T | undefined, query?: { queryKey: readonly unknown[] }) => (query?.queryKey[0] === path ? before : undefined)) as never,
  })
}

/** Everything whose path begins so is asked for again. */
export function refresh(...paths: string[]) {
  return Promise.all(paths.map(path => queries.invalidateQueries({ predicate: query => String(query.queryKey[0]).startsWith(path) })))
}

/** Does something at the gateway; says what went wrong, asks again for what it changed. */
export function useAct<V = void, R = unknown>(run: (variables: V) => Promise<R>, options: { done?: string | ((result: R, variables: V) => string); changes?: string[]; silent?: boolean } = {}) {
  const client = useQueryClient()
  return useMutation<R, unknown, V>({
    mutationFn: run,
    onError: options.silent ? undefined : toastError,
    onSuccess: async (result, variables) => {
      if (options.done) toast('ok', typeof options.done === 'string' ? options.done : options.done(result, variables))
      await Promise.all((options.changes ?? []).map(path => client.invalidateQueries({ predicate: query => String(query.queryKey[0]).startsWith(path) })))
    },
  })
}

export function useEvents(names: string[], onEvent: (event: PryxEvent) => void) {
  useEffect(() => socket.listen(event => {
    if (names.includes(event.event)) onEvent(event)
  }))
}

// What changes for every tab when something happens, wherever it was done.
const CHANGES: [RegExp, string[]][] = [
  [/^session\./, ['/api/v1/sessions']],
  [/^turn\.(completed|failed|cancelled|limited|started)/, ['/api/v1/sessions', '/api/v1/cost', '/api/v1/traces']],
  [/^approval\./, ['/api/v1/approvals']],
  [/^grant\./, ['/api/v1/policies/grants', '/api/v1/policy']],
  [/^pin\./, ['/api/v1/pins']],
  [/^budget\./, ['/api/v1/cost']],
  [/^agent\./, ['/api/v1/agents']],
  [/^process\./, ['/api/v1/processes']],
  [/^(workspace\.|session\.rewound)/, ['/api/v1/sessions']],
  [/^memory\./, ['/api/v1/memory']],
]

/** Keeps what is shown true while events come; many at once are one refresh. */
export function keepTrue() {
  const waiting = new Set<string>()
  let timer = 0
  socket.listen(event => {
    if (event.event === 'session.typing') return
    for (const [names, paths] of CHANGES) {
      if (names.test(event.event)) paths.forEach(path => waiting.add(path))
    }
    if (waiting.size > 0 && timer === 0) {
      timer = window.setTimeout(() => {
        timer = 0
        void refresh(...waiting)
        waiting.clear()
      }, 250)
    }
  })
}
