import { setTimeout as wait } from 'node:timers/promises'
import type { Logger } from 'pino'
import postgres, { type Sql } from 'postgres'
import { isDatabaseAway } from '../web/errors.ts'

/** Any number will do, as long as nobody else uses it on this database. */
const leaderLock = 4_207_030_002
/** How often a process that does not lead asks whether it may. */
const askEveryMs = 1000

/** Being the one process of all that share a database which does a thing. */
export interface Lead {
  /** The connection that holds the lead; the lead goes with it. */
  sql: Sql
  /** Aborted when the lead is lost or the process stops. */
  ends: AbortSignal
}

/**
 * Runs `work` in one process of all that share the database. The lead is an advisory lock on a connection of its own: a process
 * that is killed loses it at once, and another has it within a second. `work` ends when its signal says so; if it fails or the
 * connection breaks, the lead is asked for again.
 */
export function keepLeading(url: string, log: Logger, work: (lead: Lead) => Promise<void>): { close: () => Promise<void> } {
  const closing = new AbortController()

  const once = async (): Promise<void> => {
    const over = new AbortController()
    const sql = postgres(url, {
      max: 1,
      max_lifetime: null,
      idle_timeout: 0,
      connect_timeout: 5,
      onnotice: () => undefined,
      onclose: () => over.abort(),
      connection: { application_name: 'sang-thu-nam jobs' },
    })
    try {
      while (!closing.signal.aborted) {
        const [row] = await sql<{ got: boolean }[]>`select pg_try_advisory_lock(${leaderLock}) as got`
        if (row?.got === true) {
          await work({ sql, ends: AbortSignal.any([closing.signal, over.signal]) })
          return
        }
        await pause()
      }
    } finally {
      await sql.end({ timeout: 1 })
    }
  }

  const pause = async (): Promise<void> => {
    await wait(askEveryMs, undefined, { signal: closing.signal, ref: false }).catch(() => undefined)
  }

  const running = (async () => {
    while (!closing.signal.aborted) {
      try {
        await once()
      } catch (error) {
        log[isDatabaseAway(error) ? 'debug' : 'warn']({ err: error }, 'the jobs rest, and are tried again')
      }
      await pause()
    }
  })()

  return {
    close: async () => {
      closing.abort()
      await running
    },
  }
}
