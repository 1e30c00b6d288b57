import { z } from 'zod'
import { refuse } from '../errors.ts'
import { Id, limits, text } from '../contract/values.ts'
import type { Deciders, Evolvers } from './shape.ts'

/**
 * Calls for technical help.
 * H1  A person has one open call at a time; the Office resolves it, before, during or after the meeting.
 */

export const commands = [
  z.strictObject({ type: z.literal('help.request'), text: text(limits.notice, { min: 0, lines: true }).default('') }),
  z.strictObject({ type: z.literal('help.resolve'), requestId: Id }),
] as const

export const events = [
  z.object({ type: z.literal('help.requested'), requestId: Id, userId: Id, unitId: Id, text: z.string() }),
  z.object({ type: z.literal('help.resolved'), requestId: Id }),
] as const

export const decide: Deciders<typeof commands> = {
  'help.request': (state, { text }, actor, around) =>
    state.help.some((one) => one.userId === actor.userId && one.resolvedAt === undefined)
      ? refuse('wrong_state', 'help_called')
      : {
          events: [{ type: 'help.requested', requestId: around.newId(), userId: actor.userId, unitId: actor.unitId, text }],
        },
  'help.resolve': (state, { requestId }) => {
    const call = state.help.find((one) => one.requestId === requestId)
    if (!call) return refuse('not_found')
    if (call.resolvedAt !== undefined) return refuse('wrong_state', 'help_resolved')
    return { events: [{ type: 'help.resolved', requestId }] }
  },
}

export const evolve: Evolvers<typeof events> = {
  'help.requested': (state, { requestId, userId, unitId, text, at }) => ({
    ...state,
    help: [...state.help, { requestId, userId, unitId, text, at }],
  }),
  'help.resolved': (state, { requestId, at }) => ({
    ...state,
    help: state.help.map((one) => (one.requestId === requestId ? { ...one, resolvedAt: at } : one)),
  }),
}
