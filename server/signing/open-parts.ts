import { createHash } from 'node:crypto'
import {
  PDFArray,
  PDFDict,
  PDFDocument,
  PDFHexString,
  PDFName,
  type PDFObject,
  type PDFPage,
  PDFRef,
  PDFStream,
  PDFString,
} from 'pdf-lib'
import { OpenPart, type OpenPlaces } from '../conclusions/layout/open.ts'
import { appendObjects } from './increment.ts'

/**
 * What a document leaves open until its issue (number, date, code) as fields of a form: they are in the file when it is signed, and
 * are filled in by an addition that leaves the signed bytes as they are. A field's look is the part as the engine draws it, so the
 * filled file looks like one that was never open. Nobody types into them.
 */

/** An open part as it is to be seen: the words it holds, and its page as the engine draws that part alone. */
export interface DrawnPart {
  words: string
  pdf: Buffer
}

/** Marks that stand above or below their line are not cut. */
const bleedPt = 3

interface Box {
  left: number
  bottom: number
  right: number
  top: number
}

/** Adds the fields to the fixed layer of a draft. A part that is not drawn yet has its room and no look. */
export async function reserveParts(
  fixed: Buffer,
  places: OpenPlaces,
  drawn: Partial<Record<OpenPart, DrawnPart>>,
): Promise<Buffer> {
  const document = await PDFDocument.load(fixed, { updateMetadata: false })
  const { context, catalog } = document
  const before = context.largestObjectNumber
  const changed = new Set<PDFRef>()
  const fields: PDFRef[] = []
  for (const { name, page: at, x, y, width, height } of places) {
    const page = document.getPage(at)
    const box: Box = {
      left: x - bleedPt,
      right: x + width + bleedPt,
      top: page.getHeight() - y + bleedPt,
      bottom: page.getHeight() - y - height - bleedPt,
    }
    const part = drawn[name]
    const look = part === undefined ? emptyLook(document, box) : await lookOf(document, part.pdf, at, box)
    const field = context.register(
      context.obj({
        Type: 'Annot',
        Subtype: 'Widget',
        FT: 'Tx',
        T: PDFString.of(name),
        // Not to be typed into; lines may follow each other.
        Ff: 1 | 4096,
        // Printed.
        F: 4,
        DA: PDFString.of('/Face 0 Tf 0 g'),
        P: page.ref,
        Rect: [box.left, box.bottom, box.right, box.top],
        ...(part === undefined ? {} : { V: PDFHexString.fromText(part.words) }),
        AP: { N: look },
      }),
    )
    fields.push(field)
    const annotations = page.node.lookupMaybe(PDFName.of('Annots'), PDFArray) ?? context.obj([])
    annotations.push(field)
    page.node.set(PDFName.of('Annots'), annotations)
    changed.add(page.ref)
  }
  const form = context.obj({ Fields: fields, DR: { Font: { Face: faceOf(document.getPage(0)) } } })
  catalog.set(PDFName.of('AcroForm'), context.register(form))
  const root = context.trailerInfo.Root
  if (root instanceof PDFRef) changed.add(root)
  return append(fixed, document, before, changed, 'reserved')
}

/** Fills the open parts of a draft that may have been signed: appended, so whatever was signed stays signed. */
export async function fillParts(draft: Buffer, drawn: Record<OpenPart, DrawnPart>): Promise<Buffer> {
  const document = await PDFDocument.load(draft, { updateMetadata: false })
  const { context, catalog } = document
  const before = context.largestObjectNumber
  const changed = new Set<PDFRef>()
  const fields = catalog.lookup(PDFName.of('AcroForm'), PDFDict).lookup(PDFName.of('Fields'), PDFArray)
  for (const ref of fields.asArray()) {
    if (!(ref instanceof PDFRef)) continue
    const field = context.lookup(ref, PDFDict)
    const name = OpenPart.safeParse(field.lookupMaybe(PDFName.of('T'), PDFString)?.asString())
    if (!name.success) continue
    const { words, pdf } = drawn[name.data]
    const { x, y, width, height } = field.lookup(PDFName.of('Rect'), PDFArray).asRectangle()
    const page = document.getPages().findIndex((one) => one.ref === field.get(PDFName.of('P')))
    const look = await lookOf(document, pdf, page, { left: x, bottom: y, right: x + width, top: y + height })
    field.set(PDFName.of('V'), PDFHexString.fromText(words))
    field.set(PDFName.of('AP'), context.obj({ N: look }))
    changed.add(ref)
  }
  const words = OpenPart.options.map((name) => drawn[name].words).join('\n')
  return append(draft, document, before, changed, words)
}

/** A page of another PDF, cut to a box and standing where it stood, as the look of a field there. */
async function lookOf(document: PDFDocument, pdf: Buffer, at: number, box: Box): Promise<PDFRef> {
  const source = await PDFDocument.load(pdf, { updateMetadata: false })
  const page = await document.embedPage(source.getPage(at), box)
  await page.embed()
  return page.ref
}

function emptyLook({ context }: PDFDocument, { left, bottom, right, top }: Box): PDFRef {
  const look = { Type: 'XObject', Subtype: 'Form', BBox: [0, 0, right - left, top - bottom], Resources: {} }
  return context.register(context.stream('', look))
}

/** A face that is in the file anyway; a text field has to name one. */
function faceOf(page: PDFPage): PDFObject {
  const fonts = page.node.Resources()?.lookup(PDFName.of('Font'), PDFDict)
  const [first] = fonts?.values() ?? []
  if (first === undefined) throw new Error('a page without a face')
  return first
}

/** Appends what changed and what hangs on it; copies that nothing refers to are left out. */
function append(pdf: Buffer, document: PDFDocument, before: number, changed: Set<PDFRef>, salt: string): Buffer {
  const { context } = document
  const kept = new Map<PDFRef, PDFObject>()
  const visit = (object: PDFObject | undefined): void => {
    if (object instanceof PDFRef) {
      if (object.objectNumber > before) keep(object)
    } else if (object instanceof PDFStream) visit(object.dict)
    else if (object instanceof PDFDict) object.values().forEach(visit)
    else if (object instanceof PDFArray) object.asArray().forEach(visit)
  }
  const keep = (ref: PDFRef): void => {
    const object = context.lookup(ref)
    if (object === undefined || kept.has(ref)) return
    kept.set(ref, object)
    visit(object)
  }
  changed.forEach(keep)
  const id = createHash('sha256').update(pdf).update(salt).digest('hex').slice(0, 32)
  return appendObjects(
    pdf,
    document,
    [...kept].map(([ref, body]) => ({ ref, body })),
    id,
  )
}
