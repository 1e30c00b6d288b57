import { describe, expect, test } from 'vitest'
import { Command } from '#domain/meeting/meeting.ts'
import {
  asChair,
  asNorth,
  asSecondVice,
  asSecretary,
  asVice,
  closed,
  given,
  id,
  items,
  opened,
  paused,
  scheduled,
  started,
  voteCast,
  voteOpened,
  type Room,
} from '../kit/meeting.ts'

const vote = id(50)
const open = (more: { voteId?: string; secret?: boolean } = {}) => ({
  type: 'vote.open' as const,
  voteId: vote,
  question: 'Thống nhất phương án trình?',
  options: ['Tán thành', 'Không tán thành', 'Không biểu quyết'],
  secret: false,
  ...more,
})
const cast = (option: number, voteId = vote) => ({ type: 'vote.cast' as const, voteId, option })
const close = { type: 'vote.close' as const, voteId: vote }
const result = (room: Room) => {
  const { tally, result } = room.when(close, asChair).state.votes[0] ?? {}
  return { tally, result }
}

test('[V1] eligible are all leaders, the chair among them, and the vote belongs to the running item', () => {
  const meeting = given(scheduled(), opened, started(items.budget)).when(open(), asSecretary)
  expect(meeting.state.votes).toEqual([
    {
      id: vote,
      itemId: items.budget,
      question: 'Thống nhất phương án trình?',
      options: ['Tán thành', 'Không tán thành', 'Không biểu quyết'],
      secret: false,
      status: 'open',
      eligible: [asChair.userId, asVice.userId, asSecondVice.userId],
      cast: [],
    },
  ])
})

test('[V1] one vote is open at a time, under an id of its own, while the meeting runs', () => {
  const meeting = given(scheduled(), opened, voteOpened(vote))
  expect(meeting.when(open({ voteId: id(51) }), asChair).refusal).toEqual({ code: 'wrong_state', reason: 'vote_open' })
  const over = meeting.when(close, asChair)
  expect(over.when(open(), asChair).refusal).toEqual({ code: 'conflict', reason: 'vote_exists' })
  expect(over.when(open({ voteId: id(51) }), asChair).refusal).toBeUndefined()
  for (const room of [given(scheduled()), given(scheduled(), opened, paused), given(scheduled(), opened, closed)])
    expect(room.when(open(), asChair).refusal?.reason).toBe('meeting_not_running')
})

test('[V1] a vote has two to ten options, none of them twice', () => {
  const parses = (options: string[]) => Command.safeParse({ ...open(), options }).success
  expect([['Có'], ['Có', ' Có '], ['Có', 'Không'], Array.from({ length: 11 }, (_, index) => `${index}`)].map(parses)).toEqual([
    false,
    false,
    true,
    false,
  ])
})

test('[V2] each eligible person casts once, for an option that is there, while the vote is open', () => {
  const meeting = given(scheduled(), opened, voteOpened(vote)).when(cast(1), asVice)
  expect(meeting.state.votes[0]).toMatchObject({ cast: [asVice.userId], choices: { [asVice.userId]: 1 } })
  expect(meeting.when(cast(0), asVice).refusal).toEqual({ code: 'wrong_state', reason: 'already_cast' })
  expect(meeting.when(cast(3), asChair).refusal).toEqual({ code: 'invalid_input', reason: 'option_missing', field: 'option' })
  expect(meeting.when(cast(0, id(999)), asChair).refusal?.code).toBe('not_found')
  expect(meeting.when(cast(0), asNorth).refusal?.code).toBe('forbidden')
  const over = meeting.when(close, asChair)
  expect(over.when(cast(0), asChair).refusal).toEqual({ code: 'wrong_state', reason: 'vote_closed' })
  expect(over.when(close, asChair).refusal?.reason).toBe('vote_closed')
  expect(over.when({ ...close, voteId: id(999) }, asChair).refusal?.code).toBe('not_found')
})

