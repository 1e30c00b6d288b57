import { parentPort } from 'node:worker_threads'
import type { DocumentDescription } from '#domain/documents/description.ts'
import { renderDocx } from './docx.ts'
import { renderPdf, renderSvg } from './pdf.ts'

/** The thread in which documents are drawn, one after the other, so that the room never waits for a page. */

/** The forms in which a document leaves the house. */
export type FileFormat = 'docx' | 'pdf'
/** `svg` is the picture of its pages, one below the other, by the engine that draws the PDF. */
export type DocumentFormat = FileFormat | 'svg'
export interface RenderTask {
  format: DocumentFormat
  description: DocumentDescription
}
export type RenderAnswer = { bytes: Uint8Array } | { error: string }

const renderers = { pdf: renderPdf, docx: renderDocx, svg: renderSvg } satisfies Record<DocumentFormat, unknown>

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
