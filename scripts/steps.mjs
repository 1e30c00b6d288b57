// Runs the programs that the checks and tests are made of, a few at a time, and counts how they ended.
import { spawn } from 'node:child_process'
import { createRequire } from 'node:module'
import path from 'node:path'
import { fileURLToPath } from 'node:url'

export const root = path.dirname(path.dirname(fileURLToPath(import.meta.url)))
const require = createRequire(import.meta.url)

/** The file behind a package's command, so that no shell and no PATH is needed. */
export function binOf(name, packageName = name) {
  // Not every package exports its package.json; its folder is found all the same.
  const folder = require.resolve.paths(packageName).map((modules) => path.join(modules, packageName))
  for (const candidate of folder) {
    try {
      const { bin } = require(path.join(candidate, 'package.json'))
      return path.join(candidate, typeof bin === 'string' ? bin : bin[name])
    } catch (error) {
      if (error.code !== 'MODULE_NOT_FOUND') throw error
    }
  }
  throw new Error(`${packageName} is not installed: run npm ci first.`)
}

/** Runs a Node program in the project's folder; resolves to its exit code and what it printed. Shows the output while it comes if asked. */
export function runNode(args, { show = false, env = {} } = {}) {
  return new Promise((resolve) => {
    const child = spawn(process.execPath, args, {
      cwd: root,
      env: { ...process.env, ...env },
      stdio: ['ignore', 'pipe', 'pipe'],
    })
    let output = ''
    const take = (to) => (chunk) => {
      output += chunk
      if (show) to.write(chunk)
    }
    child.stdout.setEncoding('utf8').on('data', take(process.stdout))
    child.stderr.setEncoding('utf8').on('data', take(process.stderr))
    child.on('error', (error) => resolve({ code: 1, output: `${output}${error.message}\n` }))
    child.on('close', (code, signal) => resolve({ code: code ?? 1, output: signal ? `${output}ended by ${signal}\n` : output }))
  })
}

/** Calls `work` for every item, at most `width` at once. */
export async function eachOf(items, width, work) {
  const waiting = [...items]
  const lane = async () => {
    for (let item = waiting.shift(); item !== undefined; item = waiting.shift()) await work(item)
  }
  await Promise.all(Array.from({ length: width }, lane))
}

export const seconds = (since) => `${((Date.now() - since) / 1000).toFixed(0)} s`
