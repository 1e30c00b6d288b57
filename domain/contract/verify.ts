import { z } from 'zod'
import { DocumentFileFormat, DocumentStatus } from './documents.ts'

/** What anybody who holds the code of an issued document may know: what it says, whether it still stands, and its files by their hashes. */

export const IssuedFile = z.object({
  form: DocumentFileFormat,
  /** Of the file's bytes, lower-case hex. */
  sha256: z.string(),
})
export type IssuedFile = z.infer<typeof IssuedFile>

export const VerifiedDocument = z.object({
  /** Whether what is kept of it is what the log says, and the log is whole there. */
  valid: z.boolean(),
  /** The event at which it is not. */
  brokenAt: z.int().optional(),
  number: z.int(),
  /** The number as the paper has it. */
  notation: z.string(),
  issuedAt: z.iso.datetime(),
  issuer: z.string(),
  /** Of the log's event that issued it. */
  hash: z.string(),
  text: z.string(),
  status: DocumentStatus,
  /** The notation of the latest notice that puts this one right. */
  correctedBy: z.string().optional(),
  withdrawnAt: z.iso.datetime().optional(),
  /** Every file that was ever given out of it; whose hash is none of these is not the issued document. */
  files: z.array(IssuedFile),
})
export type VerifiedDocument = z.infer<typeof VerifiedDocument>
