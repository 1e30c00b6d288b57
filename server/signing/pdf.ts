import { createHash } from 'node:crypto'
import { PDFArray, PDFDict, PDFDocument, PDFHexString, PDFName, PDFNumber, type PDFObject, PDFRef, PDFString } from 'pdf-lib'
import { signDetached, type TimeStamper } from './cms.ts'
import { appendObjects } from './increment.ts'
import { nameIn, type SigningKey } from './key.ts'
import type { Place } from './places.ts'

export interface PdfSignature {
  key: SigningKey
  at: Date
  /** What the signature is for, in the file's own data: nothing of it is printed. */
  reason: string
  /** The picture on the page; without one the signature is not seen on paper. */
  visible?: { png: Buffer; place: Place }
  stamp?: TimeStamper
}

/** Room for the signature in the file: certificates and a time stamp take a few kilobytes. */
const signatureBytes = 16_000
const rangeRoom = '/ByteRange [0 0000000000 0000000000 0000000000]'

/**
 * Signs a PDF as PAdES asks for. Everything is appended, so earlier signatures hold and a file that was PDF/A-2b stays so: the
 * field has an appearance and is printed, and all colours and fonts stay as they were.
 */
export async function signPdf(pdf: Buffer, signature: PdfSignature): Promise<Buffer> {
  const document = await PDFDocument.load(pdf, { updateMetadata: false })
  const prepared = await addField(pdf, document, signature)
  return fill(prepared, pdf.length, signature)
}

async function addField(pdf: Buffer, document: PDFDocument, { key, at, reason, visible }: PdfSignature): Promise<Buffer> {
  const { context, catalog } = document
  const changed = new Map<PDFRef, PDFObject | Buffer>()
  const add = (object: PDFObject): PDFRef => {
    const ref = context.register(object)
    changed.set(ref, object)
    return ref
  }

  const value = context.nextRef()
  changed.set(value, signatureValue({ name: nameIn(key.certificate), reason, at }))

  const page = document.getPage(visible?.place.page ?? 0)
  const appearance = visible === undefined ? emptyAppearance(document, add) : await picture(document, visible, add, changed)
  const { x, y, width, height } = visible?.place ?? { x: 0, y: 0, width: 0, height: 0 }
  const fields = fieldsOf(document, changed)
  const field = add(
    context.obj({
      Type: 'Annot',
      Subtype: 'Widget',
      FT: 'Sig',
      T: PDFString.of(`Signature${fields.size() + 1}`),
      V: value,
      P: page.ref,
      // Printed and locked.
      F: 132,
      Rect: [x, y, x + width, y + height],
      AP: { N: appearance },
    }),
  )
  fields.push(field)

  const annotations = page.node.get(PDFName.of('Annots'))
  const list = page.node.lookupMaybe(PDFName.of('Annots'), PDFArray) ?? context.obj([])
  list.push(field)
  if (annotations instanceof PDFRef) changed.set(annotations, list)
  else page.node.set(PDFName.of('Annots'), list)
  changed.set(page.ref, page.node)
  const root = context.trailerInfo.Root
  if (root instanceof PDFRef) changed.set(root, catalog)

  const id = createHash('sha256').update(pdf).update(at.toISOString()).digest('hex').slice(0, 32)
  return appendObjects(
    pdf,
    document,
    [...changed].map(([ref, body]) => ({ ref, body })),
    id,
  )
}

/** The form's list of fields, made with the first signature; a form with signatures says so. */
function fieldsOf(document: PDFDocument, changed: Map<PDFRef, PDFObject | Buffer>): PDFArray {
  const { context, catalog } = document
  const name = PDFName.of('AcroForm')
  const known = catalog.lookupMaybe(name, PDFDict)
  const form = known ?? context.obj({ Fields: [] })
  const given = catalog.get(name)
  const ref = given instanceof PDFRef ? given : context.register(form)
  catalog.set(name, ref)
  changed.set(ref, form)
  // There are signatures, and the file may only grow.
  form.set(PDFName.of('SigFlags'), PDFNumber.of(3))
  const list = form.lookup(PDFName.of('Fields'), PDFArray)
  const listed = form.get(PDFName.of('Fields'))
  if (listed instanceof PDFRef) changed.set(listed, list)
  return list
}

function emptyAppearance(document: PDFDocument, add: (object: PDFObject) => PDFRef): PDFRef {
  return add(document.context.stream('', { Type: 'XObject', Subtype: 'Form', BBox: [0, 0, 0, 0], Resources: {} }))
}

async function picture(
  document: PDFDocument,
  { png, place: { width, height } }: { png: Buffer; place: Place },
  add: (object: PDFObject) => PDFRef,
  changed: Map<PDFRef, PDFObject | Buffer>,
): Promise<PDFRef> {
  const { context } = document
  const before = context.largestObjectNumber
  const image = await document.embedPng(png)
  await image.embed()
  for (const [ref, object] of context.enumerateIndirectObjects()) if (ref.objectNumber > before) changed.set(ref, object)
  return add(
    context.stream(`q ${width.toFixed(2)} 0 0 ${height.toFixed(2)} 0 0 cm /Picture Do Q`, {
      Type: 'XObject',
      Subtype: 'Form',
      BBox: [0, 0, width, height],
      Resources: { XObject: { Picture: image.ref } },
    }),
  )
}

/** `D:20261126100405+07'00'`: the moment by the clock of Viet Nam. */
const pdfDate = (at: Date): string => {
  const local = new Date(at.getTime() + 7 * 3_600_000).toISOString()
  return `D:${local.replace(/\D/g, '').slice(0, 14)}+07'00'`
}

/** The signature's dictionary as text, with room for what is known only when the rest of the file is. */
function signatureValue({ name, reason, at }: { name: string; reason: string; at: Date }): Buffer {
  return Buffer.from(
    [
      '<< /Type /Sig /Filter /Adobe.PPKLite /SubFilter /ETSI.CAdES.detached',
      `/Name ${PDFHexString.fromText(name).toString()} /Reason ${PDFHexString.fromText(reason).toString()}`,
      `/M (${pdfDate(at)})`,
      rangeRoom,
      `/Contents <${'0'.repeat(signatureBytes * 2)}> >>`,
    ].join('\n'),
  )
}

/** Signs everything but the signature itself, and puts it into its room. */
async function fill(prepared: Buffer, from: number, { key, stamp }: PdfSignature): Promise<Buffer> {
  const rangeAt = prepared.indexOf(rangeRoom, from)
  const open = prepared.indexOf('/Contents <', rangeAt) + '/Contents '.length
  const close = open + signatureBytes * 2 + 2
  const range = `/ByteRange [0 ${open} ${close} ${prepared.length - close}]`
  const signed = Buffer.from(prepared)
  signed.write(range.padEnd(rangeRoom.length), rangeAt, 'latin1')
  const covered = Buffer.concat([signed.subarray(0, open), signed.subarray(close)])
  const signature = await signDetached(new Uint8Array(covered), key, stamp)
  if (signature.length > signatureBytes) throw new Error('the signature is larger than the room for it')
  signed.write(signature.toString('hex'), open + 1, 'latin1')
  return signed
}
