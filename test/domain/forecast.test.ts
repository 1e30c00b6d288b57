import { describe, expect, test } from 'vitest'
import { forecast, usedSecondsAt } from '#domain/meeting/agenda.ts'
import { evolve, type EventBody } from '#domain/meeting/meeting.ts'
import { emptyMeeting, type MeetingState } from '#domain/meeting/state.ts'
import { after, asChair, id, meetingId, scheduled, units } from '../kit/meeting.ts'

/** Fifty mornings as they go in life, each looked at once a minute by the units that wait. */

/** A seeded source of numbers between 0 and 1 (mulberry32): the same fifty mornings in every run. */
function seeded(seed: number): () => number {
  let state = seed
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296
  }
}

interface Look {
  itemId: string
  second: number
  expected: number
}

interface Morning {
  looks: Look[]
  startedAt: Map<string, number>
  /** Items that nobody could see coming: the one before was cut short by ten minutes or more, or deferred at its turn. */
  sudden: Set<string>
}

/**
 * Six to ten items of 10 to 40 minutes. They take between two thirds and four thirds of their time; the chair extends an item that
 * runs over by five minutes; one in six mornings has a pause; one in six items is deferred before its turn.
 */
function morning(seed: number): Morning {
  const random = seeded(seed)
  const between = (least: number, most: number) => least + random() * (most - least)
  const count = Math.floor(between(6, 11))
  const agenda = Array.from({ length: count }, (_, at) => ({
    id: id(200 + at),
    number: at + 1,
    title: `Nội dung ${at + 1}`,
    presenterUnitId: units.south,
    audience: 'everyone' as const,
    form: 'online' as const,
    budgetSeconds: Math.round(between(2, 8)) * 300,
  }))
  let seq = 0
  let second = 0
  let state: MeetingState = emptyMeeting(meetingId)
  const looks: Look[] = []
  const startedAt = new Map<string, number>()
  const sudden = new Set<string>()
  const happens = (body: EventBody) => {
    const actor = { userId: asChair.userId, role: asChair.role, unitId: asChair.unitId }
    state = evolve(state, { ...body, seq: ++seq, at: after(second), actor })
  }
  const passes = (seconds: number) => {
    for (const end = second + seconds; second < end; second += 60)
      for (const [itemId, at] of forecast(state, after(second)).expectedAt)
        looks.push({ itemId, second, expected: (Date.parse(at) - Date.parse(after(0))) / 1000 })
  }
  happens(scheduled({ agenda }))
  second = 60 * Math.round(between(0, 10))
  happens({ type: 'meeting.opened' })
  passes(60 * Math.round(between(5, 15)))
  const pauseBefore = random() < 1 / 6 ? Math.floor(count / 2) : -1
  for (const [at, item] of agenda.entries()) {
    if (at > 0 && random() < 1 / 6) {
      happens({ type: 'agenda.deferred', itemId: item.id })
      continue
    }
    if (at === pauseBefore) {
      happens({ type: 'meeting.paused' })
      passes(15 * 60)
      happens({ type: 'meeting.resumed' })
    }
    const isSkipped = state.agenda[at - 1]?.status === 'deferred'
    const before = state.agenda.find((one) => one.id === state.currentItemId)
    const left = before === undefined ? 0 : before.budgetSeconds - usedSecondsAt(before, after(second))
    if (isSkipped || left >= 600) sudden.add(item.id)
    happens({ type: 'agenda.started', itemId: item.id })
    startedAt.set(item.id, second)
    let needed = Math.round((item.budgetSeconds * between(2 / 3, 4 / 3)) / 60) * 60
    let budget = item.budgetSeconds
    while (needed > budget) {
      passes(budget)
      needed -= budget
      budget = 300
      happens({ type: 'agenda.extended', itemId: item.id, minutes: 5 })
    }
    passes(needed)
  }
  return { looks, startedAt, sudden }
}

const mornings = Array.from({ length: 50 }, (_, at) => morning(at + 1))
const medianOf = (values: number[]) => values.toSorted((one, other) => one - other)[Math.floor(values.length / 2)] ?? NaN

describe('[A7] over fifty mornings', () => {
  /** Every look at an item that then began, with how far off it was, in seconds. */
  const seen = mornings.flatMap(({ looks, startedAt }) =>
    looks.flatMap((look) => {
      const start = startedAt.get(look.itemId)
      return start === undefined ? [] : [{ ...look, ahead: start - look.second, off: Math.abs(look.expected - start) }]
    }),
  )

  test('the expected time is off by five minutes at most at the median within the hour before, and while a unit is called up', () => {
    expect(seen.length).toBeGreaterThan(10_000)
    expect(medianOf(seen.filter((one) => one.ahead <= 3600).map((one) => one.off))).toBeLessThanOrEqual(300)
    expect(medianOf(seen.filter((one) => one.expected - one.second <= 600).map((one) => one.off))).toBeLessThanOrEqual(300)
  })

  test('it is never past, and who is next has been called up before the start, unless the item before was cut short or deferred', () => {
    expect(seen.filter((one) => one.expected < one.second)).toEqual([])
    for (const { looks, startedAt, sudden } of mornings)
      for (const [itemId, start] of startedAt) {
        const isCalled = looks.some((look) => look.itemId === itemId && look.second < start && look.expected - look.second <= 600)
        expect(isCalled || sudden.has(itemId), `${itemId} at ${start}`).toBe(true)
      }
  })
})
