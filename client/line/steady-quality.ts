import type { LineReport } from '#domain/contract/socket.ts'

/**
 * What is told of a line's quality, so that a word of trouble means trouble. Pure: each word, and each time that passes, makes a new
 * rule of the old one. Better news is told at once; worse news once it has lasted, and then the mildest of what was heard meanwhile:
 * a dip rings no bell, and a line that is bad in changing ways is told of all the same.
 */
export type Quality = LineReport['quality']

export interface SteadyQuality {
  told: Quality
  /** Since when every word was worse than what is told; with the last one and the mildest. */
  worse?: { since: number; last: Quality; mildest: Quality }
}

export const steadyMs = 6_000
export const lineIsGood: SteadyQuality = { told: 'good' }

const ranks: Quality[] = ['good', 'fair', 'weak', 'lost']
const isWorse = (one: Quality, other: Quality): boolean => ranks.indexOf(one) > ranks.indexOf(other)

/** `at` in milliseconds, by a clock that does not jump. */
export function afterWord(rule: SteadyQuality, word: Quality, at: number): SteadyQuality {
  const { told, worse } = afterTime(rule, at)
  if (!isWorse(word, told)) return { told: word }
  if (!worse) return { told, worse: { since: at, last: word, mildest: word } }
  return { told, worse: { since: worse.since, last: word, mildest: isWorse(worse.mildest, word) ? word : worse.mildest } }
}

/** Time alone tells too: worse news has lasted. */
export function afterTime(rule: SteadyQuality, at: number): SteadyQuality {
  const { worse } = rule
  if (!worse || at - worse.since < steadyMs) return rule
  const told = worse.mildest
  return isWorse(worse.last, told) ? { told, worse: { since: at, last: worse.last, mildest: worse.last } } : { told }
}
