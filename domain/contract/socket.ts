import { z } from 'zod'
import type { ErrorCode } from '../errors.ts'
import type { MeetingEvent } from '../meeting/meeting.ts'
import type { MeetingState } from '../meeting/state.ts'
import type { MinutesCommentMessage } from './comments.ts'
import type { PointsToClient, PointsToServer } from './points.ts'
import { Id, type Role } from './values.ts'

/**
 * The live line: what clients send over Socket.IO and what they are told. The minutes' own messages are in `minutes.ts`.
 * Every client → server message is acknowledged, unless it says otherwise.
 */

export const JoinMeeting = z.strictObject({
  meetingId: Id,
  /** The last sequence number the client has; without it, or when it is too far back, a snapshot comes. */
  since: z.int().min(0).optional(),
  /** The client's schema of the minutes (`minutesBuild`); without it the current one is assumed. */
  build: z.string().max(100).optional(),
  /** What this window is for: a projector or a face; for the Office's board only. */
  device: z.string().max(100).optional(),
})
export type JoinMeeting = z.input<typeof JoinMeeting>

export const LeaveMeeting = z.strictObject({ meetingId: Id })

/** The envelope of a command; its own fields are checked by `Command` in the domain. */
export const CommandEnvelope = z.looseObject({ meetingId: Id, commandId: Id, type: z.string().max(100) })

export const VideoToken = z.strictObject({
  meetingId: Id,
  /**
   * Since when this device has carried its person's sound, if it does: it keeps it over a reconnect. `spare`: it carries the
   * sound only while the person has no other device there.
   */
  sound: z.union([z.literal('spare'), z.int().min(0).max(999_999_999_999_999)]).optional(),
})
export type VideoToken = z.input<typeof VideoToken>

/** This device takes its person's sound, microphone and loudspeakers, from the device that has it. */
export const VideoSound = z.strictObject({ meetingId: Id })

/** What a screen tells about its line; shown to the Office, never stored. */
export const LineReport = z.strictObject({
  meetingId: Id,
  quality: z.enum(['good', 'fair', 'weak', 'lost']),
  /** `deaf`: the screen that carries the point's sound plays none, whatever its microphone does. */
  microphone: z.enum(['on', 'off', 'none', 'deaf']).optional(),
})
export type LineReport = z.input<typeof LineReport>

/** The result of the front room's device check; the Office's board shows it. */
export const DeviceCheck = z.strictObject({
  meetingId: Id,
  camera: z.enum(['ok', 'refused', 'none', 'skipped']),
  microphone: z.enum(['ok', 'silent', 'refused', 'none', 'skipped']),
  speaker: z.enum(['ok', 'notHeard', 'skipped']),
  roundTripMs: z.number().min(0).max(60_000).optional(),
})
export type DeviceCheck = z.input<typeof DeviceCheck>

export interface RefusalAnswer {
  ok: false
  error: { code: ErrorCode; message: string; field?: string }
}

export interface You {
  userId: string
  name: string
  title: string
  role: Role
  unitId: string
}

export type JoinAnswer = { ok: true; seq: number; serverTime: string; you: You } & (
  { snapshot: MeetingState } | { events: MeetingEvent[] }
)

export interface Presence {
  userId: string
  unitId: string
  quality?: LineReport['quality']
  microphone?: LineReport['microphone']
  since?: string
  check?: Omit<DeviceCheck, 'meetingId'>
}

export interface VideoAnswer {
  ok: true
  url: string
  token: string
  /** The media room this token opens: it changes when a closed item begins or ends. */
  room: string
  /** The video server is reached as it stands: no browser has to ask a stranger's STUN server for its own address. */
  isDirect: boolean
}

type Ack<Answer> = (answer: Answer | RefusalAnswer) => void

export interface ClientToServer extends PointsToServer {
  'meeting:join': (payload: JoinMeeting, ack: Ack<JoinAnswer>) => void
  'meeting:leave': (payload: { meetingId: string }, ack: Ack<{ ok: true }>) => void
  'meeting:command': (
    payload: { meetingId: string; commandId: string; type: string },
    ack: Ack<{ ok: true; seq: number }>,
  ) => void
  'meeting:line': (payload: LineReport, ack: Ack<{ ok: true }>) => void
  'meeting:deviceCheck': (payload: DeviceCheck, ack: Ack<{ ok: true }>) => void
  'video:token': (payload: VideoToken, ack: Ack<VideoAnswer>) => void
  'video:sound': (payload: { meetingId: string }, ack: Ack<{ ok: true }>) => void
  'clock:ping': (payload: object, ack: Ack<{ ok: true; serverTime: string }>) => void
}

export interface ServerToClient extends PointsToClient {
  'meeting:events': (message: { meetingId: string; from: number; to: number; events: MeetingEvent[] }) => void
  'meeting:presence': (message: { meetingId: string; online: Presence[] }) => void
  /** Video of this meeting changed for the receiver (rights, media room, server back): ask for a token again. */
  'video:changed': (message: { meetingId: string }) => void
  /** A comment of the minutes' desk is new or has changed; only to those who may write its section. */
  'minutes:comment': (message: MinutesCommentMessage) => void
  'session:ended': (message: { reason: string }) => void
  'server:restarting': (message: object) => void
}
