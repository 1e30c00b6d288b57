import { defineStore } from 'pinia'
import { computed, shallowRef } from 'vue'
import { z } from 'zod'
import { UnitsAnswer, type Unit } from '#domain/contract/http.ts'
import { Id, Role } from '#domain/contract/values.ts'
import { locale, t } from '../i18n/index.ts'
import { api } from '../line/api.ts'

const Person = z.object({ userId: Id, name: z.string(), title: z.string(), role: Role, unitId: Id })
export type Person = z.infer<typeof Person>
const PeopleAnswer = z.object({ people: z.array(Person) })

/** Names for the ids of the room: the units of the organisation and the people of the meeting. */
export const usePeople = defineStore('people', () => {
  const units = shallowRef<ReadonlyMap<string, Unit>>(new Map())
  const persons = shallowRef<ReadonlyMap<string, Person>>(new Map())
  let unitsAsked: Promise<void> | undefined
  let meetingAsked: Promise<void> | undefined

  /** Loads the units once. */
  function loadUnits(): Promise<void> {
    unitsAsked ??= api.get('/api/units', UnitsAnswer).then(
      (answer) => {
        units.value = new Map(answer.units.map((unit) => [unit.id, unit]))
      },
      (error: unknown) => {
        unitsAsked = undefined
        throw error
      },
    )
    return unitsAsked
  }

  /** Loads who belongs to a meeting; again when somebody unknown turns up. */
  function loadMeeting(meetingId: string): Promise<void> {
    meetingAsked ??= api
      .get(`/api/meetings/${meetingId}/people`, PeopleAnswer)
      .then((answer) => {
        persons.value = new Map(answer.people.map((person) => [person.userId, person]))
      })
      .finally(() => {
        meetingAsked = undefined
      })
    return meetingAsked
  }

  const person = (userId: string | undefined): Person | undefined =>
    userId === undefined ? undefined : persons.value.get(userId)
  const unit = (unitId: string | undefined): Unit | undefined => (unitId === undefined ? undefined : units.value.get(unitId))

  const personName = (userId: string | undefined): string => person(userId)?.name ?? t('common.people.unknown')
  const personTitle = (userId: string | undefined): string => person(userId)?.title ?? ''
  const unitName = (unitId: string | undefined): string => {
    const known = unit(unitId)
    if (!known) return t('common.people.unknown')
    return locale.value === 'en' ? (known.nameEn ?? known.name) : known.name
  }
  /** The short name, for sentences: "huyện Đăk Hà". */
  const unitShort = (unitId: string | undefined): string => unit(unitId)?.shortName ?? t('common.people.unknown')
  /** The short name as it stands by itself, in a row or under a picture: "Huyện Đăk Hà". */
  const unitLabel = (unitId: string | undefined): string => {
    const name = unitShort(unitId)
    return name.charAt(0).toLocaleUpperCase('vi') + name.slice(1)
  }

  /** All leaders of the meeting, in protocol order. */
  const leaderIds = computed(() => [...persons.value.values()].filter((one) => one.role === 'leader').map((one) => one.userId))
  /** The people who speak for a unit. */
  const ofUnit = (unitId: string): Person[] => [...persons.value.values()].filter((one) => one.unitId === unitId)

  const knows = (userId: string): boolean => persons.value.has(userId)

  return {
    units,
    persons,
    loadUnits,
    loadMeeting,
    person,
    unit,
    personName,
    personTitle,
    unitName,
    unitShort,
    unitLabel,
    leaderIds,
    ofUnit,
    knows,
  }
})
