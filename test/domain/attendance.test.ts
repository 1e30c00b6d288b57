import { expect, test } from 'vitest'
import { isLate, noticeLine } from '#domain/meeting/attendance.ts'
import type { EventBody } from '#domain/meeting/meeting.ts'
import {
  after,
  asFinance,
  asNorth,
  asObserver,
  asOffice,
  asSecretary,
  asSouth,
  at,
  closed,
  given,
  opened,
  paused,
  scheduled,
  units,
} from '../kit/meeting.ts'

const first = { name: 'A Phương', title: 'Chủ tịch UBND huyện' }
const second = { name: 'Y Thị Bích Thọ', title: 'Phó Chủ tịch UBND huyện' }
const checkIn = (more: { unitId?: string } = {}) => ({
  type: 'attendance.checkIn' as const,
  representative: first,
  headCount: 12,
  ...more,
})
const checkedIn = (unitId: string): EventBody => ({ type: 'attendance.checkedIn', unitId, representative: first, headCount: 12 })
const left = (unitId: string, since: string): EventBody => ({ type: 'attendance.left', unitId, since })

test('[T1] checking in again corrects the row and keeps its first time', () => {
  const meeting = given(scheduled()).when(checkIn(), asSouth)
  const again = meeting.when({ ...checkIn(), representative: second, headCount: 9 }, asSouth)
  expect(again.state.attendance).toEqual([
    { unitId: units.south, representative: second, headCount: 9, checkedInAt: meeting.log.at(-1)?.at },
  ])
})

test('[T1] who had left and checks in again is back', () => {
  const meeting = given(scheduled(), opened, checkedIn(units.south), { type: 'attendance.checkedOut', unitId: units.south })
  expect(meeting.state.attendance).toMatchObject([{ leftBy: 'person' }])
  expect(meeting.when(checkIn(), asSouth).state.attendance[0]?.leftAt).toBeUndefined()
})

test('[T2] a unit checks itself in before the opening and until the close; the Office corrects afterwards too', () => {
  for (const meeting of [given(scheduled()), given(scheduled(), opened), given(scheduled(), opened, paused)]) {
    expect(meeting.when(checkIn(), asSouth).events).toMatchObject([{ type: 'attendance.checkedIn', unitId: units.south }])
    expect(meeting.when(checkIn(), asFinance).refusal).toBeUndefined()
  }
  const over = given(scheduled(), opened, closed)
  expect(over.when(checkIn(), asSouth).refusal).toEqual({ code: 'wrong_state', reason: 'meeting_closed' })
  for (const actor of [asOffice, asSecretary])
    expect(over.when(checkIn({ unitId: units.south }), actor).log.at(-1)).toMatchObject({
      type: 'attendance.checkedIn',
      unitId: units.south,
      actor: { userId: actor.userId },
    })
})

test('[T2] a unit checks in for itself only; the desk names the unit', () => {
  const meeting = given(scheduled(), opened)
  expect(meeting.when(checkIn({ unitId: units.north }), asSouth).refusal?.code).toBe('forbidden')
  expect(meeting.when(checkIn({ unitId: units.south }), asSouth).refusal).toBeUndefined()
  expect(meeting.when(checkIn(), asOffice).refusal).toEqual({ code: 'invalid_input', reason: 'unit_missing', field: 'unitId' })
  expect(meeting.when(checkIn(), asObserver).refusal?.code).toBe('forbidden')
})

test('[T3] leaving early is said by a person, once, and a line that is back does not undo it', () => {
  const meeting = given(scheduled(), opened, checkedIn(units.south), checkedIn(units.north))
  const gone = meeting.when({ type: 'attendance.checkOut' }, asSouth)
  expect(gone.state.attendance[0]).toMatchObject({ leftAt: after(240), leftBy: 'person' })
  expect(gone.state.attendance[1]?.leftAt).toBeUndefined()
  expect(noticeLine(gone.state, units.south, 'back')).toEqual([])
  expect(gone.when({ type: 'attendance.checkOut' }, asSouth).refusal).toEqual({ code: 'wrong_state', reason: 'already_left' })
  expect(meeting.when({ type: 'attendance.checkOut' }, asFinance).refusal?.reason).toBe('not_checked_in')
  expect(meeting.when({ type: 'attendance.checkOut', unitId: units.north }, asOffice).refusal).toBeUndefined()
})

test('[T3] a lost line is noticed by the system, counts from when it was lost, and is undone on return', () => {
  const here = [scheduled(), opened, checkedIn(units.south)]
  const live = given(...here).state
  expect(noticeLine(live, units.south, { goneSince: after(130) })).toEqual([left(units.south, after(130))])
  const gone = given(...here, at(200, left(units.south, after(130)))).state
  expect(gone.attendance).toMatchObject([{ leftAt: after(130), leftBy: 'line' }])
  expect(noticeLine(gone, units.south, { goneSince: after(150) })).toEqual([])
  expect(noticeLine(gone, units.south, 'back')).toEqual([{ type: 'attendance.returned', unitId: units.south }])
  const back = given(...here, left(units.south, after(130)), { type: 'attendance.returned', unitId: units.south }).state
  expect(back.attendance).toEqual(live.attendance)
})

test('[T3] a person who leaves after the line was lost has left for good', () => {
  const meeting = given(scheduled(), opened, checkedIn(units.south), left(units.south, after(130)))
  expect(meeting.when({ type: 'attendance.checkOut' }, asSouth).state.attendance).toMatchObject([{ leftBy: 'person' }])
})

test('[T3] the line of who never checked in, or of a meeting that is not on, is not noticed', () => {
  const goneSince = after(100)
  expect(noticeLine(given(scheduled(), opened).state, units.south, { goneSince })).toEqual([])
  expect(noticeLine(given(scheduled(), checkedIn(units.south)).state, units.south, { goneSince })).toEqual([])
  expect(noticeLine(given(scheduled(), opened, checkedIn(units.south), closed).state, units.south, { goneSince })).toEqual([])
})

test('[T4] only units that the meeting invites have a row', () => {
  for (const unitId of [units.west, units.head])
    expect(given(scheduled(), opened).when(checkIn({ unitId }), asOffice).refusal).toEqual({
      code: 'invalid_input',
      reason: 'unit_not_invited',
      field: 'unitId',
    })
})

test('late is who checked in more than five minutes after the opening', () => {
  const { state } = given(
    scheduled(),
    at(0, checkedIn(units.finance)),
    at(60, opened),
    at(360, checkedIn(units.south)),
    at(361, checkedIn(units.north)),
  )
  expect(state.attendance.map((row) => isLate(state, row))).toEqual([false, false, true])
  const before = given(scheduled(), checkedIn(units.north)).state
  expect(before.attendance.map((row) => isLate(before, row))).toEqual([false])
})

test('who was checked in is one unit, whichever of its people said so', () => {
  const meeting = given(scheduled(), opened)
    .when(checkIn(), asNorth)
    .when(checkIn({ unitId: units.north }), asSecretary)
  expect(meeting.state.attendance).toHaveLength(1)
})
