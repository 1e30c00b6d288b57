import { randomBytes } from 'node:crypto'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import pino from 'pino'
import postgres from 'postgres'
import { type Database, openDatabase } from '#db/client.ts'
import { migrate } from '#db/migrate.ts'
import { startPostgres } from '#server/launch/postgres.ts'
import { silently } from '#server/launch/progress.ts'

export interface TestDatabase extends Database {
  url: string
}

export interface TestPostgres {
  /** A fresh database, migrated unless told otherwise; closed with the server. */
  database: (options?: { migrated?: boolean }) => Promise<TestDatabase>
  stop: () => Promise<void>
}

/** A Postgres of the test file's own, in a temporary folder; `TEST_DATABASE_URL` names one that runs already. */
export async function startTestPostgres(): Promise<TestPostgres> {
  const given = process.env.TEST_DATABASE_URL
  const dataDir = given === undefined ? await mkdtemp(path.join(tmpdir(), 'test-postgres-')) : undefined
  const server =
    dataDir === undefined
      ? { url: given ?? '', stop: () => Promise.resolve() }
      : await startPostgres({ dataDir, log: pino({ level: 'silent' }), progress: silently })
  const opened: TestDatabase[] = []
  return {
    database: async ({ migrated = true } = {}) => {
      const name = `test_${randomBytes(6).toString('hex')}`
      const admin = postgres(server.url, { max: 1, onnotice: () => undefined })
      await admin.unsafe(`create database ${name}`)
      await admin.end()
      const url = new URL(server.url)
      url.pathname = `/${name}`
      if (migrated) await migrate(url.href)
      const database = { url: url.href, ...openDatabase(url.href) }
      opened.push(database)
      return database
    },
    stop: async () => {
      await Promise.all(opened.map((database) => database.close(1)))
      await server.stop()
      if (dataDir !== undefined) await rm(dataDir, { recursive: true, force: true })
    },
  }
}
