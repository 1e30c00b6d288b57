import type { Sql } from 'postgres'
import { groupedHash } from '#domain/documents/description.ts'
import type { DocumentDescription } from '#domain/documents/description.ts'
import { byOrderOfChairman, committeeAsIssuer, onBehalfOfCommittee } from '#domain/documents/issuing.ts'
import type { IssuingBody } from '#domain/documents/issuing.ts'
import { describeNotice } from '#domain/documents/notice.ts'
import { defaultRecipients } from '#domain/documents/recipients.ts'
import { findItem, isClosedItem, isClosedStub } from '#domain/meeting/state.ts'
import type { MeetingState } from '#domain/meeting/state.ts'
import type { FileStore, StoredFile } from '../files/store.ts'
import type { DocumentRenderer } from './layout/renderer.ts'
import type { DocumentFormat } from './layout/render-worker.ts'

/** The room as it was after an event: what an issued document says is what the log said then. */
export type StateAt = (meetingId: string, seq: number) => Promise<MeetingState | null>

export interface DocumentSources {
  sql: Sql
  files: FileStore
  renderer: DocumentRenderer
  stateAt: StateAt
  /** The page of a verification code. */
  verifyUrl: (code: string) => string
}

export const mediaTypes: Record<DocumentFormat, string> = {
  docx: 'application/vnd.openxmlformats-officedocument.wordprocessingml.document',
  pdf: 'application/pdf',
}

interface ConclusionRow {
  id: string
  meeting_id: string
  item_id: string
  text: string
  lead_unit_id: string
  coordinating_unit_ids: string[]
  due_date: string | null
  product: string | null
  corrects: string | null
  notation: string
  code: string
  hash: string
  issued_at: Date
  issued_seq: number
}

interface UnitRow {
  id: string
  name: string
  kind: string
  group_code: string | null
  symbol: string | null
  place_name: string | null
  head: { name?: string; title?: string } | null
}

const findIssued = async (sql: Sql, conclusionId: string): Promise<ConclusionRow | undefined> => {
  const [row] = await sql<ConclusionRow[]>`
    select id, meeting_id, item_id, text, lead_unit_id, coordinating_unit_ids, due_date::text, product, corrects, notation, code, hash,
           issued_at, issued_seq
    from conclusions
    where id = ${conclusionId} and status = 'issued' and notation is not null and issued_seq is not null`
  return row
}

const validOn = (sql: Sql, day: Date) => sql`
  (valid_from is null or valid_from <= (${day}::timestamptz at time zone 'Asia/Ho_Chi_Minh')::date)
  and (valid_to is null or valid_to >= (${day}::timestamptz at time zone 'Asia/Ho_Chi_Minh')::date)`

/** The committee that issues and its Office, as they were on that day. */
const findBodies = async (sql: Sql, day: Date): Promise<{ committee?: UnitRow; office?: UnitRow }> => {
  const rows = await sql<UnitRow[]>`
    select id, name, kind, group_code, symbol, place_name, head from units
    where group_code in ('committee', 'office') and ${validOn(sql, day)} order by sort_order, code`
  return {
    committee: rows.find((row) => row.group_code === 'committee'),
    office: rows.find((row) => row.group_code === 'office'),
  }
}

/**
 * The body that issues the conclusions of this server's committee, for the number series and the notation: its `name` is the
 * series' issuer, its `symbol` the end of the notation.
 */
export async function findIssuer(sql: Sql, on: Date): Promise<IssuingBody> {
  const { committee } = await findBodies(sql, on)
  return committeeAsIssuer({
    name: committee?.name ?? 'Ủy ban nhân dân tỉnh',
    symbol: committee?.symbol,
    placeName: committee?.place_name,
  })
}

