import { PDFArray, type PDFContext, type PDFDocument, PDFHexString, type PDFObject, PDFRef } from 'pdf-lib'

/**
 * Appends changed and new objects to a PDF and leaves its bytes as they are (an incremental update): what was signed before stays
 * signed, and the issued file stays the beginning of every signed one. `pdf` ends in a plain table of objects, as our documents do;
 * `document` is what pdf-lib read from it and changed.
 */
export function appendObjects(
  pdf: Buffer,
  document: PDFDocument,
  objects: { ref: PDFRef; body: PDFObject | Buffer }[],
  id: string,
): Buffer {
  const parts: Buffer[] = [pdf]
  let length = pdf.length
  const push = (part: Buffer): void => {
    parts.push(part)
    length += part.length
  }
  if (pdf.at(-1) !== 0x0a) push(Buffer.from('\n'))

  const sorted = [...objects].sort((one, other) => one.ref.objectNumber - other.ref.objectNumber)
  const entries = sorted.map(({ ref, body }) => {
    const entry = { ref, offset: length }
    push(Buffer.from(`${ref.objectNumber} ${ref.generationNumber} obj\n`))
    push(bytesOf(body))
    push(Buffer.from('\nendobj\n'))
    return entry
  })

  const start = length
  push(Buffer.from(`xref\n${table(entries)}trailer\n${trailer(pdf, document.context, id)}\nstartxref\n${start}\n%%EOF\n`))
  return Buffer.concat(parts)
}

function bytesOf(body: PDFObject | Buffer): Buffer {
  if (Buffer.isBuffer(body)) return body
  const bytes = new Uint8Array(body.sizeInBytes())
  body.copyBytesInto(bytes, 0)
  return Buffer.from(bytes)
}

/** The places of the objects, in runs of successive numbers; every line has 20 bytes. */
function table(entries: { ref: PDFRef; offset: number }[]): string {
  const runs: (typeof entries)[] = []
  for (const entry of entries) {
    const run = runs.at(-1)
    if (run?.at(-1)?.ref.objectNumber === entry.ref.objectNumber - 1) run.push(entry)
    else runs.push([entry])
  }
  const digits = (value: number, count: number): string => String(value).padStart(count, '0')
  return runs
    .map((run) => {
      const lines = run.map(({ ref, offset }) => `${digits(offset, 10)} ${digits(ref.generationNumber, 5)} n \n`)
      return `${run[0]?.ref.objectNumber ?? 0} ${run.length}\n${lines.join('')}`
    })
    .join('')
}

function trailer(pdf: Buffer, context: PDFContext, id: string): string {
  const { Root, Info, ID } = context.trailerInfo
  const first = ID instanceof PDFArray ? ID.get(0).toString() : PDFHexString.of(id).toString()
  return [
    '<<',
    `/Size ${context.largestObjectNumber + 1}`,
    `/Root ${String(Root)}`,
    ...(Info instanceof PDFRef ? [`/Info ${String(Info)}`] : []),
    `/ID [${first} <${id}>]`,
    `/Prev ${lastStart(pdf)}`,
    '>>',
  ].join('\n')
}

/** Where the file's last table of objects begins. */
function lastStart(pdf: Buffer): number {
  const found = /startxref\s+(\d+)\s+%%EOF\s*$/.exec(pdf.subarray(-64).toString('latin1'))
  const start = Number(found?.[1] ?? NaN)
  if (pdf.subarray(start, start + 4).toString('latin1') !== 'xref') throw new Error('not a PDF with a plain table of objects')
  return start
}
