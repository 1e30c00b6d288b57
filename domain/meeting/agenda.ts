import { z } from 'zod'
import { refuse } from '../errors.ts'
import { Id, limits, text } from '../contract/values.ts'
import { findItem, isClosedItem, isClosedStub, type AgendaItem, type ItemStatus, type MeetingState } from './state.ts'
import { clearFloor } from './floor.ts'
import { keepMutes, restoreMutes } from './participant.ts'
import type { Deciders, Evolvers } from './shape.ts'

/**
 * The agenda: what is dealt with, in which order, and how long.
 * A1  One item runs at a time; starting the next finishes the running one.
 * A2  An item starts while the meeting runs; what is done does not start again, what was deferred may.
 * A3  Only a pending or running item is extended or deferred; a deferred one keeps its number and its minutes.
 * A4  A new item gets the next printed number and its place among the pending ones; numbers never change.
 * A5  A reorder names all pending items, each once; the others keep their places.
 * A6  A closed item begins and ends with an empty queue, floor and stage: nothing of it, and nothing into it, crosses the door.
 * A7  Expected times follow from what is left of the running item and the budgets of those before.
 */

const minutes = (min: number, max: number) => z.int().min(min).max(max)
const Audience = z.union([z.literal('everyone'), z.array(Id).max(500)])
const Form = z.enum(['inPerson', 'online', 'mixed'])

export const NewItem = z.strictObject({
  title: text(limits.title),
  presenterUnitId: Id.optional(),
  audience: Audience.default('everyone'),
  form: Form.optional(),
  budgetMinutes: minutes(1, 480),
})

export const commands = [
  z.strictObject({ type: z.literal('agenda.start'), itemId: Id }),
  z.strictObject({ type: z.literal('agenda.finish'), itemId: Id }),
  z.strictObject({ type: z.literal('agenda.extend'), itemId: Id, minutes: minutes(1, 240) }),
  z.strictObject({ type: z.literal('agenda.defer'), itemId: Id, reason: text(limits.notice, { lines: true }).optional() }),
  z.strictObject({
    type: z.literal('agenda.insert'),
    itemId: Id,
    ...NewItem.shape,
    position: z.int().min(0).max(1000).optional(),
  }),
  z.strictObject({ type: z.literal('agenda.reorder'), itemIds: z.array(Id).max(500) }),
] as const

export const events = [
  z.object({ type: z.literal('agenda.started'), itemId: Id }),
  z.object({ type: z.literal('agenda.finished'), itemId: Id }),
  z.object({ type: z.literal('agenda.extended'), itemId: Id, minutes: z.int() }),
  z.object({ type: z.literal('agenda.deferred'), itemId: Id, reason: z.string().optional() }),
  z.object({
    type: z.literal('agenda.inserted'),
    itemId: Id,
    number: z.int(),
    budgetMinutes: z.int(),
    position: z.int(),
    title: z.string().optional(),
    presenterUnitId: Id.optional(),
    audience: Audience.optional(),
    form: Form.optional(),
    /** Only in what those outside a closed item receive, who get no title and no audience. */
    closed: z.literal(true).optional(),
  }),
  z.object({ type: z.literal('agenda.reordered'), itemIds: z.array(Id) }),
] as const

const pending = (state: MeetingState) => state.agenda.filter((item) => item.status === 'pending')

