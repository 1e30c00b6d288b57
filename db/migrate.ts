import { existsSync } from 'node:fs'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import { drizzle } from 'drizzle-orm/postgres-js'
import { migrate as runMigrations } from 'drizzle-orm/postgres-js/migrator'
import postgres from 'postgres'

/** Any number will do, as long as nobody else uses it on this database. */
const migrationLock = 4_207_030_001

/** Beside this file in the sources, beside the bundle in `dist`. */
function migrationsFolder(): string {
  const here = path.dirname(fileURLToPath(import.meta.url))
  const candidates = [
    path.join(here, 'migrations'),
    path.join(here, 'db', 'migrations'),
    path.join(here, '..', 'db', 'migrations'),
  ]
  const found = candidates.find((folder) => existsSync(path.join(folder, 'meta', '_journal.json')))
  if (!found) throw new Error(`The migrations are missing; looked in ${candidates.join(', ')}`)
  return found
}

/**
 * Brings a database up to this code's tables. Several processes may call it at once: one works, the others wait and then
 * find nothing to do. The lock goes with its connection, so a process that dies leaves none behind.
 */
export async function migrate(url: string): Promise<void> {
  const client = postgres(url, { max: 1, onnotice: () => undefined, connect_timeout: 10 })
  try {
    await client`select pg_advisory_lock(${migrationLock})`
    await runMigrations(drizzle(client), { migrationsFolder: migrationsFolder() })
  } finally {
    await client.end({ timeout: 5 })
  }
}
