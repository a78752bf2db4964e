import { useEffect, useState } from 'react'

/** The time, once a second while something runs. */
export function useNow(isRunning: boolean) {
  const [now, setNow] = useState(Date.now())
  useEffect(() => {
    if (!isRunning) return
    setNow(Date.now())
    const timer = window.setInterval(() => setNow(Date.now()), 1000)
    return () => window.clearInterval(timer)
  }, [isRunning])
  return now
}
