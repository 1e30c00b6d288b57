import type { SignatureKind } from '#domain/contract/signing.ts'
import type { DocumentDescription } from '#domain/documents/description.ts'
import type { TimeStamper } from './cms.ts'
import type { OpenedKey } from './keys.ts'
import { signPdf } from './pdf.ts'
import { onSignature, overName, type Picture, sealPicture, signaturePicture, signatureRoom } from './pictures.ts'
import { placeOfName, type Place } from './places.ts'

const reasons: Record<SignatureKind, string> = {
  signer: 'Ký ban hành',
  secretary: 'Thư ký ký biên bản',
  seal: 'Chữ ký của cơ quan ban hành',
}

/** What of a document says whose signature stands where. */
export interface Signable {
  description: DocumentDescription | null
  /** The name printed under the signature. */
  signer: string
}

/**
 * One more signature on a document's PDF, as the decree shows it on a main document: pictures only, the person's between office and
 * name, the seal over its left third. Without a picture the signature is in the file alone.
 */
export async function signDocument(
  { pdf, document }: { pdf: Buffer; document: Signable },
  { kind, key, at, stamp }: { kind: SignatureKind; key: OpenedKey; at: Date; stamp?: TimeStamper },
): Promise<Buffer> {
  const visible = key.picture && (await visibleOf(pdf, document, kind, key.picture))
  return signPdf(pdf, { key: key.key, at, reason: reasons[kind], stamp, visible })
}

async function visibleOf(
  pdf: Buffer,
  { description, signer }: Signable,
  kind: SignatureKind,
  png: Buffer,
): Promise<{ png: Buffer; place: Place } | undefined> {
  const isLeft = kind === 'secretary'
  const name = isLeft ? description?.closing.leftSignature?.name : (description?.closing.rightSignature.name ?? signer)
  const place = name === undefined || name === '' ? null : await placeOfName(pdf, name, isLeft ? 'left' : 'right')
  if (place === null) return undefined
  const personal: Picture = kind === 'seal' ? signatureRoom : signaturePicture(png)
  const signature = overName(place, personal)
  return { png, place: kind === 'seal' ? onSignature(signature, sealPicture(png)) : signature }
}
