import { pino } from 'pino'
import postgres from 'postgres'
import { z } from 'zod'
import { createJobs } from '#server/jobs/jobs.ts'
import { defineJob } from '#server/jobs/queue.ts'
import { until } from './until.ts'

/**
 * A process of its own that works the queue. Its one job writes down that it began, waits for the gate, and writes down that it
 * is done. For tests that kill it.
 */
const [url = '', name = ''] = process.argv.slice(2)
const sql = postgres(url, { max: 2 })
const jobs = createJobs({ url, log: pino({ level: 'silent' }) })
const write = (what: string, piece: string) =>
  sql`insert into work_done (process, what, piece) values (${name}, ${what}, ${piece})`

jobs.handle(defineJob('test.piece', z.strictObject({ piece: z.string() })), async ({ piece }) => {
  await write('began', piece)
  await until('the gate', async () => (await sql`select 1 from gate where piece = ${piece}`).length > 0, 60_000)
  await write('done', piece)
})
jobs.start()
process.on('SIGTERM', () => {
  void Promise.all([jobs.close(), sql.end()]).then(() => process.exit(0))
})
