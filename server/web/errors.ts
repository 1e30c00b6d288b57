import { randomBytes } from 'node:crypto'
import type { Logger } from 'pino'
import type { ErrorBody } from '#domain/contract/http.ts'
import { errorStatus, type Refusal } from '#domain/errors.ts'
import { type Locale, sentence } from '#domain/messages/sentence.ts'

/** What goes over the wire for a refusal, in the asker's language. */
export function errorBody(refusal: Refusal, locale: Locale): ErrorBody {
  return {
    error: {
      code: refusal.code,
      message: sentence(refusal, locale),
      ...(refusal.field === undefined ? {} : { field: refusal.field }),
    },
  }
}

const property = (value: unknown, name: string): unknown =>
  typeof value === 'object' && value !== null && name in value ? Reflect.get(value, name) : undefined

/** The SQLSTATE or system code, also where drizzle wrapped the error. */
export function codeOf(error: unknown): string | undefined {
  const code = property(error, 'code') ?? property(property(error, 'cause'), 'code')
  return typeof code === 'string' ? code : undefined
}

const awayCodes = new Set([
  ...['ECONNREFUSED', 'ECONNRESET', 'EPIPE', 'ETIMEDOUT', 'ENOTFOUND', 'EHOSTUNREACH'],
  ...['CONNECTION_CLOSED', 'CONNECTION_ENDED', 'CONNECTION_DESTROYED', 'CONNECT_TIMEOUT'],
  // Out of space, too many connections, timed out, shutting down, starting up.
  ...['53100', '53300', '57014', '25P03', '57P01', '57P02', '57P03', '57P05'],
])

/** Whether the database cannot be reached or cannot answer now: not a fault of ours, and worth trying again. */
export function isDatabaseAway(error: unknown): boolean {
  const code = codeOf(error)
  return code !== undefined && (awayCodes.has(code) || code.startsWith('08'))
}

/**
 * Turns an exception into what a person is told: `unavailable` with 503 while the database is away; anything else is a fault
 * of ours, is logged once with an id, and that id is in the sentence.
 */
export function refusalOfException(error: unknown, log: Logger): { refusal: Refusal; status: number } {
  if (isDatabaseAway(error)) {
    log.warn({ code: codeOf(error) }, 'the database does not answer')
    return { refusal: { code: 'unavailable', params: { service: 'database' } }, status: errorStatus.unavailable }
  }
  const id = randomBytes(4).toString('hex')
  log.error({ err: error, id }, 'unexpected error')
  return { refusal: { code: 'unavailable', reason: 'unexpected', params: { id } }, status: 500 }
}
