import { randomBytes } from 'node:crypto'
import type { Sql } from 'postgres'

/** What this installation's keys are made of: APP_SECRET where one is set, else one kept in the database for demo and development. */
export async function appSecretOf(sql: Sql, appSecret: string | undefined): Promise<string> {
  if (appSecret !== undefined) return appSecret
  await sql`insert into secrets (name, value) values ('app', ${randomBytes(32).toString('hex')}) on conflict do nothing`
  const [row] = await sql<{ value: string }[]>`select value from secrets where name = 'app'`
  if (!row) throw new Error('the kept secret is missing')
  return row.value
}
