import type { Logger } from 'pino'
import type { z } from 'zod'
import { invalidInput } from '#domain/contract/input.ts'
import type { Refusal } from '#domain/errors.ts'
import { errorBody, refusalOfException } from '../web/errors.ts'
import type { Limit } from '../web/limits.ts'
import type { RoomSocket } from './socket.ts'

type Ack = (answer: unknown) => void

export type Handle = <Schema extends z.ZodType>(
  event: string,
  schema: Schema,
  work: (payload: z.output<Schema>) => Promise<object | { refusal: Refusal }>,
) => void

/**
 * How a live question is answered: `share` first (one per person, however many sockets), then the schema, then the work; a
 * refusal and an exception become the same shape of answer.
 */
export function socketDoor({ log, share }: { log: Logger; share: Limit }, socket: RoomSocket): Handle {
  return (event, schema, work) => {
    const listener = (...values: unknown[]): void => {
      const last = values.at(-1)
      const ack: Ack = typeof last === 'function' ? (answer) => void Reflect.apply(last, undefined, [answer]) : () => undefined
      const refused = (refusal: Refusal) => ack({ ok: false, ...errorBody(refusal, socket.data.locale) })
      const run = async (): Promise<void> => {
        const seconds = await share.take(socket.data.you.userId)
        if (seconds > 0) return refused({ code: 'too_many_attempts', params: { seconds } })
        const parsed = schema.safeParse(values[0])
        if (!parsed.success) return refused(invalidInput(parsed.error).refusal)
        const answer = await work(parsed.data)
        if ('refusal' in answer) refused(answer.refusal)
        else ack({ ok: true, ...answer })
      }
      run().catch((error: unknown) => refused(refusalOfException(error, log).refusal))
    }
    // The typed listener and this one agree by the schema of the same name.
    Reflect.apply(socket.on.bind(socket), socket, [event, listener])
  }
}
