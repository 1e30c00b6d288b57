import { z } from 'zod'
import { refuse } from '../errors.ts'
import { HeadCount, Id, Representative } from '../contract/values.ts'
import type { Attendance, MeetingState } from './state.ts'
import { secondsBetween } from './agenda.ts'
import type { Deciders, Evolvers } from './shape.ts'

/**
 * Who is here, unit by unit.
 * T1  A unit is one row, however many devices it has; checking in again corrects the row and keeps its first time.
 * T2  A unit checks itself in until the close; the Office corrects afterwards too, and the log keeps the trace.
 * T3  Leaving early is said by a person; a lost line is noticed by the system after a grace time, and undone on return.
 * T4  Only units that the meeting invites have a row.
 */

/** How long a line may be gone before the unit counts as having left. */
export const graceSeconds = 60
/** How long after the opening a check-in still counts as on time. */
const lateAfterSeconds = 5 * 60

export const commands = [
  z.strictObject({
    type: z.literal('attendance.checkIn'),
    unitId: Id.optional(),
    representative: Representative,
    headCount: HeadCount,
  }),
  z.strictObject({ type: z.literal('attendance.checkOut'), unitId: Id.optional() }),
] as const

export const events = [
  z.object({ type: z.literal('attendance.checkedIn'), unitId: Id, representative: Representative, headCount: HeadCount }),
  z.object({ type: z.literal('attendance.checkedOut'), unitId: Id }),
  z.object({ type: z.literal('attendance.left'), unitId: Id, since: z.string() }),
  z.object({ type: z.literal('attendance.returned'), unitId: Id }),
] as const

export const decide: Deciders<typeof commands> = {
  'attendance.checkIn': (state, command, actor) => {
    const isDesk = actor.role === 'secretary' || actor.role === 'office'
    const unitId = command.unitId ?? (isDesk ? undefined : actor.unitId)
    if (unitId === undefined) return refuse('invalid_input', 'unit_missing', { field: 'unitId' })
    if (!state.unitIds.includes(unitId)) return refuse('invalid_input', 'unit_not_invited', { field: 'unitId' })
    if (state.status === 'closed' && !isDesk) return refuse('wrong_state', 'meeting_closed')
    const { representative, headCount } = command
    return { events: [{ type: 'attendance.checkedIn', unitId, representative, headCount }] }
  },
  'attendance.checkOut': (state, command, actor) => {
    const unitId = command.unitId ?? actor.unitId
    const row = state.attendance.find((one) => one.unitId === unitId)
    if (!row) return refuse('wrong_state', 'not_checked_in')
    if (row.leftAt !== undefined && row.leftBy === 'person') return refuse('wrong_state', 'already_left')
    return { events: [{ type: 'attendance.checkedOut', unitId }] }
  },
}

export const evolve: Evolvers<typeof events> = {
  'attendance.checkedIn': (state, event) => {
    const { unitId, representative, headCount, at } = event
    const known = state.attendance.find((one) => one.unitId === unitId)
    return known
      ? changeRow(state, unitId, (row) => ({ unitId, representative, headCount, checkedInAt: row.checkedInAt }))
      : { ...state, attendance: [...state.attendance, { unitId, representative, headCount, checkedInAt: at }] }
  },
  'attendance.checkedOut': (state, event) =>
    changeRow(state, event.unitId, (row) => ({ ...row, leftAt: event.at, leftBy: 'person' })),
  'attendance.left': (state, event) => changeRow(state, event.unitId, (row) => ({ ...row, leftAt: event.since, leftBy: 'line' })),
  'attendance.returned': (state, event) => changeRow(state, event.unitId, ({ leftAt: _back, leftBy: _by, ...row }) => row),
}

const changeRow = (state: MeetingState, unitId: string, change: (row: Attendance) => Attendance): MeetingState => ({
  ...state,
  attendance: state.attendance.map((row) => (row.unitId === unitId ? change(row) : row)),
})

/** What the system notes of a unit whose line has been gone or is back; no event where nothing changed. */
export function noticeLine(state: MeetingState, unitId: string, line: { goneSince: string } | 'back') {
  const row = state.attendance.find((one) => one.unitId === unitId)
  const isLive = state.status === 'running' || state.status === 'paused'
  if (!row || !isLive) return []
  if (line === 'back') return row.leftBy === 'line' ? [{ type: 'attendance.returned' as const, unitId }] : []
  return row.leftAt === undefined ? [{ type: 'attendance.left' as const, unitId, since: line.goneSince }] : []
}

/** Whether a unit came after the opening, with a few minutes' grace. */
export const isLate = (state: MeetingState, row: Attendance): boolean =>
  state.openedAt !== undefined &&
  row.checkedInAt > state.openedAt &&
  secondsBetween(state.openedAt, row.checkedInAt) > lateAfterSeconds
