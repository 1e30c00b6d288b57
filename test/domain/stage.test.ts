import { expect, test } from 'vitest'
import {
  asChair,
  asFinance,
  asOffice,
  asSecretary,
  asSouth,
  asWest,
  closed,
  given,
  id,
  items,
  opened,
  presentation,
  removed,
  scheduled,
  started,
} from '../kit/meeting.ts'

const pin = (userId: string | null) => ({ type: 'stage.pin' as const, userId })
const show = (page?: number) => ({ type: 'presentation.show' as const, presentationId: presentation, page })
const turn = (page: number) => ({ type: 'presentation.turn' as const, page })
const running = given(scheduled(), opened, started(items.budget))

test('[S1] a pin stands until it is replaced or taken off', () => {
  const meeting = running.when(pin(asSouth.userId), asOffice)
  expect(meeting.events).toEqual([{ type: 'stage.pinned', userId: asSouth.userId, itemId: items.budget }])
  expect(meeting.when({ type: 'floor.grant', userId: asFinance.userId }, asChair).state.stage.pinnedUserId).toBe(asSouth.userId)
  const other = meeting.when(pin(asFinance.userId), asChair)
  expect(other.state.stage.pinnedUserId).toBe(asFinance.userId)
  expect(other.when(pin(null), asChair).state.stage.pinnedUserId).toBeUndefined()
})

test('[S1] a pin ends when a closed item begins or ends', () => {
  const meeting = running.when(pin(asSouth.userId), asOffice).when({ type: 'agenda.start', itemId: items.land }, asChair)
  expect(meeting.state.stage).toEqual({})
  const inside = meeting.when(pin(asFinance.userId), asOffice)
  expect(inside.state.stage.pinnedUserId).toBe(asFinance.userId)
  expect(inside.when({ type: 'agenda.finish', itemId: items.land }, asChair).state.stage).toEqual({})
})

test('[S1] nobody is pinned who is not of the meeting, was removed, or after the close', () => {
  for (const userId of [asWest.userId, id(999)]) expect(running.when(pin(userId), asOffice).refusal?.code).toBe('not_found')
  expect(given(scheduled(), opened, removed(asSouth)).when(pin(asSouth.userId), asOffice).refusal?.reason).toBe('person_removed')
  expect(given(scheduled(), opened, closed).when(pin(null), asOffice).refusal?.reason).toBe('meeting_closed')
})

test('[S2] one presentation is shown at a time, from a page that it has', () => {
  const meeting = running.when(show(), asFinance)
  expect(meeting.state.stage.presenting).toMatchObject({
    presentationId: presentation,
    page: 1,
    pages: 12,
    userId: asFinance.userId,
  })
  expect(meeting.when(show(4), asOffice).state.stage.presenting).toMatchObject({ page: 4, userId: asOffice.userId })
  expect(running.when(show(13), asFinance).refusal).toEqual({ code: 'invalid_input', reason: 'page_missing', field: 'page' })
  expect(running.when({ ...show(), presentationId: id(999) }, asFinance).refusal?.code).toBe('not_found')
  expect(given(scheduled(), opened, closed).when(show(), asOffice).refusal?.reason).toBe('meeting_closed')
})

test('[S2] who shows it turns its pages and takes it off; the desk may too, others not', () => {
  const meeting = running.when(show(), asFinance)
  expect(meeting.when(turn(12), asFinance).state.stage.presenting?.page).toBe(12)
  expect(meeting.when(turn(2), asSecretary).refusal).toBeUndefined()
  expect(meeting.when(turn(2), asSouth).refusal?.code).toBe('forbidden')
  expect(meeting.when(turn(13), asFinance).refusal?.reason).toBe('page_missing')
  const gone = meeting.when({ type: 'presentation.hide' }, asFinance)
  expect(gone.state.stage.presenting).toBeUndefined()
  expect(gone.when({ type: 'presentation.hide' }, asFinance).refusal).toEqual({
    code: 'wrong_state',
    reason: 'nothing_presented',
  })
  expect(gone.when(turn(1), asOffice).refusal?.reason).toBe('nothing_presented')
})

test('[S2] a pin and a presentation stand beside each other', () => {
  const { state } = running.when(show(), asFinance).when(pin(asSouth.userId), asOffice).when(turn(3), asFinance)
  expect(state.stage).toMatchObject({ pinnedUserId: asSouth.userId, presenting: { page: 3 } })
})
