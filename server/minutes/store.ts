import type { Sql, TransactionSql } from 'postgres'
import { poke } from '#db/poke.ts'

/** The minutes in Postgres: updates (kept for good), snapshots, and whose author ids are whose. */

export interface StoredUpdate {
  seq: number
  userId: string
  data: Uint8Array
  at: Date
}

export interface StoredSection {
  /** Of the last update that is there. */
  seq: number
  snapshot: { seq: number; data: Uint8Array } | null
  tail: StoredUpdate[]
  authors: Map<number, string>
}

/** One update on its way in, with the author ids that its user claims by it. */
export interface Entry {
  userId: string
  data: Uint8Array
  claims: number[]
}

/** Somebody else claimed one of the author ids in the meantime, or wrote under it on another process. */
export class AuthorConflict extends Error {}

interface UpdateRow {
  seq: number
  user_id: string
  data: Uint8Array
  at: Date
}

const toUpdate = (row: UpdateRow): StoredUpdate => ({ seq: row.seq, userId: row.user_id, data: row.data, at: new Date(row.at) })

const isUniqueViolation = (error: unknown): boolean => error instanceof Error && 'code' in error && error.code === '23505'

/** What waits longer than this counts as failed; the author is told and sends again. */
const patienceMilliseconds = 5000

export const withPatience = async <T>(work: Promise<T>): Promise<T> => {
  let timer: NodeJS.Timeout | undefined
  const timeout = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error('the database does not answer')), patienceMilliseconds)
  })
  try {
    return await Promise.race([work, timeout])
  } finally {
    clearTimeout(timer)
  }
}

/** Postgres' own number for `bytea[]`; the driver cannot tell it from the values. */
const byteaArray = 1001

const insertEntries = async (sql: Sql | TransactionSql, sectionId: string, entries: Entry[], known: number): Promise<boolean> => {
  const claims = entries.flatMap((entry) => entry.claims.map((clientId) => ({ clientId, userId: entry.userId })))
  const data = sql.array(
    entries.map((entry) => Buffer.from(entry.data.buffer, entry.data.byteOffset, entry.data.byteLength)),
    byteaArray,
  )
  const [row] = await sql<{ seq: number }[]>`
    with section as (
      update minutes_sections set seq = seq + ${entries.length}
      where section_id = ${sectionId} and seq = ${known} returning seq
    ), updates as (
      insert into minutes_updates (section_id, seq, user_id, data, at)
      select ${sectionId}::uuid, ${known}::int + given.place::int, given.user_id, given.data, clock_timestamp()
      from section, unnest(${entries.map((entry) => entry.userId)}::uuid[], ${data}::bytea[])
        with ordinality as given (user_id, data, place)
    ), claims as (
      insert into minutes_authors (section_id, client_id, user_id)
      select ${sectionId}::uuid, given.client_id, given.user_id
      from section, unnest(${claims.map((claim) => String(claim.clientId))}::bigint[], ${claims.map((claim) => claim.userId)}::uuid[])
        as given (client_id, user_id)
    )
    select seq from section`
  return row !== undefined
}

export class MinutesStore {
  private readonly sql: Sql

  constructor(sql: Sql) {
    this.sql = sql
  }

  /** Reads a section whole, or as it was after update `at`; makes its row if there is none yet. */
  async load(meetingId: string, sectionId: string, at?: number): Promise<StoredSection> {
    const { sql } = this
    if (at === undefined) {
      await sql`insert into minutes_sections (section_id, meeting_id) values (${sectionId}, ${meetingId}) on conflict do nothing`
    }
    const limit = at ?? 2_147_483_647
    const [snapshot] = await sql<{ seq: number; data: Uint8Array }[]>`
      select seq, data from minutes_snapshots where section_id = ${sectionId} and seq <= ${limit} order by seq desc limit 1`
    const from = snapshot?.seq ?? 0
    const [rows, authors] = await Promise.all([
      sql<UpdateRow[]>`
        select seq, user_id, data, at from minutes_updates
        where section_id = ${sectionId} and seq > ${from} and seq <= ${limit} order by seq`,
      this.authors(sectionId),
    ])
    return { seq: rows.at(-1)?.seq ?? from, snapshot: snapshot ?? null, tail: rows.map(toUpdate), authors }
  }

