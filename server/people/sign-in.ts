import type { Sql } from 'postgres'
import type { SessionUser } from '#domain/contract/http.ts'
import type { Refusal } from '#domain/errors.ts'
import { createLimit } from '../web/limits.ts'
import { verifyPassword } from './passwords.ts'
import type { Sessions } from './sessions.ts'

/** Ten wrong passwords for an account in five minutes, then it waits for the rest of them. */
const accountLimit = { points: 10, seconds: 300 }
/** A hall behind one address shares it; it only stops a machine that tries names by the hundred. */
const addressLimit = { points: 300, seconds: 300 }

interface Attempt {
  username: string
  password: string
  ip: string
  slot: string
  cookieHeader: string | undefined
}

export type SignIn = (attempt: Attempt) => Promise<{ user: SessionUser; cookie: string } | { refusal: Refusal }>

/** Runs what it is given for a key one after another, so that a hundred guesses at once count like a hundred in a row. */
function inTurn(): <T>(key: string, work: () => Promise<T>) => Promise<T> {
  const last = new Map<string, Promise<unknown>>()
  return async (key, work) => {
    const mine = (last.get(key) ?? Promise.resolve()).then(work, work)
    last.set(key, mine)
    try {
      return await mine
    } finally {
      if (last.get(key) === mine) last.delete(key)
    }
  }
}

/**
 * Signs people in by name and password. An unknown name, a disabled account and a wrong password look the same and take the
 * same time. While an account waits, the right password waits too; but a browser in which the person was signed in before
 * counts its own failures, so that a stranger who knows a name cannot keep the chair out of the meeting.
 */
export function createSignIn(sql: Sql, sessions: Sessions): SignIn {
  const byAccount = createLimit(accountLimit)
  const byAddress = createLimit(addressLimit)
  const one = inTurn()

  return async (attempt) => {
    const busy = await byAddress.wait(attempt.ip)
    if (busy > 0) return { refusal: { code: 'too_many_attempts', params: { seconds: busy } } }
    return one(attempt.username, async () => {
      const rows = await sql<{ id: string; password_hash: string | null; is_disabled: boolean }[]>`
        select id, password_hash, is_disabled from users where username = ${attempt.username}`
      const account = rows[0]
      const device = account ? await sessions.knownDevice(attempt.cookieHeader, account.id) : null
      const key = device === null ? attempt.username : `${attempt.username} in ${device}`
      const wait = await byAccount.wait(key)
      if (wait > 0) return { refusal: { code: 'too_many_attempts', params: { seconds: wait } } }

      const isRight = await verifyPassword(account?.password_hash, attempt.password)
      if (!account || !isRight || account.is_disabled) {
        await byAccount.take(key)
        await byAddress.take(attempt.ip)
        return { refusal: { code: 'invalid_credentials' } }
      }
      const { session, cookie } = await sessions.begin({
        userId: account.id,
        slot: attempt.slot,
        cookieHeader: attempt.cookieHeader,
      })
      return { user: session.user, cookie }
    })
  }
}
