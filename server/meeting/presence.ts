import type { Logger } from 'pino'
import type { Sql } from 'postgres'
import { v7 as uuid } from 'uuid'
import { poke } from '#db/poke.ts'
import type { DeviceCheck, LineReport, Presence } from '#domain/contract/socket.ts'
import { graceSeconds, noticeLine } from '#domain/meeting/attendance.ts'
import type { Actor } from '#domain/meeting/state.ts'
import type { Rooms } from './rooms.ts'

/**
 * Who is on the line, over all processes. Presence may be lost: it is not in the log. What follows from it is: a unit whose
 * last device has been gone for the grace time is noted as left, and as returned when it is back.
 */
export interface PresenceBoard {
  enter(socketId: string, meetingId: string, actor: Actor, deviceId: string): void
  leave(socketId: string, meetingId?: string): void
  report(socketId: string, report: LineReport): void
  check(meetingId: string, userId: string, check: DeviceCheck): Promise<void>
  online(meetingId: string): Promise<Presence[]>
  close(): Promise<void>
}

interface Device {
  meetingId: string
  userId: string
  unitId: string
  deviceId: string
  since: string
  quality?: LineReport['quality']
  microphone?: LineReport['microphone']
}

/** A device on another process. */
interface Elsewhere {
  user_id: string
  unit_id: string
  quality: LineReport['quality'] | null
  microphone: NonNullable<LineReport['microphone']> | null
  since: Date
}

interface Checked {
  user_id: string
  result: Omit<DeviceCheck, 'meetingId'>
}

const channel = 'presence'

/** Of what the devices of one person say of their sound, what others must know: the one that carries it, whichever came first. */
const soundRanks: Presence['microphone'][] = ['deaf', 'on', 'none', 'off', undefined]
const loudest = (one: Presence['microphone'], other: Presence['microphone']): Presence['microphone'] =>
  soundRanks.find((rank) => rank === one || rank === other)

const heartbeatMs = 8_000
const staleSeconds = 25
const quietMs = 150

