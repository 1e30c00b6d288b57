import type { Logger } from 'pino'
import type { Sql } from 'postgres'
import { v7 as uuid } from 'uuid'
import { z } from 'zod'
import { poke } from '#db/poke.ts'
import { AnswerCall, AskLines, CallPoint, PointCall } from '#domain/contract/points.ts'
import { Id } from '#domain/contract/values.ts'
import { refuse } from '#domain/errors.ts'
import { authorise } from '#domain/meeting/permissions.ts'
import { everyoneIn } from './fanout.ts'
import type { LineTrails } from './line-trails.ts'
import type { PresenceBoard } from './presence.ts'
import type { Rooms } from './rooms.ts'
import type { RoomServer, RoomSocket } from './socket.ts'
import { socketDoor } from './socket-door.ts'
import type { Limit } from '../web/limits.ts'

/** The desk's way to single points: it rings on their screens, over all processes, and reads how their lines have been. */
export interface Points {
  attach(socket: RoomSocket): void
  close(): Promise<void>
}

interface Needs {
  sql: Sql
  log: Logger
  io: RoomServer
  rooms: Rooms
  presence: PresenceBoard
  trails: LineTrails
  share: Limit
}

const channel = 'point_called'
const Message = z.object({ meetingId: Id, call: PointCall })
type Message = z.infer<typeof Message>

/** A call that nobody answered is over after this time. */
const callMs = 120_000

export async function createPoints({ sql, log, io, rooms, presence, trails, share }: Needs): Promise<Points> {
  const open = new Map<string, Message>()

  const spread = (message: Message) => poke(sql, channel, JSON.stringify(message))

  const deliver = (message: Message): void => {
    const { meetingId, call } = message
    if (call.answeredAt === undefined) open.set(call.callId, message)
    else open.delete(call.callId)
    for (const [callId, old] of open) if (Date.now() - Date.parse(old.call.at) > callMs) open.delete(callId)
    for (const socket of io.sockets.sockets.values()) {
      const isTheirs = socket.data.you.userId === call.userId || socket.data.you.userId === call.by.userId
      if (isTheirs && socket.rooms.has(everyoneIn(meetingId))) socket.emit('point:called', message)
    }
  }

  const listening = await sql.listen(channel, (payload) => {
    try {
      deliver(Message.parse(JSON.parse(payload)))
    } catch (error) {
      log.warn({ err: error }, 'a call to a point cannot be read')
    }
  })

  return {
    attach(socket) {
      const handle = socketDoor({ log, share }, socket)
      const { userId, name, title, role, unitId } = socket.data.you

      /** Who looks after the people of the room looks after its points: the same row of the permission table. */
      const refusalOf = async (meetingId: string, about: string) => {
        const { onlyMeetingId } = socket.data
        const found = onlyMeetingId === undefined || onlyMeetingId === meetingId ? await rooms.stateOf(meetingId) : null
        if (!found) return refuse('not_found').refusal
        return authorise(found.state, { type: 'participant.mute', userId: about }, { userId, role, unitId })
      }

      handle('point:call', CallPoint, async ({ meetingId, userId: called, text }) => {
        const refusal = await refusalOf(meetingId, called)
        if (refusal) return { refusal }
        const isThere = (await presence.online(meetingId)).some((one) => one.userId === called)
        if (!isThere) return refuse('wrong_state', 'not_connected')
        const call = { callId: uuid(), userId: called, by: { userId, name, title }, text, at: new Date().toISOString() }
        await spread({ meetingId, call })
        return { callId: call.callId }
      })

      handle('point:answer', AnswerCall, async ({ meetingId, callId }) => {
        const message = open.get(callId)
        if (message?.meetingId !== meetingId || message.call.userId !== userId) return refuse('wrong_state', 'not_called')
        await spread({ meetingId, call: { ...message.call, answeredAt: new Date().toISOString() } })
        return {}
      })

      handle('point:lines', AskLines, async ({ meetingId }) => {
        const refusal = await refusalOf(meetingId, userId)
        return refusal ? { refusal } : { lines: trails.of(meetingId) }
      })
    },
    close: () => listening.unlisten(),
  }
}
