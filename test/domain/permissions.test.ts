import { describe, expect, test } from 'vitest'
import { Command, commandTypes, type CommandInput, type CommandType } from '#domain/meeting/meeting.ts'
import { authorise } from '#domain/meeting/permissions.ts'
import type { Actor, MeetingState } from '#domain/meeting/state.ts'
import {
  asChair,
  asFinance,
  asHealth,
  asNorth,
  asSecretary,
  asSouth,
  asVice,
  asWest,
  given,
  granted,
  id,
  issued,
  items,
  oneOfEach,
  opened,
  presentation,
  proposal,
  proposed,
  removed,
  scheduled,
  started,
  units,
  voteOpened,
} from '../kit/meeting.ts'
import { permissionTable, roles, type Right } from '../kit/permission-table.ts'

const vote = id(50)
const conclusion = id(60)
const representative = { name: 'A Phương', title: 'Phó Chủ tịch UBND huyện' }

/** One command of each type, well formed. */
const commands: Record<CommandType, CommandInput> = {
  'meeting.open': { type: 'meeting.open' },
  'meeting.pause': { type: 'meeting.pause' },
  'meeting.resume': { type: 'meeting.resume' },
  'meeting.close': { type: 'meeting.close' },
  'chair.handOver': { type: 'chair.handOver', userId: asVice.userId },
  'attendance.checkIn': { type: 'attendance.checkIn', representative, headCount: 3 },
  'attendance.checkOut': { type: 'attendance.checkOut' },
  'agenda.start': { type: 'agenda.start', itemId: items.budget },
  'agenda.finish': { type: 'agenda.finish', itemId: items.budget },
  'agenda.extend': { type: 'agenda.extend', itemId: items.budget, minutes: 5 },
  'agenda.defer': { type: 'agenda.defer', itemId: items.budget },
  'agenda.insert': { type: 'agenda.insert', itemId: id(43), title: 'Việc đột xuất', budgetMinutes: 10 },
  'agenda.reorder': { type: 'agenda.reorder', itemIds: [] },
  'floor.request': { type: 'floor.request', kind: 'speak' },
  'floor.withdraw': { type: 'floor.withdraw' },
  'floor.yield': { type: 'floor.yield' },
  'floor.grant': { type: 'floor.grant', userId: asSouth.userId },
  'floor.revoke': { type: 'floor.revoke' },
  'floor.reorder': { type: 'floor.reorder', requestIds: [] },
  'participant.mute': { type: 'participant.mute', userId: asSouth.userId },
  'participant.remove': { type: 'participant.remove', userId: asSouth.userId },
  'participant.readmit': { type: 'participant.readmit', userId: asSouth.userId },
  'stage.pin': { type: 'stage.pin', userId: null },
  'presentation.show': { type: 'presentation.show', presentationId: presentation },
  'presentation.turn': { type: 'presentation.turn', page: 2 },
  'presentation.hide': { type: 'presentation.hide' },
  'vote.open': { type: 'vote.open', voteId: id(51), question: 'Thống nhất?', options: ['Có', 'Không'], secret: false },
  'vote.cast': { type: 'vote.cast', voteId: vote, option: 0 },
  'vote.close': { type: 'vote.close', voteId: vote },
  'conclusion.propose': proposal(id(61)),
  'conclusion.approve': { type: 'conclusion.approve', conclusionId: conclusion },
  'conclusion.return': { type: 'conclusion.return', conclusionId: conclusion },
  'conclusion.issue': { type: 'conclusion.issue', conclusionId: conclusion },
  'conclusion.acknowledge': { type: 'conclusion.acknowledge', conclusionId: conclusion },
  'conclusion.withdraw': { type: 'conclusion.withdraw', conclusionId: conclusion, reason: 'Sai căn cứ' },
  'notice.post': { type: 'notice.post', text: 'Tạm nghỉ mười lăm phút', level: 'info' },
  'help.request': { type: 'help.request', text: 'Mất hình' },
  'help.resolve': { type: 'help.resolve', requestId: id(1000) },
}

interface Situation {
  name: string
  state: MeetingState
  actor: Actor
  command?: CommandInput
}

const meeting = given(scheduled(), opened).state
const chairedByNobodyHere = given(scheduled({ chairUserId: id(999) }), opened).state

