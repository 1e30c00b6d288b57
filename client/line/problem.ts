import type { RefusalAnswer } from '#domain/contract/socket.ts'
import { t } from '../i18n/index.ts'
import { ApiError } from './api.ts'
import { LineLost } from './socket.ts'

/** A refusal of the room, as a thing that can be thrown. `message` is the sentence for people. */
export class Refused extends Error {
  readonly code: string
  readonly field: string | undefined

  constructor(error: RefusalAnswer['error']) {
    super(error.message)
    this.name = 'Refused'
    this.code = error.code
    this.field = error.field
  }
}

/** Its person gave the act up while it waited. */
export class Dropped extends Error {
  constructor() {
    super('given up')
    this.name = 'Dropped'
  }
}

/** The sentence that people read for whatever was thrown. */
export function problemOf(error: unknown): string {
  if (error instanceof ApiError || error instanceof Refused) return error.message
  if (error instanceof Dropped) return t('common.outbox.dropped')
  if (error instanceof LineLost) return t('common.error.waits')
  return t('common.error.unexpected')
}
