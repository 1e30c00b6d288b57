import type { DocumentDescription } from '#domain/documents/description.ts'
import { type OpenPart, OpenPlaces } from '../conclusions/layout/open.ts'
import type { DocumentRenderer } from '../conclusions/layout/renderer.ts'
import type { TimeStamper } from './cms.ts'
import type { OpenedKey } from './keys.ts'
import { fillParts, reserveParts, type DrawnPart } from './open-parts.ts'
import { signDocument } from './sign-document.ts'

/**
 * The decree's order: the person signs, then come number, date and seal. The notice is drawn with room for number, date and code,
 * signed so, and filled in when it is issued.
 */

/** The draft with its open parts as fields, signed. `verification` in the description only keeps the room for what is to come. */
export async function signDraft(
  renderer: DocumentRenderer,
  description: DocumentDescription,
  { key, at, stamp }: { key: OpenedKey; at: Date; stamp?: TimeStamper },
): Promise<Buffer> {
  const [fixed, places, number, date] = await Promise.all([
    renderer.renderDocument(description, 'fixed'),
    renderer.renderDocument(description, 'places'),
    drawnPart(renderer, description, 'number'),
    drawnPart(renderer, description, 'date'),
  ])
  const open = OpenPlaces.parse(JSON.parse(places.toString()))
  const draft = await reserveParts(fixed, open, { number, date })
  const document = { description, signer: description.closing.rightSignature.name }
  return signDocument({ pdf: draft, document }, { kind: 'signer', key, at, stamp })
}

/** The signed draft with what `description` says of number, date and code; the same bytes every time. */
export async function fillDraft(renderer: DocumentRenderer, draft: Buffer, description: DocumentDescription): Promise<Buffer> {
  const [number, date, verification] = await Promise.all([
    drawnPart(renderer, description, 'number'),
    drawnPart(renderer, description, 'date'),
    drawnPart(renderer, description, 'verification'),
  ])
  return fillParts(draft, { number, date, verification })
}

async function drawnPart(renderer: DocumentRenderer, description: DocumentDescription, part: OpenPart): Promise<DrawnPart> {
  const words: Record<OpenPart, string> = {
    number: description.header.numberSymbol,
    date: description.header.placeDate ?? '',
    verification: description.closing.verification?.lines.join('\n') ?? '',
  }
  return { words: words[part], pdf: await renderer.renderDocument(description, part) }
}