export async function createPresence(
  { sql, log, rooms }: { sql: Sql; log: Logger; rooms: Rooms },
  send: (meetingId: string, online: Presence[]) => void,
): Promise<PresenceBoard> {
  const processId = uuid()
  const devices = new Map<string, Device[]>()
  const due = new Map<string, NodeJS.Timeout>()
  /** Units seen on the line, by meeting: since when they are gone, or null while they are there. */
  const units = new Map<string, Map<string, string | null>>()
  const quietly = (work: Promise<unknown>) => work.catch((error: unknown) => log.debug({ err: error }, 'presence is late'))

  const local = (): Device[] => [...devices.values()].flat()

  const publish = async (meetingId: string): Promise<void> => {
    const mine = local().filter((one) => one.meetingId === meetingId)
    await sql.begin(async (tx) => {
      await tx`delete from presence where process_id = ${processId} and meeting_id = ${meetingId}`
      if (mine.length > 0)
        await tx`insert into presence ${tx(
          mine.map((one) => ({
            process_id: processId,
            meeting_id: meetingId,
            user_id: one.userId,
            unit_id: one.unitId,
            device_id: one.deviceId,
            quality: one.quality ?? null,
            microphone: one.microphone ?? null,
            since: one.since,
            seen_at: new Date(),
          })),
        )} on conflict do nothing`
    })
    await poke(sql, channel, `${processId} ${meetingId}`)
  }

  /** Who writes while a writing is under way waits for the next, which has it all: a hall that comes at once costs a few. */
  const publishing = new Map<string, { isStale: boolean }>()
  const publishSoon = (meetingId: string): void => {
    const underWay = publishing.get(meetingId)
    if (underWay) {
      underWay.isStale = true
      return
    }
    const writing = { isStale: false }
    publishing.set(meetingId, writing)
    void quietly(publish(meetingId)).then(() => {
      publishing.delete(meetingId)
      if (writing.isStale) publishSoon(meetingId)
    })
  }

  const asking = new Map<string, Promise<Presence[]>>()
  /** Who asks while an answer is on its way shares it: a hall full of screens that come at once asks the database a few times. */
  const online = (meetingId: string): Promise<Presence[]> => {
    const asked = asking.get(meetingId) ?? readOnline(meetingId).finally(() => asking.delete(meetingId))
    asking.set(meetingId, asked)
    return asked
  }
  const readOnline = async (meetingId: string): Promise<Presence[]> => {
    const [others, checks] = await Promise.all([
      sql<Elsewhere[]>`
        select user_id, unit_id, quality, microphone, since from presence
        where meeting_id = ${meetingId} and process_id <> ${processId} and seen_at > now() - make_interval(secs => ${staleSeconds})`,
      sql<Checked[]>`select user_id, result from device_checks where meeting_id = ${meetingId}`,
    ])
    const checkOf = new Map(checks.map((one) => [one.user_id, one.result]))
    const people = new Map<string, Presence>()
    const add = (one: Presence) => {
      const known = people.get(one.userId)
      const microphone = loudest(known?.microphone, one.microphone)
      people.set(one.userId, {
        check: checkOf.get(one.userId),
        ...one,
        ...known,
        ...(microphone === undefined ? {} : { microphone }),
      })
    }
    for (const one of local().filter((device) => device.meetingId === meetingId))
      add({
        userId: one.userId,
        unitId: one.unitId,
        quality: one.quality,
        microphone: one.microphone,
        since: one.since,
      })
    for (const one of others)
      add({
        userId: one.user_id,
        unitId: one.unit_id,
        quality: one.quality ?? undefined,
        microphone: one.microphone ?? undefined,
        since: one.since.toISOString(),
      })
    return [...people.values()]
  }

  const tell = async (meetingId: string): Promise<void> => {
    const now = await online(meetingId)
    send(meetingId, now)
    const there = new Set(now.map((one) => one.unitId))
    const known = units.get(meetingId) ?? new Map<string, string | null>()
    units.set(meetingId, known)
    for (const unitId of there) {
      if (known.get(unitId) !== null) void quietly(note(meetingId, unitId, 'back'))
      known.set(unitId, null)
    }
    for (const [unitId, goneSince] of known)
      if (!there.has(unitId) && goneSince === null) known.set(unitId, new Date().toISOString())
  }

  const note = async (meetingId: string, unitId: string, line: Parameters<typeof noticeLine>[2]): Promise<void> => {
    const room = await rooms.find(meetingId)
    if (room && noticeLine(room.state, unitId, line).length > 0) await room.notice((state) => noticeLine(state, unitId, line))
  }

  /** Many people come and go in one moment: they are told of once. */
  const soon = (meetingId: string): void => {
    if (due.has(meetingId)) return
    due.set(
      meetingId,
      setTimeout(() => {
        due.delete(meetingId)
        void quietly(tell(meetingId))
      }, quietMs),
    )
  }
  const changed = (meetingId: string): void => {
    publishSoon(meetingId)
    soon(meetingId)
  }

  const listening = await sql.listen(channel, (payload) => {
    const [from, meetingId] = payload.split(' ')
    if (from !== processId && meetingId !== undefined && local().some((one) => one.meetingId === meetingId)) soon(meetingId)
  })

  const beat = setInterval(() => {
    void quietly(sql`update presence set seen_at = now() where process_id = ${processId}`)
    void quietly(sql`delete from presence where seen_at < now() - interval '1 hour'`)
    for (const [meetingId, known] of units) {
      soon(meetingId)
      for (const [unitId, goneSince] of known)
        if (goneSince !== null && Date.now() - Date.parse(goneSince) >= graceSeconds * 1000)
          void quietly(note(meetingId, unitId, { goneSince }))
    }
  }, heartbeatMs)
  beat.unref()

  return {
    online,
    enter: (socketId, meetingId, actor, deviceId) => {
      const mine = devices.get(socketId) ?? []
      if (mine.some((one) => one.meetingId === meetingId)) return
      devices.set(socketId, [
        ...mine,
        { meetingId, userId: actor.userId, unitId: actor.unitId, deviceId, since: new Date().toISOString() },
      ])
      changed(meetingId)
    },
    leave: (socketId, meetingId) => {
      const mine = devices.get(socketId) ?? []
      const gone = mine.filter((one) => meetingId === undefined || one.meetingId === meetingId)
      const rest = mine.filter((one) => !gone.includes(one))
      if (rest.length > 0) devices.set(socketId, rest)
      else devices.delete(socketId)
      for (const one of gone) changed(one.meetingId)
    },
    report: (socketId, { meetingId, quality, microphone }) => {
      const mine = devices.get(socketId)?.find((one) => one.meetingId === meetingId)
      if (!mine || (mine.quality === quality && mine.microphone === microphone)) return
      mine.quality = quality
      mine.microphone = microphone
      changed(meetingId)
    },
    check: async (meetingId, userId, { meetingId: _same, ...check }) => {
      await sql`
        insert into device_checks (meeting_id, user_id, result, at) values (${meetingId}, ${userId}, ${sql.json(check)}, now())
        on conflict (meeting_id, user_id) do update set result = excluded.result, at = excluded.at`
      soon(meetingId)
    },
    close: async () => {
      clearInterval(beat)
      for (const timer of due.values()) clearTimeout(timer)
      await listening.unlisten()
      await sql`delete from presence where process_id = ${processId}`
    },
  }
}
