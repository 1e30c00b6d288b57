import { execFile } from 'node:child_process'
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { describe, expect, test } from 'vitest'

/** The checks of the client's files, run as the test command runs them, on files that break the rules and files that do not. */
const patienceMs = 30_000

/** What a check says about these files, as `file:line  problem`. */
async function findings(check: 'styles' | 'words', files: Record<string, string>): Promise<string[]> {
  const folder = await mkdtemp(path.join(tmpdir(), 'client-checks-'))
  for (const [name, text] of Object.entries(files)) {
    await mkdir(path.dirname(path.join(folder, name)), { recursive: true })
    await writeFile(path.join(folder, name), text)
  }
  try {
    return await new Promise((resolve, reject) =>
      execFile(process.execPath, [`scripts/checks/${check}.mjs`, folder], (error, output) => {
        const lines = output.split('\n').filter((line) => line !== '')
        // It fails when it finds something, and only then.
        if ((error === null) === (lines.length === 0)) resolve(lines)
        else reject(error ?? new Error(`passed although it found: ${output}`))
      }),
    )
  } finally {
    await rm(folder, { recursive: true })
  }
}

const component = (template: string, style = '', script = '') =>
  `<script setup lang="ts">\n${script}\n</script>\n<template>\n${template}\n</template>\n<style scoped>\n${style}\n</style>\n`

/** One component for each of the cases, `0.vue`, `1.vue`, …, and the name of each that was found. */
const numbered = (cases: string[]) => Object.fromEntries(cases.map((text, at) => [`${at}.vue`, text]))
const namesIn = (found: string[]) => [...new Set(found.map((line) => line.replace(/:.*/, '')))]

describe('styles speak in meanings', () => {
  test(
    'raw values are found, with their line',
    async () => {
      const raw = [
        ['a raw colour', 'color: #fff'],
        ['a raw colour', 'background: rgb(0 0 0 / 0.2)'],
        ['a colour by its name', 'border: var(--line-thin) solid red'],
        ['a raw length', 'padding: 4px'],
        ['a raw length', 'width: min(20rem, 100%)'],
        ['a raw length', '--gap: 12px'],
        ['a raw layer', 'z-index: 10'],
        ['a raw type size', 'font-size: large'],
        ['a raw weight', 'font-weight: 600'],
        ['a raw time', 'transition: color 200ms ease'],
        ['a raw time', 'animation: turn 1s linear infinite'],
      ]
      const found = await findings('styles', {
        'a.vue': component('<p class="a" />', raw.map(([, declaration]) => `.a { ${declaration}; }`).join('\n')),
      })
      expect(found).toEqual(raw.map(([problem, declaration], at) => `a.vue:${8 + at}  ${problem}: ${declaration}`))
    },
    patienceMs,
  )

  test(
    'a template and code are read too',
    async () => {
      const cases = [
        component('<p style="margin: 3px" />'),
        component('<svg><path fill="#123456" /></svg>'),
        component('<i :style="{ color: \'#abcdef\' }" />'),
        component('<p />', '', "const ink = '#102030'"),
      ]
      expect(namesIn(await findings('styles', numbered(cases)))).toEqual(cases.map((_, at) => `${at}.vue`))
    },
    patienceMs,
  )

  test(
    'proportions, variables, breakpoints and the scales themselves are no raw values',
    async () => {
      const style = `
      /* 4px in words */
      .a:hover { color: var(--text); width: calc(var(--distance) * 24); margin: 0 -0.1em; inset: 0; z-index: var(--z-dialog); }
      .red { grid-template-columns: minmax(0, 30%) 1fr; transition: color var(--time-fast) 0s; content: '12px #fff'; }
      @media (max-width: 960px) { .a { max-width: 44ch; font-size: var(--text-s); font-weight: inherit; } }`
      const files = { 'a.vue': component('<p class="a" />', style), 'styles/tokens.css': ':root { --line: 1px; }' }
      expect(await findings('styles', files)).toEqual([])
    },
    patienceMs,
  )
})

describe('words stand in the message files', () => {
  test(
    'words in a template or in code are found',
    async () => {
      const cases = [
        component('<p>Xin chào</p>'),
        component('<p>Hello</p>'),
        component('<button aria-label="Close" />'),
        component("<AppButton :label=\"isOpen ? 'Close it' : t('a.b')\" />"),
        component("<p>{{ isOpen ? 'Đóng' : '' }}</p>"),
        component('<p />', '', "const word = 'Đang lưu'"),
        component('<p />', '', 'const word = (n: number) => `Còn ${n} phút`'),
        component('<p />', '', "toasts.info('Saved')"),
      ]
      expect(namesIn(await findings('words', numbered(cases)))).toEqual(cases.map((_, at) => `${at}.vue`))
    },
    patienceMs,
  )

  test(
    'keys, classes, signs, comments and the message files themselves are none',
    async () => {
      const template =
        '<p class="Big one" data-x="some words">{{ t(`common.state.${state}`) }} · {{ a === \'over\' ? 1 : 2 }}</p>'
      const script = '// Người đọc\nconst face = "bridge"\nthrow new Error("no such face")'
      const files = {
        'a.vue': component(template, '', script),
        'i18n/vi/room.ts': "export const roomVi = { a: 'Phòng họp' }",
      }
      expect(await findings('words', files)).toEqual([])
    },
    patienceMs,
  )
})
