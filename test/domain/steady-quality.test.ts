import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { afterTime, afterWord, lineIsGood, steadyMs, type Quality } from '#client/line/steady-quality.ts'

/** What the Office is told of a line: no alarm without a cause that lasted, and none kept quiet. */

const ranks: Quality[] = ['good', 'fair', 'weak', 'lost']
const rank = (one: Quality) => ranks.indexOf(one)

interface Heard {
  word: Quality
  forMs: number
}

/** Plays words that each last so long, looking at the rule ten times a second; gives what was told at each look, and the word then. */
function play(hour: Heard[]): { at: number; word: Quality; told: Quality }[] {
  const looks: { at: number; word: Quality; told: Quality }[] = []
  let rule = lineIsGood
  let at = 0
  for (const { word, forMs } of hour) {
    rule = afterWord(rule, word, at)
    for (const end = at + forMs; at < end; at += 100) {
      rule = afterTime(rule, at)
      looks.push({ at, word, told: rule.told })
    }
  }
  return looks
}

const quality = fc.constantFrom(...ranks)
const lasting = (least: number, most: number) => fc.integer({ min: least, max: most }).map((tenths) => tenths * 100)

describe('the quality of a line', () => {
  test('a clean hour rings no bell: dips of less than six seconds, however deep and however many', () => {
    const dip = fc.tuple(
      fc.record({ word: quality, forMs: lasting(1, 59) }),
      fc.record({ word: fc.constant('good' as const), forMs: lasting(1, 600) }),
    )
    fc.assert(
      fc.property(fc.array(dip, { minLength: 1, maxLength: 60 }), (hour) => {
        expect(new Set(play(hour.flat()).map((look) => look.told))).toEqual(new Set(['good']))
      }),
      { numRuns: 200 },
    )
  })

  test('whatever is heard: it is told worse only when it was that bad for six seconds, at the latest after twelve; better at once', () => {
    fc.assert(
      fc.property(fc.array(fc.record({ word: quality, forMs: lasting(1, 150) }), { minLength: 1, maxLength: 40 }), (hour) => {
        const looks = play(hour)
        for (const [index, { at, told, word }] of looks.entries()) {
          const before = looks[index - 1]
          const lately = looks.filter((look) => look.at <= at && look.at >= at - steadyMs)
          if (before && rank(told) > rank(before.told)) expect(lately.every((look) => rank(look.word) >= rank(told))).toBe(true)
          // Two spans: the second begins where the first was told of.
          const long = looks.filter((look) => look.at <= at && look.at >= at - 2 * steadyMs)
          if (at >= 2 * steadyMs) expect(rank(told)).toBeGreaterThanOrEqual(Math.min(...long.map((look) => rank(look.word))))
          expect(rank(told)).toBeLessThanOrEqual(rank(word))
        }
      }),
      { numRuns: 100 },
    )
  })

  test('a line that is bad in changing ways is told of', () => {
    const hour: Heard[] = Array.from({ length: 6 }, (_, at) => ({ word: at % 2 ? 'lost' : 'weak', forMs: 4000 }))
    expect(play(hour).at(-1)?.told).toBe('weak')
  })
})
