import { expect, test } from 'vitest'
import {
  after,
  asChair,
  asOffice,
  asSecretary,
  asSouth,
  asVice,
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
  resumed,
  scheduled,
  started,
  voteOpened,
} from '../kit/meeting.ts'

test('[L1] a scheduled meeting is opened once', () => {
  const meeting = given(scheduled()).when({ type: 'meeting.open' }, asChair)
  expect(meeting.events).toEqual([{ type: 'meeting.opened' }])
  expect(meeting.state).toMatchObject({ status: 'running', openedAt: after(60) })
  expect(meeting.when({ type: 'meeting.open' }, asSecretary).refusal).toEqual({
    code: 'wrong_state',
    reason: 'meeting_already_opened',
  })
})

test('[L1] a meeting pauses and goes on, neither of them twice', () => {
  const meeting = given(scheduled(), opened).when({ type: 'meeting.pause' }, asChair)
  expect(meeting.state.status).toBe('paused')
  expect(meeting.when({ type: 'meeting.pause' }, asChair).refusal?.reason).toBe('meeting_not_running')
  const again = meeting.when({ type: 'meeting.resume' }, asChair)
  expect(again.state.status).toBe('running')
  expect(again.state.pausedAt).toBeUndefined()
  expect(again.when({ type: 'meeting.resume' }, asChair).refusal?.reason).toBe('meeting_not_paused')
})

test('[L1] a meeting is closed once, also out of a pause, and not before it was opened', () => {
  expect(given(scheduled()).when({ type: 'meeting.close' }, asChair).refusal?.reason).toBe('meeting_not_running')
  const meeting = given(scheduled(), opened, paused).when({ type: 'meeting.close' }, asChair)
  expect(meeting.state).toMatchObject({ status: 'closed', closedAt: after(180) })
  for (const type of ['meeting.open', 'meeting.pause', 'meeting.resume', 'meeting.close'] as const)
    expect(meeting.when({ type }, asChair).refusal?.code).toBe('wrong_state')
})

test('[L2] a pause stops the clock of the item and of the floor; going on starts them again', () => {
  const running = [scheduled(), at(0, opened), at(10, started(items.budget)), at(40, granted(asSouth))]
  const pause = given(...running, at(100, paused)).state
  expect(pause.agenda[0]).toMatchObject({ usedSeconds: 90 })
  expect(pause.agenda[0]?.clockSince).toBeUndefined()
  expect(pause.floor.holder).toMatchObject({ usedSeconds: 60 })
  expect(pause.floor.holder?.clockSince).toBeUndefined()

  const later = [...running, at(100, paused), at(700, resumed)]
  expect(given(...later).state.agenda[0]).toMatchObject({ usedSeconds: 90, clockSince: after(700) })
  const end = given(...later, at(730, finished(items.budget)), at(730, { type: 'floor.revoked', userId: asSouth.userId })).state
  expect(end.agenda[0]).toMatchObject({ usedSeconds: 120 })
  expect(end.floor.speaking).toMatchObject([{ userId: asSouth.userId, seconds: 90 }])
})

test('[L3] closing finishes the running item and takes the floor back', () => {
  const meeting = given(scheduled(), opened, started(items.budget), granted(asSouth, { itemId: items.budget })).when(
    { type: 'meeting.close' },
    asChair,
  )
  expect(meeting.events).toEqual([{ type: 'agenda.finished', itemId: items.budget }, { type: 'meeting.closed' }])
  expect(meeting.state.currentItemId).toBeUndefined()
  expect(meeting.state.agenda[0]).toMatchObject({ status: 'done' })
  expect(meeting.state.floor).toMatchObject({ queue: [], speaking: [{ userId: asSouth.userId, itemId: items.budget }] })
  expect(meeting.state.floor.holder).toBeUndefined()
})

test('[L3] closing waits for an open vote', () => {
  const vote = id(50)
  const meeting = given(scheduled(), opened, voteOpened(vote))
  expect(meeting.when({ type: 'meeting.close' }, asChair).refusal).toEqual({ code: 'wrong_state', reason: 'vote_open' })
  expect(
    meeting.when({ type: 'vote.close', voteId: vote }, asChair).when({ type: 'meeting.close' }, asChair).refusal,
  ).toBeUndefined()
})

test('[L4] the chair hands over to another leader, who then chairs', () => {
  const meeting = given(scheduled(), opened).when({ type: 'chair.handOver', userId: asVice.userId }, asChair)
  expect(meeting.events).toEqual([{ type: 'chair.handedOver', userId: asVice.userId, fromUserId: asChair.userId }])
  expect(meeting.when({ type: 'meeting.pause' }, asChair).refusal?.code).toBe('forbidden')
  expect(meeting.when({ type: 'meeting.pause' }, asVice).refusal).toBeUndefined()
})

test('[L4] only the chair hands over, only to a leader who is in the room, and not to themselves', () => {
  const meeting = given(scheduled(), opened, removed(asVice))
  const handOver = (userId: string) => meeting.when({ type: 'chair.handOver', userId }, asChair).refusal
  expect(handOver(asOffice.userId)).toEqual({ code: 'invalid_input', reason: 'chair_must_be_leader', field: 'userId' })
  expect(handOver(id(999))?.reason).toBe('chair_must_be_leader')
  expect(handOver(asChair.userId)?.reason).toBe('already_chair')
  expect(handOver(asVice.userId)).toEqual({ code: 'wrong_state', reason: 'person_removed' })
  expect(meeting.when({ type: 'chair.handOver', userId: asVice.userId }, asSecretary).refusal?.code).toBe('forbidden')
  expect(
    given(scheduled(), opened, closed).when({ type: 'chair.handOver', userId: asVice.userId }, asChair).refusal?.reason,
  ).toBe('meeting_closed')
})
