import { NodeCompiler } from '@myriaddreamin/typst-ts-node-compiler'
import type { NodeTypstDocument } from '@myriaddreamin/typst-ts-node-compiler'
import type { DocumentDescription } from '#domain/documents/description.ts'
import { motto, nationalName, nd30 } from '#domain/documents/nd30-2020.ts'
import { boldFace, fontFiles, regularFace } from './font.ts'
import type { OpenPart } from './open.ts'
import { pdfTemplate } from './pdf-template.ts'
import { qrSvg } from './qr.ts'

/** `all` is the whole document; `fixed` is all but the open parts; each of these is drawn alone, in its place on its page. */
type Layer = 'all' | 'fixed' | OpenPart

let compiler: NodeCompiler | undefined

const rules = JSON.stringify(nd30)
/** Compiled results that no document asked for again are dropped after so many documents. */
const cacheAge = 10

/** What the face cannot draw (an emoji, a Chinese character) becomes a box: PDF/A forbids a missing glyph. */
const drawable = (text: string): string =>
  text.replace(/[^\u0020-\u007e]/gu, (char) => {
    const code = char.codePointAt(0) ?? 0
    return regularFace().has(code) && boldFace().has(code) ? char : '\u25a1'
  })

/** A warning is an error, because Typst only warns when it takes another font. */
const compile = (
  description: DocumentDescription,
  ground: 'none' | 'white' = 'none',
  layer: Layer = 'all',
): { made: NodeCompiler; document: NodeTypstDocument } => {
  compiler ??= NodeCompiler.create({ fontArgs: [{ fontBlobs: fontFiles() }] })
  const json = JSON.stringify(description, (_key, value: unknown) => (typeof value === 'string' ? drawable(value) : value))
  const result = compiler.compile({
    mainFileContent: pdfTemplate,
    inputs: {
      description: json,
      ground,
      layer,
      rules,
      nationalName,
      motto,
      qr: qrSvg(description.closing.verification?.url ?? '-'),
    },
  })
  const trouble = result.takeDiagnostics()
  if (trouble !== null) throw new Error(`typst: ${JSON.stringify(compiler.fetchDiagnostics(trouble))}`)
  if (result.result === null) throw new Error('typst made no document')
  return { made: compiler, document: result.result }
}

/** The document, or one layer of it, as PDF/A-2b with its fonts inside. The same description gives the same bytes. */
export const renderPdf = (description: DocumentDescription, layer: Layer = 'all'): Buffer => {
  const { made, document } = compile(description, 'none', layer)
  const pdf = made.pdf(document, {
    pdfStandard: 'a-2b',
    creationTimestamp: Math.floor(Date.parse(description.issuedAt) / 1000),
  })
  made.evictCache(cacheAge)
  return pdf
}

/** The places of the open parts, as JSON. */
export const findOpenPlaces = (description: DocumentDescription): Buffer => {
  const { made, document } = compile(description, 'none', 'fixed')
  const places: unknown = made.query(document, { selector: '<open>', field: 'value' })
  made.evictCache(cacheAge)
  return Buffer.from(JSON.stringify(places))
}

/** The pages as the PDF shows them, in one picture, letters drawn as outlines. */
export const renderSvg = (description: DocumentDescription): Buffer => {
  const { made, document } = compile(description, 'white')
  const svg = made.plainSvg(document)
  made.evictCache(cacheAge)
  return Buffer.from(svg)
}
