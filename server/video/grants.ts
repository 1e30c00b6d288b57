import type { ParticipantInfo } from 'livekit-server-sdk'
import type { Logger } from 'pino'
import {
  mediaRightsFor,
  mediaRoomOf,
  mediaRoomsOf,
  meetingOfMediaRoom,
  readSoundMark,
  soundDeviceOf,
  withoutMicrophone,
  type MediaDevice,
} from '#domain/meeting/media.ts'
import type { EventType, MeetingEvent } from '#domain/meeting/meeting.ts'
import { findItem, isClosedItem, type MeetingState } from '#domain/meeting/state.ts'
import type { LiveKitHandle } from '../launch/livekit-handle.ts'
import { hasRights, type MediaServer } from './livekit.ts'
import type { People } from './people.ts'
import { identityOf, readIdentity, tokenSeconds, type MediaIdentity } from './tokens.ts'

/** The live meetings, as far as video needs them. */
export interface Rooms {
  stateOf(meetingId: string): Promise<{ state: MeetingState; seq: number } | null>
  /** After each commit, also another process's; gives back how to stop listening. */
  onEvents(listener: (meetingId: string, events: MeetingEvent[], state: MeetingState) => void): () => void
}

/**
 * Keeps the video server true to the meetings: whoever is in a media room has the rights the log gives them now, and whoever
 * must not be there is put out, with whichever token they came. It always compares the whole room with the meeting's state,
 * so that doing it twice, in several processes or after a failure, does no harm. The room never waits for it.
 */
export interface Grants {
  /** Compares the meeting's media rooms with its state, soon. */
  enforce(meetingId: string): void
  /** Someone came, published or went: who must not be there is put out at once, the rest of the room is compared soon. */
  check(room: string, participant: ParticipantInfo): Promise<void>
  /** One device takes its person's sound from the others (M6). */
  moveSound(room: string, who: MediaIdentity): Promise<void>
  /** Puts one device out of every media room: its session ended. */
  dismiss(who: MediaIdentity): Promise<void>
  close(): void
}

interface Options {
  livekit: LiveKitHandle
  server: MediaServer
  rooms: Rooms
  people: People
  log: Logger
}

/** Events that move a right or a media room; the others are not worth a look. */
const moving = new Set<EventType>([
  ...(['meeting.opened', 'meeting.resumed', 'meeting.closed', 'chair.handedOver'] as const),
  ...(['agenda.started', 'agenda.finished', 'agenda.deferred'] as const),
  ...(['floor.granted', 'floor.yielded', 'floor.revoked'] as const),
  ...(['participant.muted', 'participant.removed', 'participant.readmitted'] as const),
])

const strictMs = 2_000
const everyMs = 10_000
/**
 * After a right moved, so long tokens are about that say otherwise: ours, and those that LiveKit itself renews, with its
 * tolerance for wrong clocks.
 */
const staleTokensMs = (tokenSeconds + 11 * 60) * 1000

