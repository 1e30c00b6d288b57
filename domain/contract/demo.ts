import { z } from 'zod'
import { Id } from './values.ts'

/** The demo page's switch for the synthetic bridge points. */
export const StartBridges = z.strictObject({
  /** Without it, the demo's next meeting. */
  meetingId: Id.optional(),
  behaviour: z.enum(['lively', 'quiet']).default('lively'),
})

export const BridgesAnswer = z.object({
  state: z.enum(['off', 'starting', 'on']),
  meetingId: Id.optional(),
  /** How many points there are to be, are in the room, and are seen there. */
  points: z.int(),
  joined: z.int(),
  seen: z.int(),
})
export type BridgesAnswer = z.infer<typeof BridgesAnswer>
