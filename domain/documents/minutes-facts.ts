import { emptyMeeting } from '../meeting/state.ts'
import type { MeetingState } from '../meeting/state.ts'
import { evolve } from '../meeting/meeting.ts'
import type { MeetingEvent } from '../meeting/meeting.ts'

/** One time that a person had the floor. */
export interface Turn {
  userId: string
  unitId: string
  itemId?: string
  from: string
  /** Absent while it lasts. */
  to?: string
}

export interface Pause {
  from: string
  to?: string
}

/** What minutes say without anybody typing it: the meeting as the log leaves it, and what only the log's order tells. */
export interface MinutesFacts {
  state: MeetingState
  turns: Turn[]
  pauses: Pause[]
  /** Who chaired, in order; more than one where the chair was handed over. */
  chairs: { userId: string; since: string }[]
}

const withTurn = (turns: Turn[], before: MeetingState, event: MeetingEvent, after: MeetingState): Turn[] => {
  const was = before.floor.holder
  const is = after.floor.holder
  const begins = event.type === 'floor.granted' && is !== undefined
  const ends = was !== undefined && (begins || is === undefined)
  const ended = ends ? turns.map((turn) => (turn.to === undefined ? { ...turn, to: event.at } : turn)) : turns
  return begins ? [...ended, { userId: is.userId, unitId: is.unitId, itemId: is.itemId, from: event.at }] : ended
}

const withPause = (pauses: Pause[], before: MeetingState, event: MeetingEvent, after: MeetingState): Pause[] => {
  if (before.status === after.status) return pauses
  if (after.status === 'paused') return [...pauses, { from: event.at }]
  return before.status === 'paused'
    ? pauses.map((pause) => (pause.to === undefined ? { ...pause, to: event.at } : pause))
    : pauses
}

export const noFacts = (meetingId: string): MinutesFacts => ({
  state: emptyMeeting(meetingId),
  turns: [],
  pauses: [],
  chairs: [],
})

/**
 * Adds the next event of a log, or of as much of it as somebody may see: what the events leave out is left out of the minutes.
 */
export const withEvent = (facts: MinutesFacts, event: MeetingEvent): MinutesFacts => {
  const before = facts.state
  const state = evolve(before, event)
  return {
    state,
    turns: withTurn(facts.turns, before, event, state),
    pauses: withPause(facts.pauses, before, event, state),
    chairs:
      state.chairUserId === before.chairUserId ? facts.chairs : [...facts.chairs, { userId: state.chairUserId, since: event.at }],
  }
}
