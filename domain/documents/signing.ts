import type { DocumentStatus, DocumentType } from '../contract/documents.ts'
import type { SignatureKind } from '../contract/signing.ts'
import { refuse, type Refusal } from '../errors.ts'
import type { ConclusionStatus, Viewer } from '../meeting/state.ts'

/**
 * Who signs what, and in which order (Nghị định 30/2020): a notice is signed by the one who answers for it and then sealed; minutes
 * are signed by the secretary and the chair, in either order, and then sealed where a seal is wanted.
 */
const signed: Record<DocumentType, SignatureKind[]> = { TB: ['signer', 'seal'], BB: ['secretary', 'signer', 'seal'] }

export interface ToSign {
  type: DocumentType
  status: DocumentStatus
  /** The name printed under the signature. */
  printedName: string
  chairUserId: string
  signatures: SignatureKind[]
}

/** Why this person may not add this signature now, or null when they may. */
export function refusalOfSignature(document: ToSign, kind: SignatureKind, who: Viewer & { name: string }): Refusal | null {
  const kinds = signed[document.type]
  if (!kinds.includes(kind) || !isSigner(document, kind, who)) return refuse('forbidden').refusal
  if (document.status !== 'valid') return refuse('wrong_state', 'document_not_valid').refusal
  if (document.signatures.includes(kind)) return refuse('wrong_state', 'already_signed').refusal
  if (document.signatures.includes('seal')) return refuse('wrong_state', 'already_sealed').refusal
  const people = kinds.filter((one) => one !== 'seal')
  if (kind === 'seal' && !people.every((one) => document.signatures.includes(one)))
    return refuse('wrong_state', 'signed_before_sealed').refusal
  return null
}

function isSigner(document: ToSign, kind: SignatureKind, who: Viewer & { name: string }): boolean {
  if (kind === 'seal') return who.role === 'office'
  if (kind === 'secretary') return who.role === 'secretary'
  return who.userId === document.chairUserId || who.name === document.printedName
}

export interface DraftToSign {
  status: ConclusionStatus
  /** The name printed under the signature. */
  printedName: string
  chairUserId: string
  isSigned: boolean
  /** Whether the notice is of this conclusion alone. */
  isAlone: boolean
}

/**
 * Why this person may not sign the notice of a conclusion before its number is given, or null when they may. The chair signs with the
 * approval or after it; whose name stands under the notice signs what was approved.
 */
export function refusalOfDraftSignature(draft: DraftToSign, who: Viewer & { name: string }): Refusal | null {
  const isChair = who.userId === draft.chairUserId
  if (!isChair && who.name !== draft.printedName) return refuse('forbidden').refusal
  if (draft.status === 'issued') return refuse('wrong_state', 'signed_in_the_book').refusal
  if (!draft.isAlone) return refuse('wrong_state', 'issued_together').refusal
  if (draft.status === 'returned') return refuse('wrong_state', 'not_proposed').refusal
  if (draft.status === 'proposed' && !isChair) return refuse('wrong_state', 'not_approved').refusal
  if (draft.isSigned) return refuse('wrong_state', 'already_signed').refusal
  return null
}

/** Who may attach the scan of the paper that was signed by hand: those who keep the papers. */
export const mayAttachScan = (who: Viewer): boolean => who.role === 'office' || who.role === 'secretary'
