import type { Refusal } from '#domain/errors.ts'
import { en } from './en.ts'
import { type Messages, vi } from './vi.ts'

export type Locale = 'vi' | 'en'

const messages: Record<Locale, Messages> = { vi, en }

const own = (table: Partial<Record<string, string>>, key: string | undefined): string | undefined =>
  key !== undefined && Object.hasOwn(table, key) ? table[key] : undefined

/** Puts the values in; `undefined` when the pattern names one that is not there. */
function fill(pattern: string, values: Record<string, string | number | undefined>): string | undefined {
  let isComplete = true
  const filled = pattern.replace(/\{(\w+)\}/g, (_, name: string) => {
    const value = Object.hasOwn(values, name) ? values[name] : undefined
    if (value === undefined) isComplete = false
    return String(value ?? '')
  })
  return isComplete ? filled : undefined
}

/** The innermost name of a field's path that people know: `agenda.0.title` is a title. */
function label(table: Messages, field: string | undefined): string | undefined {
  if (field === undefined) return undefined
  const names = field.split('.').filter((name) => !/^\d+$/.test(name))
  return own(table.fields, names.at(-1)) ?? own(table.fields, names[0])
}

/**
 * The sentence that people read for a refusal. A reason that is not known is left out: the code's own sentence remains,
 * so that a message is never missing and never shows a key.
 */
export function sentence(refusal: Refusal, locale: Locale): string {
  const table = messages[locale]
  const params = refusal.params ?? {}
  // What is wrong with an input is said by `fixes`.
  const reasonPattern = refusal.code === 'invalid_input' ? undefined : own(table.reasons, refusal.reason)
  const reason = reasonPattern === undefined ? undefined : fill(reasonPattern, params)
  const values = {
    ...params,
    reason,
    field: label(table, refusal.field),
    fix: fill(own(table.fixes, refusal.reason) ?? table.fixes.other ?? '', params),
    service: own(table.services, typeof params.service === 'string' ? params.service : undefined),
  }
  if (reason?.endsWith('.')) return reason
  const pattern = table.codes[refusal.code]
  const whole = fill(pattern, values)
  if (whole === undefined) return fill(table.plain[refusal.code] ?? pattern, values) ?? table.plain[refusal.code] ?? pattern
  return reason === undefined || pattern.includes('{reason}') ? whole : `${whole.replace(/\.$/, '')}: ${reason}.`
}
