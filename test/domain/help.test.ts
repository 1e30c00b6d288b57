import { expect, test } from 'vitest'
import { after, asAdmin, asNorth, asOffice, asSouth, closed, given, id, opened, scheduled, units } from '../kit/meeting.ts'

const call = { type: 'help.request' as const, text: 'Không nghe được hội trường' }
const resolve = { type: 'help.resolve' as const, requestId: id(1000) }

test('[H1] a person has one open call at a time', () => {
  const meeting = given(scheduled(), opened).when(call, asSouth)
  expect(meeting.state.help).toMatchObject([
    { requestId: id(1000), userId: asSouth.userId, unitId: units.south, text: 'Không nghe được hội trường' },
  ])
  expect(meeting.when(call, asSouth).refusal).toEqual({ code: 'wrong_state', reason: 'help_called' })
  expect(meeting.when(call, asNorth).refusal).toBeUndefined()
  expect(meeting.when(resolve, asOffice).when(call, asSouth).refusal).toBeUndefined()
})

test('[H1] the Office or the admin resolves it, once', () => {
  const meeting = given(scheduled(), opened).when(call, asSouth).when(resolve, asAdmin)
  expect(meeting.state.help[0]?.resolvedAt).toBe(after(180))
  expect(meeting.when(resolve, asOffice).refusal).toEqual({ code: 'wrong_state', reason: 'help_resolved' })
  expect(meeting.when({ ...resolve, requestId: id(999) }, asOffice).refusal?.code).toBe('not_found')
})

test('[H1] a call needs no words, and no meeting that runs', () => {
  for (const meeting of [given(scheduled()), given(scheduled(), opened), given(scheduled(), opened, closed)])
    expect(meeting.when({ type: 'help.request' }, asSouth).events).toMatchObject([{ type: 'help.requested', text: '' }])
})