test('[V2] a leader who was not listed when the vote was opened does not vote in it', () => {
  const meeting = given(scheduled(), opened, voteOpened(vote, { eligible: [asChair.userId] }))
  expect(meeting.when(cast(0), asVice).refusal?.code).toBe('forbidden')
})

describe('[V3] a secret ballot', () => {
  const meeting = given(scheduled(), opened, voteOpened(vote, { secret: true }))

  test('leaves beside the events: the log says who voted, never what', () => {
    const after = meeting.when(cast(2), asVice)
    expect(after.ballot).toEqual({ voteId: vote, option: 2 })
    expect(after.events).toEqual([{ type: 'vote.cast', voteId: vote, userId: asVice.userId, itemId: undefined }])
    expect(after.state.votes[0]?.choices).toBeUndefined()
    expect(given(scheduled(), opened, voteOpened(vote)).when(cast(2), asVice).ballot).toBeUndefined()
  })

  test('is counted from the box alone', () => {
    const { state } = meeting
      .when(cast(0), asVice)
      .when(cast(2), asChair)
      .when(close, asChair, {
        secretTally: (voteId) => (voteId === vote ? [1, 0, 1] : undefined),
      })
    expect(state.votes[0]).toMatchObject({ status: 'closed', tally: [1, 0, 1] })
  })

  test('needs at least two who may vote', () => {
    const alone = { leaderIds: [asChair.userId] }
    const room = given(scheduled(), opened)
    expect(room.when(open({ secret: true }), asChair, alone).refusal).toEqual({ code: 'wrong_state', reason: 'secret_needs_two' })
    expect(room.when(open(), asChair, alone).refusal).toBeUndefined()
  })
})

describe("[V4] the result follows the meeting's kind", () => {
  const four = [asChair.userId, asVice.userId, asSecondVice.userId, id(33)]
  const plenary = (eligible: string[], ...choices: [typeof asChair, number][]) =>
    given(
      scheduled({ kind: 'plenary' }),
      opened,
      voteOpened(vote, { eligible }),
      ...choices.map(([who, option]) => voteCast(vote, who, option)),
    )
  const three = four.slice(0, 3)

  test('in a standing meeting it advises the chair, whatever was cast', () => {
    const meeting = given(scheduled(), opened, voteOpened(vote), voteCast(vote, asVice, 0))
    expect(result(meeting)).toEqual({ tally: [1, 0, 0], result: 'advisory' })
  })

  test('in a plenary one it passes by more than half of all members', () => {
    expect(result(plenary(three, [asChair, 0], [asVice, 0])).result).toBe('passed')
    expect(result(plenary(three, [asChair, 0], [asVice, 1])).result).toBe('failed')
    expect(result(plenary(three, [asChair, 0], [asVice, 1], [asSecondVice, 2]))).toEqual({ tally: [1, 1, 1], result: 'failed' })
  })

  test('in a plenary one two thirds of all members must have voted', () => {
    expect(result(plenary(three, [asChair, 0])).result).toBe('noQuorum')
    expect(result(plenary(four, [asChair, 0], [asVice, 0])).result).toBe('noQuorum')
  })

  test("on a tie the chair's side decides, where it is known", () => {
    const tie = (option: number) => plenary(four, [asChair, option], [asVice, 0], [asSecondVice, 1 - option])
    expect(result(tie(0))).toEqual({ tally: [2, 1, 0], result: 'passed' })
    expect(result(tie(1))).toEqual({ tally: [2, 1, 0], result: 'failed' })
    const secret = given(
      scheduled({ kind: 'plenary' }),
      opened,
      voteOpened(vote, { secret: true, eligible: four }),
      voteCast(vote, asChair),
      voteCast(vote, asVice),
      voteCast(vote, asSecondVice),
    )
    const { state } = secret.when(close, asChair, { secretTally: () => [2, 1, 0] })
    expect(state.votes[0]).toMatchObject({ tally: [2, 1, 0], result: 'failed' })
  })
})
