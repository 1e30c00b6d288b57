import type { Logger } from 'pino'
import type { Sql } from 'postgres'
import { v7 as uuid } from 'uuid'
import { poke } from '#db/poke.ts'
import type { CreateMeeting } from '#domain/contract/http.ts'
import { refuse, type Refusal } from '#domain/errors.ts'
import { defaultForm, wrongUnits } from '#domain/meeting/agenda.ts'
import type { Command, MeetingEvent } from '#domain/meeting/meeting.ts'
import type { Actor, MeetingState } from '#domain/meeting/state.ts'
import { findIssuer } from '../documents/bodies.ts'
import { findPresentation } from '../files/presentations.ts'
import { openBallotBoxes } from './ballots.ts'
import { createDirectory, type Directory } from './directory.ts'
import { appendToLog, chain, zeroHash, type LoggedEvent } from './log.ts'
import { keepProposals } from './proposals.ts'
import { Room, stateAt, type Outcome, type RoomSurroundings } from './room.ts'

/** Channel on which a process pokes the others after a commit; the payload is the meeting's id and the end of its log. */
const pokeChannel = 'meeting_log'
/** How often loaded rooms look at their heads, in case a poke was lost. */
const slowPollMs = 2000

type Listener = (meetingId: string, logged: LoggedEvent[], state: MeetingState) => void

/** The meetings that are live in this process. Rooms open when first asked for and follow the log from then on. */
export interface Rooms {
  find(meetingId: string): Promise<Room | null>
  stateOf(meetingId: string): Promise<{ state: MeetingState; seq: number } | null>
  stateAt(meetingId: string, seq: number): Promise<{ state: MeetingState; seq: number } | null>
  /** Gives a command in a meeting; under an id of the caller's where it must be known by one. */
  command: (meetingId: string, actor: Actor, command: Command, commandId?: string) => Promise<Outcome>
  create(
    input: CreateMeeting,
    createdBy: string | null,
    options?: { isDemo: boolean },
  ): Promise<{ id: string } | { refusal: Refusal }>
  directory(): Promise<Directory>
  /** Called after each commit of this process and after each read of another's, in order, each event once. */
  onLogged(listener: Listener): () => void
  onEvents(listener: (meetingId: string, events: MeetingEvent[], state: MeetingState) => void): () => void
  loaded(): Room[]
  close(): Promise<void>
}

