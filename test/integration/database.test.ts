import { getTableConfig, PgTable } from 'drizzle-orm/pg-core'
import { v7 as uuid } from 'uuid'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import * as conclusions from '#db/conclusions.ts'
import * as deliveries from '#db/deliveries.ts'
import * as documents from '#db/documents.ts'
import * as files from '#db/files.ts'
import * as meetings from '#db/meetings.ts'
import { migrate } from '#db/migrate.ts'
import * as minutes from '#db/minutes.ts'
import * as people from '#db/people.ts'
import * as signatures from '#db/signatures.ts'
import * as signedDrafts from '#db/signed-drafts.ts'
import * as withdrawals from '#db/withdrawals.ts'
import { startTestPostgres, type TestDatabase, type TestPostgres } from '../kit/postgres.ts'

let postgres: TestPostgres
let database: TestDatabase

beforeAll(async () => {
  postgres = await startTestPostgres()
  database = await postgres.database()
})
afterAll(() => postgres.stop())

const isTable = (value: unknown): value is PgTable => value instanceof PgTable
const tables = [
  people,
  meetings,
  minutes,
  conclusions,
  documents,
  deliveries,
  signatures,
  signedDrafts,
  withdrawals,
  files,
].flatMap((file) => Object.values(file).filter(isTable))

describe('the migrations', () => {
  test('make the tables that the code describes, column by column', async () => {
    const described = tables
      .map(getTableConfig)
      .flatMap(({ name, columns }) => columns.map((column) => `${name}.${column.name} ${column.notNull ? 'not null' : 'null'}`))
    const made = await database.sql<{ column: string }[]>`
      select table_name || '.' || column_name || case is_nullable when 'NO' then ' not null' else ' null' end as column
      from information_schema.columns where table_schema = 'public'`
    expect(made.map((row) => row.column).sort()).toEqual(described.sort())
  })

  test('run once when several processes start at once', async () => {
    const fresh = await postgres.database({ migrated: false })
    await Promise.all(Array.from({ length: 4 }, () => migrate(fresh.url)))
    const rows = await fresh.sql`select count(*)::int as count from drizzle.__drizzle_migrations`
    const here = await database.sql`select count(*)::int as count from drizzle.__drizzle_migrations`
    expect(rows[0]?.count).toBe(here[0]?.count)
  })

  test('keep presence out of the write-ahead log', async () => {
    const rows = await database.sql`select relpersistence as kept from pg_class where relname = 'presence'`
    expect(rows[0]?.kept).toBe('u')
  })
})

describe('the database itself', () => {
  const newMeeting = async (): Promise<string> => {
    const id = uuid()
    await database.sql`
      insert into meetings (id, title, kind, status, scheduled_at, chair_user_id, unit_ids)
      values (${id}, 'Họp', 'standing', 'scheduled', now(), ${id}, ${[id]})`
    return id
  }

  test('refuses to change or drop what the log says', async () => {
    const id = await newMeeting()
    const { sql } = database
    await sql`
      insert into events (meeting_id, seq, at, type, event, prev_hash, hash) values (${id}, 1, now(), 'meeting.opened', '{}', '0', '1')`
    await expect(sql`update events set event = '[]' where meeting_id = ${id}`).rejects.toThrow(/append-only/)
    await expect(sql`delete from events where meeting_id = ${id}`).rejects.toThrow(/append-only/)
    await expect(sql`truncate events`).rejects.toThrow(/append-only/)
    await expect(sql`
      insert into events (meeting_id, seq, at, type, event, prev_hash, hash) values (${id}, 1, now(), 'x', '{}', '0', '1')`).rejects.toThrow(
      /duplicate/,
    )
  })

  test('gives a number once per year, type and issuing body', async () => {
    const id = await newMeeting()
    const insert = (year: number, issuer: string) => database.sql`
      insert into documents (id, type, meeting_id, year, issuer, number, abstract, head_seq, head_hash, issued_at)
      values (${uuid()}, 'TB', ${id}, ${year}, ${issuer}, 12, 'Kết luận', 1, '1', now())`
    await insert(2026, 'UBND')
    await insert(2027, 'UBND')
    await insert(2026, 'HĐND')
    await expect(insert(2026, 'UBND')).rejects.toThrow(/documents_number/)
  })
})
