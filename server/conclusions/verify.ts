import type { Sql } from 'postgres'
import type { DocumentStatus } from '#domain/contract/documents.ts'
import type { IssuedFile, VerifiedDocument } from '#domain/contract/verify.ts'
import { readEvent } from '#domain/meeting/meeting.ts'
import { hashOf, zeroHash } from '../meeting/log.ts'

interface Row {
  id: string
  number: number
  notation: string
  issued_at: Date
  issuer: string
  hash: string
  text: string
  status: DocumentStatus
  corrected_by: string | null
  withdrawn_at: Date | null
  code: string
  seq: number | null
  event: string | null
  event_hash: string | null
  prev_hash: string | null
  hash_before: string | null
}

/**
 * What anybody who holds a code may know of what was issued under it: what the paper says, all of its conclusions, whether it still
 * stands, and which files are it. The tables are not believed: what they say must be what the log's event says, and that must
 * hang in its chain; otherwise it is not `valid`, and `brokenAt` says at which event.
 */
export async function verify(sql: Sql, code: string): Promise<VerifiedDocument | null> {
  const rows = await sql<Row[]>`
    select book.id, one.number, one.notation, one.issued_at, one.issuer, one.hash, one.text, book.status,
      (select at from withdrawals where document_id = book.id) as withdrawn_at,
      one.code, one.issued_seq as seq, logged.event, logged.hash as event_hash, logged.prev_hash,
      (select hash from events where meeting_id = one.meeting_id and seq = one.issued_seq - 1) as hash_before,
      (select later.notation from conclusions later where later.corrects = one.id and later.status = 'issued'
       order by later.issued_at desc limit 1) as corrected_by
    from conclusions one join documents book on one.id = any(book.conclusion_ids) and book.type = 'TB'
      left join events logged on logged.meeting_id = one.meeting_id and logged.seq = one.issued_seq
    where one.code = ${code} and one.status = 'issued' order by array_position(book.conclusion_ids, one.id)`
  const [row] = rows
  if (row === undefined) return null
  const broken = rows.find((one) => !isAsLogged(one))
  return {
    valid: broken === undefined,
    brokenAt: broken?.seq ?? undefined,
    number: row.number,
    notation: row.notation,
    issuedAt: row.issued_at.toISOString(),
    issuer: row.issuer,
    hash: rows.at(-1)?.hash ?? row.hash,
    text: rows.length === 1 ? row.text : rows.map(({ text }, at) => `${at + 1}. ${text}`).join('\n'),
    status: row.status,
    correctedBy: rows.find((one) => one.corrected_by !== null)?.corrected_by ?? undefined,
    withdrawnAt: row.withdrawn_at?.toISOString(),
    files: await filesOf(sql, row.id),
  }
}

/** Whether the table's row says what the log's event says, and the event is the one that was hashed. */
function isAsLogged({ event, event_hash, prev_hash, hash_before, ...row }: Row): boolean {
  if (event === null || prev_hash === null || event_hash !== hashOf(prev_hash, event)) return false
  if (prev_hash !== (hash_before ?? zeroHash) || row.hash !== event_hash) return false
  const said = readEvent(event)
  return (
    said.type === 'conclusion.issued' &&
    said.text === row.text &&
    said.notation === row.notation &&
    said.number === row.number &&
    said.code === row.code &&
    said.at === row.issued_at.toISOString()
  )
}

/** The files as they stand, and as they stood after each signature; a draft that was signed before it had a number was not given out. */
const filesOf = (sql: Sql, documentId: string): Promise<IssuedFile[]> =>
  sql<IssuedFile[]>`
    select format as form, sha256 from document_files where document_id = ${documentId} and format <> 'xml'
    union select 'signed-pdf', sha256 from signatures
      where document_id = ${documentId} and sha256 not in (select sha256 from signed_drafts)`
