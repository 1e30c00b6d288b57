import { parentPort } from 'node:worker_threads'
import type { DocumentDescription } from '#domain/documents/description.ts'
import { renderDocx } from './docx.ts'
import type { OpenPart } from './open.ts'
import { findOpenPlaces, renderPdf, renderSvg } from './pdf.ts'

/** The thread in which documents are drawn, one after the other, so that the room never waits for a page. */

/** The forms in which a document leaves the house. */
export type FileFormat = 'docx' | 'pdf'
/**
 * `svg` is the picture of its pages, one below the other, by the engine that draws the PDF. The others are layers of the PDF: `fixed`
 * without what is open until the issue, each open part alone, and `places`, where these have their room (JSON).
 */
export type DocumentFormat = FileFormat | 'svg' | 'fixed' | 'places' | OpenPart
export interface RenderTask {
  format: DocumentFormat
  description: DocumentDescription
}
export type RenderAnswer = { bytes: Uint8Array } | { error: string }

const renderers = {
  pdf: (description) => renderPdf(description),
  docx: renderDocx,
  svg: renderSvg,
  fixed: (description) => renderPdf(description, 'fixed'),
  number: (description) => renderPdf(description, 'number'),
  date: (description) => renderPdf(description, 'date'),
  verification: (description) => renderPdf(description, 'verification'),
  places: findOpenPlaces,
} satisfies Record<DocumentFormat, (description: DocumentDescription) => Promise<Buffer> | Buffer>

const draw = ({ format, description }: RenderTask): Promise<Buffer> | Buffer => renderers[format](description)

const answer = async (task: RenderTask): Promise<RenderAnswer> => {
  try {
    return { bytes: new Uint8Array(await draw(task)) }
  } catch (error) {
    return { error: error instanceof Error ? error.message : String(error) }
  }
}

parentPort?.on('message', (task: RenderTask) => {
  void answer(task).then((result) => parentPort?.postMessage(result))
})
