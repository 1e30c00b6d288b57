import { createHash } from 'node:crypto'
import type { Sql } from 'postgres'
import type { DocumentFileFormat, DocumentStatus, DocumentType } from '#domain/contract/documents.ts'
import type { DocumentDescription } from '#domain/documents/description.ts'
import { enterFile } from '../files/entry.ts'
import type { FileStore } from '../files/store.ts'

/** A document as the numbering book has it. */
export interface DocumentRecord {
  /** Of a notice: the id of its conclusion, of the first one where there are several. */
  id: string
  type: DocumentType
  meetingId: string
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
  conclusionIds: string[]
  headSeq: number
  headHash: string
  issuedAt: string
  /** What every format is drawn from. */
  description: DocumentDescription | null
}

export interface DocumentFile {
  sha256: string
  bytes: Buffer
}

/** The documents that were issued and their bytes; who makes, signs, sends or shows one goes through here. */
export interface DocumentStore {
  /** Null when there is no such document. */
  documentOf: (id: string) => Promise<DocumentRecord | null>
  /** The notice that a conclusion went out with; null while it was not issued. */
  noticeOf: (conclusionId: string) => Promise<DocumentRecord | null>
  /** The minutes of a meeting in their latest version; null while they were not made final. */
  minutesOf: (meetingId: string) => Promise<DocumentRecord | null>
  /** A form that was kept; null when it was not, or when this process's disk does not hold its bytes as they were. */
  fileOf: (id: string, format: DocumentFileFormat) => Promise<DocumentFile | null>
  /** The file that was signed before the document had its number; null where it was not signed so. */
  signedDraftOf: (id: string) => Promise<Buffer | null>
  /** The SHA-256 that was recorded for a form, whether or not its bytes are on this disk. */
  hashOf: (id: string, format: DocumentFileFormat) => Promise<string | null>
  /**
   * Keeps a form of a document. The first one stands: where another process was quicker, its bytes are answered and these are
   * not used.
   */
  addFile: (id: string, format: DocumentFileFormat, bytes: Buffer) => Promise<DocumentFile>
}

export const mediaTypes: Record<DocumentFileFormat, string> = {
  docx: 'application/vnd.openxmlformats-officedocument.wordprocessingml.document',
  pdf: 'application/pdf',
  'signed-pdf': 'application/pdf',
  scan: 'application/pdf',
  xml: 'application/xml',
}

interface Row extends Omit<DocumentRecord, 'issuedAt'> {
  issuedAt: Date
}

const recordOf = (row: Row | undefined): DocumentRecord | null =>
  row === undefined ? null : { ...row, issuedAt: row.issuedAt.toISOString() }

const hashOfBytes = (bytes: Buffer): string => createHash('sha256').update(bytes).digest('hex')

export function createDocumentStore({ sql, files }: { sql: Sql; files: FileStore }): DocumentStore {
  const columns = sql`
    id, type, meeting_id as "meetingId", year, issuer, number, notation, abstract, signer, recipients, status, version, replaces,
    conclusion_ids as "conclusionIds", head_seq as "headSeq", head_hash as "headHash", issued_at as "issuedAt", description`

  const hashOf = async (id: string, format: DocumentFileFormat): Promise<string | null> => {
    const [row] = await sql<{ sha256: string }[]>`
      select sha256 from document_files where document_id = ${id} and format = ${format}`
    return row?.sha256 ?? null
  }
  const fileOf = async (id: string, format: DocumentFileFormat): Promise<DocumentFile | null> => {
    const sha256 = await hashOf(id, format)
    const bytes = sha256 === null ? null : await files.read(sha256)
    // Bytes that are no longer those that were kept are none: they are made again, and must be what they were.
    return sha256 === null || bytes === null || hashOfBytes(bytes) !== sha256 ? null : { sha256, bytes }
  }

  return {
    hashOf,
    fileOf,
    documentOf: async (id) => {
      const [row] = await sql<Row[]>`select ${columns} from documents where id = ${id}`
      return recordOf(row)
    },
    noticeOf: async (conclusionId) => {
      const [row] = await sql<Row[]>`
        select ${columns} from documents where ${conclusionId} = any(conclusion_ids) and type = 'TB'`
      return recordOf(row)
    },
    minutesOf: async (meetingId) => {
      const [row] = await sql<Row[]>`
        select ${columns} from documents where meeting_id = ${meetingId} and type = 'BB' order by version desc limit 1`
      return recordOf(row)
    },
    signedDraftOf: async (id) => {
      const [row] = await sql<{ sha256: string }[]>`
        select sha256 from signatures where document_id = ${id} and sha256 in (select sha256 from signed_drafts)`
      if (row === undefined) return null
      const bytes = await files.read(row.sha256)
      if (bytes === null) throw new Error(`the signed draft of document ${id} is not in this file store`)
      return bytes
    },
    addFile: async (id, format, bytes) => {
      const made = await files.put([bytes])
      await sql.begin(async (tx) => {
        await enterFile(tx, made, mediaTypes[format])
        await tx`
          insert into document_files (document_id, format, sha256) values (${id}, ${format}, ${made.sha256})
          on conflict do nothing`
      })
      if ((await hashOf(id, format)) === made.sha256) return { sha256: made.sha256, bytes }
      const first = await fileOf(id, format)
      if (first === null) throw new Error(`the ${format} of document ${id} is not in this file store`)
      return first
    },
  }
}
