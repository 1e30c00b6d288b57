import { computed } from 'vue'
import { usedSecondsAt } from '#domain/meeting/agenda.ts'
import type { FloorHolder } from '#domain/meeting/state.ts'
import { now } from '../../line/clock.ts'
import { useMeeting } from '../../stores/meeting.ts'
import { usePeople } from '../../stores/people.ts'

interface Speaking {
  userId: string
  unitId: string
}

/** As whom a person speaks: a hall's or a department's account as who represents the unit today. */
function useSpeaking() {
  const meeting = useMeeting()
  const people = usePeople()
  const representativeOf = ({ userId, unitId }: Speaking) => {
    const role = people.person(userId)?.role
    if (role !== 'bridge' && role !== 'department') return undefined
    return meeting.state?.attendance.find((row) => row.unitId === unitId)?.representative
  }
  return {
    nameOf: (one: Speaking): string => representativeOf(one)?.name ?? people.personName(one.userId),
    titleOf: (one: Speaking): string => representativeOf(one)?.title ?? people.personTitle(one.userId),
  }
}

/** The name a person speaks under. */
export const useSpeakerName = () => useSpeaking().nameOf

/** Who has the floor, in words and time. */
export function useSpeaker(holder: () => FloorHolder | undefined) {
  const people = usePeople()
  const { nameOf, titleOf } = useSpeaking()

  const name = computed(() => {
    const one = holder()
    return one === undefined ? '' : nameOf(one)
  })
  const title = computed(() => {
    const one = holder()
    return one === undefined ? '' : titleOf(one)
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
  /** Title and unit as one line, what says the same left out: "Chủ tịch UBND huyện" of "huyện Đăk Hà" is said in one. */
  const role = computed(() => {
    const short = people.unitShort(holder()?.unitId)
    const isSaid = title.value.toLowerCase().includes(short.toLowerCase())
    const [kind = '', ...rest] = short.split(' ')
    if (!isSaid && rest.length > 0 && title.value.toLowerCase().endsWith(` ${kind.toLowerCase()}`))
      return [title.value, ...rest].join(' ')
    return [title.value, isSaid ? '' : unit.value].filter((word) => word !== '' && word !== name.value).join(', ')
  })
  return { name, title, unit, role, used, limit, part, isOver }
}
