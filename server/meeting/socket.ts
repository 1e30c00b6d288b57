import type { Logger } from 'pino'
import type { DefaultEventsMap, Server, Socket } from 'socket.io'
import { z } from 'zod'
import { invalidInput } from '#domain/contract/input.ts'
import {
  CommandEnvelope,
  DeviceCheck,
  JoinMeeting,
  LeaveMeeting,
  LineReport,
  type ClientToServer,
  type ServerToClient,
  type You,
} from '#domain/contract/socket.ts'
import { refuse } from '#domain/errors.ts'
import { Command } from '#domain/meeting/meeting.ts'
import type { Actor } from '#domain/meeting/state.ts'
import { eventFor, mayAttendMeeting, snapshotFor } from '#domain/meeting/visibility.ts'
import type { Locale } from '#domain/messages/sentence.ts'
import type { Limit } from '../web/limits.ts'
import { everyoneIn, type Fanout } from './fanout.ts'
import type { PresenceBoard } from './presence.ts'
import type { Rooms } from './rooms.ts'
import { socketDoor } from './socket-door.ts'

export interface SocketData {
  sessionId: string
  you: You
  /** A session from a join link reaches its own meeting only. */
  onlyMeetingId?: string
  deviceId: string
  locale: Locale
  build?: string
  /** How the minutes' updates come; without it, as the contract has them. */
  wire?: 'compact'
}
export type RoomSocket = Socket<ClientToServer, ServerToClient, DefaultEventsMap, SocketData>
export type RoomServer = Server<ClientToServer, ServerToClient, DefaultEventsMap, SocketData>

/** More events than this behind, and a snapshot is shorter. */
const mostEvents = 500

interface Door {
  io: RoomServer
  log: Logger
  rooms: Rooms
  fanout: Fanout
  presence: PresenceBoard
  /** One share per person, however many sockets. */
  share: Limit
  onLeave: (socketId: string, meetingId: string) => void
}

/** The live door of the meetings: join, leave, commands, what a screen says of its line. Each handler parses, asks, answers. */
export function attachMeetings(door: Door, socket: RoomSocket): void {
  const { rooms, fanout, presence, log } = door
  const joined = new Set<string>()
  const actor = (): Actor => {
    const { userId, role, unitId } = socket.data.you
    return { userId, role, unitId }
  }

  const handle = socketDoor(door, socket)

  /** The room of a meeting that exists for this person, who has not been removed from it. */
  const enterable = async (meetingId: string) => {
    const { onlyMeetingId } = socket.data
    if (onlyMeetingId !== undefined && onlyMeetingId !== meetingId) return refuse('not_found')
    const room = await rooms.find(meetingId)
    if (!room || !mayAttendMeeting(actor(), room.state)) return refuse('not_found')
    // A join answers with everything that was acknowledged before it was asked, whichever process acknowledged it.
    await room.catchUp()
    if (room.state.participants.removed.includes(actor().userId)) return refuse('forbidden', 'you_are_removed')
    return { room }
  }

  const leave = (meetingId: string): void => {
    if (!joined.delete(meetingId)) return
    fanout.leave(meetingId, actor())
    presence.leave(socket.id, meetingId)
    door.onLeave(socket.id, meetingId)
    for (const name of [...socket.rooms]) if (name.startsWith(everyoneIn(meetingId))) void socket.leave(name)
  }
  leavers.set(socket, leave)

  handle('meeting:join', JoinMeeting, async ({ meetingId, since, build }) => {
    const found = await enterable(meetingId)
    if ('refusal' in found) return found
    const { room } = found
    if (!socket.connected) return refuse('unavailable')
    if (build !== undefined) socket.data.build = build
    if (!joined.has(meetingId)) {
      joined.add(meetingId)
      void socket.join(fanout.enter(meetingId, actor()).rooms)
      presence.enter(socket.id, meetingId, actor(), socket.data.deviceId)
    }
    const common = { seq: room.seq, serverTime: new Date().toISOString(), you: socket.data.you }
    const missed = since === undefined ? null : room.eventsSince(since)
    const answer =
      missed === null || missed.length > mostEvents
        ? { ...common, snapshot: snapshotFor(actor(), room.state) }
        : { ...common, events: missed.flatMap((event) => eventFor(actor(), event, room.state) ?? []) }
    void presence.online(meetingId).then(
      (online) => socket.emit('meeting:presence', { meetingId, online }),
      (error: unknown) => log.debug({ err: error }, 'presence is late'),
    )
    return answer
  })

  handle('meeting:leave', LeaveMeeting, ({ meetingId }) => {
    leave(meetingId)
    return Promise.resolve({})
  })

  handle('meeting:command', CommandEnvelope, async ({ meetingId, commandId, ...fields }) => {
    const parsed = Command.safeParse(fields)
    if (!parsed.success) return invalidInput(parsed.error)
    const { onlyMeetingId } = socket.data
    if (onlyMeetingId !== undefined && onlyMeetingId !== meetingId) return refuse('not_found')
    const room = await rooms.find(meetingId)
    return room ? room.command(actor(), parsed.data, commandId) : refuse('not_found')
  })

  handle('meeting:line', LineReport, (report) => {
    presence.report(socket.id, report)
    return Promise.resolve({})
  })

  handle('meeting:deviceCheck', DeviceCheck, async (check) => {
    const found = await enterable(check.meetingId)
    if ('refusal' in found) return found
    await presence.check(check.meetingId, actor().userId, check)
    return {}
  })

  handle('clock:ping', z.looseObject({}).optional(), () => Promise.resolve({ serverTime: new Date().toISOString() }))

  socket.on('disconnect', () => {
    for (const meetingId of [...joined]) leave(meetingId)
    presence.leave(socket.id)
  })
}

const leavers = new WeakMap<RoomSocket, (meetingId: string) => void>()

/** Puts every device of a removed person out of the meeting in this process. */
export function putOut(io: RoomServer, meetingId: string, userId: string): void {
  for (const socket of io.sockets.sockets.values()) if (socket.data.you.userId === userId) leavers.get(socket)?.(meetingId)
}
