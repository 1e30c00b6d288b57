import type { RequestHandler } from 'express'
import type { DefaultEventsMap, Socket } from 'socket.io'
import { invalidInput } from '#domain/contract/input.ts'
import {
  VideoSound,
  VideoToken,
  type ClientToServer,
  type RefusalAnswer,
  type ServerToClient,
  type VideoAnswer,
} from '#domain/contract/socket.ts'
import { refuse, type Refusal } from '#domain/errors.ts'
import type { MeetingEvent } from '#domain/meeting/meeting.ts'
import { mediaRightsFor, mediaRoomOf } from '#domain/meeting/media.ts'
import type { MeetingState, Viewer } from '#domain/meeting/state.ts'
import { mayAttendMeeting } from '#domain/meeting/visibility.ts'
import type { Locale } from '#domain/messages/sentence.ts'
import type { LiveKitHandle } from '../launch/livekit-handle.ts'
import { errorBody, refusalOfException } from '../web/errors.ts'
import type { Services } from '../web/services.ts'
import { keepGrants, type Rooms } from './grants.ts'
import { mediaServer } from './livekit.ts'
import { readPeople, type Person } from './people.ts'
import { mintToken, type MediaIdentity } from './tokens.ts'
import { webhook } from './webhook.ts'

interface VideoSocketData {
  deviceId: string
  locale: Locale
}
type VideoSocket = Socket<ClientToServer, ServerToClient, DefaultEventsMap, VideoSocketData>

/** Whose socket it is; a session from a join link reaches its own meeting only. */
interface VideoActor extends Viewer {
  onlyMeetingId?: string
}

export interface Video {
  attach(socket: VideoSocket, actor: VideoActor): void
  /** Express handlers of POST /api/livekit/webhook; they read the raw body themselves. */
  webhook: RequestHandler[]
  /** A session ended: its device leaves picture and sound too. */
  dismiss(who: MediaIdentity): Promise<void>
  close(): void
}

/** The sockets of this process that asked for a meeting's video, and the media room that was in use when they last heard. */
interface Watching {
  room: string | null
  sockets: Map<VideoSocket, string>
}

