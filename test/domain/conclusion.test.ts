import { describe, expect, test } from 'vitest'
import { wordingOf } from '#domain/meeting/conclusion.ts'
import {
  after,
  approved,
  asChair,
  asFinance,
  asHealth,
  asOffice,
  asSecretary,
  asSouth,
  closed,
  given,
  id,
  issued,
  issuedElsewhere,
  items,
  opened,
  proposal,
  proposed,
  scheduled,
  units,
} from '../kit/meeting.ts'

const one = id(60)
const other = id(61)
const step = <Verb extends 'approve' | 'return' | 'issue' | 'acknowledge'>(verb: Verb, conclusionId = one) => ({
  type: `conclusion.${verb}` as const,
  conclusionId,
})
const running = [scheduled(), opened]
const returned = { type: 'conclusion.returned' as const, conclusionId: one, itemId: items.budget, remark: 'Ghi rõ thời hạn' }

test('[C1] a conclusion is proposed with its words, for an item, under an id of its own', () => {
  const meeting = given(...running).when(proposal(one), asSecretary)
  expect(meeting.state.conclusions).toMatchObject([
    {
      id: one,
      itemId: items.budget,
      status: 'proposed',
      leadUnitId: units.finance,
      coordinatingUnitIds: [units.south],
      dueDate: '2026-12-15',
      proposedAt: after(120),
      proposedBy: asSecretary.userId,
      acknowledgedBy: [],
    },
  ])
  expect(meeting.when(proposal(one), asOffice).refusal).toEqual({ code: 'wrong_state', reason: 'already_proposed' })
})

test('[C1] a returned conclusion is proposed again under the same id, with new words, where it stood', () => {
  const meeting = given(...running, proposed(one), proposed(other), returned)
  expect(meeting.state.conclusions[0]).toMatchObject({ status: 'returned', remark: 'Ghi rõ thời hạn' })
  const again = meeting.when({ ...proposal(one), text: 'Lời mới' }, asOffice)
  expect(again.state.conclusions.map((known) => known.id)).toEqual([one, other])
  expect(again.state.conclusions[0]).toMatchObject({ text: 'Lời mới', status: 'proposed', proposedBy: asOffice.userId })
  expect(again.state.conclusions[0]?.remark).toBeUndefined()
})

test('[C1] a returned conclusion stays with its item', () => {
  expect(given(...running, proposed(one), returned).when(proposal(one, items.land), asOffice).refusal).toEqual({
    code: 'invalid_input',
    reason: 'item_stays',
    field: 'itemId',
  })
})

test('[C1] approved and issued ones are not proposed again', () => {
  for (const history of [
    [proposed(one), approved(one)],
    [proposed(one), approved(one), issued(one)],
  ])
    expect(given(...running, ...history).when(proposal(one), asOffice).refusal?.reason).toBe('already_proposed')
})

test('[C1] a proposal names an item and units that are there, each unit once', () => {
  const meeting = given(...running)
  expect(meeting.when(proposal(one, id(999)), asOffice).refusal).toEqual({
    code: 'not_found',
    reason: 'item_missing',
    field: 'itemId',
  })
  expect(meeting.when({ ...proposal(one), leadUnitId: id(999) }, asOffice).refusal).toEqual({
    code: 'invalid_input',
    reason: 'unit_missing',
    field: 'leadUnitId',
  })
  expect(meeting.when({ ...proposal(one), coordinatingUnitIds: [units.south, id(999)] }, asOffice).refusal?.field).toBe(
    'coordinatingUnitIds',
  )
  const twice = { ...proposal(one), coordinatingUnitIds: [units.south, units.finance, units.south, units.health] }
  expect(meeting.when(twice, asOffice).events).toMatchObject([{ coordinatingUnitIds: [units.south, units.health] }])
  expect(given(scheduled()).when(proposal(one), asOffice).refusal?.reason).toBe('meeting_not_running')
})

test('[C2] only what is proposed is approved or returned', () => {
  const meeting = given(...running, proposed(one))
  expect(meeting.when(step('approve'), asChair).state.conclusions[0]).toMatchObject({
    status: 'approved',
    approvedBy: asChair.userId,
  })
  expect(meeting.when({ ...step('return'), remark: 'Ghi rõ thời hạn' }, asChair).events).toEqual([returned])
  for (const history of [[approved(one)], [returned], [approved(one), issued(one)]]) {
    const later = given(...running, proposed(one), ...history)
    for (const verb of ['approve', 'return'] as const)
      expect(later.when(step(verb), asChair).refusal).toEqual({ code: 'wrong_state', reason: 'not_proposed' })
  }
  for (const verb of ['approve', 'return', 'issue'] as const)
    expect(meeting.when(step(verb, other), asChair).refusal?.code).toBe('not_found')
})

