import { readdirSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { describe, expect, test } from 'vitest'
import { en } from '#domain/messages/en.ts'
import { sentence } from '#domain/messages/sentence.ts'
import { vi } from '#domain/messages/vi.ts'

const textsUnder = (folder: string, ending: string): string[] => {
  const root = fileURLToPath(new URL(`../../${folder}/`, import.meta.url))
  return readdirSync(root, { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith(ending))
    .map((name) => readFileSync(root + name, 'utf8'))
}

const found = (texts: string[], pattern: RegExp): string[] => [
  ...new Set(texts.flatMap((text) => [...text.matchAll(pattern)].flatMap((match) => match[1] ?? []))),
]

const domain = textsUnder('domain', '.ts')
const rules = found(domain, /^\s*\* ([A-Z]\d+) {2}/gm)
const reasons = found(domain, /refuse\(\s*'(?!invalid_input)\w+',\s*'(\w+)'/g)
const fixes = found(domain, /refuse\(\s*'invalid_input',\s*'(\w+)'/g)

test('rules are found in the docstrings of the domain', () => {
  expect(rules).toEqual(expect.arrayContaining(['L1', 'A7', 'F8', 'T4', 'P4', 'S2', 'V4', 'C5', 'N1', 'H1']))
})

test.each(rules)('rule %s has a test that says so', (rule) => {
  const titles = textsUnder('test', '.test.ts').join('\n')
  expect(titles).toContain(`[${rule}] `)
})

describe('each reason for a refusal is a clause in both languages', () => {
  test('reasons are found', () => {
    expect(reasons.length).toBeGreaterThan(30)
  })

  test.each(reasons)('%s', (reason) => {
    for (const { reasons: clauses } of [vi, en]) expect(clauses[reason]).toMatch(/^\S.*\S$/)
    for (const locale of ['vi', 'en'] as const)
      for (const code of ['wrong_state', 'forbidden', 'conflict', 'not_found'] as const)
        expect(sentence({ code, reason }, locale)).toMatch(/^[^{}]+[^.{}]\.$/)
  })
})

test.each(fixes)('what is wrong with an input has a sentence that says how to put it right: %s', (fix) => {
  for (const table of [vi, en]) expect(table.fixes[fix]).toMatch(/^\S.*\.$/)
})

test('both languages know the same reasons and fixes', () => {
  expect(Object.keys(en.reasons).sort()).toEqual(Object.keys(vi.reasons).sort())
  expect(Object.keys(en.fixes).sort()).toEqual(Object.keys(vi.fixes).sort())
})
