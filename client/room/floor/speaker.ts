import { computed } from 'vue'
import { usedSecondsAt } from '#domain/meeting/agenda.ts'
import type { FloorHolder } from '#domain/meeting/state.ts'
import { now } from '../../line/clock.ts'
import { useMeeting } from '../../stores/meeting.ts'
import { usePeople } from '../../stores/people.ts'

/** The name a person speaks under: a hall's or a department's account has that of who represents the unit today. */
export function useSpeakerName() {
  const meeting = useMeeting()
  const people = usePeople()
  return ({ userId, unitId }: { userId: string; unitId: string }): string => {
    const role = people.person(userId)?.role
    const isUnit = role === 'bridge' || role === 'department'
    const row = isUnit ? meeting.state?.attendance.find((one) => one.unitId === unitId) : undefined
    return row?.representative.name ?? people.personName(userId)
  }
}

/** Who has the floor, in words and time. A hall's account speaks with the name of who represents it today. */
export function useSpeaker(holder: () => FloorHolder | undefined) {
  const meeting = useMeeting()
  const people = usePeople()

  const representative = computed(() => {
    const role = people.person(holder()?.userId)?.role
    if (role !== 'bridge' && role !== 'department') return undefined
    return meeting.state?.attendance.find((row) => row.unitId === holder()?.unitId)?.representative
  })
  const name = computed(() => {
    const one = holder()
    return one === undefined ? '' : (representative.value?.name ?? people.personName(one.userId))
  })
  const title = computed(() => {
    const one = holder()
    return one === undefined ? '' : (representative.value?.title ?? people.personTitle(one.userId))
  })
  const unit = computed(() => {
    const one = holder()
    return one === undefined ? '' : people.unitName(one.unitId)
  })
  const used = computed(() => {
    const one = holder()
    return one === undefined ? 0 : usedSecondsAt(one, new Date(now.value).toISOString())
  })
  const limit = computed(() => holder()?.limitSeconds)
  const part = computed(() => (limit.value === undefined ? 0 : used.value / limit.value))
  const isOver = computed(() => part.value >= 1)
  /** Title and unit as one line, what says the same left out. */
  const role = computed(() => {
    const isSaid = title.value.toLowerCase().includes(people.unitShort(holder()?.unitId).toLowerCase())
    return [title.value, isSaid ? '' : unit.value].filter((word) => word !== '' && word !== name.value).join(', ')
  })
  return { name, title, unit, role, used, limit, part, isOver }
}