test('[C2] an approval that names its words is of no others', () => {
  const meeting = given(...running, proposed(one))
  const [known] = meeting.state.conclusions
  if (known === undefined) throw new Error('nothing was proposed')
  const approve = (wording: ReturnType<typeof wordingOf>) => meeting.when({ ...step('approve'), wording }, asChair)
  expect(approve(wordingOf(known)).state.conclusions[0]?.status).toBe('approved')
  for (const other of [{ text: 'Lời khác' }, { dueDate: undefined }, { leadUnitId: units.health }, { coordinatingUnitIds: [] }])
    expect(approve({ ...wordingOf(known), ...other }).refusal).toEqual({ code: 'conflict' })
})

test('[C2] only what is approved is issued', () => {
  for (const history of [[proposed(one)], [proposed(one), returned], [proposed(one), approved(one), issued(one)]])
    expect(given(...running, ...history).when(step('issue'), asSecretary).refusal).toEqual({
      code: 'wrong_state',
      reason: 'not_approved',
    })
})

test('[C3] issuing takes the next number of the register and freezes the text: the event carries everything', () => {
  const meeting = given(...running, proposed(one), approved(one)).when(step('issue'), asSecretary, {
    documentNumber: () => ({ number: 12, notation: '12/TB-UBND', code: 'K7Q2M9' }),
  })
  expect(meeting.events).toEqual([
    {
      ...proposed(one),
      type: 'conclusion.issued',
      product: undefined,
      corrects: undefined,
      remark: undefined,
      proposedAt: after(120),
      proposedBy: asChair.userId,
      approvedBy: asChair.userId,
      number: 12,
      notation: '12/TB-UBND',
      code: 'K7Q2M9',
    },
  ])
  const alone = given(scheduled(), opened, issued(one)).state.conclusions[0]
  expect(alone).toMatchObject({ status: 'issued', number: 1, text: 'Giao Sở Tài chính chủ trì, hoàn thiện phương án.' })
})

test("[C3] an issued conclusion carries the log's hash of its event", () => {
  const { log, state } = given(...running, proposed(one), approved(one)).when(step('issue'), asChair)
  const hash = 'a'.repeat(64)
  const last = log.at(-1)
  expect(state.conclusions[0]?.issuedAt).toBe(last?.at)
  expect(
    given(...running, proposed(one), approved(one), Object.assign({ ...issued(one) }, { hash })).state.conclusions[0]?.hash,
  ).toBe(hash)
})

test('[C3] numbers belong to what is issued, and to nothing else', () => {
  const { state } = given(...running, proposed(one), proposed(other), approved(other), issued(other))
  expect(Object.fromEntries(state.conclusions.map((known) => [known.id, known.number]))).toEqual({ [one]: undefined, [other]: 1 })
})

describe('[C4] acknowledging', () => {
  const meeting = given(...running, proposed(one), approved(one), issued(one))

  test('is done once by each unit addressed', () => {
    const lead = meeting.when(step('acknowledge'), asFinance)
    expect(lead.events).toEqual([
      { type: 'conclusion.acknowledged', conclusionId: one, itemId: items.budget, unitId: units.finance },
    ])
    const both = lead.when(step('acknowledge'), asSouth)
    expect(both.state.conclusions[0]?.acknowledgedBy).toEqual([units.finance, units.south])
    expect(both.when(step('acknowledge'), asSouth).refusal).toEqual({ code: 'wrong_state', reason: 'already_acknowledged' })
    expect(meeting.when(step('acknowledge'), asHealth).refusal?.code).toBe('forbidden')
    expect(meeting.when(step('acknowledge', other), asFinance).refusal?.code).toBe('not_found')
  })

  test('waits for the issue', () => {
    expect(given(...running, proposed(one)).when(step('acknowledge'), asFinance).refusal).toEqual({
      code: 'wrong_state',
      reason: 'not_issued',
    })
  })

  test('goes on after the close, as do proposing, approving and issuing', () => {
    const over = given(...running, closed)
      .when(proposal(one), asSecretary)
      .when(step('approve'), asChair)
      .when(step('issue'), asChair)
      .when(step('acknowledge'), asSouth)
    expect(over.refusal).toBeUndefined()
    expect(over.state.conclusions[0]).toMatchObject({ status: 'issued', acknowledgedBy: [units.south] })
  })
})

