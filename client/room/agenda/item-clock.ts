import { computed } from 'vue'
import { usedSecondsAt } from '#domain/meeting/agenda.ts'
import type { AgendaItem } from '#domain/meeting/state.ts'
import { now } from '../../line/clock.ts'

/** `near` from 80 % of the time on, `last` in its last two minutes, `over` after it. */
export type ClockMood = 'calm' | 'near' | 'last' | 'over'

const warnAt = 0.8
const lastSeconds = 120

export function moodOf(used: number, budget: number): ClockMood {
  if (used >= budget) return 'over'
  if (budget - used <= lastSeconds && used > 0) return 'last'
  return used / budget >= warnAt ? 'near' : 'calm'
}

/** An item's clock on the server's time: what is used, what is left, and how it should look. */
export function useItemClock(item: () => AgendaItem | undefined) {
  const used = computed(() => {
    const one = item()
    return one === undefined ? 0 : usedSecondsAt(one, new Date(now.value).toISOString())
  })
  const budget = computed(() => item()?.budgetSeconds ?? 0)
  const left = computed(() => budget.value - used.value)
  const part = computed(() => (budget.value === 0 ? 0 : used.value / budget.value))
  const mood = computed(() => moodOf(used.value, budget.value))
  return { used, budget, left, part, mood }
}
