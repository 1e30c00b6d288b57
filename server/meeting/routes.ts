import {
  Created,
  CreateMeeting,
  LogAnswer,
  LogQuery,
  MeetingAnswer,
  MeetingParams,
  MeetingsAnswer,
  PeopleAnswer,
  ProposalsAnswer,
  StateAnswer,
  StateQuery,
} from '#domain/contract/http.ts'
import { refuse } from '#domain/errors.ts'
import type { MeetingState, Viewer } from '#domain/meeting/state.ts'
import { mayAttendMeeting, mayWriteMinutes, snapshotFor } from '#domain/meeting/visibility.ts'
import { viewerOf, type Session } from '../people/sessions.ts'
import { route, type Doors } from '../web/http.ts'
import type { Services } from '../web/services.ts'
import { readLog } from './log.ts'
import { readProposals } from './proposals.ts'
import type { Rooms } from './rooms.ts'

/** A meeting that exists for this person, or the refusal. Who was removed is told so; for others it does not exist. */
export async function attend(rooms: Rooms, session: Session, meetingId: string) {
  const viewer = viewerOf(session)
  if (session.meetingId !== undefined && session.meetingId !== meetingId) return refuse('not_found')
  const room = await rooms.find(meetingId)
  if (!room || !mayAttendMeeting(viewer, room.state)) return refuse('not_found')
  await room.catchUp()
  if (room.state.participants.removed.includes(viewer.userId)) return refuse('forbidden', 'you_are_removed')
  return { room, viewer }
}

/** Those who answer for the record; they are inside every item. */
export const mayReadLog = (viewer: Viewer, state: MeetingState): boolean =>
  viewer.role === 'secretary' || viewer.role === 'office' || viewer.userId === state.chairUserId

/** The meetings over HTTP: list, make, look, look back, and the log for the desk. */
export function registerMeetings(doors: Doors, { sql }: Services, rooms: Rooms): void {
  route(
    doors,
    {
      method: 'get',
      path: '/api/meetings',
      summary: 'The meetings that the asker may attend',
      who: 'signedIn',
      joinSession: 'allowed',
      answers: { 200: MeetingsAnswer },
    },
    async ({ session }) => {
      const viewer = viewerOf(session)
      const attendsAll = viewer.role !== 'bridge' && viewer.role !== 'department'
      const rows = await sql<{ id: string; title: string; status: MeetingState['status']; scheduled_at: Date }[]>`
        select id, title, status, scheduled_at from meetings
        where (${attendsAll} or ${viewer.unitId}::uuid = any(unit_ids))
          and (${session.meetingId ?? null}::uuid is null or id = ${session.meetingId ?? null}::uuid)
        order by is_demo desc, case status when 'closed' then 1 else 0 end, scheduled_at limit 500`
      return {
        status: 200,
        body: {
          meetings: rows.map(({ id, title, status, scheduled_at }) => ({
            id,
            title,
            status,
            scheduledAt: scheduled_at.toISOString(),
          })),
        },
      }
    },
  )

  route(
    doors,
    {
      method: 'post',
      path: '/api/meetings',
      summary: 'Schedules a meeting',
      who: ['office', 'secretary'],
      body: CreateMeeting,
      answers: { 201: Created },
    },
    async ({ body, session }) => {
      const made = await rooms.create(body, session.user.id)
      return 'refusal' in made ? made : { status: 201, body: made }
    },
  )

  route(
    doors,
    {
      method: 'get',
      path: '/api/meetings/:id',
      summary: 'The meeting as the asker may see it now',
      who: 'signedIn',
      params: MeetingParams,
      answers: { 200: MeetingAnswer },
    },
    async ({ params, session }) => {
      const found = await attend(rooms, session, params.id)
      if ('refusal' in found) return found
      const { userId, role, unitId } = found.viewer
      const { name, title } = session.user
      return {
        status: 200,
        body: { meeting: snapshotFor(found.viewer, found.room.state), you: { userId, name, title, role, unitId } },
      }
    },
  )

  route(
    doors,
    {
      method: 'get',
      path: '/api/meetings/:id/people',
      summary: 'Names and titles of those who may attend, leaders in protocol order',
      who: 'signedIn',
      params: MeetingParams,
      answers: { 200: PeopleAnswer },
    },
    async ({ params, session }) => {
      const found = await attend(rooms, session, params.id)
      if ('refusal' in found) return found
      const { people } = await rooms.directory()
      return { status: 200, body: { people: [...people.values()].filter((one) => mayAttendMeeting(one, found.room.state)) } }
    },
  )

  route(
    doors,
    {
      method: 'get',
      path: '/api/meetings/:id/state',
      summary: 'The room as it was after event `at`, seen with the rights of today',
      who: 'signedIn',
      params: MeetingParams,
      query: StateQuery,
      answers: { 200: StateAnswer },
    },
    async ({ params, query, session }) => {
      const found = await attend(rooms, session, params.id)
      if ('refusal' in found) return found
      if (query.at > found.room.seq) return refuse('invalid_input', 'beyond_head', { field: 'at' })
      const past = await rooms.stateAt(params.id, query.at)
      if (!past) return refuse('not_found')
      return { status: 200, body: { meeting: snapshotFor(found.viewer, past.state), seq: past.seq } }
    },
  )

  route(
    doors,
    {
      method: 'get',
      path: '/api/meetings/:id/log',
      summary: 'The log with its hashes, after event `since`',
      who: 'signedIn',
      params: MeetingParams,
      query: LogQuery,
      answers: { 200: LogAnswer },
    },
    async ({ params, query, session }) => {
      const found = await attend(rooms, session, params.id)
      if ('refusal' in found) return found
      if (!mayReadLog(found.viewer, found.room.state)) return refuse('forbidden')
      const [head] = await sql<{ head_seq: number; head_hash: string }[]>`
        select head_seq, head_hash from meetings where id = ${params.id}`
      if (!head) return refuse('not_found')
      const logged = await readLog(sql, params.id, query.since ?? 0, head.head_seq)
      return {
        status: 200,
        body: {
          events: logged.map(({ event, prevHash, hash }) => ({ ...event, prevHash, hash })),
          head: { seq: head.head_seq, hash: head.head_hash },
        },
      }
    },
  )

  route(
    doors,
    {
      method: 'get',
      path: '/api/meetings/:id/proposals',
      summary: 'What the presenting units propose, for who writes the minutes of their items',
      who: 'signedIn',
      params: MeetingParams,
      answers: { 200: ProposalsAnswer },
    },
    async ({ params, session }) => {
      const found = await attend(rooms, session, params.id)
      if ('refusal' in found) return found
      const { state } = found.room
      if (!mayWriteMinutes(found.viewer, state, params.id)) return refuse('forbidden')
      const all = await readProposals(sql, params.id)
      return { status: 200, body: { proposals: all.filter(({ itemId }) => mayWriteMinutes(found.viewer, state, itemId)) } }
    },
  )
}
