import { randomBytes } from 'node:crypto'
import { hash, verify } from '@node-rs/argon2'

/** The library's default algorithm is argon2id. */
const cost = { memoryCost: 19_456, timeCost: 2, parallelism: 1 }

/** The same letters typed on different keyboards are one password. */
const composed = (password: string): string => password.normalize('NFC')

/** argon2id, 19 MiB, two passes, one lane; the salt and the cost are in the answer. */
export function hashPassword(password: string): Promise<string> {
  return hash(composed(password), cost)
}

let dummy: Promise<string> | undefined

/**
 * Whether the password is right. Where there is no account, or one without a password, it takes as long as where there is:
 * the answer's time tells nobody which names exist.
 */
export async function verifyPassword(stored: string | null | undefined, password: string): Promise<boolean> {
  dummy ??= hashPassword(randomBytes(16).toString('hex'))
  const isRight = await verify(stored ?? (await dummy), composed(password))
  return isRight && typeof stored === 'string'
}
