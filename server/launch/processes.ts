import { execFileSync, type ChildProcess } from 'node:child_process'
import { link, mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises'
import { readFileSync } from 'node:fs'
import net from 'node:net'
import path from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import { z } from 'zod'
import { isFileError } from './launch-error.ts'

export interface RunningProcess {
  name: string
  args: string[]
  /** Tells this process from a later one that was given the same number. */
  born: string
}

/** What runs under this number now, or null when nothing does (a zombie is nothing). */
export function processAt(pid: number): RunningProcess | null {
  if (!isPid(pid)) return null
  return process.platform === 'linux' ? fromProc(pid) : fromPs(pid)
}

function isPid(pid: number): boolean {
  return Number.isInteger(pid) && pid > 0
}

function fromProc(pid: number): RunningProcess | null {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8')
    // The name stands in parentheses and may itself hold spaces and parentheses.
    const afterName = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
    if (afterName[0] === 'Z' || afterName[0] === 'X') return null
    const args = readFileSync(`/proc/${pid}/cmdline`, 'utf8').split('\0').slice(0, -1)
    return { name: stat.slice(stat.indexOf('(') + 1, stat.lastIndexOf(')')), args, born: afterName[19] ?? '' }
  } catch (error) {
    if (isFileError(error, 'ENOENT', 'ESRCH', 'EACCES', 'EPERM')) return null
    throw error
  }
}

function fromPs(pid: number): RunningProcess | null {
  if (process.platform === 'win32') {
    try {
      process.kill(pid, 0)
      return { name: '', args: [], born: '' }
    } catch {
      return null
    }
  }
  const ask = (column: string) => execFileSync('ps', ['-o', `${column}=`, '-p', String(pid)], { encoding: 'utf8' }).trim()
  try {
    if (ask('stat').startsWith('Z')) return null
    return { name: path.basename(ask('comm')), args: ask('command').split(' '), born: ask('lstart') }
  } catch {
    // ps leaves with 1 when there is no such process.
    return null
  }
}

/** Sends the signals one after another, each with its own patience, until the process is gone. True when it is. */
export async function endProcess(pid: number, steps: { signal: NodeJS.Signals; patienceMs: number }[]): Promise<boolean> {
  const born = processAt(pid)?.born
  const isGone = () => born === undefined || processAt(pid)?.born !== born
  for (const { signal, patienceMs } of steps) {
    if (isGone()) return true
    signalIfThere(pid, signal)
    const until = performance.now() + patienceMs
    while (performance.now() < until) {
      if (isGone()) return true
      await wait(15)
    }
  }
  return isGone()
}

/** A signal to a process that may have ended meanwhile. */
export function signalIfThere(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(pid, signal)
  } catch (error) {
    if (!isFileError(error, 'ESRCH')) throw error
  }
}

/** However this process ends (short of kill -9), the child is sent the signal then, if it still runs. */
export function endWithUs(child: ChildProcess, signal: NodeJS.Signals): void {
  const { pid } = child
  if (pid === undefined) return
  const onExit = () => {
    signalIfThere(pid, signal)
  }
  process.on('exit', onExit)
  child.once('exit', () => process.off('exit', onExit))
}

const LockOwner = z.object({ pid: z.number().int(), born: z.string() })
type LockOwner = z.infer<typeof LockOwner>

export interface Lock {
  release(): Promise<void>
}

/**
 * Takes a lock file for the life of this process. A lock whose owner is dead is taken over; when the owner lives, its
 * process number comes back instead.
 */
export async function takeLock(file: string): Promise<Lock | { heldBy: number }> {
  await mkdir(path.dirname(file), { recursive: true })
  const mine = `${file}.${process.pid}.${Math.random().toString(36).slice(2)}`
  const content = JSON.stringify({ pid: process.pid, born: processAt(process.pid)?.born ?? '' } satisfies LockOwner)
  await writeFile(mine, content)
  try {
    for (;;) {
      try {
        // link() makes the lock appear with its content, or not at all.
        await link(mine, file)
        return { release: () => releaseLock(file, content) }
      } catch (error) {
        if (!isFileError(error, 'EEXIST')) throw error
      }
      const seen = await readIfThere(file)
      if (seen === null) continue
      const owner = parseOwner(seen)
      if (owner !== null && processAt(owner.pid)?.born === owner.born) return { heldBy: owner.pid }
      await removeStale(file, seen)
    }
  } finally {
    await rm(mine, { force: true })
  }
}

async function removeStale(file: string, seen: string): Promise<void> {
  const aside = `${file}.stale.${process.pid}.${Math.random().toString(36).slice(2)}`
  try {
    await rename(file, aside)
  } catch (error) {
    if (isFileError(error, 'ENOENT')) return
    throw error
  }
  try {
    // Somebody may have been faster and what was moved away is their new lock: put it back.
    if ((await readFile(aside, 'utf8')) !== seen) await link(aside, file)
  } finally {
    await rm(aside, { force: true })
  }
}

async function releaseLock(file: string, content: string): Promise<void> {
  if ((await readIfThere(file)) === content) await rm(file, { force: true })
}

function parseOwner(text: string): LockOwner | null {
  try {
    return LockOwner.parse(JSON.parse(text))
  } catch {
    // Half-written or foreign: nobody's.
    return null
  }
}

/** The file's text, or null when there is no such file. */
export async function readIfThere(file: string): Promise<string | null> {
  try {
    return await readFile(file, 'utf8')
  } catch (error) {
    if (isFileError(error, 'ENOENT', 'ENOTDIR')) return null
    throw error
  }
}

/** A TCP port that nobody listens on at this address just now: the preferred one if it is free. */
export async function freePort(host: string, preferred = 0): Promise<number> {
  try {
    return await tryPort(host, preferred)
  } catch (error) {
    if (preferred === 0 || !isFileError(error, 'EADDRINUSE', 'EACCES')) throw error
    return tryPort(host, 0)
  }
}

function tryPort(host: string, port: number): Promise<number> {
  return new Promise((resolve, reject) => {
    const probe = net.createServer()
    probe.once('error', reject)
    probe.listen({ port, host, exclusive: true }, () => {
      const address = probe.address()
      probe.close(() => {
        if (address === null || typeof address === 'string') reject(new Error('no port'))
        else resolve(address.port)
      })
    })
  })
}
