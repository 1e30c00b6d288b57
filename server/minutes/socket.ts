import { randomUUID } from 'node:crypto'
import type { Logger } from 'pino'
import type { Sql } from 'postgres'
import { z } from 'zod'
import { poke } from '#db/poke.ts'
import { invalidInput } from '#domain/contract/input.ts'
import {
  MinutesAwareness,
  MinutesSync,
  type MinutesSyncAck,
  MinutesUpdate,
  type MinutesUpdateAck,
  type MinutesUpdateMessage,
} from '#domain/contract/minutes.ts'
import { limits } from '#domain/contract/values.ts'
import type { Refusal } from '#domain/errors.ts'
import type { Actor, Viewer } from '#domain/meeting/state.ts'
import type { Locale } from '#domain/messages/sentence.ts'
import { writeCompact } from '#domain/contract/minutes-compact.ts'
import { minutesBuild } from '#domain/minutes/schema.ts'
import { errorBody, refusalOfException } from '../web/errors.ts'
import type { Frames } from '../web/frames.ts'
import { Carets, readAwareness } from './awareness.ts'
import type { Section } from './section.ts'
import { Sections } from './sections.ts'

export interface MinutesAccess {
  /** Whether somebody may attend the section's item: live reading, carets, history. */
  mayRead: (viewer: Viewer, meetingId: string, sectionId: string) => Promise<boolean>
  /** Why somebody may not write there now, or null; `not_found` for who may not read it. */
  mayWrite: (actor: Actor, meetingId: string, sectionId: string) => Promise<Refusal | null>
}

/** What of a Socket.IO socket the minutes use. */
export interface MinutesSocket {
  id: string
  /** `build` is what `meeting:join` said of the client's schema; `locale` the language of its messages; `wire` what it asked for. */
  data: { build?: string; locale?: Locale; wire?: 'compact' }
  on(event: string, listener: (...values: unknown[]) => void): unknown
  emit(event: string, message: unknown): unknown
  join(rooms: string[]): unknown
  leave(room: string): unknown
}

interface Room {
  emit(event: string, message: unknown): unknown
}

/** What of a Socket.IO server or namespace the minutes use. */
export interface MinutesLine {
  to(room: string): { volatile: Room & { except(socketId: string): Room } }
}

export interface Minutes {
  sections: Sections
  /** Binds the minutes' messages to a socket; `actor` is asked anew for each message. */
  attach: (socket: MinutesSocket, actor: () => Actor) => void
  /** Ends the reading of one person in a meeting: removed, signed out of it, or graded down. */
  dropReaders: (meetingId: string, userId: string) => void
  /** Asks again for every reader of a meeting; call it when an audience, an item or a right changed. */
  recheckReaders: (meetingId: string) => Promise<void>
  /** A socket left a meeting. */
  leave: (socketId: string, meetingId: string) => void
  close: () => Promise<void>
}

interface Reader {
  socket: MinutesSocket
  actor: () => Actor
  order: number
  reading: Set<Section>
  chains: Map<string, Promise<void>>
}

type Ack = (answer: unknown) => void

/** Everybody who reads a section; its updates go to one of two rooms, by the wire that a reader asked for. */
const roomOf = (sectionId: string): string => `minutes:${sectionId}`
const plainRoomOf = (sectionId: string): string => `${roomOf(sectionId)}:plain`
const compactRoomOf = (sectionId: string): string => `${roomOf(sectionId)}:compact`

const ackOf = (values: unknown[]): Ack => {
  const last = values.at(-1)
  return typeof last === 'function' ? (answer) => void Reflect.apply(last, undefined, [answer]) : () => undefined
}

const isTooLarge = (payload: unknown): boolean => {
  const update: unknown = typeof payload === 'object' && payload !== null ? Reflect.get(payload, 'update') : undefined
  return typeof update === 'string' && update.length > Math.ceil(limits.minutesUpdateBytes / 3) * 4
}

/** Notifications carry at most 8,000 bytes. */
const mostNotified = 7800

/** A caret on its way to other processes: process, meeting, section, update. */
const Notified = z
  .string()
  .transform((payload) => payload.split(' '))
  .pipe(z.tuple([z.string(), z.uuid(), z.uuid(), z.base64()]))

/** Opens the live door of the minutes and begins to follow the other processes. */
export const registerMinutes = async (
  { sql, log }: { sql: Sql; log: Logger },
  line: MinutesLine,
  frames: Frames,
  access: MinutesAccess,
): Promise<Minutes> => {
  const door = new MinutesDoor(sql, log, line, frames, access)
  await door.start()
  return door
}

class MinutesDoor implements Minutes {
  readonly sections: Sections
  private readonly sql: Sql
  private readonly log: Logger
  private readonly line: MinutesLine
  private readonly access: MinutesAccess
  private readonly readers = new Map<string, Reader>()
  private readonly carets = new Map<string, Carets>()
  private readonly processId = randomUUID()
  private connections = 0
  private unlisten: (() => Promise<void>) | null = null

