import { describe, expect, test } from 'vitest'
import { silentUnitIds, speakingByPerson, waitedSeconds } from '#domain/meeting/floor.ts'
import {
  after,
  asAdmin,
  asChair,
  asFinance,
  asHealth,
  asNorth,
  asObserver,
  asOffice,
  asSecretary,
  asSouth,
  asVice,
  asWest,
  at,
  closed,
  finished,
  given,
  granted,
  id,
  items,
  opened,
  paused,
  removed,
  requested,
  resumed,
  scheduled,
  started,
  units,
} from '../kit/meeting.ts'

const request = (kind: 'speak' | 'reply' | 'pointOfOrder' = 'speak') => ({ type: 'floor.request' as const, kind })
const grant = (userId: string, limitSeconds?: number) => ({ type: 'floor.grant' as const, userId, limitSeconds })
const running = [scheduled(), opened, started(items.budget)]
const waiting = (...more: Parameters<typeof given>) => given(...running, ...more)
const queue = (state: { floor: { queue: { requestId: string }[] } }) => state.floor.queue.map((one) => one.requestId)

test('[F1] a person has at most one request of a kind', () => {
  const meeting = given(...running).when(request(), asSouth)
  expect(meeting.events).toEqual([
    {
      type: 'floor.requested',
      requestId: id(1000),
      userId: asSouth.userId,
      unitId: units.south,
      kind: 'speak',
      itemId: items.budget,
    },
  ])
  expect(meeting.when(request(), asSouth).refusal).toEqual({ code: 'wrong_state', reason: 'already_requested' })
  expect(meeting.when(request('reply'), asSouth).refusal).toBeUndefined()
  expect(meeting.when(request(), asHealth).refusal).toBeUndefined()
})

test('[F1] once granted or withdrawn, a request may be made again', () => {
  const meeting = given(...running).when(request(), asSouth)
  expect(meeting.when({ type: 'floor.withdraw' }, asSouth).when(request(), asSouth).refusal).toBeUndefined()
  expect(meeting.when(grant(asSouth.userId), asChair).when(request(), asSouth).refusal).toBeUndefined()
})

test('[F1] without a kind it is a request to speak', () => {
  expect(given(...running).when({ type: 'floor.request' }, asSouth).events).toMatchObject([{ kind: 'speak' }])
})

test('[F2] points of order come first, then replies, then speeches, by time within each', () => {
  const { state } = waiting(
    requested(asSouth, 'speak', id(1)),
    requested(asHealth, 'reply', id(2)),
    requested(asNorth, 'speak', id(3)),
    requested(asFinance, 'pointOfOrder', id(4)),
    requested(asNorth, 'reply', id(5)),
    requested(asSouth, 'pointOfOrder', id(6)),
  )
  expect(queue(state)).toEqual([id(4), id(6), id(2), id(5), id(1), id(3)])
})

test('[F2] an order set by the chair stands, and a new request goes behind the last one of the same or a higher kind', () => {
  const meeting = waiting(
    requested(asSouth, 'speak', id(1)),
    requested(asHealth, 'reply', id(2)),
    requested(asNorth, 'speak', id(3)),
  ).when({ type: 'floor.reorder', requestIds: [id(3), id(2), id(1)] }, asSecretary)
  expect(queue(meeting.state)).toEqual([id(3), id(2), id(1)])
  const more = meeting.when(request('reply'), asFinance, { newId: () => id(7) })
  expect(queue(more.state)).toEqual([id(3), id(2), id(7), id(1)])
  const order = more.when(request('pointOfOrder'), asVice, { newId: () => id(8) })
  expect(queue(order.state)).toEqual([id(8), id(3), id(2), id(7), id(1)])
})

test('[F2] a new order names all who wait, each once', () => {
  const meeting = waiting(requested(asSouth, 'speak', id(1)), requested(asHealth, 'speak', id(2)))
  for (const requestIds of [[id(1)], [id(1), id(1)], [id(1), id(2), id(3)], [id(1), id(3)]])
    expect(meeting.when({ type: 'floor.reorder', requestIds }, asChair).refusal).toEqual({
      code: 'invalid_input',
      reason: 'order_incomplete',
      field: 'requestIds',
    })
  expect(given(...running).when({ type: 'floor.reorder', requestIds: [] }, asChair).refusal).toEqual({
    code: 'wrong_state',
    reason: 'queue_empty',
  })
})

