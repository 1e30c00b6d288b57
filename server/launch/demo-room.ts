import type { Sql } from 'postgres'
import { firstMeetingSteps, type DemoRoomAnswer, type FirstMeetingStep } from '#domain/contract/demo.ts'
import type { MeetingState } from '#domain/meeting/state.ts'
import type { PresenceBoard } from '../meeting/presence.ts'
import type { Rooms } from '../meeting/rooms.ts'
import { nextDemoMeeting } from './synthetic-bridges.ts'

const shows: Record<FirstMeetingStep, (state: MeetingState) => boolean> = {
  hallIn: (state) => state.attendance.length > 0,
  opened: (state) => state.openedAt !== undefined,
  itemStarted: (state) => state.agenda.some((item) => item.startedAt !== undefined),
  floorAsked: (state) => state.floor.queue.length > 0 || shows.floorGiven(state),
  floorGiven: (state) => state.floor.holder !== undefined || state.floor.speaking.length > 0,
  conclusionProposed: (state) => state.conclusions.length > 0,
  conclusionIssued: (state) => state.conclusions.some((one) => one.status === 'issued'),
  receiptGiven: (state) => state.conclusions.some((one) => one.acknowledgedBy.length > 0),
}

/** The demo's next meeting as its front page shows it. Nothing of its content leaves by this. */
export function readDemoRoom({ sql, rooms, presence }: { sql: Sql; rooms: Rooms; presence: PresenceBoard }) {
  return async (): Promise<DemoRoomAnswer | null> => {
    const meetingId = await nextDemoMeeting(sql)
    const state = meetingId === undefined ? undefined : (await rooms.stateOf(meetingId))?.state
    if (meetingId === undefined || state === undefined) return null
    const online = await presence.online(meetingId)
    const accounts = await sql<{ username: string }[]>`
      select username from users where is_demo and id = any(${online.map((one) => one.userId)}::uuid[])`
    const done = firstMeetingSteps.filter((step) => shows[step](state))
    return { meetingId, status: state.status, inside: accounts.map((one) => one.username), done }
  }
}
