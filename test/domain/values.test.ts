import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { base64, Day, HeadCount, Id, Representative, text, Time } from '#domain/contract/values.ts'
import { invalidInput } from '#domain/contract/input.ts'
import { CommandEnvelope, JoinMeeting } from '#domain/contract/socket.ts'
import { Command } from '#domain/meeting/meeting.ts'
import { id } from '../kit/meeting.ts'

/** Any UTF-16 code unit, halves of pairs among them. */
const codeUnit = fc.nat(0xffff).map((code) => String.fromCharCode(code))
const line = text(20)
const lines = text(20, { lines: true })
const parsed = (schema: typeof line, value: unknown) => schema.safeParse(value).data

describe('a text', () => {
  test('is composed (NFC), so that two keyboards write the same name', () => {
    const decomposed = 'Nguyễn Thị Bích Thọ'.normalize('NFD')
    expect(parsed(text(200), decomposed)).toBe('Nguyễn Thị Bích Thọ'.normalize('NFC'))
    expect(parsed(text(200), decomposed)).not.toBe(decomposed)
  })

  test('without NUL or another control character', () => {
    for (const code of [0, 1, 8, 11, 12, 27, 31, 127])
      expect(parsed(line, `a${String.fromCharCode(code)}b`), `${code}`).toBeUndefined()
  })

  test('without a lone surrogate, in whatever place', () => {
    for (const wrong of ['\ud83d', 'a\ud83d', '\ud83da', '\ude00', 'a\ude00b', '\ude00\ud83d', '\ud83d\ud83d\ude00'])
      expect(parsed(line, wrong), JSON.stringify(wrong)).toBeUndefined()
    expect(parsed(line, 'a😀b')).toBe('a😀b')
  })

  test('without characters that turn the reading order around', () => {
    for (const code of [0x202a, 0x202b, 0x202c, 0x202d, 0x202e, 0x2066, 0x2067, 0x2068, 0x2069])
      expect(parsed(lines, `a${String.fromCharCode(code)}b`), code.toString(16)).toBeUndefined()
  })

  test('is trimmed, on one line; line breaks stay only where they may', () => {
    expect(parsed(line, '  a \t\r\n b\u00a0\u2028c ')).toBe('a b c')
    expect(parsed(lines, ' a\r\nb\rc\n\nd ')).toBe('a\nb\nc\n\nd')
  })

  test('is counted in code points after composing', () => {
    expect(parsed(text(3), '😀😀😀')).toBe('😀😀😀')
    expect(parsed(text(3), '😀😀😀😀')).toBeUndefined()
    expect(parsed(text(3), 'ộộộ'.normalize('NFD'))).toBe('ộộộ')
    expect(parsed(text(3), 'abcd')).toBeUndefined()
    expect(parsed(text(1_000), 'a'.repeat(1_000_000))).toBeUndefined()
  })

  test('is not empty, unless it may be', () => {
    for (const empty of ['', '   ', '\n']) {
      expect(parsed(line, empty)).toBeUndefined()
      expect(parsed(text(20, { min: 0 }), empty)).toBe('')
    }
    for (const wrong of [null, undefined, 5, {}, ['a']]) expect(parsed(line, wrong)).toBeUndefined()
  })

  test('says what is wrong in words that the messages know', () => {
    const reason = (value: unknown) => {
      const { error } = line.safeParse(value)
      return error && invalidInput(error).refusal.reason
    }
    expect([reason('a\0b'), reason(' '), reason('x'.repeat(21)), reason(7)]).toEqual([
      'control_character',
      'too_short',
      'too_long',
      'required',
    ])
  })

  test('whatever comes in: what is taken is composed, carriable and stays the same when parsed again', () => {
    fc.assert(
      fc.property(fc.string({ unit: codeUnit, maxLength: 20 }), (value) => {
        const once = parsed(lines, value)
        if (once === undefined) return
        expect(() => encodeURIComponent(once)).not.toThrow()
        expect(once).toBe(once.normalize('NFC'))
        expect(parsed(lines, once)).toBe(once)
      }),
    )
  })
})

test('a time is UTC with milliseconds, whatever offset came in', () => {
  expect(Time.parse('2026-11-26T07:30:00+07:00')).toBe('2026-11-26T00:30:00.000Z')
  expect(Time.parse('2026-11-26T00:30:00Z')).toBe('2026-11-26T00:30:00.000Z')
  for (const wrong of ['2026-11-26', '2026-11-26T07:30:00', '26/11/2026', '2026-13-01T00:00:00Z', 0])
    expect(Time.safeParse(wrong).success, String(wrong)).toBe(false)
})

test('a day is one of the calendar', () => {
  expect(Day.safeParse('2028-02-29').success).toBe(true)
  for (const wrong of ['2026-02-29', '2026-2-9', '2026-11-31', '2026-11-26T00:00:00Z', ''])
    expect(Day.safeParse(wrong).success, wrong).toBe(false)
})

test('an id is a UUID', () => {
  expect(Id.safeParse(id(1)).success).toBe(true)
  for (const wrong of ['', 'chutri', `${id(1)} `, `${id(1)}\n`, "1' OR '1'='1", 7])
    expect(Id.safeParse(wrong).success).toBe(false)
})

test('a hall has at least one person and a countable number', () => {
  expect([0, -1, 1.5, Number.NaN, 10_001, '5'].map((count) => HeadCount.safeParse(count).success)).toEqual(Array(6).fill(false))
  expect(Representative.safeParse({ name: 'A Phương', title: '' }).success).toBe(false)
})

test('bytes are base64 of at most the size that is said', () => {
  const bytes = base64(3)
  expect(['', 'AAAA', 'AA==', 'AAA='].map((value) => bytes.safeParse(value).success)).toEqual([true, true, true, true])
  expect(['A', 'AAA', 'AAAA=', 'AA-_', 'AAAAAAAA', 'AA==AA=='].map((value) => bytes.safeParse(value).success)).toEqual(
    Array(6).fill(false),
  )
})

describe('what comes over the socket', () => {
  test('a command carries nothing that its schema does not know', () => {
    expect(Command.safeParse({ type: 'meeting.open' }).success).toBe(true)
    expect(Command.safeParse({ type: 'meeting.open', actor: 'chutri' }).success).toBe(false)
    for (const wrong of [{ type: 'toString' }, { type: '__proto__' }, { type: 'meeting.opened' }, {}, null, [], 'meeting.open'])
      expect(Command.safeParse(wrong).success, JSON.stringify(wrong)).toBe(false)
  })

  test('the envelope wants ids and a type; a join wants a whole number', () => {
    expect(CommandEnvelope.safeParse({ meetingId: id(1), commandId: id(2), type: 'meeting.open', itemId: 5 }).success).toBe(true)
    expect(CommandEnvelope.safeParse({ meetingId: id(1), commandId: 'x', type: 'meeting.open' }).success).toBe(false)
    expect(
      [-1, 1.5, '3', Number.POSITIVE_INFINITY].map((since) => JoinMeeting.safeParse({ meetingId: id(1), since }).success),
    ).toEqual(Array(4).fill(false))
  })

  test('a refusal names the field at fault', () => {
    const field = (value: unknown) => {
      const { error } = Command.safeParse(value)
      return error && invalidInput(error).refusal.field
    }
    expect(field({ type: 'agenda.extend', itemId: id(1), minutes: 0 })).toBe('minutes')
    expect(field({ type: 'attendance.checkIn', representative: { name: '', title: 'x' }, headCount: 1 })).toBe(
      'representative.name',
    )
    expect(field({ type: 'meeting.open', extra: 1 })).toBe('extra')
  })
})
