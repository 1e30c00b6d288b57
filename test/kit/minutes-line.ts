import { io, type Socket } from 'socket.io-client'
import { z } from 'zod'
import * as parser from '#client/line/parser.ts'
import { compactEvent, type CompactUpdate } from '#domain/contract/minutes-compact.ts'

/** One socket at one section of the minutes, in the contract's words, or with `wire: 'compact'` as the product's client does. */

const Answer = z.looseObject({ ok: z.boolean(), error: z.object({ code: z.string() }).optional() })
const Synced = z.object({
  ok: z.literal(true),
  update: z.base64(),
  stateVector: z.base64(),
  seq: z.int(),
  section: z.int().optional(),
})
const Sent = z.object({ ok: z.literal(true), seq: z.int() })
const Message = z.object({ meetingId: z.uuid(), sectionId: z.uuid(), seq: z.int(), update: z.base64() })

/** What the server refused, with the code it gave. */
export class Refused extends Error {
  readonly code: string

  constructor(code: string) {
    super(`refused: ${code}`)
    this.code = code
  }
}

export interface MinutesLine {
  socket: Socket
  sync: (stateVector?: Uint8Array) => Promise<{ update: Uint8Array; stateVector: Uint8Array; seq: number }>
  /** Resolves with the number when the update is saved; rejects with `Refused`, or when the line is lost. */
  send: (update: Uint8Array) => Promise<number>
  onUpdate: (listener: (update: Uint8Array) => void) => void
  close: () => void
}

export interface LineOptions {
  url: string
  meetingId: string
  sectionId: string
  /** What the handshake carries: a cookie for the real server. */
  cookie?: string
  auth?: Record<string, string>
  /** What must be sent before, such as `meeting:join`. */
  before?: (socket: Socket) => Promise<void>
}

const decode = (text: string): Uint8Array => Uint8Array.from(Buffer.from(text, 'base64'))
const encode = (bytes: Uint8Array): string => Buffer.from(bytes).toString('base64')

/** Sends an event and gives the acknowledgement; rejects when the line is lost before it came. */
export const ask = (socket: Socket, event: string, payload: unknown): Promise<unknown> =>
  new Promise((resolve, reject) => {
    const lost = (): void => reject(new Error('the line was lost'))
    socket.once('disconnect', lost)
    socket.timeout(30_000).emit(event, payload, (error: Error | null, answer: unknown) => {
      socket.off('disconnect', lost)
      if (error) reject(error)
      else resolve(answer)
    })
  })

const accepted = <T>(schema: z.ZodType<T>, answer: unknown): T => {
  const { ok, error } = Answer.parse(answer)
  if (!ok) throw new Refused(error?.code ?? 'without a code')
  return schema.parse(answer)
}

export const openMinutesLine = async (options: LineOptions): Promise<MinutesLine> => {
  const { url, meetingId, sectionId } = options
  const socket = io(url, {
    transports: ['websocket'],
    forceNew: true,
    reconnection: false,
    auth: options.auth ?? {},
    ...(options.auth?.wire === 'compact' ? { parser } : {}),
    extraHeaders: options.cookie === undefined ? {} : { cookie: options.cookie },
  })
  await new Promise<void>((resolve, reject) => {
    socket.once('connect', resolve)
    socket.once('connect_error', (error) => {
      socket.close()
      reject(error)
    })
  })
  await options.before?.(socket)
  let section: number | undefined
  return {
    socket,
    sync: async (stateVector = Uint8Array.of(0)) => {
      const answer = await ask(socket, 'minutes:sync', { meetingId, sectionId, stateVector: encode(stateVector) })
      const synced = accepted(Synced, answer)
      section = synced.section
      return { update: decode(synced.update), stateVector: decode(synced.stateVector), seq: synced.seq }
    },
    send: async (update) => {
      const answer = await ask(socket, 'minutes:update', { meetingId, sectionId, update: encode(update) })
      return accepted(Sent, answer).seq
    },
    onUpdate: (listener) => {
      socket.on('minutes:update', (message: unknown) => {
        const parsed = Message.parse(message)
        if (parsed.sectionId === sectionId) listener(decode(parsed.update))
      })
      socket.on(compactEvent, (message: CompactUpdate) => {
        if (message.section === section) listener(message.update)
      })
    },
    close: () => socket.disconnect(),
  }
}
