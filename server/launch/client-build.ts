import { execFile } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync } from 'node:fs'
import { mkdir, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import path from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import { promisify } from 'node:util'
import type { Logger } from 'pino'
import { isFileError, LaunchError } from './launch-error.ts'
import { endWithUs, readIfThere, takeLock } from './processes.ts'
import type { Progress } from './progress.ts'

const run = promisify(execFile)

/** All that the built client is made of. */
const SOURCES = ['client', 'domain', 'vite.config.ts', 'package.json', 'package-lock.json']
const STAMP = '.built'

/**
 * Builds the client into dist/client unless what is there was built from just these sources. An installation without the
 * sources serves what it brought.
 */
export async function ensureClient(options: { root: string; log: Logger; progress: Progress }): Promise<void> {
  const { root, log, progress } = options
  const target = path.join(root, 'dist', 'client')
  if (!existsSync(path.join(root, 'client', 'index.html'))) {
    if (existsSync(path.join(target, 'index.html'))) return
    throw new LaunchError(`The built client is missing from ${target} and so are its sources: install again.`)
  }
  const stamp = await stampOf(root)
  const isBuilt = async () => (await readIfThere(path.join(target, STAMP))) === stamp
  if (await isBuilt()) return
  try {
    await progress('Building the client', async () => {
      const lock = await lockFor(target)
      try {
        if (!(await isBuilt())) await build(root, target, stamp)
      } finally {
        await lock.release()
      }
    })
    log.debug({ stamp }, 'the client is built')
  } catch (error) {
    throw explain(error, target)
  }
}

/** A digest of the sources: times of files mean nothing after a checkout. */
async function stampOf(root: string): Promise<string> {
  const hash = createHash('sha256')
  for (const source of SOURCES) {
    const inside = source.includes('.')
      ? [source]
      : (await filesIn(path.join(root, source))).map((file) => path.join(source, file))
    for (const file of inside) hash.update(`${file}\0`).update(await readFile(path.join(root, file)))
  }
  return hash.digest('hex')
}

async function filesIn(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true })
  return entries
    .filter((entry) => entry.isFile())
    .map((entry) => path.relative(folder, path.join(entry.parentPath, entry.name)))
    .sort()
}

async function lockFor(target: string) {
  for (;;) {
    const lock = await takeLock(`${target}.lock`)
    if ('release' in lock) return lock
    await wait(100)
  }
}

/** In a process of its own: the server keeps its memory, and goes on starting meanwhile. */
async function build(root: string, target: string, stamp: string): Promise<void> {
  const fresh = `${target}.new-${process.pid}`
  const old = `${target}.old-${process.pid}`
  try {
    await mkdir(path.dirname(target), { recursive: true })
    const manifest = createRequire(import.meta.url).resolve('vite/package.json')
    const vite = path.join(path.dirname(manifest), 'bin', 'vite.js')
    const working = run(process.execPath, [vite, 'build', '--outDir', fresh, '--logLevel', 'error'], {
      cwd: root,
      env: { ...process.env, NODE_ENV: 'production' },
    })
    endWithUs(working.child, 'SIGTERM')
    await working
    await writeFile(path.join(fresh, STAMP), stamp)
    if (existsSync(target)) await rename(target, old)
    await rename(fresh, target)
  } finally {
    await rm(fresh, { recursive: true, force: true })
    await rm(old, { recursive: true, force: true })
  }
}

function explain(error: unknown, target: string): unknown {
  if (isFileError(error, 'EACCES', 'EPERM', 'EROFS'))
    return new LaunchError(
      `The client cannot be built because ${path.dirname(target)} may not be written by this user: run npm run build as its owner.`,
    )
  if (isFileError(error, 'ENOSPC'))
    return new LaunchError(`The client cannot be built because the disk that holds ${target} is full.`)
  if (error instanceof Error && 'stderr' in error) {
    const said = String(error.stderr).trim()
    return new LaunchError(`The client could not be built: ${said === '' ? error.message : said}`)
  }
  return error
}
