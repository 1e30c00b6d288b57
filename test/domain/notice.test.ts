import { expect, test } from 'vitest'
import { asChair, asOffice, asSouth, at, closed, given, id, opened, scheduled } from '../kit/meeting.ts'

const post = { type: 'notice.post' as const, text: 'Nghỉ giải lao mười lăm phút', level: 'warning' as const }

test('[N1] a notice is posted to everyone, before the opening too, until the close', () => {
  expect(given(scheduled()).when(post, asOffice).state.notices).toMatchObject([
    { text: 'Nghỉ giải lao mười lăm phút', level: 'warning', userId: asOffice.userId },
  ])
  expect(given(scheduled(), opened, closed).when(post, asOffice).refusal).toEqual({
    code: 'wrong_state',
    reason: 'meeting_closed',
  })
  expect(given(scheduled()).when(post, asSouth).refusal?.code).toBe('forbidden')
  expect(given(scheduled()).when({ type: 'notice.post', text: 'Chào' }, asChair).events).toMatchObject([{ level: 'info' }])
})

test('[N1] the state keeps the last fifty', () => {
  const many = Array.from({ length: 52 }, (_, index) =>
    at(index, { type: 'notice.posted', noticeId: id(2000 + index), text: `${index}`, level: 'info', userId: asOffice.userId }),
  )
  const { notices } = given(scheduled(), ...many).state
  expect(notices).toHaveLength(50)
  expect([notices.at(0)?.text, notices.at(-1)?.text]).toEqual(['2', '51'])
})
