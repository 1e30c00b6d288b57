import { z } from 'zod'

/**
 * Values that many messages share: ids, times, texts. Text is NFC and free of control characters after parsing;
 * a NUL or a lone surrogate is refused (Postgres and RFC 8785 cannot carry them).
 */

export const Id = z.uuid()
export type Id = z.infer<typeof Id>

/** UTC, ISO-8601, with milliseconds: `2026-11-26T00:30:00.000Z`. Input may leave the milliseconds out; it is normalised. */
export const Time = z.iso.datetime({ offset: true }).transform((value) => new Date(value).toISOString())

/** A calendar day in Viet Nam, `YYYY-MM-DD`. */
export const Day = z.iso.date()
export type Day = z.infer<typeof Day>

const isCarriable = (text: string): boolean => {
  for (let at = 0; at < text.length; at++) {
    const unit = text.charCodeAt(at)
    if (unit < 32 && unit !== 9 && unit !== 10 && unit !== 13) return false
    if (unit === 0x7f || (unit >= 0x202a && unit <= 0x202e) || (unit >= 0x2066 && unit <= 0x2069)) return false
    if (unit >= 0xd800 && unit <= 0xdbff) {
      const next = text.charCodeAt(at + 1)
      if (!(next >= 0xdc00 && next <= 0xdfff)) return false
      at++
    } else if (unit >= 0xdc00 && unit <= 0xdfff) return false
  }
  return true
}

const countCodePoints = (text: string): number => [...text].length

/** A text of at least `min` and at most `max` code points in NFC, trimmed; line breaks are kept only where `lines` is set. */
export const text = (max: number, options: { min?: number; lines?: boolean } = {}) =>
  z
    .string()
    .max(max * 4)
    .refine(isCarriable, { message: 'control_character' })
    .transform((value) => {
      const composed = value.normalize('NFC').trim()
      return options.lines ? composed.replace(/\r\n?/g, '\n') : composed.replace(/\s+/g, ' ')
    })
    .refine((value) => countCodePoints(value) >= (options.min ?? 1), { message: 'too_short' })
    .refine((value) => countCodePoints(value) <= max, { message: 'too_long' })

/** Bytes as base64 text, at most `maxBytes` decoded. */
export const base64 = (maxBytes: number) =>
  z
    .string()
    .max(Math.ceil(maxBytes / 3) * 4)
    .regex(/^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/)

export const limits = {
  messageBytes: 1024 * 1024,
  minutesUpdateBytes: 256 * 1024,
  title: 500,
  name: 200,
  notice: 1000,
  conclusion: 10_000,
  proposal: 2000,
  comment: 2000,
  quote: 500,
} as const

export const Role = z.enum(['leader', 'secretary', 'bridge', 'department', 'office', 'observer', 'admin'])
export type Role = z.infer<typeof Role>

export const UnitKind = z.enum(['office', 'department', 'district', 'commune'])
export type UnitKind = z.infer<typeof UnitKind>

export const Representative = z.strictObject({ name: text(limits.name), title: text(limits.name) })
export type Representative = z.infer<typeof Representative>

export const HeadCount = z.int().min(1).max(10_000)