  async authors(sectionId: string): Promise<Map<number, string>> {
    const rows = await this.sql<{ client_id: string; user_id: string }[]>`
      select client_id, user_id from minutes_authors where section_id = ${sectionId}`
    return new Map(rows.map((row) => [Number(row.client_id), row.user_id]))
  }

  async since(sectionId: string, seq: number): Promise<StoredUpdate[]> {
    const rows = await this.sql<UpdateRow[]>`
      select seq, user_id, data, at from minutes_updates where section_id = ${sectionId} and seq > ${seq} order by seq`
    return rows.map(toUpdate)
  }

  async heads(sectionIds: string[]): Promise<Map<string, number>> {
    const rows = await this.sql<{ section_id: string; seq: number }[]>`
      select section_id, seq from minutes_sections where section_id = any(${sectionIds}::uuid[])`
    return new Map(rows.map((row) => [row.section_id, row.seq]))
  }

  /**
   * Appends in one statement, provided the section still ends at `known`; false when another process was faster, then
   * nothing is written. A claim that somebody else made first throws `AuthorConflict`, and nothing is written either.
   */
  async append(sectionId: string, entries: Entry[], known: number): Promise<boolean> {
    try {
      return await insertEntries(this.sql, sectionId, entries, known)
    } catch (error) {
      if (isUniqueViolation(error)) throw new AuthorConflict()
      throw error
    }
  }

  /**
   * Appends while holding the section, so that it gets its turn however busy others are. `merge` is given what others
   * wrote after `known` and throws `AuthorConflict` when the entries no longer fit. Returns the number before the first entry.
   */
  async appendLocked(
    sectionId: string,
    entries: Entry[],
    known: number,
    merge: (updates: StoredUpdate[]) => void,
  ): Promise<number> {
    try {
      return await this.sql.begin(async (transaction) => {
        await transaction`select seq from minutes_sections where section_id = ${sectionId} for update`
        const rows = await transaction<UpdateRow[]>`
          select seq, user_id, data, at from minutes_updates where section_id = ${sectionId} and seq > ${known} order by seq`
        merge(rows.map(toUpdate))
        const head = rows.at(-1)?.seq ?? known
        if (!(await insertEntries(transaction, sectionId, entries, head))) throw new Error('a section lost its row')
        return head
      })
    } catch (error) {
      if (isUniqueViolation(error)) throw new AuthorConflict()
      throw error
    }
  }

  async saveSnapshot(sectionId: string, seq: number, data: Uint8Array): Promise<void> {
    await this.sql`
      insert into minutes_snapshots (section_id, seq, data) values (${sectionId}, ${seq}, ${Buffer.from(data)})
      on conflict do nothing`
  }

  /** Who changed a section when: neighbouring updates of one person within a minute are one change, its last number. */
  async changes(sectionId: string): Promise<{ seq: number; at: Date; userId: string }[]> {
    const rows = await this.sql<{ seq: number; at: Date; user_id: string }[]>`
      select max(seq) as seq, max(at) as at, user_id from (
        select seq, at, user_id, minute,
          seq - row_number() over (partition by user_id, minute order by seq) as run
        from (select seq, at, user_id, date_trunc('minute', at) as minute from minutes_updates where section_id = ${sectionId}) as updates
      ) as runs
      group by user_id, minute, run order by seq`
    return rows.map((row) => ({ seq: row.seq, at: new Date(row.at), userId: row.user_id }))
  }

  /** Tells the other processes that a section has grown. What is lost here, the slow poll finds. */
  async poke(sectionId: string, seq: number): Promise<void> {
    await poke(this.sql, 'minutes', `${sectionId} ${seq}`)
  }
}
