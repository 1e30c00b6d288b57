import type { z } from 'zod'
import type { Role } from '../contract/values.ts'
import type { Actor, MeetingState } from './state.ts'
import type { Decision, Surroundings } from './surroundings.ts'
import type { EventBody } from './meeting.ts'

/** The shape that every capability of the meeting has: `commands`, `events`, `decide` per command, `evolve` per event. */

export interface Envelope {
  seq: number
  /** The server's clock, UTC with milliseconds; never decreases within a meeting. */
  at: string
  actor: { userId: string; role: Role; unitId?: string } | { system: true }
  commandId?: string
  /** The log's hash of this event; on the wire to clients only where a screen shows it (`conclusion.issued`). */
  hash?: string
}

type Schemas = readonly z.ZodType<{ type: string }>[]
type Of<S extends Schemas> = z.output<S[number]>

export type Deciders<S extends Schemas> = {
  [T in Of<S>['type']]: (
    state: MeetingState,
    command: Extract<Of<S>, { type: T }>,
    actor: Actor,
    around: Surroundings,
  ) => Decision<EventBody>
}

export type Evolvers<S extends Schemas> = {
  [T in Of<S>['type']]: (state: MeetingState, event: Extract<Of<S>, { type: T }> & Envelope) => MeetingState
}