  constructor(sql: Sql, log: Logger, line: MinutesLine, frames: Frames, access: MinutesAccess) {
    this.sql = sql
    this.log = log
    this.line = line
    this.access = access
    this.sections = new Sections(sql, log, (section, update, seq, except) => {
      const { meetingId, sectionId } = section
      frames.bytes(compactRoomOf(sectionId), () => writeCompact({ section: section.number, seq, update }), except)
      frames.emit(
        plainRoomOf(sectionId),
        'minutes:update',
        (): MinutesUpdateMessage => ({ meetingId, sectionId, seq, update: Buffer.from(update).toString('base64') }),
        except,
      )
    })
  }

  async start(): Promise<void> {
    await this.sections.start()
    try {
      const listening = await this.sql.listen('minutes_awareness', (payload) => this.hearCaret(payload))
      this.unlisten = () => listening.unlisten()
    } catch (error) {
      this.log.warn({ err: error }, 'carets of other processes are not shown')
    }
  }

  async close(): Promise<void> {
    await this.sections.close()
    await this.unlisten?.().catch((error: unknown) => this.log.debug({ err: error }, 'could not stop listening'))
  }

  attach(socket: MinutesSocket, actor: () => Actor): void {
    const reader: Reader = { socket, actor, order: ++this.connections, reading: new Set(), chains: new Map() }
    this.readers.set(socket.id, reader)
    socket.on('minutes:sync', (...values) => {
      this.receive(reader, MinutesSync, values, (payload, ack) => this.sync(reader, payload, ack))
    })
    socket.on('minutes:update', (...values) => {
      if (isTooLarge(values[0])) this.refuse(reader, ackOf(values), { code: 'too_large' })
      else this.receive(reader, MinutesUpdate, values, (payload, ack) => this.update(reader, payload, ack))
    })
    socket.on('minutes:awareness', (...values) => {
      this.receive(reader, MinutesAwareness, values, (payload) => this.awareness(reader, payload))
    })
    socket.on('disconnect', () => this.detach(reader))
  }

  dropReaders(meetingId: string, userId: string): void {
    for (const reader of this.readers.values()) {
      if (reader.actor().userId === userId) this.leave(reader.socket.id, meetingId)
    }
  }

  async recheckReaders(meetingId: string): Promise<void> {
    const reading = [...this.readers.values()].flatMap((reader) =>
      [...reader.reading].filter((section) => section.meetingId === meetingId).map((section) => ({ reader, section })),
    )
    await Promise.all(
      reading.map(async ({ reader, section }) => {
        if (!(await this.access.mayRead(reader.actor(), meetingId, section.sectionId))) this.stopReading(reader, section)
      }),
    )
  }

  leave(socketId: string, meetingId: string): void {
    const reader = this.readers.get(socketId)
    if (!reader) return
    for (const section of reader.reading) if (section.meetingId === meetingId) this.stopReading(reader, section)
  }

  /** Parses a message and handles it after those of the same socket and section that came before. */
  private receive<Schema extends z.ZodType<{ sectionId: string }>>(
    reader: Reader,
    schema: Schema,
    values: unknown[],
    handle: (payload: z.output<Schema>, ack: Ack) => Promise<void>,
  ): void {
    const ack = ackOf(values)
    const parsed = schema.safeParse(values[0])
    if (!parsed.success) return this.refuse(reader, ack, invalidInput(parsed.error).refusal)
    const { sectionId } = parsed.data
    const before = reader.chains.get(sectionId) ?? Promise.resolve()
    const handled = before
      .then(() => handle(parsed.data, ack))
      .catch((error: unknown) => this.refuse(reader, ack, refusalOfException(error, this.log).refusal))
      .finally(() => {
        if (reader.chains.get(sectionId) === handled) reader.chains.delete(sectionId)
      })
    reader.chains.set(sectionId, handled)
  }

  private refuse({ socket }: Reader, ack: Ack, refusal: Refusal): void {
    ack({ ok: false, ...errorBody(refusal, socket.data.locale ?? 'vi') })
  }

  /** Opens a section; null when the database is away, and then the asker has been told. */
  private async open(reader: Reader, section: Section, ack: Ack, mustBeCurrent: boolean): Promise<boolean> {
    try {
      await (mustBeCurrent ? section.current() : section.ready())
      if (section.isOpen) return true
    } catch (error) {
      this.log.warn({ err: error, sectionId: section.sectionId }, 'a minutes section could not be opened')
    }
    this.refuse(reader, ack, { code: 'unavailable', params: { service: 'database' } })
    return false
  }