export const decide: Deciders<typeof commands> = {
  'agenda.start': (state, { itemId }) => {
    const item = findItem(state, itemId)
    if (!item) return refuse('not_found')
    if (state.status !== 'running') return refuse('wrong_state', 'meeting_not_running')
    if (item.status === 'running') return refuse('wrong_state', 'item_running')
    if (item.status === 'done') return refuse('wrong_state', 'item_done')
    const running = state.currentItemId
    return {
      events: [
        ...(running === undefined ? [] : [{ type: 'agenda.finished' as const, itemId: running }]),
        { type: 'agenda.started', itemId },
      ],
    }
  },

  'agenda.finish': (state, { itemId }) => {
    const item = findItem(state, itemId)
    if (!item) return refuse('not_found')
    if (item.status !== 'running') return refuse('wrong_state', 'item_not_running')
    return { events: [{ type: 'agenda.finished', itemId }] }
  },

  'agenda.extend': (state, { itemId, minutes }) => {
    const item = findItem(state, itemId)
    if (!item) return refuse('not_found')
    if (state.status === 'closed') return refuse('wrong_state', 'meeting_closed')
    if (item.status !== 'pending' && item.status !== 'running') return refuse('wrong_state', 'item_done')
    if (item.budgetSeconds + minutes * 60 > 24 * 3600) return refuse('invalid_input', 'budget_too_long', { field: 'minutes' })
    return { events: [{ type: 'agenda.extended', itemId, minutes }] }
  },

  'agenda.defer': (state, { itemId, reason }) => {
    const item = findItem(state, itemId)
    if (!item) return refuse('not_found')
    if (state.status === 'closed') return refuse('wrong_state', 'meeting_closed')
    if (item.status !== 'pending' && item.status !== 'running') return refuse('wrong_state', 'item_done')
    return { events: [{ type: 'agenda.deferred', itemId, reason }] }
  },

  'agenda.insert': (state, command, _actor, around) => {
    if (state.status === 'closed') return refuse('wrong_state', 'meeting_closed')
    if (findItem(state, command.itemId) || command.itemId === state.meetingId) return refuse('conflict', 'item_exists')
    if (state.agenda.length >= 200) return refuse('wrong_state', 'agenda_full')
    const wrong = wrongUnits(state, command)
    if (wrong) return refuse('invalid_input', 'unit_not_invited', { field: wrong })
    const presenter = command.presenterUnitId === undefined ? undefined : around.unit(command.presenterUnitId)
    return {
      events: [
        {
          type: 'agenda.inserted',
          itemId: command.itemId,
          number: Math.max(0, ...state.agenda.map((item) => item.number)) + 1,
          title: command.title,
          presenterUnitId: command.presenterUnitId,
          audience: command.audience === 'everyone' ? 'everyone' : [...new Set(command.audience)],
          form: command.form ?? defaultForm(presenter?.kind),
          budgetMinutes: command.budgetMinutes,
          position: Math.min(command.position ?? Infinity, pending(state).length),
        },
      ],
    }
  },

  'agenda.reorder': (state, { itemIds }) => {
    if (state.status === 'closed') return refuse('wrong_state', 'meeting_closed')
    const now = pending(state).map((item) => item.id)
    const isSame =
      itemIds.length === now.length && new Set(itemIds).size === now.length && now.every((id) => itemIds.includes(id))
    return isSame
      ? { events: [{ type: 'agenda.reordered', itemIds }] }
      : refuse('invalid_input', 'order_incomplete', { field: 'itemIds' })
  },
}

/** The field that names a unit the meeting did not invite, or undefined. */
export function wrongUnits(
  meeting: { unitIds: string[] },
  item: { presenterUnitId?: string; audience: 'everyone' | string[] },
): 'presenterUnitId' | 'audience' | undefined {
  if (item.presenterUnitId !== undefined && !meeting.unitIds.includes(item.presenterUnitId)) return 'presenterUnitId'
  if (item.audience !== 'everyone' && item.audience.some((unitId) => !meeting.unitIds.includes(unitId))) return 'audience'
  return undefined
}

/** Departments come to the headquarters, localities join from their bridge points (facts: process 5). */
export const defaultForm = (kind: 'office' | 'department' | 'district' | 'commune' | undefined) =>
  kind === undefined || kind === 'office' ? 'mixed' : kind === 'department' ? 'inPerson' : 'online'

export const evolve: Evolvers<typeof events> = {
  'agenda.started': (state, event) => {
    const item = findItem(state, event.itemId)
    if (!item) return state
    const empty = isClosedItem(item) ? clearFloor(state, event.at) : state
    const before = isClosedItem(item) && !isClosedStub(item) ? keepMutes(empty) : empty
    const running = startItemClock(
      {
        ...changeItem(before, event.itemId, ({ expectedAt: _past, finishedAt: _undone, ...rest }) => ({
          ...rest,
          status: 'running',
          startedAt: rest.startedAt ?? event.at,
        })),
        currentItemId: event.itemId,
      },
      event.at,
    )
    return withForecast(running, event.at)
  },
  'agenda.finished': (state, event) => withForecast(itemEnded(state, event.at, 'done', event.itemId), event.at),
  'agenda.extended': (state, event) =>
    withForecast(
      changeItem(state, event.itemId, (item) => ({ ...item, budgetSeconds: item.budgetSeconds + event.minutes * 60 })),
      event.at,
    ),
  'agenda.deferred': (state, event) => {
    const ended =
      state.currentItemId === event.itemId
        ? itemEnded(state, event.at, 'deferred', event.itemId)
        : changeItem(state, event.itemId, (item) => ({ ...item, status: 'deferred' }))
    return withForecast(
      event.reason === undefined
        ? ended
        : changeItem(ended, event.itemId, (item) => ('closed' in item ? item : { ...item, deferReason: event.reason })),
      event.at,
    )
  },
  'agenda.inserted': (state, event) => {
    const clock = {
      id: event.itemId,
      number: event.number,
      status: 'pending' as const,
      budgetSeconds: event.budgetMinutes * 60,
      usedSeconds: 0,
    }
    const item: AgendaItem = event.closed
      ? { ...clock, closed: true }
      : {
          ...clock,
          title: event.title ?? '',
          presenterUnitId: event.presenterUnitId,
          audience: event.audience ?? 'everyone',
          form: event.form ?? 'mixed',
        }
    const behind = pending(state)[event.position]
    const at = behind ? state.agenda.indexOf(behind) : state.agenda.length
    return withForecast({ ...state, agenda: [...state.agenda.slice(0, at), item, ...state.agenda.slice(at)] }, event.at)
  },
  'agenda.reordered': (state, event) => {
    const order = event.itemIds.values()
    const byId = new Map(state.agenda.map((item) => [item.id, item]))
    return withForecast(
      {
        ...state,
        agenda: state.agenda.map((item) => (item.status === 'pending' ? (byId.get(order.next().value ?? '') ?? item) : item)),
      },
      event.at,
    )
  },
}

