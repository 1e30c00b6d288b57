import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { afterLook, picturesOn, type LineLook, type PictureRule } from '#client/line/weak-line.ts'

const good = { frozenMs: 0, lostShare: 0 }
const narrow = { ...good, availableKbps: 150 }

/** A look each second, from the second after `from` on. */
function watch(rule: PictureRule, seconds: number, look: Omit<LineLook, 'at'>, from = 0): PictureRule {
  let now = rule
  for (let second = 1; second <= seconds; second++) now = afterLook(now, { ...look, at: (from + second) * 1000 })
  return now
}

describe('pictures on a weak line', () => {
  test('a good line keeps them, however long', () => {
    expect(watch(picturesOn, 3600, good)).toEqual(picturesOn)
    expect(watch(picturesOn, 60, { ...good, availableKbps: 800 })).toEqual(picturesOn)
  })

  test('under 200 kbit/s they go, after seconds and not at the first dip', () => {
    expect(watch(picturesOn, 2, narrow).givenUp).toBeUndefined()
    expect(watch(picturesOn, 5, narrow).givenUp).toBe('narrow')
    const dip = watch(watch(picturesOn, 2, narrow), 1, good, 2)
    expect(watch(dip, 2, narrow, 3).givenUp).toBeUndefined()
  })

  test('a picture that stands still for more than two seconds goes at once', () => {
    expect(watch(picturesOn, 1, { ...good, frozenMs: 2000 }).givenUp).toBeUndefined()
    expect(watch(picturesOn, 1, { ...good, frozenMs: 2100 }).givenUp).toBe('frozen')
  })

  test('they are back after ten seconds of quiet; loss or too little begins the wait anew', () => {
    const off = watch(picturesOn, 5, narrow)
    expect(watch(off, 10, good, 5).givenUp).toBe('narrow')
    expect(watch(off, 11, good, 5).givenUp).toBeUndefined()
    for (const noise of [
      { ...good, lostShare: 0.1 },
      { ...good, availableKbps: 220 },
    ]) {
      const disturbed = watch(watch(off, 8, good, 5), 1, noise, 13)
      expect(watch(disturbed, 8, good, 14).givenUp).toBe('narrow')
      expect(watch(disturbed, 11, good, 14).givenUp).toBeUndefined()
    }
  })

  test('a line that fails again at once waits twice as long; one that held is trusted again', () => {
    const back = watch(watch(picturesOn, 5, narrow), 11, good, 5)
    const again = watch(back, 4, narrow, 16)
    expect(watch(again, 15, good, 20).givenUp).toBe('narrow')
    expect(watch(again, 21, good, 20).givenUp).toBeUndefined()
    const held = watch(watch(back, 40, good, 16), 4, narrow, 56)
    expect(watch(held, 11, good, 60).givenUp).toBeUndefined()
  })

  test('whatever the line does, it never comes back before ten seconds and always after eighty of quiet', () => {
    const look = fc.record({
      availableKbps: fc.option(fc.nat(1000), { nil: undefined }),
      frozenMs: fc.nat(4000),
      lostShare: fc.double({ min: 0, max: 0.3, noNaN: true }),
    })
    fc.assert(
      fc.property(fc.array(look, { maxLength: 200 }), (looks) => {
        let rule = picturesOn
        let wentAt: number | undefined
        looks.forEach((one, second) => {
          const before = rule
          rule = afterLook(rule, { ...one, at: second * 1000 })
          if (before.givenUp === undefined && rule.givenUp !== undefined) wentAt = second
          if (before.givenUp !== undefined && rule.givenUp === undefined) expect(second - (wentAt ?? 0)).toBeGreaterThan(10)
        })
        expect(watch(rule, 82, good, looks.length).givenUp).toBeUndefined()
      }),
    )
  })
})
