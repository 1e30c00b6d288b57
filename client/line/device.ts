import { newId } from './ids.ts'

/**
 * Which device of its person this window is, for as long as it lives and over a reload. Between two pages the id lies in the
 * session's storage and nowhere else: a duplicated tab, which copies the storage, finds none and is a device of its own.
 */
const storedKey = 'device'

export const deviceId = sessionStorage.getItem(storedKey) ?? newId()
sessionStorage.removeItem(storedKey)

addEventListener('pagehide', () => sessionStorage.setItem(storedKey, deviceId))
addEventListener('pageshow', () => sessionStorage.removeItem(storedKey))