test('[F3] one withdraws a request of a kind, or all of their own', () => {
  const meeting = waiting(
    requested(asSouth, 'speak', id(1)),
    requested(asSouth, 'reply', id(2)),
    requested(asHealth, 'speak', id(3)),
  )
  expect(queue(meeting.when({ type: 'floor.withdraw', kind: 'reply' }, asSouth).state)).toEqual([id(1), id(3)])
  const all = meeting.when({ type: 'floor.withdraw' }, asSouth)
  expect(all.events).toEqual([
    { type: 'floor.withdrawn', userId: asSouth.userId, requestIds: [id(2), id(1)], itemId: items.budget },
  ])
  expect(queue(all.state)).toEqual([id(3)])
  expect(all.when({ type: 'floor.withdraw' }, asSouth).refusal).toEqual({ code: 'wrong_state', reason: 'not_requested' })
})

test('[F4] granting takes the floor back from the holder', () => {
  const meeting = waiting(at(200, granted(asSouth, { itemId: items.budget }))).when(grant(asHealth.userId, 180), asChair, {
    at: after(245),
  })
  expect(meeting.state.floor.holder).toMatchObject({
    userId: asHealth.userId,
    unitId: units.health,
    kind: 'speak',
    since: after(245),
    limitSeconds: 180,
  })
  expect(meeting.state.floor.speaking).toMatchObject([{ userId: asSouth.userId, seconds: 45, turns: 1 }])
})

test('[F4] the holder yields, the chair revokes, and a free floor is not revoked', () => {
  const meeting = waiting(granted(asSouth))
  expect(meeting.when({ type: 'floor.yield' }, asSouth).state.floor.holder).toBeUndefined()
  expect(meeting.when({ type: 'floor.yield' }, asHealth).refusal?.code).toBe('forbidden')
  const revoked = meeting.when({ type: 'floor.revoke' }, asSecretary)
  expect(revoked.events).toEqual([{ type: 'floor.revoked', userId: asSouth.userId, itemId: items.budget }])
  expect(revoked.when({ type: 'floor.revoke' }, asSecretary).refusal).toEqual({ code: 'wrong_state', reason: 'floor_free' })
})

test("[F5] a grant removes the person's first request; the others keep their order", () => {
  const meeting = waiting(
    requested(asHealth, 'pointOfOrder', id(1)),
    requested(asSouth, 'reply', id(2)),
    requested(asNorth, 'speak', id(3)),
    requested(asSouth, 'speak', id(4)),
  ).when(grant(asSouth.userId), asChair)
  expect(meeting.events).toMatchObject([{ requestId: id(2), kind: 'reply' }])
  expect(meeting.state.floor.holder?.kind).toBe('reply')
  expect(queue(meeting.state)).toEqual([id(1), id(3), id(4)])
})

test('[F5] who did not ask is given the floor too, and the queue stays', () => {
  const meeting = waiting(requested(asHealth, 'speak', id(1))).when(grant(asSouth.userId), asChair)
  expect(meeting.state.floor.holder?.userId).toBe(asSouth.userId)
  expect(queue(meeting.state)).toEqual([id(1)])
})

describe('[F6] only who may hear the running item', () => {
  const inside = given(scheduled(), opened, started(items.land))

  test('asks for the floor', () => {
    for (const actor of [asNorth, asFinance, asVice, asOffice]) expect(inside.when(request(), actor).refusal).toBeUndefined()
    for (const actor of [asSouth, asHealth])
      expect(inside.when(request(), actor).refusal).toEqual({ code: 'forbidden', reason: 'item_closed_to_you' })
  })

  test('is given the floor', () => {
    for (const actor of [asNorth, asFinance, asVice, asOffice, asSecretary, asChair])
      expect(inside.when(grant(actor.userId), asChair).refusal).toBeUndefined()
    for (const actor of [asSouth, asHealth, asObserver, asAdmin])
      expect(inside.when(grant(actor.userId), asChair).refusal).toEqual({ code: 'forbidden', reason: 'may_not_speak' })
  })

  test('and only who may attend the meeting at all, also while no item runs', () => {
    for (const meeting of [given(scheduled(), opened), given(...running), inside])
      for (const userId of [asWest.userId, id(999)]) expect(meeting.when(grant(userId), asChair).refusal?.code).toBe('not_found')
    expect(given(scheduled(), opened).when(grant(asObserver.userId), asChair).refusal?.code).toBe('forbidden')
    expect(waiting(removed(asSouth)).when(grant(asSouth.userId), asChair).refusal).toEqual({
      code: 'wrong_state',
      reason: 'person_removed',
    })
  })
})

