import type { PostgresJsDatabase } from 'drizzle-orm/postgres-js'
import type { Logger } from 'pino'
import type { Sql } from 'postgres'
import type { Settings } from '../settings.ts'

/**
 * What every capability is given: settings, the log, and the database twice.
 * `sql` is the raw client (hot paths, LISTEN, jsonb by `sql.json`); `db` is drizzle on a client of its own, because drizzle
 * changes the client it is given.
 */
export interface Services {
  settings: Settings
  log: Logger
  sql: Sql
  db: PostgresJsDatabase
}
