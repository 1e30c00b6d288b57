import { z } from 'zod'
import { canonicalJson } from '../canonical.ts'
import { refuse } from '../errors.ts'
import { WithdrawalReason } from '../contract/documents.ts'
import { Day, Id, limits, text } from '../contract/values.ts'
import { findItem, isClosedItem, type Actor, type Conclusion, type MeetingState } from './state.ts'
import type { Deciders, Evolvers } from './shape.ts'

/**
 * Conclusions: proposed by the desk, approved or returned by the chair, issued with a number, acknowledged by each unit addressed.
 * C1  A returned conclusion is proposed again under the same id and item, with new words; nothing else is proposed twice.
 * C2  Only what is proposed is approved or returned, and an approval that names its words only as long as they are the same; only
 *     what is approved is issued.
 * C3  Issuing takes the next number of its register and freezes the text: the event carries everything.
 * C4  Each unit addressed acknowledges once. All of this goes on after the close.
 * C5  An issued conclusion never changes: a correction is a new one that names it in `corrects`.
 * C6  The Office withdraws the notice of an issued conclusion, once and saying why. By C5 that is no change of it: number, words and
 *     paper stay as they went out, and who was sent it sees that it no longer holds. Nobody acknowledges it any more.
 * C7  Where a meeting's conclusions go out together, an issue takes every approved one under the same number and code: one notice, of
 *     which each is acknowledged by itself and which is withdrawn whole. What not everybody may read (of a closed item) and a
 *     correction go out alone.
 */

/** What a conclusion says. */
const wording = {
  itemId: Id,
  text: z.string(),
  leadUnitId: Id,
  coordinatingUnitIds: z.array(Id),
  dueDate: Day.optional(),
  product: z.string().optional(),
  corrects: Id.optional(),
}

export const commands = [
  z.strictObject({
    type: z.literal('conclusion.propose'),
    conclusionId: Id,
    itemId: Id,
    text: text(limits.conclusion, { lines: true }),
    leadUnitId: Id,
    coordinatingUnitIds: z.array(Id).max(500).default([]),
    dueDate: Day.optional(),
    product: text(limits.notice, { lines: true }).optional(),
    corrects: Id.optional(),
  }),
  z.strictObject({
    type: z.literal('conclusion.approve'),
    conclusionId: Id,
    remark: text(limits.notice, { lines: true }).optional(),
    /** The words that are approved, where no others may be. */
    wording: z.strictObject(wording).optional(),
  }),
  z.strictObject({
    type: z.literal('conclusion.return'),
    conclusionId: Id,
    remark: text(limits.notice, { lines: true }).optional(),
  }),
  z.strictObject({ type: z.literal('conclusion.issue'), conclusionId: Id }),
  z.strictObject({ type: z.literal('conclusion.acknowledge'), conclusionId: Id }),
  z.strictObject({ type: z.literal('conclusion.withdraw'), conclusionId: Id, reason: WithdrawalReason }),
] as const

const step = { conclusionId: Id, itemId: Id, remark: z.string().optional() }

export const events = [
  z.object({ type: z.literal('conclusion.proposed'), conclusionId: Id, ...wording }),
  z.object({ type: z.literal('conclusion.approved'), ...step }),
  z.object({ type: z.literal('conclusion.returned'), ...step }),
  z.object({
    type: z.literal('conclusion.issued'),
    conclusionId: Id,
    ...wording,
    proposedAt: z.string(),
    proposedBy: Id,
    approvedBy: Id.optional(),
    remark: z.string().optional(),
    number: z.int(),
    notation: z.string(),
    code: z.string(),
  }),
  z.object({ type: z.literal('conclusion.acknowledged'), conclusionId: Id, itemId: Id, unitId: Id }),
  z.object({ type: z.literal('conclusion.withdrawn'), conclusionId: Id, itemId: Id, reason: z.string() }),
] as const

const find = (state: MeetingState, conclusionId: string) => state.conclusions.find((one) => one.id === conclusionId)

/** What a conclusion says: as long as this is the same, its notice says the same. */
export const wordingOf = (one: Conclusion) => ({
  itemId: one.itemId,
  text: one.text,
  leadUnitId: one.leadUnitId,
  coordinatingUnitIds: one.coordinatingUnitIds,
  dueDate: one.dueDate,
  product: one.product,
  corrects: one.corrects,
})

