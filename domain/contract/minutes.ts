import { z } from 'zod'
import { MinutesAnswer } from './http.ts'
import { base64, Id, limits } from './values.ts'

/** The live messages of the shared minutes; a section's id is its agenda item's, the opening's is the meeting's. */

export const awarenessBytes = 8 * 1024
export const stateVectorBytes = 64 * 1024

/** What this client's minutes schema is called (`minutesBuild`); without it the current one is assumed. */
export const MinutesBuild = z.string().min(1).max(100)

const Section = { meetingId: Id, sectionId: Id }

export const MinutesSync = z.strictObject({
  ...Section,
  stateVector: base64(stateVectorBytes),
  build: MinutesBuild.optional(),
})
export type MinutesSync = z.infer<typeof MinutesSync>

export const MinutesUpdate = z.strictObject({
  ...Section,
  update: base64(limits.minutesUpdateBytes).min(1),
  build: MinutesBuild.optional(),
})
export type MinutesUpdate = z.infer<typeof MinutesUpdate>

export const MinutesAwareness = z.strictObject({ ...Section, update: base64(awarenessBytes).min(1) })
export type MinutesAwareness = z.infer<typeof MinutesAwareness>

/**
 * `seq` is that of the last committed update; `isReadOnly` when what is stored is damaged, then no update is taken; `section`
 * only for a client that asked for the compact wire (`minutes-compact.ts`): what its updates name the section by.
 */
export const MinutesSyncAck = z.object({
  ok: z.literal(true),
  update: z.string(),
  stateVector: z.string(),
  seq: z.int(),
  isReadOnly: z.literal(true).optional(),
  section: z.int().optional(),
})
export type MinutesSyncAck = z.infer<typeof MinutesSyncAck>

export const MinutesUpdateAck = z.object({ ok: z.literal(true), seq: z.int() })
export type MinutesUpdateAck = z.infer<typeof MinutesUpdateAck>

/** Server to client. `seq` is the last number committed when it was sent; the update itself may not be committed yet. */
export interface MinutesUpdateMessage {
  meetingId: string
  sectionId: string
  seq: number
  update: string
}

export interface MinutesAwarenessMessage {
  meetingId: string
  sectionId: string
  update: string
}

/** A section as it is read over HTTP: with who wrote most of each text block, in reading order; null where it is empty. */
export const MinutesReading = MinutesAnswer.shape.sections.element.extend({ authors: z.array(Id.nullable()) })
export type MinutesReading = z.infer<typeof MinutesReading>

export const MinutesReadings = z.object({ sections: z.array(MinutesReading) })

export const MinutesHistoryQuery = z.strictObject({ section: Id })

export const MinutesHistory = z.object({
  changes: z.array(z.object({ seq: z.int(), at: z.iso.datetime(), userId: Id })),
})
export type MinutesHistory = z.infer<typeof MinutesHistory>

/** Whose the author ids (Yjs client ids) of a section are: with them a client tells who wrote each line of its own document. */
export const MinutesAuthors = z.object({ authors: z.array(z.object({ clientId: z.int(), userId: Id })) })