function changeItem(state: MeetingState, itemId: string, change: (item: AgendaItem) => AgendaItem): MeetingState {
  return { ...state, agenda: state.agenda.map((item) => (item.id === itemId ? change(item) : item)) }
}

/** Whole seconds from one event time to a later one, never below 0. */
export const secondsBetween = (from: string, to: string): number =>
  Math.max(0, Math.round((Date.parse(to) - Date.parse(from)) / 1000))

/** What an item has used at `now`, with the running clock. */
export const usedSecondsAt = (clock: { usedSeconds: number; clockSince?: string }, now: string): number =>
  clock.usedSeconds + (clock.clockSince === undefined ? 0 : secondsBetween(clock.clockSince, now))

export function stopItemClock(state: MeetingState, at: string, itemId = state.currentItemId): MeetingState {
  return itemId === undefined
    ? state
    : changeItem(state, itemId, (item) => {
        const { clockSince: _stopped, ...rest } = item
        return { ...rest, usedSeconds: usedSecondsAt(item, at) }
      })
}

export function startItemClock(state: MeetingState, at: string): MeetingState {
  return state.currentItemId === undefined
    ? state
    : changeItem(state, state.currentItemId, (item) => ({ ...item, clockSince: at }))
}

/** Ends the running item, if it is `itemId`; the end of a closed item empties floor, queue and stage. */
export function itemEnded(state: MeetingState, at: string, status: ItemStatus, itemId = state.currentItemId): MeetingState {
  const item = findItem(state, itemId)
  if (!item || state.currentItemId !== item.id) return state
  const stopped = changeItem(stopItemClock(state, at), item.id, (one) => ({ ...one, status, finishedAt: at }))
  const { currentItemId: _ended, ...rest } = isClosedItem(item) ? restoreMutes(clearFloor(stopped, at)) : stopped
  return rest
}

/** Minutes between the opening and the first item (facts: process 5). */
const openingMinutes = 10

/**
 * When each pending item is expected to begin, seen from `now`: the opening, then what is left of the running item, then the
 * budgets in order. Items that are not pending have no expected time. Also tells when the meeting is expected to end.
 */
export function forecast(state: MeetingState, now: string): { expectedAt: Map<string, string>; endsAt?: string } {
  const expectedAt = new Map<string, string>()
  if (state.status === 'closed') return { expectedAt }
  const opening = Date.parse(state.openedAt ?? state.scheduledAt) + openingMinutes * 60_000
  const hasBegun = state.agenda.some((item) => item.startedAt !== undefined)
  const from = state.openedAt === undefined ? Date.parse(state.scheduledAt) : Date.parse(now)
  const running = findItem(state, state.currentItemId)
  let at = Math.max(from, hasBegun ? 0 : opening)
  if (running) at += Math.max(0, running.budgetSeconds - usedSecondsAt(running, now)) * 1000
  for (const item of state.agenda) {
    if (item.status !== 'pending') continue
    expectedAt.set(item.id, new Date(at).toISOString())
    at += item.budgetSeconds * 1000
  }
  return { expectedAt, endsAt: new Date(at).toISOString() }
}

/** The state with expected times as of `at`. Used on events everyone receives, so that all folds agree. */
export function withForecast(state: MeetingState, at: string): MeetingState {
  const { expectedAt } = forecast(state, at)
  return {
    ...state,
    agenda: state.agenda.map((item) => {
      const expected = expectedAt.get(item.id)
      if (item.expectedAt === expected) return item
      const { expectedAt: _old, ...rest } = item
      return expected === undefined ? rest : { ...rest, expectedAt: expected }
    }),
  }
}
