import { useQuery } from '@tanstack/react-query'
import { useEffect } from 'react'
import { api, ApiError } from '@/api/client'
import { socket, useConnection } from '@/api/socket'
import type { PolicyStatus } from '@/api/types'
import { Toasts } from '@/ui/toasts'
import { keepTrue, queries } from './data'
import { Shell } from './Shell'
import { SignIn, Unreachable } from './SignIn'

/** Who asks first is told: signed in or not. Everything else waits for it. */
export function App() {
  const connection = useConnection()
  const access = useQuery({
    queryKey: ['access'],
    queryFn: () => api.get<PolicyStatus>('/api/v1/policy/status'),
    retry: false,
    refetchOnWindowFocus: query => query.state.status === 'error',
    // Seldom: the gateway counts those who are not let in. Coming back to this page asks at once.
    refetchInterval: query => (query.state.status === 'error' ? (query.state.error instanceof ApiError && query.state.error.status > 0 ? 15_000 : 3000) : false),
  })
  const isIn = access.isSuccess
  useEffect(() => {
    if (!isIn) return
    socket.start()
  }, [isIn])
  useEffect(() => {
    keepTrue()
    const stop = queries.getQueryCache().subscribe(change => {
      const error = change.type === 'updated' && change.query.state.error
      // The token was taken back, or has ended: the sign-in page says how to come in again.
      if (error instanceof ApiError && error.isSignedOut && change.query.queryKey[0] !== 'access') void queries.resetQueries({ queryKey: ['access'] })
    })
    return stop
  }, [])
  useEffect(() => {
    if (connection === 'signed-out') void queries.resetQueries({ queryKey: ['access'] })
  }, [connection])

  if (access.isPending) return <div className="grid h-full place-items-center" role="status" aria-label="Loading"><img src="/assets/icon.svg" alt="" className="pulse size-10" /></div>
  if (access.error instanceof ApiError && [401, 403, 429].includes(access.error.status)) return <SignIn scope={access.error.status === 403} />
  if (access.isError && !access.data) return <Unreachable error={access.error} onRetry={() => void access.refetch()} />
  return (
    <>
      <Shell />
      <Toasts />
    </>
  )
}