test('[F7] the floor is asked for in a running or paused meeting, and given in a running one', () => {
  for (const meeting of [given(scheduled()), given(scheduled(), opened, closed)]) {
    expect(meeting.when(request(), asSouth).refusal?.reason).toBe('meeting_not_running')
    expect(meeting.when(grant(asSouth.userId), asChair).refusal?.reason).toBe('meeting_not_running')
  }
  const pause = given(...running, paused)
  expect(pause.when(request(), asSouth).refusal).toBeUndefined()
  expect(pause.when(grant(asSouth.userId), asChair).refusal?.reason).toBe('meeting_not_running')
})

test('[F7] the clock of the floor stands still in a pause; without a limit there is none', () => {
  const history = [...running, at(200, granted(asSouth)), at(230, paused), at(900, resumed)]
  const { holder } = given(...history).state.floor
  expect(holder).toMatchObject({ usedSeconds: 30, clockSince: after(900) })
  expect(holder?.limitSeconds).toBeUndefined()
})

test('[F8] speaking time is counted per person and item, also when the turn outlasts the item', () => {
  const inBudget = { itemId: items.budget }
  const { state } = given(
    scheduled(),
    at(0, opened),
    at(0, started(items.budget)),
    at(10, granted(asSouth, inBudget)),
    at(40, granted(asHealth, inBudget)),
    at(60, granted(asSouth, inBudget)),
    at(70, finished(items.budget)),
    at(70, started(items.roads)),
    at(80, granted(asSouth, { itemId: items.roads })),
    at(85, { type: 'floor.yielded', userId: asSouth.userId, itemId: items.roads }),
  )
  expect(state.floor.speaking).toEqual([
    { userId: asSouth.userId, unitId: units.south, itemId: items.budget, seconds: 50, turns: 2 },
    { userId: asHealth.userId, unitId: units.health, itemId: items.budget, seconds: 20, turns: 1 },
    { userId: asSouth.userId, unitId: units.south, itemId: items.roads, seconds: 5, turns: 1 },
  ])
})

test('[F8] the times of a person are the sum of their turns, the running one included, longest first, with the part under this item', () => {
  const { state } = given(
    scheduled(),
    at(0, opened),
    at(15, granted(asHealth)),
    at(30, granted(asVice)),
    at(40, granted(asHealth)),
    at(45, started(items.budget)),
    at(45, granted(asVice, { itemId: items.budget })),
    at(60, granted(asChair, { itemId: items.budget })),
  )
  // Two leaders are of one unit, and each has their own time.
  expect(speakingByPerson(state, after(100))).toEqual([
    { userId: asChair.userId, unitId: units.head, seconds: 40, turns: 1, itemSeconds: 40 },
    { userId: asVice.userId, unitId: units.head, seconds: 25, turns: 2, itemSeconds: 15 },
    { userId: asHealth.userId, unitId: units.health, seconds: 20, turns: 2, itemSeconds: 0 },
  ])
})

describe('the units that are silent', () => {
  const silentAfter = (...more: Parameters<typeof given>) => silentUnitIds(given(...running, ...more).state)
  const inBudget = { itemId: items.budget }

  test('have neither spoken under this item nor wait, and do not present it', () => {
    expect(silentAfter()).toEqual([units.health, units.north, units.south])
    expect(silentAfter(requested(asSouth, 'speak', id(1)))).toEqual([units.health, units.north])
    expect(silentAfter(at(10, granted(asHealth, inBudget)))).toEqual([units.north, units.south])
    expect(silentAfter(at(10, granted(asHealth, inBudget)), at(20, granted(asSouth, inBudget)))).toEqual([units.north])
  })

  test('are counted anew under the next item, among those who may hear it, and over the meeting while none runs', () => {
    const spoken = at(10, granted(asHealth, inBudget))
    const ended = at(20, finished(items.budget))
    expect(silentAfter(spoken, ended)).not.toContain(units.health)
    expect(silentAfter(spoken, ended, at(20, started(items.roads)))).toContain(units.health)
    expect(silentAfter(spoken, ended, at(20, started(items.land)))).toEqual([units.finance])
  })
})

test('how long a request has waited is never less than nothing', () => {
  const one = { requestId: id(1), userId: asSouth.userId, unitId: units.south, kind: 'speak' as const, at: after(10) }
  expect([waitedSeconds(one, after(75)), waitedSeconds(one, after(0))]).toEqual([65, 0])
})
