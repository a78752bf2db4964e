import { createContext, useContext } from 'react'
import type { UserMessage } from './rows'

/** What can be done with something that was said; null where the session is only looked at. */
export interface RowActions {
  fork: (message: UserMessage) => void
  rewind: (message: UserMessage) => void
}

export const RowActionsContext = createContext<RowActions | null>(null)
export const useRowActions = () => useContext(RowActionsContext)
