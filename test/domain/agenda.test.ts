import { describe, expect, test } from 'vitest'
import { defaultForm, forecast, usedSecondsAt } from '#domain/meeting/agenda.ts'
import type { MeetingState } from '#domain/meeting/state.ts'
import {
  after,
  asChair,
  asFinance,
  asNorth,
  asOffice,
  asSecretary,
  asSouth,
  at,
  closed,
  finished,
  given,
  granted,
  id,
  items,
  opened,
  paused,
  presentation,
  requested,
  resumed,
  scheduled,
  started,
  units,
} from '../kit/meeting.ts'

const added = id(43)
const insert = { type: 'agenda.insert' as const, itemId: added, title: 'Việc đột xuất', budgetMinutes: 10 }
const deferred = (itemId: string) => ({ type: 'agenda.deferred' as const, itemId })
const order = (state: MeetingState) => state.agenda.map((item) => item.id)
const expected = (state: MeetingState) => state.agenda.map((item) => item.expectedAt)

test('[A1] starting the next item finishes the running one', () => {
  const meeting = given(scheduled(), opened, started(items.budget)).when({ type: 'agenda.start', itemId: items.roads }, asOffice)
  expect(meeting.events).toEqual([
    { type: 'agenda.finished', itemId: items.budget },
    { type: 'agenda.started', itemId: items.roads },
  ])
  expect(meeting.state.currentItemId).toBe(items.roads)
  expect(meeting.state.agenda.map((item) => item.status)).toEqual(['done', 'running', 'pending'])
})

test('[A1] only the running item is finished', () => {
  const meeting = given(scheduled(), opened, started(items.budget))
  expect(meeting.when({ type: 'agenda.finish', itemId: items.roads }, asChair).refusal?.reason).toBe('item_not_running')
  const after = meeting.when({ type: 'agenda.finish', itemId: items.budget }, asChair)
  expect(after.state.currentItemId).toBeUndefined()
  expect(after.when({ type: 'agenda.finish', itemId: items.budget }, asChair).refusal?.reason).toBe('item_not_running')
  expect(meeting.when({ type: 'agenda.finish', itemId: id(999) }, asChair).refusal?.code).toBe('not_found')
})

test('[A2] an item starts while the meeting runs, not before it, in a pause or after it', () => {
  const start = { type: 'agenda.start' as const, itemId: items.budget }
  for (const meeting of [given(scheduled()), given(scheduled(), opened, paused), given(scheduled(), opened, closed)])
    expect(meeting.when(start, asChair).refusal).toEqual({ code: 'wrong_state', reason: 'meeting_not_running' })
  expect(given(scheduled(), opened).when(start, asSecretary).refusal).toBeUndefined()
  expect(given(scheduled(), opened).when({ type: 'agenda.start', itemId: id(999) }, asChair).refusal?.code).toBe('not_found')
})

test('[A2] what is done or running does not start again, what was deferred may', () => {
  const meeting = given(scheduled(), opened, started(items.budget), finished(items.budget), started(items.roads))
  expect(meeting.when({ type: 'agenda.start', itemId: items.budget }, asChair).refusal?.reason).toBe('item_done')
  expect(meeting.when({ type: 'agenda.start', itemId: items.roads }, asChair).refusal?.reason).toBe('item_running')
  const again = meeting
    .when({ type: 'agenda.defer', itemId: items.roads }, asChair)
    .when({ type: 'agenda.start', itemId: items.roads }, asChair)
  expect(again.state.agenda[1]).toMatchObject({ status: 'running', startedAt: after(240) })
  expect(again.state.agenda[1]?.finishedAt).toBeUndefined()
})

test('[A2] an item that runs again goes on counting where it stopped', () => {
  const { state } = given(
    scheduled(),
    opened,
    at(100, started(items.budget)),
    at(160, deferred(items.budget)),
    at(500, started(items.budget)),
  )
  expect(state.agenda[0]).toMatchObject({ usedSeconds: 60, clockSince: after(500) })
  expect(usedSecondsAt(state.agenda[0] ?? { usedSeconds: 0 }, after(530))).toBe(90)
})

test('[A3] only a pending or running item is extended or deferred', () => {
  const meeting = given(scheduled(), opened, started(items.budget), finished(items.budget), deferred(items.roads))
  for (const itemId of [items.budget, items.roads]) {
    expect(meeting.when({ type: 'agenda.extend', itemId, minutes: 5 }, asOffice).refusal?.reason).toBe('item_done')
    expect(meeting.when({ type: 'agenda.defer', itemId }, asChair).refusal?.reason).toBe('item_done')
  }
  const extended = meeting.when({ type: 'agenda.extend', itemId: items.land, minutes: 5 }, asOffice)
  expect(extended.state.agenda[2]).toMatchObject({ budgetSeconds: 1200 })
})

