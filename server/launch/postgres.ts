import { execFile, spawn, type ChildProcess } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { existsSync, realpathSync } from 'node:fs'
import { chmod, chown, mkdir, open, readdir, readlink, rename, rm, stat, statfs, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import { promisify } from 'node:util'
import type { Logger } from 'pino'
import { diskFull, explainFolder, LaunchError } from './launch-error.ts'
import { findPostgresBinaries, type PostgresBinaries } from './postgres-binaries.ts'
import { chooseUser, commandLine, handOver, type RunAs } from './postgres-user.ts'
import { endProcess, endWithUs, freePort, processAt, readIfThere, takeLock, type Lock } from './processes.ts'
import type { Progress } from './progress.ts'

const HOST = '127.0.0.1'
const LOG_LIMIT = 10 * 1024 * 1024
const START_PATIENCE_MS = 120_000

/** Durable as it comes; small, for it shares the machine with the room and the video. */
const TUNING = {
  fsync: 'on',
  synchronous_commit: 'on',
  shared_buffers: '64MB',
  max_connections: '60',
  jit: 'off',
  timezone: 'UTC',
  log_timezone: 'UTC',
}

export interface EmbeddedPostgres {
  url: string
  /** Fast shutdown: open transactions are rolled back, everything committed stays. May be called twice. */
  stop(): Promise<void>
}

interface Place {
  dataDir: string
  cluster: string
  logFile: string
}

/**
 * Starts the embedded Postgres of a data folder: makes the cluster on the first start, ends what an earlier run left behind,
 * and starts it again if it dies. Throws `LaunchError` when that cannot be, also when another process is using the folder.
 */
export async function startPostgres(options: { dataDir: string; log: Logger; progress: Progress }): Promise<EmbeddedPostgres> {
  const { dataDir, log, progress } = options
  const place = { dataDir, cluster: path.join(dataDir, 'postgres'), logFile: path.join(dataDir, 'postgres.log') }
  const lock = await lockFolder(dataDir)
  try {
    const binaries = await findPostgresBinaries()
    await endOrphan(place, log, progress)
    const as = await chooseUser(binaries.postgres, place.cluster)
    await setAsideHalfMade(place, log)
    if (!existsSync(place.cluster)) await progress('Making the database', () => makeCluster(place, binaries, as))
    await refuseOtherVersion(place, binaries)
    await handOver(as, place.cluster)
    return await progress('Starting the database', () => supervise({ place, binaries, as, log, lock }))
  } catch (error) {
    await lock.release()
    throw explainFolder(error, dataDir)
  }
}

async function lockFolder(dataDir: string): Promise<Lock> {
  try {
    // Others may pass through (Postgres may run as one of them), not look around.
    await mkdir(dataDir, { recursive: true, mode: 0o711 })
    const lock = await takeLock(path.join(dataDir, 'postgres.lock'))
    if ('release' in lock) return lock
    throw new LaunchError(
      `Another process (${lock.heldBy}) is already running on the data folder ${dataDir}: stop it first, choose another DATA_DIR, or share a Postgres by DATABASE_URL.`,
    )
  } catch (error) {
    throw explainFolder(error, dataDir)
  }
}

/** After a kill -9 of ours its Postgres lives on: it is told to stop, and the next start recovers. */
async function endOrphan(place: Place, log: Logger, progress: Progress): Promise<void> {
  const pidFile = path.join(place.cluster, 'postmaster.pid')
  const pid = Number((await readIfThere(pidFile))?.split('\n')[0])
  if (!Number.isInteger(pid)) return
  if (await isOurs(pid, place.cluster)) {
    log.warn({ pid }, 'a Postgres of an earlier run is still there; stopping it')
    const isGone = await progress('Stopping the database of an earlier run', () =>
      endProcess(pid, [
        { signal: 'SIGINT', patienceMs: 10_000 },
        { signal: 'SIGQUIT', patienceMs: 5_000 },
      ]),
    )
    if (!isGone)
      throw new LaunchError(`The Postgres of an earlier run (process ${pid}) does not stop: end it by hand and start again.`)
  }
  // The number may by now belong to anybody, which would keep Postgres from starting.
  await rm(pidFile, { force: true })
}

async function isOurs(pid: number, cluster: string): Promise<boolean> {
  const found = processAt(pid)
  if (found === null || !/^postgres(\.exe)?$/.test(found.name)) return false
  const folder = found.args[found.args.indexOf('-D') + 1]
  if (folder !== undefined && samePath(folder, cluster)) return true
  // A folder that was moved meanwhile: Postgres stands in it.
  const standsIn = await readlink(`/proc/${pid}/cwd`).catch(() => null)
  return standsIn !== null && samePath(standsIn, cluster)
}

function samePath(a: string, b: string): boolean {
  return path.resolve(a) === path.resolve(b) || (existsSync(a) && existsSync(b) && realpathSync(a) === realpathSync(b))
}

/** A cluster is made under another name and renamed when whole, so what is half-made here came from elsewhere: it is kept. */
async function setAsideHalfMade(place: Place, log: Logger): Promise<void> {
  for (const name of await readdir(place.dataDir))
    if (name.startsWith('postgres.new-')) await rm(path.join(place.dataDir, name), { recursive: true, force: true })
  if (!existsSync(place.cluster)) return
  const parts = ['PG_VERSION', 'password', path.join('global', 'pg_control')]
  if (parts.every((part) => existsSync(path.join(place.cluster, part)))) return
  const aside = `${place.cluster}.half-made-${new Date().toISOString().replace(/[:.]/g, '-')}`
  await rename(place.cluster, aside)
  log.warn({ aside }, 'the database folder was half-made; it is set aside and a new one is made')
}

async function makeCluster(place: Place, binaries: PostgresBinaries, as: RunAs): Promise<void> {
  const fresh = path.join(place.dataDir, `postgres.new-${process.pid}`)
  const passwordFile = path.join(place.dataDir, `postgres.new-${process.pid}.password`)
  try {
    await mkdir(fresh, { mode: 0o700 })
    await writeFile(passwordFile, randomBytes(24).toString('base64url'), { mode: 0o600 })
    if (as.kind === 'user') for (const entry of [fresh, passwordFile]) await chown(entry, as.uid, as.gid)
    await runInitdb(place, binaries, as, { fresh, passwordFile })
    // The password lives with its cluster: one rename makes both appear.
    await rename(passwordFile, path.join(fresh, 'password'))
    await rename(fresh, place.cluster)
    await syncFolder(place.dataDir)
  } finally {
    await rm(fresh, { recursive: true, force: true })
    await rm(passwordFile, { force: true })
  }
}

async function runInitdb(place: Place, binaries: PostgresBinaries, as: RunAs, made: { fresh: string; passwordFile: string }) {
  const { program, args, options } = commandLine(as, binaries.initdb, [
    ...['-D', made.fresh, '-U', 'postgres', '-E', 'UTF8', '--locale=C', '-A', 'scram-sha-256', `--pwfile=${made.passwordFile}`],
  ])
  try {
    const working = promisify(execFile)(program, args, options)
    endWithUs(working.child, 'SIGTERM')
    await working
  } catch (error) {
    const said = error instanceof Error && 'stderr' in error ? String(error.stderr) : String(error)
    throw await explain(said, place, 'The database could not be made')
  }
}

async function syncFolder(folder: string): Promise<void> {
  if (process.platform === 'win32') return
  const handle = await open(folder)
  try {
    await handle.sync()
  } finally {
    await handle.close()
  }
}

async function refuseOtherVersion(place: Place, binaries: PostgresBinaries): Promise<void> {
  const version = (await readIfThere(path.join(place.cluster, 'PG_VERSION')))?.trim()
  if (version !== binaries.major)
    throw new LaunchError(
      `The database in ${place.cluster} was made by Postgres ${version}, this release brings Postgres ${binaries.major}: move it over with pg_dump, or choose another DATA_DIR.`,
    )
}

interface Supervised {
  place: Place
  binaries: PostgresBinaries
  as: RunAs
  log: Logger
  lock: Lock
}

async function supervise({ place, binaries, as, log, lock }: Supervised): Promise<EmbeddedPostgres> {
  const password = (await readIfThere(path.join(place.cluster, 'password')))?.trim() ?? ''
  const first = await startOnFreePort()
  const port = first.port
  let child = first.child
  let isStopping = false
  let stopped: Promise<void> | undefined

  void watch()

  return {
    url: `postgres://postgres:${encodeURIComponent(password)}@${HOST}:${port}/postgres`,
    stop: () => (stopped ??= stop()),
  }

  async function startOnFreePort(): Promise<{ child: ChildProcess; port: number }> {
    for (let attempt = 1; ; attempt++) {
      const candidate = await freePort(HOST)
      try {
        return { child: await launch({ place, binaries, as }, candidate), port: candidate }
      } catch (error) {
        // Between the look and the start somebody else may have taken the port.
        if (attempt === 5 || !(error instanceof PortTaken)) throw error
      }
    }
  }

  async function watch(): Promise<void> {
    let pauseMs = 100
    while (!isStopping) {
      if (child.exitCode === null && child.signalCode === null) await once(child, 'exit')
      if (isStopping) return
      log.error({ code: child.exitCode, signal: child.signalCode }, 'Postgres ended by itself; starting it again')
      await wait(pauseMs, undefined, { ref: false })
      if (isStopping) return
      try {
        child = await launch({ place, binaries, as }, port)
        if (isStopping) await endChild(child)
        else log.info('Postgres is back')
        pauseMs = 100
      } catch (error) {
        log.error({ err: error }, 'Postgres does not start')
        pauseMs = Math.min(pauseMs * 2, 5_000)
      }
    }
  }

  async function stop(): Promise<void> {
    isStopping = true
    await endChild(child)
    await lock.release()
  }
}

async function endChild(child: ChildProcess): Promise<void> {
  if (child.pid === undefined || child.exitCode !== null || child.signalCode !== null) return
  await endProcess(child.pid, [
    { signal: 'SIGINT', patienceMs: 5_000 },
    { signal: 'SIGQUIT', patienceMs: 2_000 },
    { signal: 'SIGKILL', patienceMs: 1_000 },
  ])
}

class PortTaken extends Error {}

async function launch({ place, binaries, as }: { place: Place; binaries: PostgresBinaries; as: RunAs }, port: number) {
  const until = performance.now() + START_PATIENCE_MS
  for (;;) {
    const attempt = await launchOnce(place, binaries, as, port, until)
    if ('child' in attempt) return attempt.child
    if (/Address already in use|could not create any TCP\/IP sockets/i.test(attempt.said)) throw new PortTaken(attempt.said)
    // The children of a postmaster that was killed need a moment to notice.
    const isWaitingForOldOnes = /shared memory block .* (is )?still in use|lock file "postmaster.pid" already exists/i.test(
      attempt.said,
    )
    if (!isWaitingForOldOnes || performance.now() > until) throw await explain(attempt.said, place, 'The database did not start')
    await wait(200)
  }
}

/** Starts the server and waits until it says that it is ready, as pg_ctl does: by the status in postmaster.pid. */
async function launchOnce(
  place: Place,
  binaries: PostgresBinaries,
  as: RunAs,
  port: number,
  until: number,
): Promise<{ child: ChildProcess } | { said: string }> {
  const { handle, from } = await openLog(place.logFile)
  try {
    const command = commandLine(as, binaries.postgres, [
      ...['-D', place.cluster, '-p', String(port), '-h', HOST, '-k', ''],
      ...Object.entries(TUNING).flatMap(([name, value]) => ['-c', `${name}=${value}`]),
    ])
    // Detached: Ctrl-C in the terminal must not reach it before we have flushed.
    const child = spawn(command.program, command.args, {
      ...command.options,
      detached: true,
      stdio: ['ignore', handle.fd, handle.fd],
    })
    // For a crash of ours: it would stay.
    endWithUs(child, 'SIGINT')
    const failed = new Promise<string>((resolve) => {
      child.once('error', (error) => {
        resolve(error.message)
      })
      child.once('exit', () => {
        resolve('')
      })
    })
    const ready = waitUntilReady(child, path.join(place.cluster, 'postmaster.pid'), until)
    const outcome = await Promise.race([failed.then((said) => ({ said })), ready])
    if (!('said' in outcome)) {
      child.unref()
      return { child }
    }
    await endChild(child)
    return { said: outcome.said + (await readLog(place.logFile, from)) }
  } finally {
    await handle.close()
  }
}

async function waitUntilReady(child: ChildProcess, pidFile: string, until: number) {
  for (;;) {
    const lines = (await readIfThere(pidFile).catch(() => null))?.split('\n') ?? []
    if (Number(lines[0]) === child.pid && lines[7]?.trim() === 'ready') return { child }
    if (performance.now() > until) return { said: 'it was not ready in two minutes' }
    if (child.exitCode !== null || child.signalCode !== null) return { said: '' }
    await wait(10)
  }
}

async function openLog(file: string) {
  const size = (await stat(file).catch(() => null))?.size ?? 0
  if (size > LOG_LIMIT) await rename(file, `${file}.1`)
  const handle = await open(file, 'a', 0o600)
  await chmod(file, 0o600)
  return { handle, from: size > LOG_LIMIT ? 0 : size }
}

async function readLog(file: string, from: number): Promise<string> {
  const handle = await open(file)
  try {
    const { buffer, bytesRead } = await handle.read(Buffer.alloc(16_384), 0, 16_384, from)
    return buffer.toString('utf8', 0, bytesRead)
  } finally {
    await handle.close()
  }
}

/** What Postgres said, as one sentence of ours. */
async function explain(said: string, place: Place, what: string): Promise<LaunchError> {
  // A full disk may have no room for the log that would say so.
  const free = await statfs(place.dataDir).then(
    (disk) => disk.bavail * disk.bsize,
    () => Infinity,
  )
  if (/No space left on device|Disk quota exceeded/i.test(said) || free < 1024 * 1024) return diskFull(place.dataDir)
  if (/error while loading shared libraries|cannot open shared object file/i.test(said))
    return new LaunchError(
      'Postgres lacks a library of its package: run npm ci again with install scripts allowed, or set DATABASE_URL.',
    )
  if (/Permission denied/i.test(said))
    return new LaunchError(`Postgres may not use the data folder ${place.dataDir}: change its owner or choose another DATA_DIR.`)
  const lines = said.split('\n').filter((line) => line.trim() !== '')
  const reason = lines.find((line) => /FATAL|PANIC|error:/i.test(line)) ?? lines.at(-1) ?? 'it said nothing'
  return new LaunchError(`${what}: ${reason.replace(/^.*?(FATAL|PANIC|error):\s*/i, '').trim()} (more in ${place.logFile}).`)
}
