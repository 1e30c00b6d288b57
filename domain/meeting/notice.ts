import { z } from 'zod'
import { refuse } from '../errors.ts'
import { Id, limits, text } from '../contract/values.ts'
import type { Deciders, Evolvers } from './shape.ts'

/**
 * Short messages to everyone in the room.
 * N1  Posted until the close; the state keeps the last fifty, the log keeps all.
 */

export const commands = [
  z.strictObject({
    type: z.literal('notice.post'),
    text: text(limits.notice, { lines: true }),
    level: z.enum(['info', 'warning']).default('info'),
  }),
] as const

export const events = [
  z.object({ type: z.literal('notice.posted'), noticeId: Id, text: z.string(), level: z.enum(['info', 'warning']), userId: Id }),
] as const

const kept = 50

export const decide: Deciders<typeof commands> = {
  'notice.post': (state, { text, level }, actor, around) =>
    state.status === 'closed'
      ? refuse('wrong_state', 'meeting_closed')
      : { events: [{ type: 'notice.posted', noticeId: around.newId(), text, level, userId: actor.userId }] },
}

export const evolve: Evolvers<typeof events> = {
  'notice.posted': (state, { noticeId, text, level, userId, at }) => ({
    ...state,
    notices: [...state.notices, { id: noticeId, text, level, at, userId }].slice(-kept),
  }),
}
