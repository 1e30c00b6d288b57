import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import path from 'node:path'
import { pino } from 'pino'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { z } from 'zod'
import { createJobs, migrateQueue, type Jobs } from '#server/jobs/jobs.ts'
import { defineJob, enqueue } from '#server/jobs/queue.ts'
import { forgetEndedSessions } from '#server/people/ended-sessions.ts'
import { startTestPostgres, type TestDatabase, type TestPostgres } from '../kit/postgres.ts'
import { until } from '../kit/until.ts'

const log = pino({ level: 'silent' })
const piece = defineJob('test.piece', z.strictObject({ piece: z.string() }))

let server: TestPostgres
let database: TestDatabase
beforeAll(async () => {
  server = await startTestPostgres()
})
afterAll(() => server.stop())
beforeEach(async () => {
  database = await server.database({ migrated: false })
  await migrateQueue(database.url, log)
  await database.sql`create table work_done (id serial, process text, what text, piece text)`
  await database.sql`create table gate (piece text)`
})

const children: ChildProcess[] = []
const opened: Jobs[] = []
afterEach(async () => {
  await Promise.all(opened.splice(0).map((jobs) => jobs.close()))
  await Promise.all(children.splice(0).map((child) => endOf(child, 'SIGKILL')))
})

const startWorker = (name: string): ChildProcess => {
  const file = path.join(import.meta.dirname, '..', 'kit', 'jobs-owner.ts')
  const child = spawn(process.execPath, ['--import', 'tsx', file, database.url, name], { stdio: 'inherit' })
  children.push(child)
  return child
}
const endOf = async (child: ChildProcess, signal: NodeJS.Signals): Promise<void> => {
  if (child.exitCode !== null || child.signalCode !== null) return
  const ended = once(child, 'exit')
  child.kill(signal)
  await ended
}
const open = (): Jobs => {
  const jobs = createJobs({ url: database.url, log })
  opened.push(jobs)
  return jobs
}
const done = async (): Promise<string[]> => {
  const rows = await database.sql<
    { process: string; what: string; piece: string }[]
  >`select process, what, piece from work_done order by id`
  return rows.map((row) => `${row.process} ${row.what} ${row.piece}`)
}
const letThrough = (name: string) => database.sql`insert into gate (piece) values (${name})`
const left = async (): Promise<number> => (await database.sql`select 1 from graphile_worker.jobs`).length

describe('work in the background', () => {
  test('a job is there when its transaction is committed, and never when it is not', async () => {
    const seen: string[] = []
    const jobs = open()
    jobs.handle(piece, ({ piece }) => Promise.resolve(void seen.push(piece)))
    jobs.start()
    const undone = database.sql.begin(async (tx) => {
      await enqueue(tx, piece, { piece: 'never' })
      throw new Error('rolled back')
    })
    await expect(undone).rejects.toThrow('rolled back')
    await database.sql.begin((tx) => enqueue(tx, piece, { piece: 'kept' }))
    await until('the job', () => seen.length > 0)
    await until('the queue is empty', async () => (await left()) === 0)
    expect(seen).toEqual(['kept'])
  })

  test('a job that fails is tried again until it is done', async () => {
    const tries: number[] = []
    const jobs = open()
    jobs.handle(piece, (_payload, { attempt }) => {
      tries.push(attempt)
      return attempt < 2 ? Promise.reject(new Error('not now')) : Promise.resolve()
    })
    jobs.start()
    await enqueue(database.sql, piece, { piece: 'one' })
    await until('the queue is empty', async () => tries.length > 1 && (await left()) === 0)
    expect(tries).toEqual([1, 2])
  })

  test('the same key while one waits is the same job, with what was said last', async () => {
    const seen: string[] = []
    const later = new Date(Date.now() + 60_000)
    await enqueue(database.sql, piece, { piece: 'first' }, { key: 'one', runAt: later })
    await enqueue(database.sql, piece, { piece: 'second' }, { key: 'one' })
    const jobs = open()
    jobs.handle(piece, ({ piece }) => Promise.resolve(void seen.push(piece)))
    jobs.start()
    await until('the queue is empty', async () => seen.length > 0 && (await left()) === 0)
    expect(seen).toEqual(['second'])
  })

  test('a process killed in the middle of a job: the next one does it, to the end, once', async () => {
    const first = startWorker('first')
    await enqueue(database.sql, piece, { piece: 'half' })
    await until('the job began', async () => (await done()).includes('first began half'))
    await endOf(first, 'SIGKILL')
    startWorker('second')
    await until('the job began again', async () => (await done()).includes('second began half'))
    await letThrough('half')
    await until('the queue is empty', async () => (await left()) === 0)
    expect(await done()).toEqual(['first began half', 'second began half', 'second done half'])
  })

  test('of two processes one works; when it dies the other takes over', async () => {
    await letThrough('one')
    await letThrough('two')
    const first = startWorker('first')
    await enqueue(database.sql, piece, { piece: 'one' })
    await until('the first works', async () => (await done()).includes('first done one'))

    const jobs = open()
    const taken: string[] = []
    jobs.handle(piece, ({ piece }) => Promise.resolve(void taken.push(piece)))
    jobs.start()
    await enqueue(database.sql, piece, { piece: 'two' })
    await until('the first works on', async () => (await done()).includes('first done two'))
    expect(taken).toEqual([])

    await endOf(first, 'SIGKILL')
    await enqueue(database.sql, piece, { piece: 'three' })
    await until('the other took over', () => taken.includes('three'))
  })

  test('stopping lets a running job hear it, and leaves the job for later', async () => {
    const jobs = open()
    let [began, heard] = [false, false]
    jobs.handle(piece, (_payload, { signal }) => {
      began = true
      return new Promise((_, reject) =>
        signal.addEventListener('abort', () => {
          heard = true
          reject(new Error('stopped'))
        }),
      )
    })
    jobs.start()
    await enqueue(database.sql, piece, { piece: 'long' })
    await until('it runs', () => began)
    await jobs.close()
    expect(heard).toBe(true)
    expect(await left()).toBe(1)

    const next = open()
    next.handle(piece, () => Promise.resolve())
    next.start()
    await until('the next process does it', async () => (await left()) === 0)
  })
})

test('sessions that ended long ago are forgotten, the others stay', async () => {
  const { sql } = await server.database()
  const id = (last: number) => `00000000-0000-7000-8000-00000000000${last}`
  await sql`insert into units (id, code, name, short_name, kind) values (${id(1)}, 'vp', 'Văn phòng', 'VP', 'office')`
  await sql`insert into users (id, username, name, title, role, unit_id) values (${id(2)}, 'a', 'A', 'B', 'office', ${id(1)})`
  const open = (last: number, expires: string, revoked: string | null) => sql`
    insert into sessions (id, token_hash, user_id, created_at, last_seen_at, expires_at, revoked_at)
    values (${id(last)}, ${Buffer.from([last])}, ${id(2)}, now(), now(), now() + ${expires}::interval, now() + ${revoked}::interval)`
  await open(3, '1 day', null)
  await open(4, '-2 days', null)
  await open(5, '-40 days', null)
  await open(6, '1 day', '-40 days')
  await forgetEndedSessions(sql)
  const rows = await sql<{ id: string }[]>`select id from sessions order by id`
  expect(rows.map((row) => row.id)).toEqual([id(3), id(4)])
})
