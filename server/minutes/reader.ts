import { yDocToProsemirrorJSON } from '@tiptap/y-tiptap'
import type * as Y from 'yjs'
import type { MinutesReading } from '#domain/contract/minutes.ts'
import type { Refusal } from '#domain/errors.ts'
import { minutesRoot } from '#domain/minutes/schema.ts'
import { linesOf } from '#domain/minutes/text.ts'
import { openDocument } from './document.ts'
import type { Sections } from './sections.ts'

/** What the log says of the conclusions that were proposed: their wording stands in the minutes, whatever the block says. */
export type ConclusionTexts = ReadonlyMap<string, string>

export interface SectionName {
  sectionId: string
  title: string
}

const read = (
  { sectionId, title }: SectionName,
  seq: number,
  doc: Y.Doc,
  userOf: (client: number) => string | undefined,
  conclusions: ConclusionTexts,
): MinutesReading => {
  const lines = linesOf(doc)
  const texts = lines.map(
    (line) => (line.conclusionId === undefined ? undefined : conclusions.get(line.conclusionId)) ?? line.text,
  )
  return {
    sectionId,
    title,
    seq,
    text: texts.join('\n'),
    doc: yDocToProsemirrorJSON(doc, minutesRoot),
    authors: lines.map(({ author }) => (author === undefined ? null : (userOf(author) ?? null))),
  }
}

/**
 * Reads a section on the server, without a browser: as it is, or as it was after its own update `at`; an `at` beyond its end
 * is `invalid_input`. Everything acknowledged by any process before the call is in it.
 */
export const readSection = async (
  sections: Sections,
  meetingId: string,
  name: SectionName,
  conclusions: ConclusionTexts,
  at?: number,
): Promise<{ reading: MinutesReading } | { refusal: Refusal }> => {
  const section = sections.get(meetingId, name.sectionId)
  await section.current()
  const { doc, seq } = section
  if (at !== undefined && at > seq) return { refusal: { code: 'invalid_input', field: 'at' } }
  const userOf = (client: number): string | undefined => section.authorOf(client)
  if (at === undefined || at === seq) {
    if (doc) return { reading: read(name, seq, doc, userOf, conclusions) }
    return { refusal: { code: 'unavailable', params: { service: 'database' } } }
  }
  const stored = await sections.store.load(meetingId, name.sectionId, at)
  return {
    reading: read(name, at, openDocument(stored).doc, (client) => stored.authors.get(client), conclusions),
  }
}