export async function createRooms({
  sql,
  log,
  appSecret,
  conclusionsTogether,
  alongside,
}: {
  sql: Sql
  log: Logger
  appSecret: string | undefined
  /** Whether the meetings that are made here issue their conclusions in one notice. */
  conclusionsTogether: boolean
  alongside: RoomSurroundings['alongside']
}): Promise<Rooms> {
  const rooms = new Map<string, Promise<Room | null>>()
  const open: Room[] = []
  const listeners = new Set<Listener>()
  const directory = createDirectory(sql)
  const ballots = await openBallotBoxes(sql, appSecret)
  const pokes = new Map<string, number>()

  /** One poke per meeting and turn, outside any transaction: a poke may be lost, a commit must not wait for it. */
  const pokeOthers = (meetingId: string, seq: number): void => {
    const isDue = pokes.has(meetingId)
    pokes.set(meetingId, seq)
    if (isDue) return
    setImmediate(() => {
      const payload = `${meetingId} ${pokes.get(meetingId) ?? seq}`
      pokes.delete(meetingId)
      poke(sql, pokeChannel, payload).catch((error: unknown) => log.debug({ err: error }, 'a poke was lost'))
    })
  }

  const around = {
    sql,
    log,
    directory,
    ballots,
    alongside,
    issuer: kept(() => findIssuer(sql, new Date())),
    presentation: (id: string) => findPresentation(sql, id),
    onCommitted: (meetingId: string, logged: LoggedEvent[], state: MeetingState) => {
      const last = logged.at(-1)
      if (last) pokeOthers(meetingId, last.event.seq)
      for (const listener of listeners) listener(meetingId, logged, state)
    },
  }

  const find = (meetingId: string): Promise<Room | null> => {
    const known = rooms.get(meetingId)
    if (known) return known
    const opening = Room.open(around, meetingId).then((room) => {
      if (room) open.push(room)
      // What does not exist is not remembered: it may be made later, and ids can be guessed without end.
      else rooms.delete(meetingId)
      return room
    })
    rooms.set(meetingId, opening)
    opening.catch(() => rooms.delete(meetingId))
    return opening
  }

  const catchUp = (room: Room): void => {
    room.catchUp().catch((error: unknown) => log.debug({ err: error, meetingId: room.meetingId }, 'the log cannot be read now'))
  }
  const listening = await sql.listen(
    pokeChannel,
    (payload) => {
      const [meetingId, seq] = payload.split(' ')
      const room = open.find((one) => one.meetingId === meetingId)
      // A process hears its own pokes too, of what it has.
      if (room && Number(seq) > room.seq) catchUp(room)
    },
    // After the line to the database was cut, pokes may be missing.
    () => open.forEach(catchUp),
  )
  const poll = setInterval(() => {
    if (open.length === 0) return
    sql<{ id: string; head_seq: number }[]>`
      select id, head_seq from meetings where id = any(${open.map((room) => room.meetingId)}::uuid[])`
      .then((heads) => {
        const bySeq = new Map(heads.map((one) => [one.id, one.head_seq]))
        for (const room of open) if ((bySeq.get(room.meetingId) ?? 0) > room.seq) catchUp(room)
      })
      .catch((error: unknown) => log.debug({ err: error }, 'the heads cannot be read now'))
  }, slowPollMs)
  poll.unref()

  const onLogged = (listener: Listener) => {
    listeners.add(listener)
    return () => void listeners.delete(listener)
  }

  return {
    find,
    directory,
    onLogged,
    onEvents: (listener) =>
      onLogged((meetingId, logged, state) =>
        listener(
          meetingId,
          logged.map((one) => one.event),
          state,
        ),
      ),
    loaded: () => open,
    stateOf: async (meetingId) => {
      const room = await find(meetingId)
      return room && { state: room.state, seq: room.seq }
    },
    stateAt: async (meetingId, seq) => {
      const past = await stateAt(sql, meetingId, seq)
      return past && { state: past.state, seq: past.head.seq }
    },
    command: async (meetingId, actor, command, commandId = uuid()) => {
      const room = await find(meetingId)
      return room ? room.command(actor, command, commandId) : refuse('not_found')
    },
    create: async (input, createdBy, options) => {
      const { people, units } = await directory()
      if (people.get(input.chairUserId)?.role !== 'leader')
        return refuse('invalid_input', 'chair_must_be_leader', { field: 'chairUserId' })
      const unitIds = [...new Set(input.unitIds)]
      if (!unitIds.every((unitId) => units.has(unitId))) return refuse('invalid_input', 'unit_missing', { field: 'unitIds' })
      for (const [index, item] of input.agenda.entries()) {
        const wrong = wrongUnits({ unitIds }, item)
        if (wrong) return refuse('invalid_input', 'unit_not_invited', { field: `agenda.${index}.${wrong}` })
      }
      const id = uuid()
      const at = new Date().toISOString()
      const items = input.agenda.map((item) => ({ ...item, id: uuid() }))
      const logged = chain(
        { seq: 0, hash: zeroHash },
        {
          type: 'meeting.scheduled',
          title: input.title,
          kind: input.kind,
          scheduledAt: input.scheduledAt,
          chairUserId: input.chairUserId,
          unitIds,
          ...(conclusionsTogether ? { conclusionsTogether } : {}),
          agenda: items.map((item, index) => ({
            id: item.id,
            number: index + 1,
            title: item.title,
            presenterUnitId: item.presenterUnitId,
            audience: item.audience,
            form: item.form ?? defaultForm(units.get(item.presenterUnitId ?? '')?.kind),
            budgetSeconds: item.budgetMinutes * 60,
          })),
        },
        { at, actor: actorOf(people.get(createdBy ?? '')) },
      )
      await sql.begin(async (tx) => {
        await tx`
          insert into meetings (id, title, kind, status, scheduled_at, chair_user_id, unit_ids, is_demo, created_by, created_at)
          values (${id}, ${input.title}, ${input.kind}, 'scheduled', ${input.scheduledAt}, ${input.chairUserId},
            ${unitIds}::uuid[], ${options?.isDemo ?? false}, ${createdBy}, ${at})`
        await appendToLog(tx, id, [logged])
        await keepProposals(tx, id, items)
      })
      return { id }
    },
    close: async () => {
      clearInterval(poll)
      await Promise.all(open.map((room) => room.idle()))
      await listening.unlisten()
    },
  }
}

/** Asks again at most once a minute: the issuing body changes with a province, not with a command. */
function kept<T>(ask: () => Promise<T>): () => Promise<T> {
  let known: { until: number; answer: Promise<T> } | undefined
  return () => {
    if (known && Date.now() < known.until) return known.answer
    const asked = { until: Date.now() + 60_000, answer: ask() }
    known = asked
    asked.answer.catch(() => {
      if (known === asked) known = undefined
    })
    return asked.answer
  }
}

const actorOf = (person: Actor | undefined): MeetingEvent['actor'] =>
  person ? { userId: person.userId, role: person.role, unitId: person.unitId } : { system: true }
