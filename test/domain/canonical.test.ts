import fc from 'fast-check'
import { expect, test } from 'vitest'
import { canonicalJson } from '#domain/canonical.ts'

const character = fc.oneof(
  fc.constantFrom('\u0000', '\n', '"', '\\', '\u007f', 'ộ', '\ufb33', '\u2028', '😀'),
  fc.integer({ min: 0x20, max: 0x1fff }).map((code) => String.fromCharCode(code)),
)

test('the example of RFC 8785 (3.2.2) comes out byte for byte', () => {
  const value: unknown = JSON.parse(
    '{"numbers":[333333333.33333329,1E30,4.50,2e-3,0.000000000000000000000000001],' +
      '"string":"\\u20ac$\\u000F\\u000aA\'\\u0042\\u0022\\u005c\\\\\\"\\/","literals":[null,true,false]}',
  )
  expect(canonicalJson(value)).toBe(
    '{"literals":[null,true,false],"numbers":[333333333.3333333,1e+30,4.5,0.002,1e-27],' +
      '"string":"€$\\u000f\\nA\'B\\"\\\\\\\\\\"/"}',
  )
})

test('keys are sorted by UTF-16 code units, as the RFC (3.2.3) shows', () => {
  const value = { '\u20ac': 1, '\r': 2, '\ufb33': 3, '1': 4, '\ud83d\ude00': 5, '\u0080': 6, '\u00f6': 7 }
  const order = [...canonicalJson(value).matchAll(/:(\d)/g)].map(([, digit]) => digit)
  expect(order).toEqual(['2', '4', '6', '7', '1', '5', '3'])
})

test('members that are undefined are left out, in arrays they are null', () => {
  expect(canonicalJson({ b: undefined, a: [1, undefined, { c: undefined }] })).toBe('{"a":[1,null,{}]}')
})

test('zero has no sign', () => {
  expect(canonicalJson([-0, 0])).toBe('[0,0]')
})

test('what JSON cannot carry is refused', () => {
  for (const wrong of [Number.NaN, Number.POSITIVE_INFINITY, undefined, 1n, Symbol('x'), () => 1])
    expect(() => canonicalJson(wrong)).toThrow(TypeError)
})

test('any JSON value: reading it back gives the same value, and the order of keys does not matter', () => {
  fc.assert(
    fc.property(fc.jsonValue({ stringUnit: character }), (value) => {
      const text = canonicalJson(value)
      const back: unknown = JSON.parse(text)
      expect(back).toEqual(JSON.parse(JSON.stringify(value)))
      expect(canonicalJson(back)).toBe(text)
      expect(canonicalJson(reversed(value))).toBe(text)
    }),
  )
})

function reversed(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(reversed)
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(
    Object.entries(value)
      .reverse()
      .map(([key, member]) => [key, reversed(member)]),
  )
}
