import { z } from 'zod'
import { refuse } from '../errors.ts'
import { Id } from '../contract/values.ts'
import { secondsBetween, usedSecondsAt } from './agenda.ts'
import { findItem, isClosedStub, type Actor, type FloorRequest, type MeetingState, type RequestKind } from './state.ts'
import { findAttendee } from './surroundings.ts'
import { mayAttendItem } from './visibility.ts'
import type { Deciders, Evolvers } from './shape.ts'

/**
 * The floor: who speaks, who waits.
 * F1  A person has at most one request of a kind; a second is refused until the first is granted or withdrawn.
 * F2  The queue holds points of order first, then replies, then speeches, by time within each; an order set by the chair
 *     stands, and a new request goes behind the last one of the same or a higher kind.
 * F3  Any request can be withdrawn by who made it, one kind or all.
 * F4  One person holds the floor at a time: a grant first takes it back from the holder.
 * F5  A grant removes the person's first request; the others keep their order.
 * F6  Only someone who may hear the running item asks for the floor or is given it, else `forbidden`.
 * F7  The floor is given while the meeting runs; its clock stops in a pause. Without `limitSeconds` there is no limit.
 * F8  Speaking time is counted per person and item: the one under which the floor was given.
 */

const Kind = z.enum(['speak', 'reply', 'pointOfOrder'])

export const commands = [
  z.strictObject({ type: z.literal('floor.request'), kind: Kind.default('speak') }),
  z.strictObject({ type: z.literal('floor.withdraw'), kind: Kind.optional() }),
  z.strictObject({ type: z.literal('floor.yield') }),
  z.strictObject({ type: z.literal('floor.grant'), userId: Id, limitSeconds: z.int().min(1).max(86_400).optional() }),
  z.strictObject({ type: z.literal('floor.revoke') }),
  z.strictObject({ type: z.literal('floor.reorder'), requestIds: z.array(Id).max(1000) }),
] as const

/** `itemId` is the item that ran when it happened: the log tells what was spoken about, and who may see it. */
const itemId = Id.optional()

export const events = [
  z.object({ type: z.literal('floor.requested'), requestId: Id, userId: Id, unitId: Id, kind: Kind, itemId }),
  z.object({ type: z.literal('floor.withdrawn'), userId: Id, requestIds: z.array(Id), itemId }),
  z.object({ type: z.literal('floor.yielded'), userId: Id, itemId }),
  z.object({
    type: z.literal('floor.granted'),
    userId: Id,
    unitId: Id,
    kind: Kind,
    limitSeconds: z.int().optional(),
    requestId: Id.optional(),
    itemId,
  }),
  z.object({ type: z.literal('floor.revoked'), userId: Id, itemId }),
  z.object({ type: z.literal('floor.reordered'), requestIds: z.array(Id), itemId }),
] as const

const rank: Record<RequestKind, number> = { pointOfOrder: 0, reply: 1, speak: 2 }
const speakers: Actor['role'][] = ['leader', 'department', 'bridge', 'office', 'secretary']

