import { monitorEventLoopDelay } from 'node:perf_hooks'
import type { DocumentDescription } from '#domain/documents/description.ts'
import { createDocumentRenderer } from '#server/conclusions/layout/renderer.ts'
import { minutes } from '../kit/document-kinds.ts'
import { notice } from '../kit/documents.ts'
import { quantiles } from './measure.ts'

/** How long documents take, and whether the process that serves the room feels it while they are drawn. */

const rounds = 20
/** Enough words for about forty pages. */
const longMinutes = minutes(650)

export async function measureDocuments(): Promise<string> {
  const renderer = createDocumentRenderer()
  const both = async (description: DocumentDescription): Promise<number> => {
    const start = performance.now()
    for (const format of ['pdf', 'docx'] as const) await renderer.renderDocument(description, format)
    return performance.now() - start
  }
  // Another text each time: nothing is answered from what the engine remembers.
  const another = (at: number): DocumentDescription => notice({ notation: `${at + 10}/TB-UBND` })
  await both(notice())
  const delay = monitorEventLoopDelay({ resolution: 1 })
  delay.enable()
  const short: number[] = []
  for (let at = 0; at < rounds; at++) short.push(await both(another(at)))
  const start = performance.now()
  await renderer.renderDocument(longMinutes, 'pdf')
  const longPdf = performance.now() - start
  const long = longPdf + (await timeOf(() => renderer.renderDocument(longMinutes, 'docx')))
  delay.disable()
  await renderer.close()
  const ms = (value: number): string => `${value.toFixed(0)} ms`
  return [
    'Documents',
    `  notice, .pdf and .docx: median ${ms(quantiles(short).p50)}, longest ${ms(Math.max(...short))}`,
    `  minutes of about 40 pages: .pdf ${ms(longPdf)}, both ${ms(long)}`,
    `  event loop while drawing: p99 ${(delay.percentile(99) / 1e6).toFixed(1)} ms`,
  ].join('\n')
}

async function timeOf(work: () => Promise<unknown>): Promise<number> {
  const start = performance.now()
  await work()
  return performance.now() - start
}
