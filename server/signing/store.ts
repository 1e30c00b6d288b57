import type { Sql, TransactionSql } from 'postgres'
import type { DocumentStatus } from '#domain/contract/documents.ts'
import type { DocumentSignature, SignatureKind } from '#domain/contract/signing.ts'
import { enterFile } from '../files/entry.ts'
import type { FileStore } from '../files/store.ts'
import { mediaTypes } from '../documents/store.ts'

interface Row {
  kind: SignatureKind
  signer: string
  signed_at: Date
  user_id: string
}

/** The signatures of a document, in order. */
export async function signaturesOf(sql: Sql, documentId: string): Promise<DocumentSignature[]> {
  const rows = await sql<Row[]>`
    select kind, signer, signed_at, user_id from signatures where document_id = ${documentId} order by position`
  return rows.map((row) => ({
    kind: row.kind,
    signer: row.signer,
    signedAt: row.signed_at.toISOString(),
    userId: row.user_id,
  }))
}

export interface NewSignatureRow extends DocumentSignature {
  documentId: string
  position: number
}

/**
 * Keeps a file with one signature more; from now on it is what readers get. False when another signature came between, or the
 * document no longer stands: then nothing was kept. `also` runs in the same transaction.
 */
export async function addSignature(
  sql: Sql,
  files: FileStore,
  pdf: Buffer,
  { documentId, position, kind, signer, signedAt, userId }: NewSignatureRow,
  also: (tx: TransactionSql) => Promise<void>,
): Promise<boolean> {
  const { sha256, size } = await files.put([pdf])
  return sql.begin(async (tx) => {
    // Held until the end: a document that is withdrawn or replaced meanwhile gets no signature more.
    const [document] = await tx<{ status: DocumentStatus }[]>`select status from documents where id = ${documentId} for share`
    if (document?.status !== 'valid') return false
    await enterFile(tx, { sha256, size }, mediaTypes['signed-pdf'])
    const added = await tx`
      insert into signatures (document_id, position, kind, user_id, signer, signed_at, sha256)
      values (${documentId}, ${position}, ${kind}, ${userId}, ${signer}, ${signedAt}, ${sha256})
      on conflict do nothing returning position`
    if (added.length === 0) return false
    await tx`
      insert into document_files (document_id, format, sha256) values (${documentId}, 'signed-pdf', ${sha256})
      on conflict (document_id, format) do update set sha256 = excluded.sha256`
    await also(tx)
    return true
  })
}
