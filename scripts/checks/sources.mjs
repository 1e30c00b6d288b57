// What the checks of the client share: its files, the blocks of a component, and how a finding is said.
import { readdir, readFile } from 'node:fs/promises'
import path from 'node:path'
import { pathToFileURL } from 'node:url'
import { parse } from 'vue/compiler-sfc'
import { root } from '../steps.mjs'

/** Files below `folder` whose name ends as one of `endings`, with their text; `name` is relative to the folder. */
export async function sourcesIn(folder, endings) {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true })
  const names = entries
    .filter((entry) => entry.isFile() && endings.some((ending) => entry.name.endsWith(ending)))
    .map((entry) => path.relative(folder, path.join(entry.parentPath, entry.name)).split(path.sep).join('/'))
    .sort()
  return Promise.all(names.map(async (name) => ({ name, text: await readFile(path.join(folder, name), 'utf8') })))
}

/** The parts of a component, each with the line of the file it begins on. */
export function blocksOf({ name, text }) {
  const { descriptor } = parse(text, { filename: name, sourceMap: false })
  const block = (one) => ({ text: one.content, line: one.loc.start.line })
  const scripts = [descriptor.script, descriptor.scriptSetup].filter((one) => one !== null)
  return {
    styles: descriptor.styles.filter((one) => one.src === undefined).map(block),
    scripts: scripts.map(block),
    template: descriptor.template?.ast,
  }
}

/** The line, counted from 1, on which a place of a text stands. */
export const lineAt = (text, place) => text.slice(0, place).split('\n').length

/** The findings as a step of the checks tells them. */
export const said = (findings) => ({
  code: findings.length > 0 ? 1 : 0,
  output: findings.map((one) => `${one.file}:${one.line}  ${one.problem}`).join('\n'),
})

/** Runs a check as a program: `findingsIn(folder)` on the client, or on the folder given; fails when it finds something. */
export async function runCheck(moduleUrl, findingsIn) {
  if (moduleUrl !== pathToFileURL(process.argv[1]).href) return
  const { code, output } = said(await findingsIn(process.argv[2] ?? path.join(root, 'client')))
  if (output !== '') console.log(output)
  process.exitCode = code
}
