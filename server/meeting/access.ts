import type { Sql } from 'postgres'
import { addressedUnitIds } from '#domain/meeting/conclusion.ts'
import { refuse, type Refusal } from '#domain/errors.ts'
import { isClosedStub, type Actor, type MeetingState, type Viewer } from '#domain/meeting/state.ts'
import { isInside, mayAttendItem, mayAttendMeeting, mayWriteMinutes, snapshotFor } from '#domain/meeting/visibility.ts'
import type { Rooms } from './rooms.ts'

/**
 * What other capabilities ask of the meetings: who may read, write, present, see. Answered from the folded state by the
 * domain's rules; what is hidden looks like what does not exist.
 */
export function createAccess(rooms: Rooms, sql: Sql) {
  const stateOf = async (meetingId: string): Promise<MeetingState | null> => (await rooms.stateOf(meetingId))?.state ?? null

  return {
    /** Resolves when what any process acknowledged before the call is in the state that the others here are answered from. */
    catchUp: async (meetingId: string): Promise<void> => (await rooms.find(meetingId))?.catchUp(),

    mayRead: async (viewer: Viewer, meetingId: string, sectionId: string): Promise<boolean> => {
      const state = await stateOf(meetingId)
      return state !== null && mayAttendItem(viewer, state, sectionId)
    },

    mayWrite: async (actor: Actor, meetingId: string, sectionId: string): Promise<Refusal | null> => {
      const state = await stateOf(meetingId)
      if (state?.participants.removed.includes(actor.userId) && mayAttendMeeting(actor, state))
        return refuse('forbidden', 'you_are_removed').refusal
      if (!state || !mayAttendItem(actor, state, sectionId)) return refuse('not_found').refusal
      return mayWriteMinutes(actor, state, sectionId) ? null : refuse('forbidden').refusal
    },

    /** The sections of the minutes that this person may read, in the agenda's order; null when the meeting does not exist for them. */
    sectionsOf: async (viewer: Viewer, meetingId: string): Promise<{ sectionId: string; title: string }[] | null> => {
      const state = await stateOf(meetingId)
      if (!state || !mayAttendItem(viewer, state, meetingId)) return null
      return [
        { sectionId: meetingId, title: state.title },
        ...snapshotFor(viewer, state).agenda.flatMap((item) =>
          isClosedStub(item) ? [] : [{ sectionId: item.id, title: item.title }],
        ),
      ]
    },

    conclusionTexts: async (meetingId: string): Promise<ReadonlyMap<string, string>> =>
      new Map((await stateOf(meetingId))?.conclusions.map((one) => [one.id, one.text])),

    mayReadConclusion: async (viewer: Viewer, conclusionId: string): Promise<boolean> => {
      const [row] = await sql<{ meeting_id: string }[]>`select meeting_id from conclusions where id = ${conclusionId}`
      const state = row && (await stateOf(row.meeting_id))
      if (!state) return false
      const one = state.conclusions.find((known) => known.id === conclusionId)
      if (!one) return false
      if (
        one.status === 'issued' &&
        addressedUnitIds(one).includes(viewer.unitId) &&
        viewer.role !== 'observer' &&
        viewer.role !== 'admin'
      )
        return true
      return mayAttendItem(viewer, state, one.itemId)
    },

    mayPresent: async (actor: Viewer, meetingId: string, itemId: string | undefined): Promise<Refusal | null> => {
      const state = await stateOf(meetingId)
      if (!state || !mayAttendMeeting(actor, state)) return refuse('not_found').refusal
      if (itemId !== undefined && !mayAttendItem(actor, state, itemId)) return refuse('not_found').refusal
      if (actor.role === 'secretary' || actor.role === 'office' || state.chairUserId === actor.userId) return null
      const presents = state.agenda.some(
        (item) => !isClosedStub(item) && item.presenterUnitId === actor.unitId && (itemId === undefined || item.id === itemId),
      )
      return presents && (actor.role === 'bridge' || actor.role === 'department') ? null : refuse('forbidden').refusal
    },

    mayView: async (viewer: Viewer, presentation: { meetingId: string; itemId?: string }): Promise<boolean> => {
      const state = await stateOf(presentation.meetingId)
      return (
        state !== null &&
        mayAttendMeeting(viewer, state) &&
        !state.participants.removed.includes(viewer.userId) &&
        isInside(viewer, state, presentation.itemId)
      )
    },

    mayManageMeeting: async (viewer: Viewer, meetingId: string): Promise<boolean> => {
      const state = await stateOf(meetingId)
      return state !== null && mayAttendMeeting(viewer, state)
    },
  }
}