test('[A3] an extension is refused where a day would be passed, on an unknown item and after the close', () => {
  const meeting = given(
    scheduled({
      agenda: [{ id: items.budget, number: 1, title: 'Một', audience: 'everyone', form: 'mixed', budgetSeconds: 24 * 3600 - 60 }],
    }),
    opened,
  )
  const extend = (minutes: number, itemId: string = items.budget) => ({ type: 'agenda.extend' as const, itemId, minutes })
  expect(meeting.when(extend(1), asChair).refusal).toBeUndefined()
  expect(meeting.when(extend(2), asChair).refusal).toEqual({ code: 'invalid_input', reason: 'budget_too_long', field: 'minutes' })
  expect(meeting.when(extend(1, id(999)), asChair).refusal?.code).toBe('not_found')
  expect(given(scheduled(), opened, closed).when(extend(1), asChair).refusal?.reason).toBe('meeting_closed')
})

test('[A3] a deferred item keeps its number, its place and its reason, and stops its clock', () => {
  const meeting = given(scheduled(), opened, at(100, started(items.roads))).when(
    { type: 'agenda.defer', itemId: items.roads, reason: 'Thiếu hồ sơ' },
    asChair,
    { at: after(130) },
  )
  expect(meeting.state.agenda[1]).toMatchObject({
    id: items.roads,
    number: 2,
    status: 'deferred',
    deferReason: 'Thiếu hồ sơ',
    usedSeconds: 30,
  })
  expect(meeting.state.currentItemId).toBeUndefined()
  expect(meeting.when({ type: 'agenda.defer', itemId: id(999) }, asChair).refusal?.code).toBe('not_found')
})

test('[A4] a new item gets the next printed number and its place among the pending ones', () => {
  const meeting = given(scheduled(), opened, started(items.budget)).when({ ...insert, position: 1 }, asOffice)
  expect(order(meeting.state)).toEqual([items.budget, items.roads, added, items.land])
  expect(meeting.state.agenda.map((item) => item.number)).toEqual([1, 2, 4, 3])
  const last = meeting.when({ ...insert, itemId: id(44), position: 900 }, asOffice)
  expect(order(last.state).at(-1)).toBe(id(44))
  expect(last.events).toMatchObject([{ number: 5, position: 3 }])
  expect(order(given(scheduled()).when(insert, asOffice).state).at(-1)).toBe(added)
})

test('[A4] a new item is refused where its id is known, a unit is not invited, or the meeting is over', () => {
  const meeting = given(scheduled(), opened)
  expect(meeting.when({ ...insert, itemId: items.roads }, asOffice).refusal).toEqual({ code: 'conflict', reason: 'item_exists' })
  expect(meeting.when({ ...insert, itemId: meeting.state.meetingId }, asOffice).refusal?.code).toBe('conflict')
  expect(meeting.when({ ...insert, presenterUnitId: units.west }, asOffice).refusal).toEqual({
    code: 'invalid_input',
    reason: 'unit_not_invited',
    field: 'presenterUnitId',
  })
  expect(meeting.when({ ...insert, audience: [units.west] }, asOffice).refusal?.field).toBe('audience')
  expect(given(scheduled(), opened, closed).when(insert, asOffice).refusal?.reason).toBe('meeting_closed')
})

test('[A4] an agenda of two hundred items is full', () => {
  const agenda = Array.from({ length: 200 }, (_, index) => ({
    id: id(5000 + index),
    number: index + 1,
    title: `Nội dung ${index}`,
    audience: 'everyone' as const,
    form: 'mixed' as const,
    budgetSeconds: 60,
  }))
  expect(given(scheduled({ agenda })).when(insert, asOffice).refusal).toEqual({ code: 'wrong_state', reason: 'agenda_full' })
})

test('[A4] without a form, departments come and localities join from their bridge points', () => {
  const kinds = ['office', 'department', 'district', 'commune'] as const
  expect(kinds.map(defaultForm)).toEqual(['mixed', 'inPerson', 'online', 'online'])
  expect(given(scheduled()).when({ ...insert, presenterUnitId: units.south }, asOffice).events).toMatchObject([
    { form: 'online' },
  ])
  expect(given(scheduled()).when(insert, asOffice).events).toMatchObject([{ form: 'mixed', audience: 'everyone' }])
})

