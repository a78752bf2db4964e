import { useEffect, useMemo, useSyncExternalStore } from 'react'
import { socket } from '@/api/socket'
import { SessionFeed, type Feed } from './feed'

/** The feed of the session on screen; it is built anew when the connection was lost for so long that progress is unknown. */
export function useFeed(id: string): { feed: SessionFeed; state: Feed } {
  const feed = useMemo(() => new SessionFeed(id), [id])
  useEffect(() => {
    const stop = socket.watch(() => {
      if (socket.state === 'open') void feed.load()
    })
    return () => {
      stop()
      feed.close()
    }
  }, [feed])
  const state = useSyncExternalStore(feed.subscribe, feed.read)
  return { feed, state }
}
