/**
 * Every code that a refusal or an HTTP error may carry, with its HTTP status.
 * The sentence for people is in `messages/`; the code is stable and for machines.
 */
export const errorStatus = {
  invalid_credentials: 401,
  not_signed_in: 401,
  forbidden: 403,
  not_found: 404,
  invalid_input: 400,
  conflict: 409,
  wrong_state: 409,
  gone: 410,
  too_many_attempts: 429,
  too_large: 413,
  unavailable: 503,
  malformed_update: 422,
  missing_before: 409,
  outdated_client: 426,
} as const

export type ErrorCode = keyof typeof errorStatus

/** Why a rule of the room says no, as a key of `messages/*.reasons`: the sentence names what to do. */
export interface Refusal {
  code: ErrorCode
  /** A key of `reasons` in the message files, when the code alone does not say enough. */
  reason?: string
  /** The input field at fault, for `invalid_input`. */
  field?: string
  /** Values the sentence names, for example the seconds to wait. */
  params?: Record<string, string | number>
}

/** A refusal is a value: whoever gets it has changed nothing. */
export function refuse(code: ErrorCode, reason?: string, more: Omit<Refusal, 'code' | 'reason'> = {}): { refusal: Refusal } {
  return { refusal: reason === undefined ? { code, ...more } : { code, reason, ...more } }
}