/** Where a condition holds, and where it does not; each named. */
const situations: Record<Exclude<Right, 'yes' | 'no'>, (actor: Actor) => { holds: Situation[]; fails: Situation[] }> = {
  'if chair': (actor) => ({
    holds: [{ name: 'chairs', state: { ...meeting, chairUserId: actor.userId }, actor }],
    fails: [{ name: 'another chairs', state: chairedByNobodyHere, actor }],
  }),
  'own unit': (actor) => {
    const of = (unitId?: string): CommandInput => ({ type: 'attendance.checkIn', unitId, representative, headCount: 3 })
    return {
      holds: [
        { name: 'no unit named', state: meeting, actor, command: of() },
        { name: 'own unit named', state: meeting, actor, command: of(actor.unitId) },
      ],
      fails: [{ name: 'another unit named', state: meeting, actor, command: of(units.south) }],
    }
  },
  'if holder': (actor) => ({
    holds: [{ name: 'holds the floor', state: given(scheduled(), opened, granted(actor)).state, actor }],
    fails: [
      { name: 'another holds the floor', state: given(scheduled(), opened, granted(asSouth)).state, actor },
      { name: 'nobody holds the floor', state: meeting, actor },
    ],
  }),
  'if eligible': (actor) => ({
    holds: [{ name: 'listed', state: given(scheduled(), opened, voteOpened(vote, { eligible: [actor.userId] })).state, actor }],
    fails: [
      { name: 'not listed', state: given(scheduled(), opened, voteOpened(vote, { eligible: [asVice.userId] })).state, actor },
    ],
  }),
  'if addressed': (actor) => {
    const state = given(scheduled(), opened, proposed(conclusion), issued(conclusion)).state
    const to = (leadUnitId: string, coordinatingUnitIds: string[]): MeetingState => ({
      ...state,
      conclusions: state.conclusions.map((one) => ({ ...one, leadUnitId, coordinatingUnitIds })),
    })
    return {
      holds: [
        { name: 'leads', state: to(actor.unitId, []), actor },
        { name: 'coordinates', state: to(units.west, [actor.unitId]), actor },
      ],
      fails: [{ name: 'others are addressed', state: to(units.west, [units.south]), actor }],
    }
  },
  'if presenting': (actor) => {
    const running = (presenterUnitId: string) => {
      const { state } = given(scheduled(), opened, started(items.budget))
      return { ...state, agenda: state.agenda.map((item) => ({ ...item, presenterUnitId })) }
    }
    const shown = { presentationId: presentation, title: 'Bản đồ', pages: 3, page: 1 }
    return {
      holds: [
        { name: 'the unit presents the running item', state: running(actor.unitId), actor },
        { name: 'has the floor', state: given(scheduled(), opened, granted(actor)).state, actor },
        {
          name: 'shows the presentation',
          state: given(scheduled(), opened, { type: 'presentation.shown', ...shown, userId: actor.userId }).state,
          actor,
        },
      ],
      fails: [
        { name: 'another unit presents', state: running(units.south), actor },
        { name: 'no item runs', state: meeting, actor },
        { name: 'another has the floor', state: given(scheduled(), opened, granted(asSouth)).state, actor },
        {
          name: 'another shows the presentation',
          state: given(scheduled(), opened, { type: 'presentation.shown', ...shown, userId: asSouth.userId }).state,
          actor,
        },
      ],
    }
  },
}

const answer = (type: CommandType, { state, actor, command }: Situation): string => {
  const input =
    command?.type.startsWith('attendance.') && type === 'attendance.checkOut' && 'unitId' in command
      ? { type, unitId: command.unitId }
      : (command ?? commands[type])
  return authorise(state, Command.parse(input), actor)?.code ?? 'yes'
}

describe.each(commandTypes)('%s', (type) => {
  test.each(roles)('%s', (role) => {
    const right = permissionTable[type][role]
    const actor = oneOfEach[role]
    if (right === 'yes' || right === 'no') {
      // Neither the chair nor anything else gives a role what its cell denies.
      for (const state of [meeting, { ...meeting, chairUserId: actor.userId }])
        expect(answer(type, { name: right, state, actor })).toBe(right === 'yes' ? 'yes' : 'forbidden')
      return
    }
    const { holds, fails } = situations[right](actor)
    for (const situation of holds) expect(answer(type, situation), situation.name).toBe('yes')
    for (const situation of fails) expect(answer(type, situation), situation.name).toBe('forbidden')
  })
})

test('every command has a row', () => {
  expect(Object.keys(permissionTable).sort()).toEqual([...commandTypes].sort())
})

test.each(commandTypes)('%s of somebody not invited: the meeting does not exist', (type) => {
  expect(answer(type, { name: 'not invited', state: meeting, actor: asWest })).toBe('not_found')
})

test.each(commandTypes)('%s of somebody removed is forbidden, until readmitted', (type) => {
  for (const actor of [asVice, asSecretary, asNorth, asFinance]) {
    const out = given(scheduled({ chairUserId: asVice.userId }), opened, removed(actor)).state
    expect(authorise(out, Command.parse(commands[type]), actor)).toEqual({ code: 'forbidden', reason: 'you_are_removed' })
    const back = given(scheduled({ chairUserId: asVice.userId }), opened, removed(actor), {
      type: 'participant.readmitted',
      userId: actor.userId,
    }).state
    expect(authorise(back, Command.parse(commands[type]), actor)?.reason).not.toBe('you_are_removed')
  }
})

describe('a conclusion of a closed item', () => {
  const acknowledge = Command.parse(commands['conclusion.acknowledge'])
  const hidden = given(scheduled(), opened, proposed(conclusion, items.land)).state
  const out = given(scheduled(), opened, proposed(conclusion, items.land), issued(conclusion, items.land)).state
  const absent = { ...hidden, conclusions: [] }

  test('looks to those outside like one that does not exist, whomever it addresses', () => {
    for (const actor of [asSouth, asHealth]) {
      expect(authorise(hidden, acknowledge, actor)?.code).toBe('not_found')
      // What does not exist passes here and is `not_found` in `decide`: the same answer for who asks.
      expect(given(scheduled(), opened).when(commands['conclusion.acknowledge'], actor).refusal).toEqual(
        authorise(hidden, acknowledge, actor),
      )
      expect(authorise(absent, acknowledge, actor)).toBeNull()
    }
  })

  test('once issued is acknowledged by whom it addresses, and still does not exist for the others outside', () => {
    expect(authorise(out, acknowledge, asSouth)).toBeNull()
    expect(authorise(out, acknowledge, asHealth)?.code).toBe('not_found')
    expect(authorise(out, acknowledge, asNorth)?.code).toBe('forbidden')
    expect(authorise(out, acknowledge, asChair)?.code).toBe('forbidden')
  })
})
