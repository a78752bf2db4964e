const KEY = 'pryx.setup.later'

/** Somebody said so in this window. */
export function isSetupLater(): boolean {
  try {
    return sessionStorage.getItem(KEY) !== null
  } catch {
    return true
  }
}

export function sayLater() {
  try {
    sessionStorage.setItem(KEY, 'yes')
  } catch {
    // It is asked again.
  }
}
