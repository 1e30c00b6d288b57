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

/** What a newcomer does in a first meeting, one after the other, and what shows that it was done. */
export const firstMeetingSteps = [
  'hallIn',
  'opened',
  'itemStarted',
  'floorAsked',
  'floorGiven',
  'conclusionProposed',
  'conclusionIssued',
  'receiptGiven',
] as const
export type FirstMeetingStep = (typeof firstMeetingSteps)[number]

/** The demo's next meeting, for the page of those who are not in it: who is, and how far it has come. */
export const DemoRoomAnswer = z.object({
  meetingId: Id,
  status: z.enum(['scheduled', 'running', 'paused', 'closed']),
  /** Usernames of the accounts that are connected now. */
  inside: z.array(z.string()),
  done: z.array(z.enum(firstMeetingSteps)),
})
export type DemoRoomAnswer = z.infer<typeof DemoRoomAnswer>
