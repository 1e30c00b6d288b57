import type { Refusal } from '../errors.ts'
import type { Role, UnitKind } from '../contract/values.ts'
import type { Actor, MeetingState } from './state.ts'
import { mayAttendMeeting } from './visibility.ts'

/**
 * What a decision needs from outside, handed in so that `decide` stays pure. On the server it is taken under the lock of the
 * meeting; on the client it answers from what the client knows, to say in advance what the server would say.
 */
export interface Surroundings {
  /** The event time on the server's clock; never earlier than the last event's. */
  at: string
  newId(): string
  person(userId: string): { role: Role; unitId: string } | undefined
  unit(unitId: string): { kind: UnitKind } | undefined
  /** All leaders, in protocol order: who is eligible in a vote. */
  leaderIds: string[]
  /** The next number of the conclusions' register, with its notation and verification code. */
  documentNumber(): { number: number; notation: string; code: string }
  /** The ballots of a secret vote, counted per option. */
  secretTally(voteId: string): number[] | undefined
  /** Whether an issued conclusion of another meeting carries this id. */
  isIssuedElsewhere(conclusionId: string): boolean
  presentation(presentationId: string): { title: string; pages: number } | undefined
}

/** What a decision answers: the events it makes, or why not. A secret ballot leaves beside the events, never in them. */
export type Decision<Event> = { events: Event[]; ballot?: { voteId: string; option: number } } | { refusal: Refusal }

/** A person who may attend this meeting; whoever may not does not exist here. */
export function findAttendee(state: MeetingState, around: Surroundings, userId: string): Actor | undefined {
  const person = around.person(userId)
  if (!person) return undefined
  const attendee = { userId, role: person.role, unitId: person.unitId }
  return mayAttendMeeting(attendee, state) ? attendee : undefined
}
