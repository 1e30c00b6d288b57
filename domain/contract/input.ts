import type { z } from 'zod'
import type { Refusal } from '#domain/errors.ts'

type Issue = z.core.$ZodIssue

/** The key of `fixes` in the message files that tells how to put it right. */
function fixOf(issue: Issue): string {
  switch (issue.code) {
    case 'custom':
      return issue.message
    case 'invalid_type':
      return 'required'
    default:
      return issue.code
  }
}

/** In a union the branch that came furthest knows best which field is at fault. */
function deepest(issue: Issue): { path: PropertyKey[]; issue: Issue } {
  if (issue.code !== 'invalid_union' || issue.errors.length === 0) return { path: issue.path, issue }
  const inner = issue.errors.flatMap((branch) => branch.slice(0, 1)).map(deepest)
  const best = inner.reduce((one, other) => (other.path.length > one.path.length ? other : one))
  return { path: [...issue.path, ...best.path], issue: best.issue }
}

/**
 * Turns a failed parse into the refusal that doors answer: `invalid_input` with the path of the first field at fault,
 * joined by points (`agenda.0.title`); for a key that does not belong there, the path of that key.
 */
export function invalidInput(error: z.ZodError): { refusal: Refusal } {
  const first = error.issues[0]
  if (!first) return { refusal: { code: 'invalid_input' } }
  const { path, issue } = deepest(first)
  const field = [...path, ...(issue.code === 'unrecognized_keys' ? issue.keys.slice(0, 1) : [])].map(String).join('.')
  return { refusal: { code: 'invalid_input', reason: fixOf(issue), ...(field === '' ? {} : { field: field.slice(0, 200) }) } }
}
