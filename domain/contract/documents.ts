import { z } from 'zod'
import { Id, limits, text } from './values.ts'

/** The numbering book ("Sổ văn bản đi") and the documents in it, as they travel. */

/** TB: notice of conclusions; BB: minutes. */
export const DocumentType = z.enum(['TB', 'BB'])
export type DocumentType = z.infer<typeof DocumentType>

/** Whatever became of a document, it stays in the book. */
export const DocumentStatus = z.enum(['valid', 'corrected', 'withdrawn', 'replaced'])
export type DocumentStatus = z.infer<typeof DocumentStatus>

/** The forms in which a document's bytes are kept. */
export const DocumentFileFormat = z.enum(['docx', 'pdf', 'signed-pdf', 'scan', 'xml'])
export type DocumentFileFormat = z.infer<typeof DocumentFileFormat>

/** Why a document is withdrawn: everybody who was sent it reads this. */
export const WithdrawalReason = text(limits.notice, { lines: true })
export const WithdrawDocument = z.strictObject({ reason: WithdrawalReason })

export const Withdrawal = z.object({ reason: z.string(), at: z.iso.datetime(), by: z.string() })
export type Withdrawal = z.infer<typeof Withdrawal>

export const DocumentQuery = z.strictObject({
  type: DocumentType.optional(),
  year: z.coerce.number().int().min(2000).max(9999).optional(),
  /** Words in any order, with or without diacritics. */
  q: z.string().max(200).optional(),
})
export type DocumentQuery = z.infer<typeof DocumentQuery>

export const DocumentEntry = z.object({
  id: Id,
  type: DocumentType,
  meetingId: Id,
  year: z.int(),
  issuer: z.string(),
  number: z.int().optional(),
  notation: z.string().optional(),
  abstract: z.string(),
  signer: z.string(),
  recipients: z.array(z.string()),
  status: DocumentStatus,
  version: z.int(),
  replaces: Id.optional(),
  /** The notation of the document that corrected this one. */
  correctedBy: z.string().optional(),
  /** Who took it out of force, when and why. */
  withdrawal: Withdrawal.optional(),
  conclusionIds: z.array(Id),
  issuedAt: z.string(),
  /** Whether it bears an electronic signature. */
  isSigned: z.boolean(),
  /** Which forms are kept already; .docx and .pdf are made when they are first asked for. */
  files: z.array(DocumentFileFormat),
})
export type DocumentEntry = z.infer<typeof DocumentEntry>

export const DocumentList = z.object({ documents: z.array(DocumentEntry) })
export type DocumentList = z.infer<typeof DocumentList>

export const DocumentParams = z.object({ id: Id })

/** The minutes that were made final; `isNew` is false where nothing had changed since the last time. */
export const FinalMinutes = z.object({
  id: Id,
  notation: z.string().optional(),
  version: z.int(),
  isNew: z.boolean(),
})
export type FinalMinutes = z.infer<typeof FinalMinutes>
