import { setTimeout as wait } from 'node:timers/promises'
import type { LogFunctionFactory, Runner, Task, TaskList } from 'graphile-worker'
import type { Logger } from 'pino'
import postgres from 'postgres'
import { keepLeading, type Lead } from './leader.ts'
import type { Job } from './queue.ts'

export interface JobRun {
  /** 1 at the first try. */
  attempt: number
  /** Whether the job is given up when this try fails. */
  isLast: boolean
  /** Aborted when the process stops; what is left undone is tried again. */
  signal: AbortSignal
}

export interface Jobs {
  /** Says who does a job; before `start`. */
  handle: <T>(job: Job<T>, handler: (payload: T, run: JobRun) => Promise<void>) => void
  /** Does something again and again, at the times of a crontab's five fields, in UTC; its name has no dot. */
  repeat: (name: string, times: string, handler: () => Promise<void>) => void
  /** Begins to work, as soon as no other process does. */
  start: () => void
  /** Takes no more work, gives what runs a moment, and lets another process lead. */
  close: () => Promise<void>
}

/** Jobs that run at the same time: one that waits for a slow mail server must not hold the others up. */
const concurrency = 4
/** How long running jobs may go on when the process stops, before their signal tells them. */
const graceMs = 2000
/** A fresh job is told by NOTIFY; this is for what waits for its time. */
const lookEveryMs = 2000

const loadLibrary = () => import('graphile-worker')

/** Any number will do, as long as nobody else uses it on this database. */
const migrationLock = 4_207_030_003

/** Brings the queue's own tables up to date; several processes may ask at once, and one does it. */
export async function migrateQueue(url: string, log: Logger): Promise<void> {
  const { Logger: QueueLogger, runMigrations } = await loadLibrary()
  const client = postgres(url, { max: 1, onnotice: () => undefined, connect_timeout: 10 })
  try {
    await client`select pg_advisory_lock(${migrationLock})`
    await runMigrations({ connectionString: url, maxPoolSize: 1, logger: new QueueLogger(into(log)) })
  } finally {
    await client.end({ timeout: 5 })
  }
}

/**
 * The work of this process in the background, from a queue in Postgres. Only one process of all that share the database works;
 * when it dies, what it was doing is begun again by the next.
 */
export function createJobs({ url, log }: { url: string; log: Logger }): Jobs {
  const taskList: TaskList = {}
  const crontab: string[] = []
  let leading: { close: () => Promise<void> } | undefined

  const work = async ({ sql, ends }: Lead): Promise<void> => {
    const { Logger: QueueLogger, run } = await loadLibrary()
    // Nobody else works now, so every lock was left by a process that died; by itself the queue would wait for hours.
    await sql`
      select graphile_worker.force_unlock_workers(array(
        select locked_by from graphile_worker._private_jobs where locked_by is not null
        union select locked_by from graphile_worker._private_job_queues where locked_by is not null))`
    if (ends.aborted) return
    const runner = await run({
      connectionString: url,
      taskList,
      crontab: crontab.join('\n'),
      concurrency,
      maxPoolSize: concurrency + 2,
      pollInterval: lookEveryMs,
      gracefulShutdownAbortTimeout: graceMs,
      noHandleSignals: true,
      logger: new QueueLogger(into(log)),
    })
    await endOf(runner, ends)
  }

  return {
    handle: (job, handler) => {
      taskList[job.name] = taskOf(job, handler)
    },
    repeat: (name, times, handler) => {
      taskList[name] = () => handler()
      crontab.push(`${times} ${name}`)
    },
    start: () => {
      leading ??= keepLeading(url, log, work)
    },
    close: async () => {
      await leading?.close()
    },
  }
}

const taskOf =
  <T>(job: Job<T>, handler: (payload: T, run: JobRun) => Promise<void>): Task =>
  (payload, { job: { attempts, max_attempts: most }, abortSignal }) =>
    handler(job.payload.parse(payload), {
      attempt: attempts,
      isLast: attempts >= most,
      signal: abortSignal ?? new AbortController().signal,
    })

/** Until the lead is over, or the runner gave up by itself; a handler that does not hear its signal is left behind. */
async function endOf(runner: Runner, ends: AbortSignal): Promise<void> {
  const over = new Promise<void>((resolve) => {
    if (ends.aborted) resolve()
    else ends.addEventListener('abort', () => resolve(), { once: true })
  })
  const gaveUp = runner.promise.catch(() => undefined)
  await Promise.race([over, gaveUp])
  const stopped = runner.stop().catch(() => undefined)
  const isStopped = await Promise.race([stopped.then(() => true), wait(graceMs + 1000, false, { ref: false })])
  if (!isStopped) await runner.kill().catch(() => undefined)
}

/** The queue's own log, quieter: a failed try is a warning there and will be tried again. */
const into =
  (log: Logger): LogFunctionFactory =>
  () =>
  (level, message, meta) => {
    const isWorthReading = String(level) === 'error' || String(level) === 'warning'
    if (isWorthReading) log.warn({ meta }, message)
    else log.debug(message)
  }
