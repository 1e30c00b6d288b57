const key = 'reloadedAt'
/** A server that still refuses the page it has just given out will not change its mind at once. */
const waitMs = 60_000

/** Loads the page anew to get the build that the server asks for, but not over and over. */
export function reloadOnce(before: () => void): void {
  const last = Number(sessionStorage.getItem(key) ?? 0)
  if (Date.now() - last < waitMs) return
  sessionStorage.setItem(key, String(Date.now()))
  before()
  location.reload()
}
