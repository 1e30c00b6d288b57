import { createHash } from 'node:crypto'
import type { Sql, TransactionSql } from 'postgres'
import { canonicalJson } from '#domain/canonical.ts'
import type { DocumentDescription } from '#domain/documents/description.ts'
import { wordingOf } from '#domain/meeting/conclusion.ts'
import type { Conclusion } from '#domain/meeting/state.ts'
import { mediaTypes } from '../documents/store.ts'
import { enterFile } from '../files/entry.ts'
import type { StoredFile } from '../files/store.ts'

/** The notice of a conclusion, signed as it was approved and before its number was given. */
export interface SignedDraft {
  description: DocumentDescription
  userId: string
  signer: string
  signedAt: string
  sha256: string
}

interface Row {
  description: DocumentDescription
  user_id: string
  signer: string
  signed_at: Date
  sha256: string
}

export const digestOfWording = (conclusion: Conclusion): string =>
  createHash('sha256')
    .update(canonicalJson(wordingOf(conclusion)))
    .digest('hex')

/** The command that approved a conclusion last, by the log; null while nothing did. */
export async function approvalOf(sql: Sql | TransactionSql, meetingId: string, conclusionId: string): Promise<string | null> {
  const [row] = await sql<{ approval: string | null }[]>`
    select event::jsonb ->> 'commandId' as approval from events
    where meeting_id = ${meetingId} and type = 'conclusion.approved' and event::jsonb ->> 'conclusionId' = ${conclusionId}
    order by seq desc limit 1`
  return row?.approval ?? null
}

/**
 * The signed notice that goes out when this conclusion is issued; null where nobody signed it, where its approval is another one than
 * the signature was given with, or where it says something else by now.
 */
export async function signedDraftOf(
  sql: Sql | TransactionSql,
  meetingId: string,
  conclusion: Conclusion,
): Promise<SignedDraft | null> {
  const rows = await sql<(Row & { approval: string })[]>`
    select approval, description, user_id, signer, signed_at, sha256 from signed_drafts
    where conclusion_id = ${conclusion.id} and wording = ${digestOfWording(conclusion)}`
  if (rows.length === 0) return null
  const approval = await approvalOf(sql, meetingId, conclusion.id)
  const row = rows.find((one) => one.approval === approval)
  return row === undefined
    ? null
    : {
        description: row.description,
        userId: row.user_id,
        signer: row.signer,
        signedAt: row.signed_at.toISOString(),
        sha256: row.sha256,
      }
}

export interface NewSignedDraft extends Omit<SignedDraft, 'sha256'> {
  approval: string
  conclusion: Conclusion
}

/** Keeps a signed notice, whose file is in the file store, for an approval. False when there is one already. */
export async function keepSignedDraft(
  sql: Sql | TransactionSql,
  file: StoredFile,
  { approval, conclusion, description, userId, signer, signedAt }: NewSignedDraft,
): Promise<boolean> {
  await enterFile(sql, file, mediaTypes.pdf)
  const rows = await sql`
    insert into signed_drafts (approval, conclusion_id, wording, description, user_id, signer, signed_at, sha256)
    values (${approval}, ${conclusion.id}, ${digestOfWording(conclusion)}, ${JSON.stringify(description)}::text::jsonb, ${userId},
      ${signer}, ${signedAt}, ${file.sha256})
    on conflict do nothing returning approval`
  return rows.length > 0
}

/** Enters the signature of a draft as the first one of the document that it became, in the transaction that issues it. */
export async function enterDraftSignature(tx: TransactionSql, documentId: string, draft: SignedDraft): Promise<void> {
  await tx`
    insert into signatures (document_id, position, kind, user_id, signer, signed_at, sha256)
    values (${documentId}, 1, 'signer', ${draft.userId}, ${draft.signer}, ${draft.signedAt}, ${draft.sha256})`
}
