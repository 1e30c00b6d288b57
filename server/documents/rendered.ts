import type { Sql } from 'postgres'
import type { DocumentDescription } from '#domain/documents/description.ts'
import type { MeetingState } from '#domain/meeting/state.ts'
import type { DocumentRenderer } from '../conclusions/layout/renderer.ts'
import type { FileFormat } from '../conclusions/layout/render-worker.ts'
import { fillDraft } from '../signing/draft.ts'
import { describeConclusions } from './notice.ts'
import type { VerifyUrl } from './notice.ts'
import type { DocumentFile, DocumentRecord, DocumentStore } from './store.ts'

/** The room as it was after an event: what an issued document says is what the log said then. */
export type StateAt = (meetingId: string, seq: number) => Promise<MeetingState | null>

export interface DocumentSources {
  sql: Sql
  store: DocumentStore
  renderer: DocumentRenderer
  stateAt: StateAt
  verifyUrl: VerifyUrl
}

/**
 * An issued document as .docx or .pdf: made at the first asking, the same bytes ever after. Two processes may make it at once; the
 * one that is there first decides. Where this process's disk does not hold the bytes, they are made again and must be equal. The .pdf
 * of a notice that was signed with its approval is that signed file with the number filled in.
 */
export async function renderedFile(
  sources: DocumentSources,
  document: DocumentRecord,
  format: FileFormat,
): Promise<DocumentFile> {
  const { store, renderer } = sources
  const kept = await store.fileOf(document.id, format)
  if (kept !== null) return kept
  const description = await descriptionOf(sources, document)
  const draft = format === 'pdf' ? await store.signedDraftOf(document.id) : null
  const bytes =
    draft === null ? await renderer.renderDocument(description, format) : await fillDraft(renderer, draft, description)
  return store.addFile(document.id, format, bytes)
}

/** What the document is to others: the signed PDF once there is one, else the PDF as it was made. */
export const officialPdf = async (sources: DocumentSources, document: DocumentRecord): Promise<DocumentFile> =>
  (await sources.store.fileOf(document.id, 'signed-pdf')) ?? renderedFile(sources, document, 'pdf')

/** What the document says; of one that was issued before descriptions were kept, from the log as it was then. */
async function descriptionOf(
  { sql, stateAt, verifyUrl }: DocumentSources,
  document: DocumentRecord,
): Promise<DocumentDescription> {
  if (document.description !== null) return document.description
  const state = await stateAt(document.meetingId, document.headSeq)
  const conclusion = state?.conclusions.find((one) => document.conclusionIds.includes(one.id))
  if (!state || !conclusion) throw new Error(`no conclusion in the log for the document ${document.id}`)
  return describeConclusions(sql, state, [conclusion], verifyUrl)
}
