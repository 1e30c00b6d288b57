import { createHash } from 'node:crypto'
import type { Sql, TransactionSql } from 'postgres'
import { canonicalJson } from '#domain/canonical.ts'
import { readEvent, type EventBody, type MeetingEvent } from '#domain/meeting/meeting.ts'
import type { Envelope } from '#domain/meeting/shape.ts'

/**
 * The log of a meeting in Postgres: append-only, numbered from 1 without a gap, each event's hash over the one before.
 * `hash` = SHA-256 over the UTF-8 bytes of `prevHash` followed by the event's RFC 8785 JSON, without `prevHash` and `hash`.
 */
export const zeroHash = '0'.repeat(64)

/** The end of a log: number, hash and time of its last event (`at` is '' before the first). */
export interface Head {
  seq: number
  hash: string
  at: string
}

export interface LoggedEvent {
  event: MeetingEvent
  /** The canonical JSON, as stored and hashed. */
  json: string
  prevHash: string
  hash: string
}

export const hashOf = (prevHash: string, json: string): string => createHash('sha256').update(prevHash).update(json).digest('hex')

/** Numbers and chains an event behind `head`; the screens see the hash of an issued conclusion. */
export function chain(head: Pick<Head, 'seq' | 'hash'>, body: EventBody, envelope: Omit<Envelope, 'seq' | 'hash'>): LoggedEvent {
  const event = { ...envelope, ...body, seq: head.seq + 1 }
  const json = canonicalJson(event)
  const hash = hashOf(head.hash, json)
  return { event: withHash(readEvent(json), hash), json, prevHash: head.hash, hash }
}

const withHash = (event: MeetingEvent, hash: string): MeetingEvent =>
  event.type === 'conclusion.issued' ? { ...event, hash } : event

interface Row {
  event: string
  prev_hash: string
  hash: string
}

const fromRow = (row: Row): LoggedEvent => ({
  event: withHash(readEvent(row.event), row.hash),
  json: row.event,
  prevHash: row.prev_hash,
  hash: row.hash,
})

/** The events with `since` < seq ≤ `until`, in order. */
export async function readLog(
  sql: Sql | TransactionSql,
  meetingId: string,
  since: number,
  until = 2 ** 31 - 1,
): Promise<LoggedEvent[]> {
  const rows = await sql<Row[]>`
    select event, prev_hash, hash from events
    where meeting_id = ${meetingId} and seq > ${since} and seq <= ${until} order by seq`
  return rows.map(fromRow)
}

/** Events as rows: what `events` holds of each behind the meeting's id (`seq, at, type, event, prev_hash, hash`). */
export const eventRows = (sql: Sql | TransactionSql, logged: LoggedEvent[]) => sql`unnest(
  ${logged.map((one) => one.event.seq)}::int[], ${logged.map((one) => one.event.at)}::timestamptz[],
  ${logged.map((one) => one.event.type)}::text[], ${logged.map((one) => one.json)}::text[],
  ${logged.map((one) => one.prevHash)}::text[], ${logged.map((one) => one.hash)}::text[])`

/** Queues the insert of events and the new head; resolves when Postgres took them (not yet committed). */
export async function appendToLog(tx: TransactionSql, meetingId: string, logged: LoggedEvent[]): Promise<void> {
  const last = logged.at(-1)
  if (!last) return
  await Promise.all([
    tx`
      insert into events (meeting_id, seq, at, type, event, prev_hash, hash)
      select ${meetingId}::uuid, * from ${eventRows(tx, logged)}`,
    tx`update meetings set head_seq = ${last.event.seq}, head_hash = ${last.hash} where id = ${meetingId}`,
  ])
}
