import { parentPort } from 'node:worker_threads'
import type { DocumentDescription } from '#domain/documents/description.ts'
import { renderDocx } from './docx.ts'
import { renderPdf } from './pdf.ts'

/** The thread in which documents are drawn, one after the other, so that the room never waits for a page. */

export type DocumentFormat = 'docx' | 'pdf'
export interface RenderTask {
  format: DocumentFormat
  description: DocumentDescription
}
export type RenderAnswer = { bytes: Uint8Array } | { error: string }

const draw = ({ format, description }: RenderTask): Promise<Buffer> | Buffer =>
  format === 'pdf' ? renderPdf(description) : renderDocx(description)

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
