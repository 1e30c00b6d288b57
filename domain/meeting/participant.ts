import { z } from 'zod'
import { refuse } from '../errors.ts'
import { Id } from '../contract/values.ts'
import { leaveFloor } from './floor.ts'
import type { MeetingState } from './state.ts'
import type { Decision, Surroundings } from './surroundings.ts'
import type { EventBody } from './meeting.ts'
import type { Deciders, Evolvers } from './shape.ts'

/**
 * Muting, removing, readmitting a person.
 * P1  Who is muted stays muted over a reconnect; the floor, when given, opens the microphone again.
 * P2  Who is removed loses floor and place in the queue and may do nothing until readmitted.
 * P3  The chair cannot be removed, and nobody removes or mutes for themselves.
 */

export const commands = [
  z.strictObject({ type: z.literal('participant.mute'), userId: Id }),
  z.strictObject({ type: z.literal('participant.remove'), userId: Id }),
  z.strictObject({ type: z.literal('participant.readmit'), userId: Id }),
] as const

export const events = [
  z.object({ type: z.literal('participant.muted'), userId: Id }),
  z.object({ type: z.literal('participant.removed'), userId: Id }),
  z.object({ type: z.literal('participant.readmitted'), userId: Id }),
] as const

const present = (state: MeetingState, userId: string, around: Surroundings): Decision<EventBody> | undefined => {
  if (state.status === 'closed') return refuse('wrong_state', 'meeting_closed')
  return around.person(userId) ? undefined : refuse('not_found')
}

export const decide: Deciders<typeof commands> = {
  'participant.mute': (state, { userId }, _actor, around) => {
    const wrong = present(state, userId, around)
    if (wrong) return wrong
    if (state.participants.muted.includes(userId)) return refuse('wrong_state', 'already_muted')
    return { events: [{ type: 'participant.muted', userId }] }
  },
  'participant.remove': (state, { userId }, actor, around) => {
    const wrong = present(state, userId, around)
    if (wrong) return wrong
    if (userId === state.chairUserId) return refuse('wrong_state', 'chair_stays')
    if (userId === actor.userId) return refuse('wrong_state', 'not_yourself')
    if (state.participants.removed.includes(userId)) return refuse('wrong_state', 'already_removed')
    return { events: [{ type: 'participant.removed', userId }] }
  },
  'participant.readmit': (state, { userId }) =>
    state.participants.removed.includes(userId)
      ? { events: [{ type: 'participant.readmitted', userId }] }
      : refuse('wrong_state', 'not_removed'),
}

export const evolve: Evolvers<typeof events> = {
  'participant.muted': (state, { userId }) => ({
    ...state,
    participants: { ...state.participants, muted: [...state.participants.muted, userId] },
  }),
  'participant.removed': (state, { userId, at }) => {
    const gone = leaveFloor(state, userId, at)
    return {
      ...gone,
      stage: gone.stage.pinnedUserId === userId ? { ...gone.stage, pinnedUserId: undefined } : gone.stage,
      participants: { ...gone.participants, removed: [...gone.participants.removed, userId] },
    }
  },
  'participant.readmitted': (state, { userId }) => ({
    ...state,
    participants: { ...state.participants, removed: state.participants.removed.filter((one) => one !== userId) },
  }),
}
