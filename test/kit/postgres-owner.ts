import pino from 'pino'
import { startPostgres } from '#server/launch/postgres.ts'
import { silently } from '#server/launch/progress.ts'

/** A process of its own that owns an embedded Postgres: prints its address, stops it on SIGTERM. For tests that kill it. */
const [dataDir = ''] = process.argv.slice(2)
try {
  const postgres = await startPostgres({ dataDir, log: pino({ level: 'silent' }), progress: silently })
  process.stdout.write(`${JSON.stringify({ url: postgres.url })}\n`)
  process.on('SIGTERM', () => {
    void postgres.stop().then(() => process.exit(0))
  })
  setInterval(() => undefined, 60_000)
} catch (error) {
  process.stdout.write(`${JSON.stringify({ error: error instanceof Error ? error.message : String(error) })}\n`)
  process.exitCode = 1
}