test('[A5] a reorder names all pending items, each once; the others keep their places', () => {
  const meeting = given(scheduled(), opened, started(items.roads))
  const reorder = (...itemIds: string[]) => meeting.when({ type: 'agenda.reorder', itemIds }, asSecretary)
  expect(order(reorder(items.land, items.budget).state)).toEqual([items.land, items.roads, items.budget])
  expect(reorder(items.land, items.budget).state.agenda.map((item) => item.number)).toEqual([3, 2, 1])
  for (const wrong of [
    [items.land],
    [items.land, items.land],
    [items.land, items.roads],
    [items.land, items.budget, items.roads],
    [],
  ])
    expect(reorder(...wrong).refusal).toEqual({ code: 'invalid_input', reason: 'order_incomplete', field: 'itemIds' })
  expect(given(scheduled(), opened, closed).when({ type: 'agenda.reorder', itemIds: [] }, asChair).refusal?.reason).toBe(
    'meeting_closed',
  )
})

describe('[A6] a closed item', () => {
  const busy = [
    scheduled(),
    opened,
    started(items.budget),
    granted(asSouth, { itemId: items.budget }),
    requested(asNorth, 'speak', id(100), items.budget),
    { type: 'stage.pinned' as const, userId: asSouth.userId, itemId: items.budget },
  ]

  test('begins with an empty queue, floor and stage', () => {
    const { state } = given(...busy).when({ type: 'agenda.start', itemId: items.land }, asChair)
    expect(state.floor).toMatchObject({ queue: [], speaking: [{ userId: asSouth.userId, itemId: items.budget }] })
    expect(state.floor.holder).toBeUndefined()
    expect(state.stage).toEqual({})
  })

  test('ends with an empty queue, floor and stage, however it ends', () => {
    const inside = given(
      scheduled(),
      opened,
      started(items.land),
      granted(asNorth, { itemId: items.land }),
      requested(asFinance, 'reply', id(101), items.land),
      { type: 'stage.pinned', userId: asNorth.userId, itemId: items.land },
    ).when({ type: 'presentation.show', presentationId: presentation }, asNorth)
    for (const end of [
      { type: 'agenda.finish' as const, itemId: items.land },
      { type: 'agenda.defer' as const, itemId: items.land },
      { type: 'agenda.start' as const, itemId: items.budget },
      { type: 'meeting.close' as const },
    ]) {
      const { state } = inside.when(end, asChair)
      expect(state.floor).toMatchObject({ queue: [], speaking: [{ userId: asNorth.userId, itemId: items.land }] })
      expect(state.floor.holder).toBeUndefined()
      expect(state.stage).toEqual({})
    }
  })

  test('between two items for everyone the floor, the queue and the stage go on', () => {
    const { state } = given(...busy).when({ type: 'agenda.start', itemId: items.roads }, asChair)
    expect(state.floor.holder?.userId).toBe(asSouth.userId)
    expect(state.floor.queue).toHaveLength(1)
    expect(state.stage.pinnedUserId).toBe(asSouth.userId)
  })
})

describe('[A7] the expected times', () => {
  test('follow from the planned beginning, the opening and the budgets', () => {
    expect(expected(given(scheduled()).state)).toEqual([after(600), after(600 + 1800), after(600 + 3000)])
    expect(expected(given(scheduled(), at(300, opened)).state)).toEqual([after(900), after(2700), after(3900)])
  })

  test('follow from what is left of the running item, never less than nothing', () => {
    const running = given(scheduled(), at(0, opened), at(60, started(items.budget))).state
    expect(expected(running)).toEqual([undefined, after(1860), after(3060)])
    const late = forecast(running, after(4000))
    expect(late.expectedAt.get(items.roads)).toBe(after(4000))
    expect(late.endsAt).toBe(after(4000 + 1200 + 900))
  })

  test('move with an extension, a pause, a new order, a deferral and a new item', () => {
    const running = [scheduled(), at(0, opened), at(0, started(items.budget))]
    expect(expected(given(...running, at(60, { type: 'agenda.extended', itemId: items.budget, minutes: 5 })).state)[1]).toBe(
      after(2100),
    )
    expect(expected(given(...running, at(60, paused), at(660, resumed)).state)[1]).toBe(after(2400))
    expect(expected(given(...running, at(60, { type: 'agenda.reordered', itemIds: [items.land, items.roads] })).state)).toEqual([
      undefined,
      after(1800),
      after(2700),
    ])
    expect(expected(given(...running, at(60, deferred(items.roads))).state)).toEqual([undefined, undefined, after(1800)])
    const more = given(...running).when({ ...insert, position: 0 }, asChair, { at: after(60) }).state
    expect(more.agenda.map((item) => item.expectedAt)).toEqual([undefined, after(1800), after(2400), after(3600)])
  })

  test('are gone when the meeting is closed', () => {
    const { state } = given(scheduled(), opened, closed)
    expect(expected(state)).toEqual([undefined, undefined, undefined])
    expect(forecast(state, after(0)).endsAt).toBeUndefined()
  })
})
