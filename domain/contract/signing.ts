import { z } from 'zod'
import { Id } from './values.ts'

/** The signatures on a document: of the people who sign it, and the organisation's seal after them. */

/** `secretary` signs minutes beside the chair; `seal` is the organisation's, always last. */
export const SignatureKind = z.enum(['signer', 'secretary', 'seal'])
export type SignatureKind = z.infer<typeof SignatureKind>

export const NewSignature = z.strictObject({
  kind: SignatureKind,
  /** Of the signer's own key; the seal's is the server's setting. */
  password: z.string().min(1).max(1000).optional(),
})

export const DocumentSignature = z
  .object({ kind: SignatureKind, signer: z.string(), signedAt: z.iso.datetime(), userId: Id })
  .meta({ id: 'DocumentSignature' })
export type DocumentSignature = z.infer<typeof DocumentSignature>

export const SignaturesAnswer = z.object({
  signatures: z.array(DocumentSignature),
  /** Which signatures the asker may add now. */
  mayAdd: z.array(SignatureKind),
  /** Whether a scan of the paper that was signed by hand is there. */
  hasScan: z.boolean(),
})
export type SignaturesAnswer = z.infer<typeof SignaturesAnswer>

/** The chair's or the printed signer's password of their own key, for the notice before its number is given. */
export const NewDraftSignature = z.strictObject({ password: z.string().min(1).max(1000) })

export const DraftSignatureAnswer = z.object({
  /** Present once the notice was signed as it was approved. */
  signature: z.object({ signer: z.string(), signedAt: z.iso.datetime() }).optional(),
  /** Whether the asker may sign it now and has a key here. */
  maySign: z.boolean(),
})
export type DraftSignatureAnswer = z.infer<typeof DraftSignatureAnswer>

export const scanLimits = { bytes: 30 * 1024 * 1024 } as const
