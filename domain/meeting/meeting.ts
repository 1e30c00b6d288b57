import { z } from 'zod'
import type { Actor, MeetingState } from './state.ts'
import type { Decision, Surroundings } from './surroundings.ts'
import type { Envelope } from './shape.ts'
import * as lifecycle from './lifecycle.ts'
import * as agenda from './agenda.ts'
import * as floor from './floor.ts'
import * as attendance from './attendance.ts'
import * as participant from './participant.ts'
import * as stage from './stage.ts'
import * as vote from './vote.ts'
import * as conclusion from './conclusion.ts'
import * as notice from './notice.ts'
import * as help from './help.ts'

/**
 * The meeting gathers its capabilities: one union of commands, one of events, one `decide`, one `evolve`.
 * Both are pure: the same state and the same input give the same answer, on the server, in the browser and in a replay.
 */

export const Command = z.discriminatedUnion('type', [
  ...lifecycle.commands,
  ...attendance.commands,
  ...agenda.commands,
  ...floor.commands,
  ...participant.commands,
  ...stage.commands,
  ...vote.commands,
  ...conclusion.commands,
  ...notice.commands,
  ...help.commands,
])
export type Command = z.output<typeof Command>
export type CommandInput = z.input<typeof Command>
export type CommandType = Command['type']

export const EventBody = z.discriminatedUnion('type', [
  ...lifecycle.events,
  ...attendance.events,
  ...agenda.events,
  ...floor.events,
  ...participant.events,
  ...stage.events,
  ...vote.events,
  ...conclusion.events,
  ...notice.events,
  ...help.events,
])
export type EventBody = z.output<typeof EventBody>
export type EventType = EventBody['type']
export type MeetingEvent = EventBody & Envelope

type Decider = (state: MeetingState, command: Command, actor: Actor, around: Surroundings) => Decision<EventBody>
type Evolver = (state: MeetingState, event: MeetingEvent) => MeetingState

const deciders = {
  ...lifecycle.decide,
  ...attendance.decide,
  ...agenda.decide,
  ...floor.decide,
  ...participant.decide,
  ...stage.decide,
  ...vote.decide,
  ...conclusion.decide,
  ...notice.decide,
  ...help.decide,
} satisfies {
  [T in CommandType]: (
    state: MeetingState,
    command: Extract<Command, { type: T }>,
    actor: Actor,
    around: Surroundings,
  ) => Decision<EventBody>
}

const evolvers = {
  ...lifecycle.evolve,
  ...attendance.evolve,
  ...agenda.evolve,
  ...floor.evolve,
  ...participant.evolve,
  ...stage.evolve,
  ...vote.evolve,
  ...conclusion.evolve,
  ...notice.evolve,
  ...help.evolve,
} satisfies { [T in EventType]: (state: MeetingState, event: Extract<EventBody, { type: T }> & Envelope) => MeetingState }

export const commandTypes = Object.keys(deciders) as readonly string[] as readonly CommandType[]
export const eventTypes = Object.keys(evolvers) as readonly string[] as readonly EventType[]

/** What a command would do now: its events, or the refusal. Changes nothing; who may is `authorise` in permissions.ts. */
export function decide(state: MeetingState, command: Command, actor: Actor, around: Surroundings): Decision<EventBody> {
  // The table is complete by `satisfies`; TypeScript cannot see that the key and the argument come from the same member.
  const decider = deciders[command.type] as Decider
  return decider(state, command, actor, around)
}

/** The state after an event. Never throws; an event of a later version that this one does not know changes nothing. */
export function evolve(state: MeetingState, event: MeetingEvent): MeetingState {
  if (!Object.hasOwn(evolvers, event.type)) return state
  const evolver = evolvers[event.type] as Evolver
  return evolver(state, event)
}

/** Reads a stored or received event; its fields were checked when it was made. */
export function readEvent(json: string): MeetingEvent {
  return JSON.parse(json) as MeetingEvent
}