/** Whether a conclusion has a notice of its own, whatever else is issued (C7). */
export function goesAlone(state: MeetingState, one: Conclusion): boolean {
  const item = findItem(state, one.itemId)
  return !state.conclusionsTogether || one.corrects !== undefined || item === undefined || isClosedItem(item)
}

/** What stands in the notice when this conclusion is issued now: itself, and whatever goes out with it, in the meeting's order. */
export const issuedWith = (state: MeetingState, one: Conclusion): Conclusion[] =>
  goesAlone(state, one)
    ? [one]
    : state.conclusions.filter((other) => other.id === one.id || (other.status === 'approved' && !goesAlone(state, other)))

/** The units an issued conclusion addresses: the lead unit first. */
export const addressedUnitIds = (one: { leadUnitId: string; coordinatingUnitIds: string[] }): string[] => [
  one.leadUnitId,
  ...one.coordinatingUnitIds,
]

/** The units that an issued conclusion addresses and that have not said that they have it; nobody is asked for a withdrawn one. */
export const unacknowledgedUnitIds = (one: Conclusion): string[] =>
  one.status === 'issued' && one.withdrawn === undefined
    ? addressedUnitIds(one).filter((unitId) => !one.acknowledgedBy.includes(unitId))
    : []

export const decide: Deciders<typeof commands> = {
  'conclusion.propose': (state, command, _actor, around) => {
    const { type: _type, ...fields } = command
    const known = find(state, fields.conclusionId)
    if (known && known.status !== 'returned') return refuse('wrong_state', 'already_proposed')
    if (state.status === 'scheduled') return refuse('wrong_state', 'meeting_not_running')
    if (!findItem(state, fields.itemId)) return refuse('not_found', 'item_missing', { field: 'itemId' })
    if (known && known.itemId !== fields.itemId) return refuse('invalid_input', 'item_stays', { field: 'itemId' })
    if (!around.unit(fields.leadUnitId)) return refuse('invalid_input', 'unit_missing', { field: 'leadUnitId' })
    const coordinatingUnitIds = [...new Set(fields.coordinatingUnitIds)].filter((unitId) => unitId !== fields.leadUnitId)
    if (!coordinatingUnitIds.every((unitId) => around.unit(unitId)))
      return refuse('invalid_input', 'unit_missing', { field: 'coordinatingUnitIds' })
    if (
      fields.corrects !== undefined &&
      find(state, fields.corrects)?.status !== 'issued' &&
      !around.isIssuedElsewhere(fields.corrects)
    )
      return refuse('invalid_input', 'corrects_nothing_issued', { field: 'corrects' })
    return { events: [{ type: 'conclusion.proposed', ...fields, coordinatingUnitIds }] }
  },

  'conclusion.approve': (state, { conclusionId, remark, wording }) => {
    const one = find(state, conclusionId)
    if (!one) return refuse('not_found')
    if (one.status !== 'proposed') return refuse('wrong_state', 'not_proposed')
    if (wording !== undefined && canonicalJson(wording) !== canonicalJson(wordingOf(one))) return refuse('conflict')
    return { events: [{ type: 'conclusion.approved', conclusionId, itemId: one.itemId, remark }] }
  },

  'conclusion.return': (state, { conclusionId, remark }) => {
    const one = find(state, conclusionId)
    if (!one) return refuse('not_found')
    if (one.status !== 'proposed') return refuse('wrong_state', 'not_proposed')
    return { events: [{ type: 'conclusion.returned', conclusionId, itemId: one.itemId, remark }] }
  },

  'conclusion.issue': (state, { conclusionId }, _actor, around) => {
    const one = find(state, conclusionId)
    if (!one) return refuse('not_found')
    if (one.status !== 'approved') return refuse('wrong_state', 'not_approved')
    const given = around.documentNumber()
    return {
      events: issuedWith(state, one).map((each) => ({
        type: 'conclusion.issued' as const,
        conclusionId: each.id,
        ...wordingOf(each),
        proposedAt: each.proposedAt,
        proposedBy: each.proposedBy,
        approvedBy: each.approvedBy,
        remark: each.remark,
        ...given,
      })),
    }
  },

  'conclusion.acknowledge': (state, { conclusionId }, actor) => {
    const one = find(state, conclusionId)
    if (!one) return refuse('not_found')
    if (one.status !== 'issued') return refuse('wrong_state', 'not_issued')
    if (one.withdrawn) return refuse('wrong_state', 'conclusion_withdrawn')
    if (one.acknowledgedBy.includes(actor.unitId)) return refuse('wrong_state', 'already_acknowledged')
    return { events: [{ type: 'conclusion.acknowledged', conclusionId, itemId: one.itemId, unitId: actor.unitId }] }
  },

  'conclusion.withdraw': (state, { conclusionId, reason }) => {
    const one = find(state, conclusionId)
    if (!one) return refuse('not_found')
    if (one.status !== 'issued') return refuse('wrong_state', 'not_issued')
    if (one.withdrawn) return refuse('wrong_state', 'conclusion_withdrawn')
    const paper = state.conclusions.filter(
      (other) => other.id === one.id || (other.code !== undefined && other.code === one.code),
    )
    return {
      events: paper.map(({ id, itemId }) => ({ type: 'conclusion.withdrawn' as const, conclusionId: id, itemId, reason })),
    }
  },
}