/** What the document of an issued conclusion says, or null when there is no such issued conclusion. */
async function describe(sources: DocumentSources, conclusionId: string): Promise<DocumentDescription | null> {
  const { sql, stateAt, verifyUrl } = sources
  const one = await findIssued(sql, conclusionId)
  if (one === undefined) return null
  const state = await stateAt(one.meeting_id, one.issued_seq)
  if (state === null) throw new Error(`no meeting for the issued conclusion ${conclusionId}`)

  const conclusion = state.conclusions.find((other) => other.id === one.id)
  const { committee, office } = await findBodies(sql, one.issued_at)
  const issuer = await findIssuer(sql, one.issued_at)
  const unitIds = [one.lead_unit_id, ...one.coordinating_unit_ids, ...state.attendance.map((entry) => entry.unitId)]
  const item = findItem(state, one.item_id)
  const openItem = item === undefined || isClosedStub(item) || isClosedItem(item) ? undefined : item
  if (openItem?.presenterUnitId !== undefined) unitIds.push(openItem.presenterUnitId)
  const units = await sql<
    UnitRow[]
  >`select id, name, kind, group_code, symbol, place_name, head from units where id = any(${unitIds})`
  const unitOf = (unitId: string): UnitRow | undefined => units.find((unit) => unit.id === unitId)
  const nameOf = (unitId: string): string => unitOf(unitId)?.name ?? unitId

  const chairUserId = conclusion?.approvedBy ?? state.chairUserId
  const [chair] = await sql<{ name: string; title: string }[]>`select name, title from users where id = ${chairUserId}`
  const person = chair ?? { name: committee?.head?.name ?? '', title: committee?.head?.title ?? 'Chủ tịch' }
  const [corrected] =
    one.corrects === null
      ? []
      : await sql<{ notation: string; issued_at: Date }[]>`
          select notation, issued_at from conclusions where id = ${one.corrects} and status = 'issued'`
  const head = office?.head
  const url = verifyUrl(one.code)

  return describeNotice(
    {
      notation: one.notation,
      issuedAt: one.issued_at.toISOString(),
      meeting: { title: state.title, heldAt: state.openedAt ?? state.scheduledAt },
      chair: person,
      matter:
        openItem === undefined
          ? undefined
          : {
              title: openItem.title,
              presenter: openItem.presenterUnitId === undefined ? undefined : nameOf(openItem.presenterUnitId),
            },
      attending: state.attendance
        .map((entry) => unitOf(entry.unitId))
        .filter((unit) => unit !== undefined)
        .filter((unit) => unit.group_code !== 'committee' && unit.group_code !== 'office')
        .map((unit) => ({ name: unit.name, isLocality: unit.kind === 'district' || unit.kind === 'commune' })),
      conclusions: [
        {
          text: one.text,
          leadUnit: nameOf(one.lead_unit_id),
          coordinatingUnits: one.coordinating_unit_ids.map(nameOf),
          dueDate: one.due_date ?? undefined,
          product: one.product ?? undefined,
        },
      ],
      corrects:
        corrected === undefined ? undefined : { notation: corrected.notation, issuedAt: corrected.issued_at.toISOString() },
    },
    {
      issuer,
      // The Office's head signs by order of the Chairman; without an Office the one who chaired does.
      signature:
        head?.name !== undefined && head.title !== undefined
          ? byOrderOfChairman({ name: head.name, title: head.title })
          : onBehalfOfCommittee(person),
      recipients: defaultRecipients,
      verification: {
        url,
        lines: [`Mã tra cứu: ${one.code}`, `Tra cứu tại: ${url.replace(/\/[^/]*$/, '')}`, `Mã băm: ${groupedHash(one.hash)}`],
      },
    },
  )
}

/**
 * The document of an issued conclusion: made at the first reading, the same bytes ever after. Two processes may make it at once;
 * the row that is there first decides. Where this process's disk does not hold the bytes, they are made again and must be equal.
 */
export async function findDocument(
  sources: DocumentSources,
  conclusionId: string,
  format: DocumentFormat,
): Promise<{ bytes: Buffer; notation: string } | null> {
  const { sql, files, renderer } = sources
  const one = await findIssued(sql, conclusionId)
  if (one === undefined) return null
  const known = async (): Promise<string | undefined> => {
    const [row] = await sql<{ sha256: string }[]>`
      select sha256 from conclusion_files where conclusion_id = ${conclusionId} and format = ${format}`
    return row?.sha256
  }
  const stored = await known()
  const kept = stored === undefined ? null : await files.read(stored)
  if (kept !== null) return { bytes: kept, notation: one.notation }

  const description = await describe(sources, conclusionId)
  if (description === null) return null
  const made = await renderer.renderDocument(description, format)
  const file = await files.put([made])
  await record(sql, conclusionId, format, file)
  const decided = await known()
  if (decided === file.sha256) return { bytes: made, notation: one.notation }
  const bytes = decided === undefined ? null : await files.read(decided)
  if (bytes === null) throw new Error(`the issued ${format} of ${conclusionId} is not in this file store`)
  return { bytes, notation: one.notation }
}

const record = (sql: Sql, conclusionId: string, format: DocumentFormat, { sha256, size }: StoredFile): Promise<unknown> =>
  sql.begin(async (tx) => {
    await tx`insert into files (sha256, size, media_type) values (${sha256}, ${size}, ${mediaTypes[format]}) on conflict do nothing`
    await tx`insert into conclusion_files (conclusion_id, format, sha256) values (${conclusionId}, ${format}, ${sha256}) on conflict do nothing`
  })

export interface Verified {
  number: string
  issuedAt: string
  issuer: string
  hash: string
  text: string
  /** The notation of the latest notice that puts this one right. */
  correctedBy?: string
}

/** What anybody who holds a code may know of an issued conclusion: what its paper says, and whether it still stands. */
export async function verify(sql: Sql, code: string): Promise<Verified | null> {
  const [row] = await sql<
    { notation: string; issued_at: Date; issuer: string; hash: string; text: string; corrected_by: string | null }[]
  >`
    select one.notation, one.issued_at, one.issuer, one.hash, one.text,
      (select later.notation from conclusions later where later.corrects = one.id and later.status = 'issued'
       order by later.issued_at desc limit 1) as corrected_by
    from conclusions one where one.code = ${code} and one.status = 'issued'`
  if (row === undefined) return null
  return {
    number: row.notation,
    issuedAt: row.issued_at.toISOString(),
    issuer: row.issuer,
    hash: row.hash,
    text: row.text,
    ...(row.corrected_by === null ? {} : { correctedBy: row.corrected_by }),
  }
}
