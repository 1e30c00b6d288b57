import type { Sql } from 'postgres'
import { canonicalJson } from '#domain/canonical.ts'
import { readEvent } from '#domain/meeting/meeting.ts'
import { hashOf, zeroHash } from './log.ts'

export type Verdict = { intact: true; seq: number; hash: string } | { intact: false; seq: number; why: string }

/**
 * Checks a meeting's log from the outside: numbers without a gap, each event canonical, each hash over the one before, and
 * the head as the meeting says. Names the first broken link.
 */
export async function verifyLog(sql: Sql, meetingId: string): Promise<Verdict | null> {
  const [meeting] = await sql<{ head_seq: number; head_hash: string }[]>`
    select head_seq, head_hash from meetings where id = ${meetingId}`
  if (!meeting) return null
  let seq = 0
  let hash = zeroHash
  const rows = sql<{ seq: number; event: string; prev_hash: string; hash: string }[]>`
    select seq, event, prev_hash, hash from events where meeting_id = ${meetingId} order by seq`
  for await (const page of rows.cursor(1000)) {
    for (const row of page) {
      const broken = (why: string): Verdict => ({ intact: false, seq: row.seq, why })
      if (row.seq !== seq + 1) return broken(`event ${seq + 1} is missing`)
      if (row.prev_hash !== hash) return broken('its prevHash is not the hash of the event before')
      const event = readEvent(row.event)
      if (event.seq !== row.seq) return broken('the number in the event is another one')
      if (canonicalJson(event) !== row.event) return broken('the event is not in its canonical form')
      if (hashOf(hash, row.event) !== row.hash) return broken('its hash does not fit its content')
      seq = row.seq
      hash = row.hash
    }
  }
  if (seq !== meeting.head_seq || hash !== meeting.head_hash)
    return { intact: false, seq: meeting.head_seq, why: 'the log ends before the head that the meeting names' }
  return { intact: true, seq, hash }
}
