import { drizzle, type PostgresJsDatabase } from 'drizzle-orm/postgres-js'
import postgres, { type Sql } from 'postgres'

export interface Database {
  /** For hot paths, locks, LISTEN and jsonb (`sql.json`). */
  sql: Sql
  /** Drizzle, on a client of its own: it changes the one it is given. */
  db: PostgresJsDatabase
  /** Ends both clients; queries under way get `timeoutSeconds` to finish. */
  close: (timeoutSeconds?: number) => Promise<void>
}

/**
 * Opens a database twice, without connecting yet: the first query does that, and again after the server was away.
 * A statement of ours that takes longer than 8 s is ended by Postgres, as is a transaction left idle: no clerk's report
 * may hold a row that the room needs.
 */
export function openDatabase(url: string, options: { max?: number } = {}): Database {
  const common = {
    onnotice: () => undefined,
    connect_timeout: 5,
    connection: { statement_timeout: 8000, idle_in_transaction_session_timeout: 8000, application_name: 'sang-thu-nam' },
  }
  const sql = postgres(url, { ...common, max: options.max ?? 10 })
  const forDrizzle = postgres(url, { ...common, max: Math.max(2, Math.ceil((options.max ?? 10) / 2)) })
  return {
    sql,
    db: drizzle(forDrizzle),
    close: async (timeoutSeconds = 5) => {
      await Promise.all([sql.end({ timeout: timeoutSeconds }), forDrizzle.end({ timeout: timeoutSeconds })])
    },
  }
}
