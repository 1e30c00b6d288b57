/**
 * A window may hold a session of its own, so that several roles sit side by side in one browser: its slot names the cookie.
 * `?slot=` gives a window its slot, which it then keeps over reloads; without one it shares the browser's plain session.
 */
const pattern = /^[a-z0-9]{1,8}$/
const storedKey = 'slot'

function readSlot(): string {
  const asked = new URLSearchParams(location.search).get('slot')
  if (asked !== null && pattern.test(asked)) {
    sessionStorage.setItem(storedKey, asked)
    return asked
  }
  const kept = sessionStorage.getItem(storedKey)
  return kept !== null && pattern.test(kept) ? kept : ''
}

export const slot = readSlot()

/** A fresh slot for a window about to be opened. */
export const newSlot = (): string =>
  Array.from(crypto.getRandomValues(new Uint8Array(6)), (byte) => (byte % 36).toString(36)).join('')

/** An address for a download or a new window of the same session. */
export function withSlot(address: string, windowSlot: string = slot): string {
  if (windowSlot === '') return address
  const url = new URL(address, location.origin)
  url.searchParams.set('slot', windowSlot)
  return url.pathname + url.search + url.hash
}
