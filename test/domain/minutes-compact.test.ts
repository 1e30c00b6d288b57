import fc from 'fast-check'
import { expect, test } from 'vitest'
import { readCompact, writeCompact } from '#domain/contract/minutes-compact.ts'

test('a compact update is read as it was written, whatever its numbers and bytes', () => {
  fc.assert(
    fc.property(
      fc.record({ section: fc.nat(), seq: fc.integer({ min: 0, max: 2 ** 40 }), update: fc.uint8Array({ maxLength: 200 }) }),
      (message) => {
        expect(readCompact(writeCompact(message))).toEqual(message)
      },
    ),
  )
})

test('what ends within its numbers, or names one without end, is none', () => {
  expect(readCompact(Uint8Array.of())).toBeNull()
  expect(readCompact(Uint8Array.of(1, 0x80))).toBeNull()
  expect(readCompact(new Uint8Array(20).fill(0x80))).toBeNull()
})