  private async sync(reader: Reader, { meetingId, sectionId, stateVector }: MinutesSync, ack: Ack): Promise<void> {
    const mayRead = (): Promise<boolean> => this.access.mayRead(reader.actor(), meetingId, sectionId)
    if (!(await mayRead())) return this.refuse(reader, ack, { code: 'not_found' })
    const section = this.sections.get(meetingId, sectionId)
    if (!(await this.open(reader, section, ack, true))) return
    // The right may have ended while the section was opened.
    if (!(await mayRead()) || section.meetingId !== meetingId) return this.refuse(reader, ack, { code: 'not_found' })
    let state: ReturnType<Section['state']>
    try {
      state = section.state(stateVector)
    } catch {
      return this.refuse(reader, ack, { code: 'invalid_input', field: 'stateVector' })
    }
    const isCompact = reader.socket.data.wire === 'compact'
    if (this.readers.get(reader.socket.id) === reader) {
      reader.reading.add(section)
      section.readers.add(reader.socket.id)
      await reader.socket.join([roomOf(sectionId), (isCompact ? compactRoomOf : plainRoomOf)(sectionId)])
    }
    const { isDamaged, ...rest } = state
    const answer: MinutesSyncAck = {
      ok: true,
      ...rest,
      ...(isDamaged ? { isReadOnly: true } : {}),
      ...(isCompact ? { section: section.number } : {}),
    }
    ack(answer)
    const carets = this.carets.get(sectionId)?.all()
    if (carets) reader.socket.emit('minutes:awareness', { meetingId, sectionId, update: Buffer.from(carets).toString('base64') })
  }

  private async update(reader: Reader, payload: MinutesUpdate, ack: Ack): Promise<void> {
    const { meetingId, sectionId, update } = payload
    const build = payload.build ?? reader.socket.data.build
    const actor = reader.actor()
    const refusal = await this.access.mayWrite(actor, meetingId, sectionId)
    if (refusal) return this.refuse(reader, ack, refusal)
    if (build !== undefined && build !== minutesBuild) return this.refuse(reader, ack, { code: 'outdated_client' })
    const section = this.sections.get(meetingId, sectionId)
    if (!section.isOpen && !(await this.open(reader, section, ack, false))) return
    if (section.meetingId !== meetingId) return this.refuse(reader, ack, { code: 'not_found' })
    const writer = { userId: actor.userId, socketId: reader.socket.id, order: reader.order }
    section.accept(Buffer.from(update, 'base64'), writer, (outcome) => {
      if ('refusal' in outcome) return this.refuse(reader, ack, outcome.refusal)
      const answer: MinutesUpdateAck = { ok: true, seq: outcome.seq }
      ack(answer)
    })
  }

  private async awareness(reader: Reader, { meetingId, sectionId, update }: MinutesAwareness): Promise<void> {
    const actor = reader.actor()
    if (await this.access.mayWrite(actor, meetingId, sectionId)) return
    const presences = readAwareness(Buffer.from(update, 'base64'), actor.userId)
    if (!presences) return
    const carets = this.carets.get(sectionId) ?? new Carets()
    this.carets.set(sectionId, carets)
    if (!carets.note(reader.socket.id, presences)) return
    reader.reading.add(this.sections.get(meetingId, sectionId))
    this.showCarets(meetingId, sectionId, update, reader.socket.id)
  }

  private showCarets(meetingId: string, sectionId: string, update: string, from: string): void {
    this.line.to(roomOf(sectionId)).volatile.except(from).emit('minutes:awareness', { meetingId, sectionId, update })
    const payload = [this.processId, meetingId, sectionId, update].join(' ')
    if (payload.length > mostNotified) return
    poke(this.sql, 'minutes_awareness', payload).catch((error: unknown) =>
      this.log.debug({ err: error }, 'a caret was not passed on'),
    )
  }

  private hearCaret(payload: string): void {
    const heard = Notified.safeParse(payload)
    if (!heard.success || heard.data[0] === this.processId) return
    const [, meetingId, sectionId, update] = heard.data
    this.line.to(roomOf(sectionId)).volatile.emit('minutes:awareness', { meetingId, sectionId, update })
  }

  private stopReading({ socket, reading }: Reader, section: Section): void {
    reading.delete(section)
    section.readers.delete(socket.id)
    section.release(socket.id)
    for (const room of [roomOf, plainRoomOf, compactRoomOf]) void socket.leave(room(section.sectionId))
    const carets = this.carets.get(section.sectionId)
    const left = carets?.remove(socket.id)
    if (left) this.showCarets(section.meetingId, section.sectionId, Buffer.from(left).toString('base64'), socket.id)
    if (carets && !carets.all()) this.carets.delete(section.sectionId)
  }

  private detach(reader: Reader): void {
    this.readers.delete(reader.socket.id)
    for (const section of reader.reading) this.stopReading(reader, section)
  }
}
