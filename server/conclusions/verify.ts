import type { Sql } from 'postgres'
import type { DocumentStatus } from '#domain/contract/documents.ts'
import type { IssuedFile, VerifiedDocument } from '#domain/contract/verify.ts'

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
}

/**
 * What anybody who holds a code may know of what was issued under it: what the paper says, all of its conclusions, whether it still
 * stands, and which files are it.
 */
export async function verify(sql: Sql, code: string): Promise<Omit<VerifiedDocument, 'valid'> | null> {
  const rows = await sql<Row[]>`
    select book.id, one.number, one.notation, one.issued_at, one.issuer, one.hash, one.text, book.status,
      (select at from withdrawals where document_id = book.id) as withdrawn_at,
      (select later.notation from conclusions later where later.corrects = one.id and later.status = 'issued'
       order by later.issued_at desc limit 1) as corrected_by
    from conclusions one join documents book on one.id = any(book.conclusion_ids) and book.type = 'TB'
    where one.code = ${code} and one.status = 'issued' order by array_position(book.conclusion_ids, one.id)`
  const [row] = rows
  if (row === undefined) return null
  return {
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

/** The files as they stand, and as they stood after each signature; a draft that was signed before it had a number was not given out. */
const filesOf = (sql: Sql, documentId: string): Promise<IssuedFile[]> =>
  sql<IssuedFile[]>`
    select format as form, sha256 from document_files where document_id = ${documentId} and format <> 'xml'
    union select 'signed-pdf', sha256 from signatures
      where document_id = ${documentId} and sha256 not in (select sha256 from signed_drafts)`
