import { z } from 'zod'
import type { LineReport, RefusalAnswer } from './socket.ts'
import { Id, limits, text } from './values.ts'

/**
 * What the desk asks of single points, beside the log: a ring on the screens of one of them, and how their lines have been.
 * Both may be lost and are written nowhere.
 */

export const CallPoint = z.strictObject({ meetingId: Id, userId: Id, text: text(limits.notice, { min: 0, lines: true }) })
export const AnswerCall = z.strictObject({ meetingId: Id, callId: Id })
export const AskLines = z.strictObject({ meetingId: Id })

export const PointCall = z.object({
  callId: Id,
  userId: Id,
  by: z.object({ userId: Id, name: z.string(), title: z.string() }),
  text: z.string(),
  at: z.string(),
  /** There once somebody at the point has pressed that they heard it. */
  answeredAt: z.string().optional(),
})
export type PointCall = z.infer<typeof PointCall>

/** One look at a line: its quality, `unknown` while nothing measured it, `away` while nobody was connected. */
export type LineSample = LineReport['quality'] | 'unknown' | 'away'

/** A person's line over the last minutes, oldest first, a sample each `lineSampleSeconds`. */
export interface LineTrail {
  userId: string
  samples: LineSample[]
}
export const lineSampleSeconds = 10

type Ack<Answer> = (answer: Answer | RefusalAnswer) => void

export interface PointsToServer {
  'point:call': (payload: z.input<typeof CallPoint>, ack: Ack<{ ok: true; callId: string }>) => void
  'point:answer': (payload: z.input<typeof AnswerCall>, ack: Ack<{ ok: true }>) => void
  'point:lines': (payload: z.input<typeof AskLines>, ack: Ack<{ ok: true; lines: LineTrail[] }>) => void
}

export interface PointsToClient {
  /** To the point that is called and to who called it, again once it is answered. */
  'point:called': (message: { meetingId: string; call: PointCall }) => void
}
