import { computed, type ComputedRef } from 'vue'
import type { Presence } from '#domain/contract/socket.ts'
import type { Attendance } from '#domain/meeting/state.ts'
import { useMeeting } from '../../stores/meeting.ts'
import { usePeople } from '../../stores/people.ts'

/** A row of the board: a unit that is invited and the account that is there for it, or a person of the headquarters. */
export interface Point {
  key: string
  unitId: string
  userId: string | undefined
  name: string
  /** Who represents it, or the person's title. */
  who: string
  /** Whether it is this person's own row. */
  isSelf: boolean
  /** Whether the meeting invites this unit, so that attendance and links are kept for it. */
  isInvited: boolean
  presence: Presence | undefined
  attendance: Attendance | undefined
  isMuted: boolean
  isRemoved: boolean
  isPinned: boolean
  isHolder: boolean
  /** Somebody should look at this one. */
  isTrouble: boolean
}

/** All points, bridge points first, each group in the order of the organisation: it never changes under the hand. */
export function usePoints(): ComputedRef<Point[]> {
  const meeting = useMeeting()
  const people = usePeople()

  let before = new Map<string, Point>()
  const keep = (point: Point): Point => {
    const known = before.get(point.key)
    return known && isSame(known, point) ? known : point
  }

  return computed(() => {
    const state = meeting.state
    if (state === null) return []
    const presence = new Map(meeting.online.map((one) => [one.userId, one]))
    const calling = new Set(state.help.filter((call) => call.resolvedAt === undefined).map((call) => call.unitId))

    const rowOf = (unitId: string, userId: string | undefined, isInvited: boolean): Point => {
      const here = userId === undefined ? undefined : presence.get(userId)
      const attendance = isInvited ? state.attendance.find((row) => row.unitId === unitId) : undefined
      const person = people.person(userId)
      const isRemoved = userId !== undefined && state.participants.removed.includes(userId)
      const isWeak = here?.quality === 'weak' || here?.quality === 'lost'
      const hasLeft = attendance !== undefined && attendance.leftBy !== 'person' && here === undefined
      return {
        key: `${unitId}:${userId ?? ''}`,
        unitId,
        userId,
        name: isInvited ? people.unitLabel(unitId) : people.personName(userId),
        who: attendance?.representative.name ?? (isInvited ? (person?.name ?? '') : (person?.title ?? '')),
        isSelf: userId !== undefined && userId === meeting.you?.userId,
        isInvited,
        presence: here,
        attendance,
        isMuted: userId !== undefined && state.participants.muted.includes(userId),
        isRemoved,
        isPinned: userId !== undefined && state.stage.pinnedUserId === userId,
        isHolder: userId !== undefined && state.floor.holder?.userId === userId,
        isTrouble:
          isWeak ||
          here?.microphone === 'deaf' ||
          hasLeft ||
          isRemoved ||
          calling.has(unitId) ||
          (here !== undefined && hasBadCheck(here)),
      }
    }

    const invited = new Set(state.unitIds)
    const isDesk = (role: string) => role !== 'bridge' && role !== 'department'
    const ofUnits = state.unitIds
      .map((unitId) => ({ unitId, persons: people.ofUnit(unitId).filter((one) => !isDesk(one.role)) }))
      // The headquarters' own units are there through their persons.
      .filter(({ unitId, persons }) => persons.length > 0 || state.attendance.some((row) => row.unitId === unitId))
      .toSorted((a, b) => Number(isHall(b.persons)) - Number(isHall(a.persons)))
      .flatMap(({ unitId, persons }) => {
        const online = persons.filter((one) => presence.has(one.userId))
        if (online.length > 0) return online.map((one) => rowOf(unitId, one.userId, true))
        return [rowOf(unitId, persons[0]?.userId, true)]
      })
    const others = [...people.persons.values()]
      .filter((one) => isDesk(one.role) || !invited.has(one.unitId))
      .filter((one) => one.role === 'leader' || presence.has(one.userId))
      .map((one) => rowOf(one.unitId, one.userId, false))
    const points = [...ofUnits, ...others].map(keep)
    before = new Map(points.map((point) => [point.key, point]))
    return points
  })
}

/** Presence comes anew for everybody whenever anybody moves: a row of which nothing changed stays as it is, and is not drawn again. */
const isSame = (known: Point, point: Point): boolean =>
  Object.entries(point).every(([name, value]) => {
    const other: unknown = Reflect.get(known, name)
    return other === value || (name === 'presence' && JSON.stringify(other) === JSON.stringify(value))
  })

const isHall = (persons: { role: string }[]): boolean => persons.some((one) => one.role === 'bridge')

const hasBadCheck = ({ check }: Presence): boolean =>
  check !== undefined &&
  (check.camera === 'refused' || check.microphone === 'refused' || check.microphone === 'silent' || check.speaker === 'notHeard')