const whoActed = (event: { actor: { userId: string } | { system: true } }): string =>
  'userId' in event.actor ? event.actor.userId : ''

export const evolve: Evolvers<typeof events> = {
  'conclusion.proposed': (state, event) => {
    const { conclusionId: id, itemId, text, leadUnitId, coordinatingUnitIds, dueDate, product, corrects } = event
    const known = find(state, id)
    return put(state, {
      id,
      itemId,
      text,
      leadUnitId,
      coordinatingUnitIds,
      dueDate,
      product,
      corrects,
      status: 'proposed',
      proposedAt: known?.proposedAt ?? event.at,
      proposedBy: whoActed(event),
      acknowledgedBy: [],
    })
  },
  'conclusion.approved': (state, event) =>
    change(state, event.conclusionId, (one) => ({
      ...one,
      status: 'approved',
      approvedBy: whoActed(event),
      remark: event.remark,
    })),
  'conclusion.returned': (state, event) =>
    change(state, event.conclusionId, (one) => ({ ...one, status: 'returned', remark: event.remark })),
  'conclusion.issued': (state, event) => {
    const { conclusionId: id, itemId, text, leadUnitId, coordinatingUnitIds, dueDate, product, corrects } = event
    const { proposedAt, proposedBy, approvedBy, remark, number, notation, code, hash, at } = event
    return put(state, {
      id,
      itemId,
      text,
      leadUnitId,
      coordinatingUnitIds,
      dueDate,
      product,
      corrects,
      status: 'issued',
      proposedAt,
      proposedBy,
      approvedBy,
      remark,
      number,
      notation,
      code,
      hash,
      issuedAt: at,
      acknowledgedBy: [],
    })
  },
  'conclusion.acknowledged': (state, event) =>
    change(state, event.conclusionId, (one) => ({ ...one, acknowledgedBy: [...one.acknowledgedBy, event.unitId] })),
  'conclusion.withdrawn': (state, event) =>
    change(state, event.conclusionId, (one) => ({ ...one, withdrawn: { at: event.at, reason: event.reason } })),
}

/** In order of their first proposal, so that who sees one only when it is issued has the same list. */
function put(state: MeetingState, one: Conclusion): MeetingState {
  const others = state.conclusions.filter((other) => other.id !== one.id)
  const order = (conclusion: Conclusion) => `${conclusion.proposedAt} ${conclusion.id}`
  const behind = others.findIndex((other) => order(other) > order(one))
  const at = behind === -1 ? others.length : behind
  return { ...state, conclusions: [...others.slice(0, at), one, ...others.slice(at)] }
}

const change = (state: MeetingState, id: string, edit: (one: Conclusion) => Conclusion): MeetingState => ({
  ...state,
  conclusions: state.conclusions.map((one) => (one.id === id ? edit(one) : one)),
})

/** Whether a conclusion addresses the person's unit. */
export const isAddressed = (actor: Actor, one: { leadUnitId: string; coordinatingUnitIds: string[] }): boolean =>
  addressedUnitIds(one).includes(actor.unitId)