export const decide: Deciders<typeof commands> = {
  'floor.request': (state, { kind }, actor, around) => {
    if (state.status !== 'running' && state.status !== 'paused') return refuse('wrong_state', 'meeting_not_running')
    if (!mayHear(actor, state)) return refuse('forbidden', 'item_closed_to_you')
    if (state.floor.queue.some((one) => one.userId === actor.userId && one.kind === kind))
      return refuse('wrong_state', 'already_requested')
    return {
      events: [
        {
          type: 'floor.requested',
          requestId: around.newId(),
          userId: actor.userId,
          unitId: actor.unitId,
          kind,
          itemId: state.currentItemId,
        },
      ],
    }
  },

  'floor.withdraw': (state, { kind }, actor) => {
    const mine = state.floor.queue.filter((one) => one.userId === actor.userId && (kind === undefined || one.kind === kind))
    if (mine.length === 0) return refuse('wrong_state', 'not_requested')
    return {
      events: [
        {
          type: 'floor.withdrawn',
          userId: actor.userId,
          requestIds: mine.map((one) => one.requestId),
          itemId: state.currentItemId,
        },
      ],
    }
  },

  'floor.yield': (state, _command, actor) => ({
    events: [{ type: 'floor.yielded', userId: actor.userId, itemId: state.currentItemId }],
  }),

  'floor.grant': (state, { userId, limitSeconds }, _actor, around) => {
    if (state.status !== 'running') return refuse('wrong_state', 'meeting_not_running')
    const person = findAttendee(state, around, userId)
    if (!person) return refuse('not_found')
    if (state.participants.removed.includes(userId)) return refuse('wrong_state', 'person_removed')
    if (!speakers.includes(person.role) || !mayHear(person, state)) return refuse('forbidden', 'may_not_speak')
    const request = state.floor.queue.find((one) => one.userId === userId)
    return {
      events: [
        {
          type: 'floor.granted',
          userId,
          unitId: person.unitId,
          kind: request?.kind ?? 'speak',
          limitSeconds,
          requestId: request?.requestId,
          itemId: state.currentItemId,
        },
      ],
    }
  },

  'floor.revoke': (state) =>
    state.floor.holder
      ? { events: [{ type: 'floor.revoked', userId: state.floor.holder.userId, itemId: state.currentItemId }] }
      : refuse('wrong_state', 'floor_free'),

  'floor.reorder': (state, { requestIds }) => {
    if (state.floor.queue.length === 0) return refuse('wrong_state', 'queue_empty')
    const now = state.floor.queue.map((one) => one.requestId)
    const isSame =
      requestIds.length === now.length && new Set(requestIds).size === now.length && now.every((id) => requestIds.includes(id))
    return isSame
      ? { events: [{ type: 'floor.reordered', requestIds, itemId: state.currentItemId }] }
      : refuse('invalid_input', 'order_incomplete', { field: 'requestIds' })
  },
}

const mayHear = (person: Actor, state: MeetingState): boolean =>
  mayAttendItem(person, state, state.currentItemId ?? state.meetingId)

export const evolve: Evolvers<typeof events> = {
  'floor.requested': (state, event) => {
    const { requestId, userId, unitId, kind, at } = event
    const queue = state.floor.queue
    const behind = queue.findLastIndex((one) => rank[one.kind] <= rank[kind]) + 1
    return withQueue(state, [...queue.slice(0, behind), { requestId, userId, unitId, kind, at }, ...queue.slice(behind)])
  },
  'floor.withdrawn': (state, event) =>
    withQueue(
      state,
      state.floor.queue.filter((one) => !event.requestIds.includes(one.requestId)),
    ),
  'floor.yielded': (state, event) => endTurn(state, event.at),
  'floor.granted': (state, event) => {
    const { userId, unitId, kind, limitSeconds, requestId, itemId, at } = event
    const free = endTurn(state, at)
    return {
      ...free,
      floor: {
        ...free.floor,
        holder: { userId, unitId, kind, itemId, since: at, limitSeconds, usedSeconds: 0, clockSince: at },
        queue: free.floor.queue.filter((one) => one.requestId !== requestId),
      },
      participants: { ...free.participants, muted: free.participants.muted.filter((one) => one !== userId) },
    }
  },
  'floor.revoked': (state, event) => endTurn(state, event.at),
  'floor.reordered': (state, event) => {
    const byId = new Map(state.floor.queue.map((one) => [one.requestId, one]))
    return withQueue(
      state,
      event.requestIds.flatMap((id) => byId.get(id) ?? []),
    )
  },
}

const withQueue = (state: MeetingState, queue: FloorRequest[]): MeetingState => ({ ...state, floor: { ...state.floor, queue } })

