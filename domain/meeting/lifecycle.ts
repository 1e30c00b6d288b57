import { z } from 'zod'
import { refuse } from '../errors.ts'
import { Id, Time } from '../contract/values.ts'
import type { AgendaItem, MeetingState } from './state.ts'
import { stopFloorClock, startFloorClock, endTurn } from './floor.ts'
import { itemEnded, startItemClock, stopItemClock, withForecast } from './agenda.ts'
import type { Deciders, Evolvers } from './shape.ts'

/**
 * The meeting's life and its chair.
 * L1  A meeting is opened once; it runs, may pause and go on, and is closed once.
 * L2  A pause stops the clock of the item and of the floor; going on starts them again.
 * L3  Closing finishes the running item and takes the floor back; it waits for an open vote.
 * L4  The chair is handed over to another leader, by the chair alone; nobody inherits it.
 */

const Item = z.union([
  z.object({
    id: Id,
    number: z.int(),
    title: z.string(),
    presenterUnitId: Id.optional(),
    audience: z.union([z.literal('everyone'), z.array(Id)]),
    form: z.enum(['inPerson', 'online', 'mixed']),
    budgetSeconds: z.int(),
  }),
  z.object({ id: Id, number: z.int(), closed: z.literal(true), budgetSeconds: z.int() }),
])

export const commands = [
  z.strictObject({ type: z.literal('meeting.open') }),
  z.strictObject({ type: z.literal('meeting.pause') }),
  z.strictObject({ type: z.literal('meeting.resume') }),
  z.strictObject({ type: z.literal('meeting.close') }),
  z.strictObject({ type: z.literal('chair.handOver'), userId: Id }),
] as const

export const events = [
  z.object({
    type: z.literal('meeting.scheduled'),
    title: z.string(),
    kind: z.enum(['standing', 'plenary']),
    scheduledAt: Time,
    chairUserId: Id,
    unitIds: z.array(Id),
    agenda: z.array(Item),
    conclusionsTogether: z.literal(true).optional(),
  }),
  z.object({ type: z.literal('meeting.opened') }),
  z.object({ type: z.literal('meeting.paused') }),
  z.object({ type: z.literal('meeting.resumed') }),
  z.object({ type: z.literal('meeting.closed') }),
  z.object({ type: z.literal('chair.handedOver'), userId: Id, fromUserId: Id }),
] as const

export const decide: Deciders<typeof commands> = {
  'meeting.open': (state) =>
    state.status === 'scheduled' ? { events: [{ type: 'meeting.opened' }] } : refuse('wrong_state', 'meeting_already_opened'),

  'meeting.pause': (state) =>
    state.status === 'running' ? { events: [{ type: 'meeting.paused' }] } : refuse('wrong_state', 'meeting_not_running'),

  'meeting.resume': (state) =>
    state.status === 'paused' ? { events: [{ type: 'meeting.resumed' }] } : refuse('wrong_state', 'meeting_not_paused'),

  'meeting.close': (state) => {
    if (state.status !== 'running' && state.status !== 'paused') return refuse('wrong_state', 'meeting_not_running')
    if (state.votes.some((vote) => vote.status === 'open')) return refuse('wrong_state', 'vote_open')
    return { events: [...finishCurrent(state), { type: 'meeting.closed' }] }
  },

  'chair.handOver': (state, command, _actor, around) => {
    if (state.status === 'closed') return refuse('wrong_state', 'meeting_closed')
    if (around.person(command.userId)?.role !== 'leader')
      return refuse('invalid_input', 'chair_must_be_leader', { field: 'userId' })
    if (command.userId === state.chairUserId) return refuse('invalid_input', 'already_chair', { field: 'userId' })
    if (state.participants.removed.includes(command.userId)) return refuse('wrong_state', 'person_removed')
    return { events: [{ type: 'chair.handedOver', userId: command.userId, fromUserId: state.chairUserId }] }
  },
}

const finishCurrent = (state: MeetingState) =>
  state.currentItemId === undefined ? [] : [{ type: 'agenda.finished' as const, itemId: state.currentItemId }]

export const evolve: Evolvers<typeof events> = {
  'meeting.scheduled': (state, event) =>
    withForecast(
      {
        ...state,
        title: event.title,
        kind: event.kind,
        scheduledAt: event.scheduledAt,
        chairUserId: event.chairUserId,
        unitIds: event.unitIds,
        ...(event.conclusionsTogether ? { conclusionsTogether: true } : {}),
        agenda: event.agenda.map((item): AgendaItem => ({ ...item, status: 'pending', usedSeconds: 0 })),
      },
      event.at,
    ),
  'meeting.opened': (state, event) => withForecast({ ...state, status: 'running', openedAt: event.at }, event.at),
  'meeting.paused': (state, event) =>
    withForecast(stopFloorClock(stopItemClock({ ...state, status: 'paused', pausedAt: event.at }, event.at), event.at), event.at),
  'meeting.resumed': (state, event) => {
    const { pausedAt: _over, ...rest } = state
    return withForecast(startFloorClock(startItemClock({ ...rest, status: 'running' }, event.at), event.at), event.at)
  },
  'meeting.closed': (state, event) => {
    const { pausedAt: _over, ...rest } = endTurn(itemEnded(state, event.at, 'done'), event.at)
    return withForecast(
      { ...rest, status: 'closed', closedAt: event.at, floor: { queue: [], speaking: rest.floor.speaking }, stage: {} },
      event.at,
    )
  },
  'chair.handedOver': (state, event) => ({ ...state, chairUserId: event.userId }),
}