describe('[C6] withdrawing', () => {
  const meeting = given(...running, proposed(one), approved(one), issued(one))
  const withdraw = { type: 'conclusion.withdraw' as const, conclusionId: one, reason: 'Sai căn cứ' }

  test('is done once, by the Office, and says why; nothing else of the conclusion changes', () => {
    const done = meeting.when(withdraw, asOffice)
    expect(done.events).toEqual([{ type: 'conclusion.withdrawn', conclusionId: one, itemId: items.budget, reason: 'Sai căn cứ' }])
    const { withdrawn, ...rest } = done.state.conclusions[0] ?? {}
    expect(withdrawn).toMatchObject({ reason: 'Sai căn cứ' })
    expect(rest).toEqual(meeting.state.conclusions[0])
    expect(done.when(withdraw, asOffice).refusal).toEqual({ code: 'wrong_state', reason: 'conclusion_withdrawn' })
    for (const actor of [asChair, asSecretary, asFinance]) expect(meeting.when(withdraw, actor).refusal?.code).toBe('forbidden')
  })

  test('ends the acknowledging, and goes on after the close', () => {
    const done = given(...running, proposed(one), approved(one), issued(one), closed).when(withdraw, asOffice)
    expect(done.refusal).toBeUndefined()
    expect(done.when(step('acknowledge'), asFinance).refusal).toEqual({ code: 'wrong_state', reason: 'conclusion_withdrawn' })
  })

  test('is for what was issued', () => {
    expect(given(...running, proposed(one), approved(one)).when(withdraw, asOffice).refusal?.reason).toBe('not_issued')
    expect(meeting.when({ ...withdraw, conclusionId: other }, asOffice).refusal?.code).toBe('not_found')
  })
})

describe('[C7] conclusions that go out together', () => {
  const closedOne = id(62)
  const together = [scheduled({ conclusionsTogether: true }), opened]
  const ready = [proposed(one), approved(one), proposed(other), approved(other)]
  const meeting = given(...together, ...ready, proposed(closedOne, items.land), approved(closedOne, items.land))
  const issue = (conclusionId: string) => meeting.when(step('issue', conclusionId), asSecretary)

  test('are issued by one press, all that are approved, under one number and code, in their order', () => {
    const done = issue(other)
    expect(done.events).toMatchObject([
      { type: 'conclusion.issued', conclusionId: one, number: 1, code: 'CODE1' },
      { type: 'conclusion.issued', conclusionId: other, number: 1, code: 'CODE1' },
    ])
    const byHand = done.when(step('acknowledge'), asFinance)
    expect(byHand.state.conclusions.map((known) => known.acknowledgedBy)).toEqual([[units.finance], [], []])
    const withdrawn = done.when({ type: 'conclusion.withdraw', conclusionId: one, reason: 'Sai căn cứ' }, asOffice)
    expect(withdrawn.state.conclusions.map((known) => known.withdrawn !== undefined)).toEqual([true, true, false])
  })

  test('what is only proposed, of a closed item, or a correction is not among them', () => {
    expect(issue(closedOne).events).toMatchObject([{ conclusionId: closedOne }])
    const waiting = given(...together, proposed(one), approved(one), proposed(other))
    expect(waiting.when(step('issue'), asSecretary).events).toMatchObject([{ conclusionId: one }])
    const correcting = given(...together, ...ready, issued(one))
      .when({ ...proposal(id(63)), corrects: one }, asSecretary)
      .when(step('approve', id(63)), asChair)
      .when(step('issue', id(63)), asSecretary)
    expect(correcting.events).toMatchObject([{ conclusionId: id(63) }])
  })

  test('without that, each has its own', () => {
    expect(given(...running, ...ready).when(step('issue', other), asSecretary).events).toMatchObject([{ conclusionId: other }])
  })
})

test('[C5] a correction is a new conclusion that names an issued one, of this meeting or another', () => {
  const meeting = given(...running, proposed(one), approved(one), issued(one))
  const correct = (corrects: string) => meeting.when({ ...proposal(other), corrects }, asSecretary)
  expect(correct(one).state.conclusions[1]).toMatchObject({ corrects: one })
  expect(correct(issuedElsewhere).refusal).toBeUndefined()
  for (const wrong of [other, id(999)])
    expect(correct(wrong).refusal).toEqual({ code: 'invalid_input', reason: 'corrects_nothing_issued', field: 'corrects' })
  const draft = given(...running, proposed(one)).when({ ...proposal(other), corrects: one }, asSecretary)
  expect(draft.refusal?.reason).toBe('corrects_nothing_issued')
})