/** Takes the floor back, if someone holds it, and counts what was spoken. */
export function endTurn(state: MeetingState, at: string): MeetingState {
  const { holder, ...floor } = state.floor
  if (!holder) return state
  const seconds = usedSecondsAt(holder, at)
  const isMine = (one: { userId: string; itemId?: string }) => one.userId === holder.userId && one.itemId === holder.itemId
  const known = floor.speaking.find(isMine)
  const speaking = known
    ? floor.speaking.map((one) => (one === known ? { ...one, seconds: one.seconds + seconds, turns: one.turns + 1 } : one))
    : [...floor.speaking, { unitId: holder.unitId, userId: holder.userId, itemId: holder.itemId, seconds, turns: 1 }]
  return { ...state, floor: { ...floor, speaking } }
}

/** Before and after a closed item: floor taken back, queue and stage empty. */
export function clearFloor(state: MeetingState, at: string): MeetingState {
  const free = endTurn(state, at)
  return { ...free, floor: { ...free.floor, queue: [] }, stage: {} }
}

/** The floor of a person who is no longer in the room: turn ended, requests gone. */
export function leaveFloor(state: MeetingState, userId: string, at: string): MeetingState {
  const free = state.floor.holder?.userId === userId ? endTurn(state, at) : state
  return withQueue(
    free,
    free.floor.queue.filter((one) => one.userId !== userId),
  )
}

export function stopFloorClock(state: MeetingState, at: string): MeetingState {
  const { holder } = state.floor
  if (!holder) return state
  const { clockSince: _stopped, ...rest } = holder
  return { ...state, floor: { ...state.floor, holder: { ...rest, usedSeconds: usedSecondsAt(holder, at) } } }
}

export function startFloorClock(state: MeetingState, at: string): MeetingState {
  const { holder } = state.floor
  return holder ? { ...state, floor: { ...state.floor, holder: { ...holder, clockSince: at } } } : state
}

export interface SpokenTime {
  userId: string
  unitId: string
  seconds: number
  turns: number
  /** Of it, under the running item. */
  itemSeconds: number
}

/** Speaking time per person at `now`, the running turn included, longest first. */
export function speakingByPerson(state: MeetingState, now: string): SpokenTime[] {
  const { speaking, holder } = state.floor
  const turns = [...speaking, ...(holder ? [{ ...holder, seconds: usedSecondsAt(holder, now), turns: 1 }] : [])]
  const total = new Map<string, SpokenTime>()
  for (const { userId, unitId, itemId, seconds, turns: more } of turns) {
    const known = total.get(userId) ?? { userId, unitId, seconds: 0, turns: 0, itemSeconds: 0 }
    const isNow = itemId !== undefined && itemId === state.currentItemId
    total.set(userId, {
      ...known,
      seconds: known.seconds + seconds,
      turns: known.turns + more,
      itemSeconds: known.itemSeconds + (isNow ? seconds : 0),
    })
  }
  return [...total.values()].sort((a, b) => b.seconds - a.seconds)
}

/**
 * The invited units that may hear the running item and have neither spoken under it nor wait for the floor; while no item runs,
 * those that have said nothing in the meeting. The unit that presents is not silent.
 */
export function silentUnitIds(state: MeetingState): string[] {
  const item = findItem(state, state.currentItemId)
  const { speaking, holder, queue } = state.floor
  const heard = new Set([
    ...[...speaking, ...(holder ? [holder] : [])].filter((one) => !item || one.itemId === item.id).map((one) => one.unitId),
    ...queue.map((one) => one.unitId),
  ])
  if (item && !isClosedStub(item) && item.presenterUnitId !== undefined) heard.add(item.presenterUnitId)
  const audience = item && !isClosedStub(item) ? item.audience : 'everyone'
  return state.unitIds.filter((unitId) => !heard.has(unitId) && (audience === 'everyone' || audience.includes(unitId)))
}

/** Seconds a request has waited at `now`. */
export const waitedSeconds = (request: FloorRequest, now: string): number => secondsBetween(request.at, now)