/** Video of the live meetings: tokens for those who ask, rights that follow the log, and word when there is something to ask. */
export function registerVideo({ sql, log }: Services, { rooms, livekit }: { rooms: Rooms; livekit: LiveKitHandle }): Video {
  const people = readPeople(sql)
  const grants = keepGrants({ livekit, server: mediaServer(livekit), rooms, people, log })
  const watching = new Map<string, Watching>()

  const watch = (socket: VideoSocket, userId: string, state: MeetingState): void => {
    const one = watching.get(state.meetingId) ?? { room: mediaRoomOf(state), sockets: new Map<VideoSocket, string>() }
    watching.set(state.meetingId, one)
    one.sockets.set(socket, userId)
  }
  const leave = (socket: VideoSocket): void => {
    for (const [meetingId, { sockets }] of watching) if (sockets.delete(socket) && sockets.size === 0) watching.delete(meetingId)
  }
  const tell = (meetingId: string, one: Watching, concerns: (userId: string) => boolean = () => true): void => {
    for (const [socket, userId] of one.sockets) if (concerns(userId)) socket.emit('video:changed', { meetingId })
  }

  const follow = (meetingId: string, events: MeetingEvent[], state: MeetingState): void => {
    const one = watching.get(meetingId)
    if (!one) return
    const room = mediaRoomOf(state)
    const moved = new Set(
      events.flatMap((event) =>
        event.type === 'participant.removed' || event.type === 'participant.readmitted' ? event.userId : [],
      ),
    )
    if (room !== one.room) tell(meetingId, one)
    else if (moved.size > 0) tell(meetingId, one, (userId) => moved.has(userId))
    one.room = room
  }

  const answer = async (
    socket: VideoSocket,
    actor: VideoActor,
    payload: unknown,
  ): Promise<VideoAnswer | { refusal: Refusal }> => {
    const asked = VideoToken.safeParse(payload)
    if (!asked.success) return invalidInput(asked.error)
    const there = await attendee(actor, asked.data.meetingId)
    if ('refusal' in there) return there
    const { person, state } = there
    watch(socket, person.userId, state)
    const rights = mediaRightsFor(person, state)
    if (rights === null) return whyNot(person, state)
    if (livekit.state !== 'ready') return refuse('unavailable', undefined, { params: { service: 'video' } })
    const bearer = { ...person, deviceId: socket.data.deviceId, sound: asked.data.sound }
    return {
      ok: true,
      url: livekit.urlFor(hostnameOf(socket)),
      token: await mintToken(livekit, bearer, rights),
      room: rights.room,
      isDirect: livekit.isDirect,
    }
  }
  const takeSound = async (
    socket: VideoSocket,
    actor: VideoActor,
    payload: unknown,
  ): Promise<{ ok: true } | { refusal: Refusal }> => {
    const asked = VideoSound.safeParse(payload)
    if (!asked.success) return invalidInput(asked.error)
    const there = await attendee(actor, asked.data.meetingId)
    if ('refusal' in there) return there
    const rights = mediaRightsFor(there.person, there.state)
    if (rights === null) return whyNot(there.person, there.state)
    if (livekit.state !== 'ready') return refuse('unavailable', undefined, { params: { service: 'video' } })
    await grants.moveSound(rights.room, { userId: there.person.userId, deviceId: socket.data.deviceId })
    return { ok: true }
  }
  const attendee = async (
    actor: VideoActor,
    meetingId: string,
  ): Promise<{ person: Person; state: MeetingState } | { refusal: Refusal }> => {
    const [found, person] = await Promise.all([rooms.stateOf(meetingId), find(actor)])
    const isTheirs = actor.onlyMeetingId === undefined || actor.onlyMeetingId === meetingId
    if (!found || !person || !isTheirs || !mayAttendMeeting(person, found.state)) return refuse('not_found')
    return { person, state: found.state }
  }
  const find = async (actor: VideoActor): Promise<Person | undefined> => (await people.find([actor.userId])).get(actor.userId)

  const stopFollowing = rooms.onEvents(follow)
  const stopWatching = livekit.onState((now) => {
    if (now === 'ready') for (const [meetingId, one] of watching) tell(meetingId, one)
  })

  return {
    attach(socket, actor) {
      const door =
        <Answer extends object>(
          work: (socket: VideoSocket, actor: VideoActor, payload: unknown) => Promise<Answer | { refusal: Refusal }>,
        ) =>
        (payload: unknown, ack: unknown): void => {
          const reply = (result: Answer | RefusalAnswer): void => {
            if (typeof ack === 'function') Reflect.apply(ack, undefined, [result])
          }
          const no = (refusal: Refusal): void => {
            const { message } = errorBody(refusal, socket.data.locale).error
            reply({
              ok: false,
              error: { code: refusal.code, message, ...(refusal.field === undefined ? {} : { field: refusal.field }) },
            })
          }
          work(socket, actor, payload).then(
            (result) => ('refusal' in result ? no(result.refusal) : reply(result)),
            (error: unknown) => no(refusalOfException(error, log).refusal),
          )
        }
      socket.on('video:token', door(answer))
      socket.on('video:sound', door(takeSound))
      socket.on('disconnect', () => leave(socket))
    },
    webhook: webhook(livekit, grants, log),
    dismiss: (who) => grants.dismiss(who),
    close() {
      stopFollowing()
      stopWatching()
      grants.close()
      watching.clear()
    },
  }
}

function whyNot(person: Person, state: MeetingState): { refusal: Refusal } {
  if (state.participants.removed.includes(person.userId)) return refuse('forbidden', 'you_are_removed')
  return state.status === 'closed' ? refuse('wrong_state', 'meeting_closed') : refuse('forbidden', 'item_closed_to_you')
}

/** The name under which the page reached us; it is told only to that page. */
function hostnameOf(socket: VideoSocket): string | undefined {
  const { host } = socket.handshake.headers
  return host !== undefined && URL.canParse(`http://${host}`) ? new URL(`http://${host}`).hostname : undefined
}
