import { setTimeout as wait } from 'node:timers/promises'

type Nothing = false | null | undefined

/**
 * Waits until `check` gives something other than false, null or undefined, and gives that; throws when it takes too long. The
 * patience is for a machine that is slow at the moment: it says nothing of how quick a thing is.
 */
export async function until<T>(what: string, check: () => T | Promise<T>, patienceMs = 30_000): Promise<Exclude<T, Nothing>> {
  const end = performance.now() + patienceMs
  for (;;) {
    const result = await check()
    if (isThere(result)) return result
    if (performance.now() > end) throw new Error(`waited in vain: ${what}`)
    await wait(20)
  }
}

function isThere<T>(value: T): value is Exclude<T, Nothing> {
  return value !== false && value !== null && value !== undefined
}
