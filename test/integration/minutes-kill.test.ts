import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import pino from 'pino'
import postgres from 'postgres'
import { v7 as uuid } from 'uuid'
import { afterAll, beforeAll, expect, test } from 'vitest'
import * as Y from 'yjs'
import { migrate } from '#db/migrate.ts'
import { linesOf } from '#domain/minutes/text.ts'
import { type EmbeddedPostgres, startPostgres } from '#server/launch/postgres.ts'
import { silently } from '#server/launch/progress.ts'
import { openMinutesLine } from '../kit/minutes-line.ts'
import { readTrace, typeTrace } from '../kit/trace.ts'

const owner = fileURLToPath(new URL('../kit/minutes-owner.ts', import.meta.url))

let folder: string
let database: EmbeddedPostgres
let child: ChildProcess | undefined
let url = ''

const start = async (port: string): Promise<void> => {
  const made = spawn(process.execPath, ['--import', 'tsx', owner, database.url, port], { stdio: ['ignore', 'pipe', 'inherit'] })
  child = made
  for await (const line of createInterface({ input: made.stdout })) {
    url = line
    return
  }
  throw new Error('the server did not start')
}

const kill = async (): Promise<void> => {
  const killed = child
  if (!killed || killed.exitCode !== null || killed.signalCode !== null) return
  killed.kill('SIGKILL')
  await once(killed, 'exit')
}

beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'minutes-kill-'))
  database = await startPostgres({ dataDir: folder, log: pino({ level: 'silent' }), progress: silently })
  await migrate(database.url)
})

afterAll(async () => {
  await kill()
  await database.stop()
  await rm(folder, { recursive: true, force: true })
})

test('[B2] the trace ends in its endContent when the server is killed five times while it is typed', async () => {
  await start('0')
  const trace = await readTrace()
  const [meetingId, sectionId] = [uuid(), uuid()]
  const people = [uuid(), uuid()]
  const connect = (author: number) =>
    openMinutesLine({ url, meetingId, sectionId, auth: { userId: people[author] ?? '', role: 'secretary' } })
  let kills = 0
  const texts = await typeTrace({
    trace,
    connect,
    onProgress: (typed, total) => {
      if (kills >= 5 || typed < ((kills + 1) * total) / 6) return
      kills++
      // Not waited for: the server dies in the middle of what is typed next.
      void kill().then(() => start(new URL(url).port))
    },
  })
  expect(kills).toBe(5)
  expect(texts).toEqual([trace.endContent, trace.endContent])

  const line = await connect(0)
  const doc = new Y.Doc()
  Y.applyUpdate(doc, (await line.sync()).update)
  line.close()
  expect(linesOf(doc).map(({ text }) => text)).toEqual([trace.endContent])

  const sql = postgres(database.url, { max: 1 })
  const rows = await sql`select seq from minutes_updates where section_id = ${sectionId} order by seq`
  await sql.end()
  expect(rows.map((row) => row.seq as number)).toEqual(rows.map((_, index) => index + 1))
}, 600_000)
