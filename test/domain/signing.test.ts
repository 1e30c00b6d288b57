import { describe, expect, test } from 'vitest'
import type { SignatureKind } from '#domain/contract/signing.ts'
import { refusalOfDraftSignature, refusalOfSignature, type DraftToSign, type ToSign } from '#domain/documents/signing.ts'
import { asAdmin, asChair, asFinance, asOffice, asSecretary, asVice } from '../kit/meeting.ts'

const notice: ToSign = { type: 'TB', status: 'valid', printedName: 'Doãn Thế Mực', chairUserId: asChair.userId, signatures: [] }
const minutes: ToSign = { ...notice, type: 'BB' }
const as = (who: typeof asChair, name = 'Người khác') => ({ ...who, name })
const reasonOf = (document: ToSign, kind: SignatureKind, who: ReturnType<typeof as>) => {
  const refusal = refusalOfSignature(document, kind, who)
  return refusal && (refusal.reason ?? refusal.code)
}

describe('who signs a document', () => {
  test('a notice: the chair, or whose name is printed under it; then the Office with the seal', () => {
    expect(reasonOf(notice, 'signer', as(asChair))).toBeNull()
    expect(reasonOf(notice, 'signer', as(asOffice, 'Doãn Thế Mực'))).toBeNull()
    for (const other of [asVice, asSecretary, asOffice, asAdmin, asFinance])
      expect(reasonOf(notice, 'signer', as(other))).toBe('forbidden')
    expect(reasonOf(notice, 'secretary', as(asSecretary))).toBe('forbidden')
    expect(reasonOf(notice, 'seal', as(asOffice))).toBe('signed_before_sealed')
    expect(reasonOf({ ...notice, signatures: ['signer'] }, 'seal', as(asOffice))).toBeNull()
    expect(reasonOf({ ...notice, signatures: ['signer'] }, 'seal', as(asChair))).toBe('forbidden')
  })

  test('minutes: the secretary and the chair in either order, the seal only after both', () => {
    expect(reasonOf(minutes, 'secretary', as(asSecretary))).toBeNull()
    expect(reasonOf(minutes, 'signer', as(asChair))).toBeNull()
    expect(reasonOf({ ...minutes, signatures: ['signer'] }, 'secretary', as(asSecretary))).toBeNull()
    expect(reasonOf({ ...minutes, signatures: ['signer'] }, 'seal', as(asOffice))).toBe('signed_before_sealed')
    expect(reasonOf({ ...minutes, signatures: ['signer', 'secretary'] }, 'seal', as(asOffice))).toBeNull()
  })

  test('nobody signs twice, or after the seal, or what no longer stands', () => {
    expect(reasonOf({ ...notice, signatures: ['signer'] }, 'signer', as(asChair))).toBe('already_signed')
    expect(reasonOf({ ...notice, signatures: ['signer', 'seal'] }, 'seal', as(asOffice))).toBe('already_signed')
    expect(reasonOf({ ...notice, status: 'corrected' }, 'signer', as(asChair))).toBe('document_not_valid')
    expect(reasonOf({ ...minutes, status: 'replaced' }, 'secretary', as(asSecretary))).toBe('document_not_valid')
  })
})

describe('who signs a notice before it has its number', () => {
  const draft: DraftToSign = {
    status: 'proposed',
    printedName: 'Doãn Thế Mực',
    chairUserId: asChair.userId,
    isSigned: false,
    isAlone: true,
  }
  const reason = (of: DraftToSign, who: ReturnType<typeof as>) => {
    const refusal = refusalOfDraftSignature(of, who)
    return refusal && (refusal.reason ?? refusal.code)
  }

  test('the chair, with the approval or after it; whose name stands under it, what was approved; nobody else', () => {
    const approved: DraftToSign = { ...draft, status: 'approved' }
    for (const one of [draft, approved]) expect(reason(one, as(asChair))).toBeNull()
    expect(reason(draft, as(asOffice, 'Doãn Thế Mực'))).toBe('not_approved')
    expect(reason(approved, as(asOffice, 'Doãn Thế Mực'))).toBeNull()
    for (const other of [asVice, asSecretary, asOffice, asAdmin, asFinance]) expect(reason(approved, as(other))).toBe('forbidden')
  })

  test('once, and while it is a draft', () => {
    expect(reason({ ...draft, status: 'approved', isSigned: true }, as(asChair))).toBe('already_signed')
    expect(reason({ ...draft, status: 'returned' }, as(asChair))).toBe('not_proposed')
    expect(reason({ ...draft, status: 'issued' }, as(asChair))).toBe('signed_in_the_book')
    expect(reason({ ...draft, isAlone: false }, as(asChair))).toBe('issued_together')
  })
})
