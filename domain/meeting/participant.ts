import { z } from 'zod'
import { refuse } from '../errors.ts'
import { Id } from '../contract/values.ts'
import { leaveFloor } from './floor.ts'
import type { MeetingState } from './state.ts'
import { findAttendee } from './surroundings.ts'
import { isInside } from './visibility.ts'
import type { Deciders, Evolvers } from './shape.ts'

/**
 * Muting, removing, readmitting a person.
 * P1  Who is muted stays muted over a reconnect; the floor, when given, opens the microphone again.
 * P2  Who is removed loses floor and place in the queue and may do nothing until readmitted.
 * P3  The chair cannot be removed, and nobody removes or mutes for themselves.
 * P4  What a closed item does to its people's microphones is seen inside only, and ends with it.
 */

export const commands = [
  z.strictObject({ type: z.literal('participant.mute'), userId: Id }),
  z.strictObject({ type: z.literal('participant.remove'), userId: Id }),
  z.strictObject({ type: z.literal('participant.readmit'), userId: Id }),
] as const

export const events = [
  /** `itemId` is the running item where the person is inside it. */
  z.object({ type: z.literal('participant.muted'), userId: Id, itemId: Id.optional() }),
  z.object({ type: z.literal('participant.removed'), userId: Id }),
  z.object({ type: z.literal('participant.readmitted'), userId: Id }),
] as const

export const decide: Deciders<typeof commands> = {
  'participant.mute': (state, { userId }, actor, around) => {
    if (state.status === 'closed') return refuse('wrong_state', 'meeting_closed')
    const person = findAttendee(state, around, userId)
    if (!person) return refuse('not_found')
    if (userId === actor.userId) return refuse('wrong_state', 'not_yourself')
    if (state.participants.muted.includes(userId)) return refuse('wrong_state', 'already_muted')
    return {
      events: [
        {
          type: 'participant.muted',
          userId,
          itemId: isInside(person, state, state.currentItemId) ? state.currentItemId : undefined,
        },
      ],
    }
  },
  'participant.remove': (state, { userId }, actor, around) => {
    if (state.status === 'closed') return refuse('wrong_state', 'meeting_closed')
    if (!findAttendee(state, around, userId)) return refuse('not_found')
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
  'participant.muted': (state, { userId, itemId }) => {
    const { muted, removed, mutedOutside } = state.participants
    const outside = mutedOutside && itemId === undefined ? [...mutedOutside, userId] : mutedOutside
    return { ...state, participants: { muted: [...muted, userId], removed, mutedOutside: outside } }
  },
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

/** Before a closed item, for those inside: what those outside know stays as it is. */
export const keepMutes = (state: MeetingState): MeetingState => ({
  ...state,
  participants: { ...state.participants, mutedOutside: state.participants.muted },
})

/** After a closed item: what those outside know stands for all. */
export function restoreMutes(state: MeetingState): MeetingState {
  const { muted, removed, mutedOutside } = state.participants
  return { ...state, participants: { muted: mutedOutside ?? muted, removed } }
}
