import { describe, expect, test } from 'vitest'
import { snapshotFor } from '#domain/meeting/visibility.ts'
import {
  asChair,
  asFinance,
  asNorth,
  asObserver,
  asOffice,
  asSecretary,
  asSouth,
  asVice,
  asWest,
  closed,
  given,
  granted,
  id,
  items,
  opened,
  removed,
  requested,
  scheduled,
  started,
  type Room,
} from '../kit/meeting.ts'

const act = (verb: 'mute' | 'remove' | 'readmit', userId: string) => ({ type: `participant.${verb}` as const, userId })
const muted = (room: Room) => room.state.participants.muted

test('[P1] who is muted stays muted until given the floor', () => {
  const meeting = given(scheduled(), opened).when(act('mute', asSouth.userId), asOffice)
  expect(muted(meeting)).toEqual([asSouth.userId])
  expect(meeting.when(act('mute', asSouth.userId), asOffice).refusal).toEqual({ code: 'wrong_state', reason: 'already_muted' })
  const other = meeting.when({ type: 'floor.grant', userId: asNorth.userId }, asChair)
  expect(muted(other)).toEqual([asSouth.userId])
  expect(muted(other.when({ type: 'floor.grant', userId: asSouth.userId }, asChair))).toEqual([])
})

test('[P1] the holder is muted too, and keeps the floor', () => {
  const meeting = given(scheduled(), opened, granted(asSouth)).when(act('mute', asSouth.userId), asSecretary)
  expect(muted(meeting)).toEqual([asSouth.userId])
  expect(meeting.state.floor.holder?.userId).toBe(asSouth.userId)
})

test('[P2] who is removed loses floor, place in the queue and pin', () => {
  const meeting = given(
    scheduled(),
    opened,
    granted(asSouth),
    requested(asSouth, 'reply', id(100)),
    requested(asNorth, 'speak', id(101)),
    { type: 'stage.pinned', userId: asSouth.userId },
  ).when(act('remove', asSouth.userId), asOffice)
  expect(meeting.state.floor.holder).toBeUndefined()
  expect(meeting.state.floor.speaking).toMatchObject([{ userId: asSouth.userId, turns: 1 }])
  expect(meeting.state.floor.queue.map((one) => one.userId)).toEqual([asNorth.userId])
  expect(meeting.state.stage.pinnedUserId).toBeUndefined()
  expect(meeting.state.participants.removed).toEqual([asSouth.userId])
})

test('[P2] the removal of one leaves the floor and the pin of another', () => {
  const meeting = given(scheduled(), opened, granted(asNorth), { type: 'stage.pinned', userId: asNorth.userId }).when(
    act('remove', asSouth.userId),
    asOffice,
  )
  expect(meeting.state.floor.holder?.userId).toBe(asNorth.userId)
  expect(meeting.state.stage.pinnedUserId).toBe(asNorth.userId)
})

test('[P2] who is removed may do nothing until readmitted', () => {
  const meeting = given(scheduled(), opened, removed(asSouth))
  expect(meeting.when({ type: 'floor.request' }, asSouth).refusal).toEqual({ code: 'forbidden', reason: 'you_are_removed' })
  const back = meeting.when(act('readmit', asSouth.userId), asChair)
  expect(back.when({ type: 'floor.request' }, asSouth).refusal).toBeUndefined()
  expect(back.when(act('readmit', asSouth.userId), asChair).refusal).toEqual({ code: 'wrong_state', reason: 'not_removed' })
  expect(meeting.when(act('remove', asSouth.userId), asChair).refusal?.reason).toBe('already_removed')
})

test('[P3] the chair cannot be removed; nobody removes or mutes themselves', () => {
  const meeting = given(scheduled(), opened)
  expect(meeting.when(act('remove', asChair.userId), asOffice).refusal).toEqual({ code: 'wrong_state', reason: 'chair_stays' })
  expect(meeting.when(act('remove', asOffice.userId), asOffice).refusal).toEqual({ code: 'wrong_state', reason: 'not_yourself' })
  expect(meeting.when(act('mute', asOffice.userId), asOffice).refusal?.reason).toBe('not_yourself')
  expect(meeting.when(act('mute', asVice.userId), asOffice).refusal).toBeUndefined()
})

test('[P3] only people of the meeting are muted or removed, and only until the close', () => {
  const meeting = given(scheduled(), opened)
  for (const userId of [asWest.userId, id(999)])
    for (const verb of ['mute', 'remove'] as const)
      expect(meeting.when(act(verb, userId), asChair).refusal?.code).toBe('not_found')
  const over = given(scheduled(), opened, removed(asSouth), closed)
  for (const verb of ['mute', 'remove'] as const)
    expect(over.when(act(verb, asNorth.userId), asChair).refusal?.reason).toBe('meeting_closed')
  expect(over.when(act('readmit', asSouth.userId), asChair).refusal).toBeUndefined()
})

describe('[P4] in a closed item', () => {
  const inside = given(scheduled(), opened, { type: 'participant.muted', userId: asNorth.userId }, started(items.land))

  test('a grant opens the microphone for those inside, and those outside see no change', () => {
    const meeting = inside.when({ type: 'floor.grant', userId: asNorth.userId }, asChair)
    expect(snapshotFor(asFinance, meeting.state).participants.muted).toEqual([])
    for (const viewer of [asSouth, asObserver])
      expect(snapshotFor(viewer, meeting.state).participants).toEqual({ muted: [asNorth.userId], removed: [] })
  })

  test('a mute of somebody inside is seen inside only, of somebody outside by all', () => {
    const meeting = inside.when(act('mute', asFinance.userId), asChair).when(act('mute', asSouth.userId), asChair)
    expect(meeting.log.slice(-2)).toMatchObject([{ itemId: items.land }, {}])
    expect(meeting.log.at(-1)).not.toHaveProperty('itemId', items.land)
    expect(snapshotFor(asNorth, meeting.state).participants.muted).toEqual([asNorth.userId, asFinance.userId, asSouth.userId])
    expect(snapshotFor(asSouth, meeting.state).participants.muted).toEqual([asNorth.userId, asSouth.userId])
  })

  test('what was done to microphones ends with it', () => {
    const meeting = inside
      .when({ type: 'floor.grant', userId: asNorth.userId }, asChair)
      .when(act('mute', asFinance.userId), asChair)
      .when(act('mute', asSouth.userId), asChair)
      .when({ type: 'agenda.start', itemId: items.budget }, asChair)
    expect(meeting.state.participants).toEqual({ muted: [asNorth.userId, asSouth.userId], removed: [] })
  })
})
