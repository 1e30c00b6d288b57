import type { Sql } from 'postgres'

/**
 * Tells all processes something (`NOTIFY`) that may be lost. Not even Postgres waits for the disk: it would otherwise write a
 * commit record for every poke, one poke after the other, and hold up the commits that must be on disk.
 */
export async function poke(sql: Sql, channel: string, payload: string): Promise<void> {
  await sql`select set_config('synchronous_commit', 'off', true), pg_notify(${channel}, ${payload})`
}
