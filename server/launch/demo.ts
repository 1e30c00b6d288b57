import type { Sql } from 'postgres'
import { demoMeetingInput, hasDemoAccounts, seedDemo } from '#db/seed/demo.ts'
import type { Rooms } from '../meeting/rooms.ts'
import { hashPassword } from '../people/passwords.ts'

/** Of all processes that start on one database, one makes the demo. */
const lockKey = 'demo'

/**
 * Fills an empty database with the demo's people and units, and one that has those but no meeting (a start that was killed in
 * between) with next Thursday's meeting. Any other database is left alone.
 */
export async function ensureDemo(sql: Sql, rooms: Rooms): Promise<void> {
  await sql.begin(async (tx) => {
    await tx`select pg_advisory_xact_lock(hashtext(${lockKey}))`
    await seedDemo(sql, () => hashPassword('demo'))
    const [found] = await sql<{ meetings: boolean }[]>`select exists (select 1 from meetings) as meetings`
    if (found?.meetings !== false || !(await hasDemoAccounts(sql))) return
    const made = await rooms.create(await demoMeetingInput(sql, new Date()), null, { isDemo: true })
    if ('refusal' in made) throw new Error(`the demo meeting was refused: ${JSON.stringify(made.refusal)}`)
  })
}
