import { z } from 'zod'
import { refuse } from '../errors.ts'
import { Id, text } from '../contract/values.ts'
import type { MeetingKind, MeetingState, Vote, VoteResult } from './state.ts'
import type { Deciders, Evolvers } from './shape.ts'

/**
 * Votes of the leaders.
 * V1  One vote is open at a time, while the meeting runs; eligible are all leaders at that moment, the chair among them.
 * V2  Each eligible person casts once; what was cast is never taken back by a reconnect.
 * V3  A secret ballot leaves beside the events: the log says who voted, never what; it needs at least two who may vote.
 * V4  The result follows the meeting's kind (facts: process 6): a standing meeting's vote advises the chair, a plenary one
 *     passes by more than half of all members and needs two thirds of them; on a tie the chair's side decides, where it is known.
 */

export const meetingRules: Record<
  MeetingKind,
  { quorum?: { numerator: number; denominator: number }; passes: 'advisory' | 'majorityOfAllMembers' }
> = {
  standing: { passes: 'advisory' },
  plenary: { quorum: { numerator: 2, denominator: 3 }, passes: 'majorityOfAllMembers' },
}

export const commands = [
  z.strictObject({
    type: z.literal('vote.open'),
    voteId: Id,
    question: text(1000, { lines: true }),
    options: z
      .array(text(200))
      .min(2)
      .max(10)
      .refine((options) => new Set(options).size === options.length, { message: 'duplicate' }),
    secret: z.boolean().default(false),
  }),
  z.strictObject({ type: z.literal('vote.cast'), voteId: Id, option: z.int().min(0).max(9) }),
  z.strictObject({ type: z.literal('vote.close'), voteId: Id }),
] as const

const itemId = Id.optional()

export const events = [
  z.object({
    type: z.literal('vote.opened'),
    voteId: Id,
    question: z.string(),
    options: z.array(z.string()),
    secret: z.boolean(),
    eligible: z.array(Id),
    itemId,
  }),
  z.object({ type: z.literal('vote.cast'), voteId: Id, userId: Id, option: z.int().optional(), itemId }),
  z.object({
    type: z.literal('vote.closed'),
    voteId: Id,
    tally: z.array(z.int()),
    result: z.enum(['passed', 'failed', 'advisory', 'noQuorum']),
    itemId,
  }),
] as const

const find = (state: MeetingState, voteId: string) => state.votes.find((one) => one.id === voteId)

export const decide: Deciders<typeof commands> = {
  'vote.open': (state, { voteId, question, options, secret }, _actor, around) => {
    if (state.status !== 'running') return refuse('wrong_state', 'meeting_not_running')
    if (find(state, voteId)) return refuse('conflict', 'vote_exists')
    if (state.votes.some((one) => one.status === 'open')) return refuse('wrong_state', 'vote_open')
    const eligible = around.leaderIds
    if (secret && eligible.length < 2) return refuse('wrong_state', 'secret_needs_two')
    return {
      events: [{ type: 'vote.opened', voteId, question, options, secret, eligible, itemId: state.currentItemId }],
    }
  },

  'vote.cast': (state, { voteId, option }, actor) => {
    const vote = find(state, voteId)
    if (!vote) return refuse('not_found')
    if (vote.status !== 'open') return refuse('wrong_state', 'vote_closed')
    if (vote.cast.includes(actor.userId)) return refuse('wrong_state', 'already_cast')
    if (option >= vote.options.length) return refuse('invalid_input', 'option_missing', { field: 'option' })
    const cast = { type: 'vote.cast' as const, voteId, userId: actor.userId, itemId: vote.itemId }
    return vote.secret ? { events: [cast], ballot: { voteId, option } } : { events: [{ ...cast, option }] }
  },

  'vote.close': (state, { voteId }, _actor, around) => {
    const vote = find(state, voteId)
    if (!vote) return refuse('not_found')
    if (vote.status !== 'open') return refuse('wrong_state', 'vote_closed')
    const counted = vote.secret ? around.secretTally(voteId) : countChoices(vote)
    const tally = vote.options.map((_option, index) => counted?.[index] ?? 0)
    return {
      events: [{ type: 'vote.closed', voteId, tally, result: resultOf(state, vote, tally), itemId: vote.itemId }],
    }
  },
}

const countChoices = (vote: Vote): number[] =>
  vote.options.map((_option, index) => Object.values(vote.choices ?? {}).filter((choice) => choice === index).length)

function resultOf(state: MeetingState, vote: Vote, tally: number[]): VoteResult {
  const rules = meetingRules[state.kind]
  if (rules.passes === 'advisory') return 'advisory'
  const members = vote.eligible.length
  const { quorum } = rules
  if (quorum && vote.cast.length * quorum.denominator < members * quorum.numerator) return 'noQuorum'
  const inFavour = tally[0] ?? 0
  if (inFavour * 2 === members) return vote.choices?.[state.chairUserId] === 0 ? 'passed' : 'failed'
  return inFavour * 2 > members ? 'passed' : 'failed'
}

export const evolve: Evolvers<typeof events> = {
  'vote.opened': (state, { voteId, question, options, secret, eligible, itemId }) => ({
    ...state,
    votes: [...state.votes, { id: voteId, itemId, question, options, secret, status: 'open', eligible, cast: [] }],
  }),
  'vote.cast': (state, { voteId, userId, option }) =>
    changeVote(state, voteId, (vote) => ({
      ...vote,
      cast: [...vote.cast, userId],
      choices: option === undefined ? vote.choices : { ...vote.choices, [userId]: option },
    })),
  'vote.closed': (state, { voteId, tally, result }) =>
    changeVote(state, voteId, (vote) => ({ ...vote, status: 'closed', tally, result })),
}

const changeVote = (state: MeetingState, voteId: string, change: (vote: Vote) => Vote): MeetingState => ({
  ...state,
  votes: state.votes.map((vote) => (vote.id === voteId ? change(vote) : vote)),
})
