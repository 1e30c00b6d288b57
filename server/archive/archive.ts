import type { Sql } from 'postgres'
import { asCsv, recordTables } from '#domain/documents/record-tables.ts'
import type { MeetingState } from '#domain/meeting/state.ts'
import { findPersons, findUnits } from '../documents/bodies.ts'
import { fileName } from '../documents/answer.ts'
import { exchangeFile } from '../documents/exchange.ts'
import { composeMinutes } from '../documents/minutes.ts'
import { officialPdf, renderedFile, type DocumentSources } from '../documents/rendered.ts'
import { presentationsOf } from '../files/presentations.ts'
import type { FileStore } from '../files/store.ts'
import { readLog, type LoggedEvent } from '../meeting/log.ts'
import { readProposals } from '../meeting/proposals.ts'
import { readSection } from '../minutes/reader.ts'
import type { Sections } from '../minutes/sections.ts'
import { readMe } from './read-me.ts'
import type { ArchiveEntry } from './zip.ts'

export interface ArchiveSources {
  sql: Sql
  documents: DocumentSources
  sections: Sections
  files: FileStore
}

const json = (value: unknown): Buffer => Buffer.from(`${JSON.stringify(value, null, 2)}\n`)

/** Everybody the log names, and every unit. */
async function namesIn(sql: Sql, state: MeetingState, log: LoggedEvent[]) {
  const actors = log.flatMap(({ event }) => ('userId' in event.actor ? [event.actor] : []))
  const [persons, units] = await Promise.all([
    findPersons(sql, [
      ...new Set([
        ...actors.map((actor) => actor.userId),
        ...state.floor.speaking.map((one) => one.userId),
        ...state.votes.flatMap((vote) => vote.eligible),
      ]),
    ]),
    findUnits(sql, [
      ...new Set([
        ...state.unitIds,
        ...actors.flatMap((actor) => actor.unitId ?? []),
        ...state.attendance.map((row) => row.unitId),
        ...state.conclusions.flatMap((one) => [one.leadUnitId, ...one.coordinatingUnitIds]),
      ]),
    ]),
  ])
  return {
    user: (userId: string) => persons.get(userId)?.name ?? userId,
    unit: (unitId: string) => units.get(unitId)?.name ?? unitId,
  }
}

/**
 * Everything that a meeting leaves behind, in formats that other programs open: the log as it is hashed, tables, the words of
 * the minutes, every paper that was issued, every file that was shown. Whole: who asks must be inside every item.
 */
export async function* meetingArchive(
  { sql, documents, sections, files }: ArchiveSources,
  state: MeetingState,
): AsyncGenerator<ArchiveEntry> {
  const { meetingId } = state
  const log = await readLog(sql, meetingId, 0)
  const head = log.at(-1)?.hash ?? ''
  yield { name: 'doc-truoc.txt', bytes: Buffer.from(readMe(state.title, log.length, head)) }
  yield { name: 'nhat-ky/su-kien.jsonl', bytes: Buffer.from(log.map((one) => `${one.json}\n`).join('')) }
  yield { name: 'nhat-ky/ma-bam.txt', bytes: Buffer.from(log.map((one) => `${one.hash}\n`).join('')) }
  yield { name: 'trang-thai.json', bytes: json(state) }
  const tables = recordTables(
    state,
    log.map((one) => one.event),
    await namesIn(sql, state, log),
  )
  for (const table of tables) yield { name: `bang/${table.name}.csv`, bytes: Buffer.from(asCsv(table)) }

  const proposals = await readProposals(sql, meetingId)
  if (proposals.length > 0) yield { name: 'kien-nghi.json', bytes: json(proposals) }

  const texts = new Map(state.conclusions.map((one) => [one.id, one.text]))
  const readings: object[] = []
  const named = state.agenda.map((item) => ({ sectionId: item.id, title: 'title' in item ? item.title : '' }))
  for (const name of [{ sectionId: meetingId, title: state.title }, ...named]) {
    const answer = await readSection(sections, meetingId, name, texts)
    if ('refusal' in answer) throw new Error(`the section ${name.sectionId} cannot be read: ${answer.refusal.code}`)
    readings.push(answer.reading)
  }
  yield { name: 'bien-ban/cac-phan.json', bytes: json(readings) }

  const issued = await sql<{ id: string }[]>`
    select id from documents where meeting_id = ${meetingId} order by issued_at, type, version`
  if ((await documents.store.minutesOf(meetingId)) === null) {
    const composed = await composeMinutes({ sql, sections }, meetingId)
    if (composed)
      for (const format of ['docx', 'pdf'] as const)
        yield {
          name: `bien-ban/du-thao.${format}`,
          bytes: await documents.renderer.renderDocument(composed.description, format),
        }
  }
  for (const { id } of issued) {
    const document = await documents.store.documentOf(id)
    if (document === null) continue
    const name = `${document.notation ?? document.abstract}${document.version > 1 ? ` ban ${document.version}` : ''}`
    const at = (ending: string) => `van-ban/${fileName(name, ending)}`
    yield { name: at('pdf'), bytes: (await officialPdf(documents, document)).bytes }
    yield { name: at('docx'), bytes: (await renderedFile(documents, document, 'docx')).bytes }
    yield { name: at('xml'), bytes: await exchangeFile(documents, document) }
    const scan = await documents.store.fileOf(id, 'scan')
    if (scan !== null) yield { name: `van-ban/${fileName(`${name} ban ky giay`, 'pdf')}`, bytes: scan.bytes }
  }

  for (const [index, shown] of (await presentationsOf(sql, meetingId)).entries()) {
    const bytes = await files.read(shown.sha256)
    if (bytes !== null) yield { name: `tai-lieu/${fileName(`${index + 1} ${shown.title}`, 'pdf')}`, bytes }
  }
}
