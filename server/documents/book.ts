import type { Sql } from 'postgres'
import type {
  DocumentEntry,
  DocumentFileFormat,
  DocumentQuery,
  DocumentStatus,
  DocumentType,
} from '#domain/contract/documents.ts'

interface Row {
  id: string
  type: DocumentType
  meeting_id: string
  year: number
  issuer: string
  number: number | null
  notation: string | null
  abstract: string
  signer: string
  recipients: string[]
  status: DocumentStatus
  version: number
  replaces: string | null
  corrected_by: string | null
  withdrawal_reason: string | null
  withdrawn_at: Date | null
  withdrawn_by: string | null
  conclusion_ids: string[]
  issued_at: Date
  is_signed: boolean
  files: DocumentFileFormat[]
}

const entryOf = (row: Row): DocumentEntry => ({
  id: row.id,
  type: row.type,
  meetingId: row.meeting_id,
  year: row.year,
  issuer: row.issuer,
  number: row.number ?? undefined,
  notation: row.notation ?? undefined,
  abstract: row.abstract,
  signer: row.signer,
  recipients: row.recipients,
  status: row.status,
  version: row.version,
  replaces: row.replaces ?? undefined,
  correctedBy: row.corrected_by ?? undefined,
  withdrawal:
    row.withdrawn_at === null
      ? undefined
      : { reason: row.withdrawal_reason ?? '', at: row.withdrawn_at.toISOString(), by: row.withdrawn_by ?? '' },
  conclusionIds: row.conclusion_ids,
  issuedAt: row.issued_at.toISOString(),
  isSigned: row.is_signed,
  files: row.files,
})

/** More than a year of a province's documents; a book that is longer is asked for by year. */
const mostEntries = 5000

/**
 * The numbering book, latest first. Every word of `q` stands somewhere in number, subject, signer or text, with or without its
 * diacritics. Whatever became of a document, it is there.
 */
export async function findDocuments(sql: Sql, { type, year, q }: DocumentQuery): Promise<DocumentEntry[]> {
  const words = (q ?? '').split(/\s+/).filter((word) => word !== '')
  const rows = await sql<Row[]>`
    select documents.id, type, meeting_id, year, issuer, number, notation, abstract, signer, recipients, status, version, replaces,
      conclusion_ids, issued_at, withdrawals.reason as withdrawal_reason, withdrawals.at as withdrawn_at, users.name as withdrawn_by,
      (select later.notation from conclusions later where later.corrects = any(documents.conclusion_ids) and later.status = 'issued'
       order by later.issued_at desc limit 1) as corrected_by,
      exists (select from signatures where document_id = documents.id) as is_signed,
      array(select format from document_files where document_id = documents.id order by format) as files
    from documents
      left join withdrawals on withdrawals.document_id = documents.id
      left join users on users.id = withdrawals.user_id
    where ${type === undefined ? sql`true` : sql`type = ${type}`}
      and ${year === undefined ? sql`true` : sql`year = ${year}`}
      and not exists (select from unnest(${words}::text[]) word where position(plain_text(word) in search) = 0)
    order by year desc, issued_at desc, number desc nulls first, version desc
    limit ${mostEntries}`
  return rows.map(entryOf)
}