export function keepGrants({ livekit, server, rooms, people, log }: Options): Grants {
  const working = new Map<string, { again: boolean }>()
  const strictUntil = new Map<string, number>()
  /** By room and visit, what was set last: the server's list may lag behind what it does. */
  const lastSet = new Map<string, Map<string, string>>()
  /** By room and identity, when a device took the sound: the server's list may lag behind that too. */
  const soundTaken = new Map<string, Map<string, number>>()
  let isAway = false
  let isClosed = false
  let lastFull = 0

  const failed = (error: unknown): void => {
    if (!isAway && !isClosed) log.warn({ err: error }, 'the video server does not answer; rights are set again when it does')
    isAway = true
  }

  const isStrict = (meetingId: string, state: MeetingState): boolean => {
    const current = findItem(state, state.currentItemId)
    return (
      state.participants.removed.length > 0 ||
      (current !== undefined && isClosedItem(current)) ||
      (strictUntil.get(meetingId) ?? 0) > performance.now()
    )
  }

  const settle = async (meetingId: string): Promise<void> => {
    const before = await rooms.stateOf(meetingId)
    if (!before) return
    const names = mediaRoomsOf(before.state)
    const there = names.length === 1 && mediaRoomOf(before.state) !== null ? names : await server.rooms(names)
    // As it is after the server's answer: who was let in while that was on its way is not put out for what was true before.
    const state = (await rooms.stateOf(meetingId))?.state ?? before.state
    const current = mediaRoomOf(state)
    const over = there.filter((room) => room !== current).map((room) => server.closeRoom(room))
    for (const room of names)
      if (room !== current) {
        lastSet.delete(room)
        soundTaken.delete(room)
      }
    await Promise.all([...over, current !== null && there.includes(current) ? settleRoom(current, state) : undefined])
  }

  const settleRoom = async (room: string, before: MeetingState): Promise<void> => {
    const inside = await server.participants(room)
    const known = await people.find(inside.flatMap((one) => readIdentity(one.identity)?.userId ?? []))
    const state = (await rooms.stateOf(before.meetingId))?.state ?? before
    const there = new Set(inside.map((one) => one.sid))
    for (const sid of lastSet.get(room)?.keys() ?? []) if (!there.has(sid)) lastSet.get(room)?.delete(sid)
    const identities = new Set(inside.map((one) => one.identity))
    for (const identity of soundTaken.get(room)?.keys() ?? [])
      if (!identities.has(identity)) soundTaken.get(room)?.delete(identity)
    const heard = soundDevices(room, inside)
    const results = await Promise.allSettled(inside.map((one) => settleOne(room, one, state, known, heard)))
    for (const result of results) if (result.status === 'rejected') throw result.reason
  }

  /** The identities that carry their person's sound. */
  const soundDevices = (room: string, inside: ParticipantInfo[]): Set<string | undefined> => {
    const taken = soundTaken.get(room)
    const devices = new Map<string, MediaDevice[]>()
    for (const { identity, joinedAt, attributes } of inside) {
      const userId = readIdentity(identity)?.userId ?? identity
      const device = { identity, joinedAt: Number(joinedAt) * 1000, sound: taken?.get(identity) ?? readSoundMark(attributes) }
      devices.set(userId, [...(devices.get(userId) ?? []), device])
    }
    return new Set([...devices.values()].map(soundDeviceOf))
  }

  const settleOne = async (
    room: string,
    { identity, sid, permission }: ParticipantInfo,
    state: MeetingState,
    known: Awaited<ReturnType<People['find']>>,
    heard: Set<string | undefined>,
  ): Promise<void> => {
    const person = known.get(readIdentity(identity)?.userId ?? '')
    const allowed = person ? mediaRightsFor(person, state) : null
    if (allowed?.room !== room) {
      await server.remove(room, identity)
      return
    }
    const rights = heard.has(identity) ? allowed : withoutMicrophone(allowed)
    const due = rights.canPublish.join(' ')
    const ours = lastSet.get(room) ?? new Map<string, string>()
    if (hasRights(permission, rights) && (ours.get(sid) ?? due) === due) return
    lastSet.set(room, ours.set(sid, 'not known'))
    await server.setRights(room, identity, rights)
    ours.set(sid, due)
  }

  const enforce = (meetingId: string): void => {
    if (isClosed || livekit.state !== 'ready') return
    const busy = working.get(meetingId)
    if (busy) {
      busy.again = true
      return
    }
    const work = { again: false }
    working.set(meetingId, work)
    void settle(meetingId)
      .then(() => {
        isAway = false
      }, failed)
      .finally(() => {
        working.delete(meetingId)
        if (work.again) enforce(meetingId)
      })
  }

  /** Meetings that somebody is in now, by the video server's word. */
  const meetingsThere = async (): Promise<string[]> => [
    ...new Set((await server.rooms()).flatMap((room) => meetingOfMediaRoom(room) ?? [])),
  ]

  const look = async (): Promise<void> => {
    if (isClosed || livekit.state !== 'ready') return
    const isFull = isAway || performance.now() - lastFull > everyMs
    for (const meetingId of await meetingsThere()) {
      const state = isFull ? undefined : (await rooms.stateOf(meetingId))?.state
      if (isFull || (state && isStrict(meetingId, state))) enforce(meetingId)
    }
    if (isFull) lastFull = performance.now()
  }

  const timer = setInterval(() => void look().catch(failed), strictMs)
  timer.unref()
  const stopListening = rooms.onEvents((meetingId, events) => {
    if (!events.some(({ type }) => moving.has(type))) return
    strictUntil.set(meetingId, performance.now() + staleTokensMs)
    enforce(meetingId)
  })
  const stopWatching = livekit.onState((now) => {
    if (now !== 'ready') return
    isAway = false
    lastFull = 0
    void look().catch(failed)
  })

  return {
    enforce,
    async check(room, { identity }) {
      const meetingId = meetingOfMediaRoom(room)
      if (meetingId === null) return
      try {
        const who = readIdentity(identity)
        const person = who && (await people.find([who.userId])).get(who.userId)
        const found = await rooms.stateOf(meetingId)
        if (!found) return
        if (person && mediaRightsFor(person, found.state)?.room === room) enforce(found.state.meetingId)
        else await server.remove(room, identity)
      } catch (error) {
        failed(error)
      }
    },
    async moveSound(room, who) {
      const identity = identityOf(who)
      const since = Date.now()
      soundTaken.set(room, (soundTaken.get(room) ?? new Map<string, number>()).set(identity, since))
      await server.setSound(room, identity, since)
      const meetingId = meetingOfMediaRoom(room)
      if (meetingId !== null) enforce(meetingId)
    },
    async dismiss(who) {
      if (livekit.state !== 'ready') return
      people.forget(who.userId)
      const identity = identityOf(who)
      try {
        const there = (await server.rooms()).filter((room) => meetingOfMediaRoom(room) !== null)
        await Promise.all(there.map((room) => server.remove(room, identity)))
      } catch (error) {
        failed(error)
      }
    },
    close() {
      isClosed = true
      clearInterval(timer)
      stopListening()
      stopWatching()
    },
  }
}
