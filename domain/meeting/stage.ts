import { z } from 'zod'
import { refuse } from '../errors.ts'
import { Id } from '../contract/values.ts'
import { findAttendee } from './surroundings.ts'
import type { Deciders, Evolvers } from './shape.ts'

/**
 * What the wall shows beside the speaker: a pinned picture, or a PDF by page.
 * S1  A pin stands until it is taken off, replaced, or a closed item begins or ends.
 * S2  One presentation is shown at a time; who shows it turns its pages, the desk may too.
 */

export const commands = [
  z.strictObject({ type: z.literal('stage.pin'), userId: Id.nullable() }),
  z.strictObject({ type: z.literal('presentation.show'), presentationId: Id, page: z.int().min(1).default(1) }),
  z.strictObject({ type: z.literal('presentation.turn'), page: z.int().min(1) }),
  z.strictObject({ type: z.literal('presentation.hide') }),
] as const

const itemId = Id.optional()

export const events = [
  z.object({ type: z.literal('stage.pinned'), userId: Id.nullable(), itemId }),
  z.object({
    type: z.literal('presentation.shown'),
    presentationId: Id,
    title: z.string(),
    pages: z.int(),
    page: z.int(),
    userId: Id,
    itemId,
  }),
  z.object({ type: z.literal('presentation.turned'), page: z.int(), itemId }),
  z.object({ type: z.literal('presentation.hidden'), itemId }),
] as const

export const decide: Deciders<typeof commands> = {
  'stage.pin': (state, { userId }, _actor, around) => {
    if (state.status === 'closed') return refuse('wrong_state', 'meeting_closed')
    if (userId !== null && !findAttendee(state, around, userId)) return refuse('not_found')
    if (userId !== null && state.participants.removed.includes(userId)) return refuse('wrong_state', 'person_removed')
    return { events: [{ type: 'stage.pinned', userId, itemId: state.currentItemId }] }
  },
  'presentation.show': (state, { presentationId, page }, actor, around) => {
    if (state.status === 'closed') return refuse('wrong_state', 'meeting_closed')
    const file = around.presentation(presentationId)
    if (!file) return refuse('not_found')
    if (page > file.pages) return refuse('invalid_input', 'page_missing', { field: 'page' })
    return {
      events: [{ type: 'presentation.shown', presentationId, ...file, page, userId: actor.userId, itemId: state.currentItemId }],
    }
  },
  'presentation.turn': (state, { page }) => {
    const shown = state.stage.presenting
    if (!shown) return refuse('wrong_state', 'nothing_presented')
    if (page > shown.pages) return refuse('invalid_input', 'page_missing', { field: 'page' })
    return { events: [{ type: 'presentation.turned', page, itemId: state.currentItemId }] }
  },
  'presentation.hide': (state) =>
    state.stage.presenting
      ? { events: [{ type: 'presentation.hidden', itemId: state.currentItemId }] }
      : refuse('wrong_state', 'nothing_presented'),
}

export const evolve: Evolvers<typeof events> = {
  'stage.pinned': (state, { userId }) => ({ ...state, stage: { ...state.stage, pinnedUserId: userId ?? undefined } }),
  'presentation.shown': (state, { presentationId, title, pages, page, userId }) => ({
    ...state,
    stage: { ...state.stage, presenting: { presentationId, title, pages, page, userId } },
  }),
  'presentation.turned': (state, { page }) => ({
    ...state,
    stage: state.stage.presenting ? { ...state.stage, presenting: { ...state.stage.presenting, page } } : state.stage,
  }),
  'presentation.hidden': (state) => ({ ...state, stage: { ...state.stage, presenting: undefined } }),
}
