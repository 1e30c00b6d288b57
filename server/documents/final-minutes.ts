import { v7 as uuid } from 'uuid'
import { dayOf, shortDate, yearOf } from '#domain/documents/dates.ts'
import { notationOf } from '#domain/documents/issuing.ts'
import { changedParts } from '#domain/documents/minutes-changes.ts'
import { refuse } from '#domain/errors.ts'
import type { Refusal } from '#domain/errors.ts'
import { unitsInsideAll } from '#domain/meeting/visibility.ts'
import { takeNumber } from '../conclusions/numbers.ts'
import type { Dispatch } from '../sending/queue.ts'
import { findBodies } from './bodies.ts'
import { composeMinutes } from './minutes.ts'
import type { MinutesSources } from './minutes.ts'
import { recordDocument } from './record.ts'
import type { DocumentRecord, DocumentStore } from './store.ts'

/**
 * Makes the minutes of a closed meeting final: they get their number and stand as they are. Where nothing changed since the last
 * time, that version is answered; a change makes a new version under the same number, which says what it changes and takes the
 * place of the earlier one. What was signed before stays with the version it was signed on. Each version is sent, in the same
 * transaction, to the units of the meeting that were inside all of it: the minutes hold what was said in closed items too.
 */
export async function finaliseMinutes(
  sources: MinutesSources & { store: DocumentStore; dispatch: Dispatch },
  meetingId: string,
  now: Date = new Date(),
): Promise<{ document: DocumentRecord; isNew: boolean } | { refusal: Refusal }> {
  const { sql, store, dispatch } = sources
  const composed = await composeMinutes(sources, meetingId)
  if (composed === null) return refuse('not_found')
  if (composed.state.closedAt === undefined) return refuse('wrong_state', 'meeting_not_closed')
  const { issuer } = await findBodies(sql, now)

  const made = await sql.begin(async (tx) => {
    // One at a time per meeting, on whatever process: versions follow each other.
    await tx`select 1 from meetings where id = ${meetingId} for update`
    const [earlier] = await tx<EarlierRow[]>`
      select id, number, notation, version, issued_at, description from documents
      where meeting_id = ${meetingId} and type = 'BB' order by version desc limit 1`
    const changes = earlier?.description ? changedParts(earlier.description.body, composed.description.body) : []
    if (earlier !== undefined && changes.length === 0) return { id: earlier.id, isNew: false }
    const number = earlier?.number ?? (await takeNumber(tx, { year: yearOf(now.toISOString()), type: 'BB', issuer: issuer.name }))
    const notation = earlier?.notation ?? notationOf(number, 'BB', issuer.symbol)
    const remark =
      earlier === undefined
        ? undefined
        : `Bản này thay thế bản ngày ${shortDate(dayOf(earlier.issued_at.toISOString()))} của Biên bản số ${notation}; nội dung thay đổi: ${changes.join(', ')}.`
    const issuedAt = now.toISOString()
    const final = await composeMinutes(sources, meetingId, { notation, issuedAt, remark })
    if (final === null) throw new Error(`the log of ${meetingId} is gone`)
    const id = uuid()
    await recordDocument(tx, {
      id,
      type: 'BB',
      meetingId,
      number,
      notation,
      version: (earlier?.version ?? 0) + 1,
      replaces: earlier?.id ?? null,
      conclusionIds: final.state.conclusions.filter((one) => one.status === 'issued').map((one) => one.id),
      head: final.head,
      issuedAt,
      description: final.description,
    })
    await dispatch.send(tx, { documentId: id, unitIds: unitsInsideAll(final.state), at: issuedAt })
    return { id, isNew: true }
  })
  const document = await store.documentOf(made.id)
  if (document === null) throw new Error(`the minutes ${made.id} are not in the book`)
  return { document, isNew: made.isNew }
}

interface EarlierRow {
  id: string
  number: number | null
  notation: string | null
  version: number
  issued_at: Date
  description: DocumentRecord['description']
}
