import type { Sql } from 'postgres'

/** Deletes the rows of sessions that ended a month ago or longer: nobody comes back by them, and who was there when is in the log. */
export async function forgetEndedSessions(sql: Sql): Promise<void> {
  await sql`delete from sessions where coalesce(revoked_at, expires_at) < now() - interval '30 days'`
}
