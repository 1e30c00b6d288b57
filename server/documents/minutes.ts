import { setImmediate as nextTurn } from 'node:timers/promises'
import type { Sql, TransactionSql } from 'postgres'
import type { DocumentDescription } from '#domain/documents/description.ts'
import { describeMinutes } from '#domain/documents/minutes.ts'
import type { MinutesNames, MinutesSection } from '#domain/documents/minutes.ts'
import { noFacts, withEvent } from '#domain/documents/minutes-facts.ts'
import type { MinutesFacts } from '#domain/documents/minutes-facts.ts'
import { proseBlocks } from '#domain/documents/prose.ts'
import type { MeetingEvent } from '#domain/meeting/meeting.ts'
import { isClosedStub } from '#domain/meeting/state.ts'
import type { MeetingState, Viewer } from '#domain/meeting/state.ts'
import { eventFor, mayAttendItem } from '#domain/meeting/visibility.ts'
import type { LoggedEvent } from '../meeting/log.ts'
import { readLog } from '../meeting/log.ts'
import { readSection } from '../minutes/reader.ts'
import type { Sections } from '../minutes/sections.ts'
import { findBodies, findPersons, findUnits } from './bodies.ts'

export interface MinutesSources {
  sql: Sql
  sections: Sections
}

export interface ComposedMinutes {
  description: DocumentDescription
  state: MeetingState
  head: { seq: number; hash: string }
}

export interface MinutesOptions {
  /** Whose eyes: what they may not see is not in it, and then it says that it is an excerpt. Without: all of it. */
  viewer?: Viewer
  notation?: string
  issuedAt?: string
  /** What this version says of an earlier one. */
  remark?: string
}

/** Events folded between two turns of the event loop: the room goes on while long minutes are composed. */
const foldedAtOnce = 200

const excerptRemark = 'Bản trích biên bản: không gồm các nội dung họp hẹp.'

async function foldFacts(meetingId: string, events: MeetingEvent[]): Promise<MinutesFacts> {
  let facts = noFacts(meetingId)
  for (let at = 0; at < events.length; at += foldedAtOnce) {
    if (at > 0) await nextTurn()
    facts = events.slice(at, at + foldedAtOnce).reduce(withEvent, facts)
  }
  return facts
}

const seenBy = (viewer: Viewer, log: LoggedEvent[], state: MeetingState): MeetingEvent[] =>
  log.flatMap(({ event }) => eventFor(viewer, event, state) ?? [])

/** Who wrote: the secretary who did most in the room, else the first one there is. */
async function findSecretary(sql: Sql | TransactionSql, log: LoggedEvent[]): Promise<{ name: string; title: string }> {
  const acts = new Map<string, number>()
  for (const { event } of log)
    if ('userId' in event.actor && event.actor.role === 'secretary')
      acts.set(event.actor.userId, (acts.get(event.actor.userId) ?? 0) + 1)
  const [most] = [...acts].sort(([, one], [, other]) => other - one)
  const [row] = await sql<{ name: string; title: string }[]>`
    select name, title from users where ${most === undefined ? sql`role = 'secretary' and not is_disabled` : sql`id = ${most[0]}`}
    order by sort_order, name limit 1`
  return row ?? { name: '', title: 'Thư ký' }
}

async function namesOf(sql: Sql, { state, turns, chairs }: MinutesFacts): Promise<MinutesNames> {
  const units = await findUnits(sql, [
    ...state.unitIds,
    ...state.attendance.map((row) => row.unitId),
    ...turns.map((turn) => turn.unitId),
    ...state.agenda.flatMap((item) => (isClosedStub(item) ? [] : (item.presenterUnitId ?? []))),
    ...state.conclusions.flatMap((one) => [one.leadUnitId, ...one.coordinatingUnitIds]),
  ])
  const persons = await findPersons(sql, [
    state.chairUserId,
    ...turns.map((turn) => turn.userId),
    ...chairs.map((one) => one.userId),
  ])
  const representatives = new Map(state.attendance.map((row) => [row.unitId, row.representative.name]))
  return {
    unit: (unitId) => units.get(unitId)?.name ?? unitId,
    user: (userId) => persons.get(userId) ?? { name: '', title: '' },
    speaker: (userId, unitId) => {
      const person = persons.get(userId)
      const isUnit = person?.role === 'bridge' || person?.role === 'department'
      return (isUnit ? representatives.get(unitId) : undefined) ?? person?.name ?? ''
    },
    isHost: (unitId) => ['committee', 'office'].includes(units.get(unitId)?.group_code ?? ''),
  }
}

const venueOf = (body: string, halls: number): string =>
  `Trụ sở ${body}${halls === 0 ? '' : `, kết nối trực tuyến với ${halls} điểm cầu`}`

/**
 * The minutes of a meeting from its log and its sections, as both are now; null when there is no such meeting. Made at the time
 * of the log's last event unless told otherwise, so that the same log and words give the same bytes.
 */
export async function composeMinutes(
  { sql, sections }: MinutesSources,
  meetingId: string,
  { viewer, notation, issuedAt, remark }: MinutesOptions = {},
): Promise<ComposedMinutes | null> {
  const log = await readLog(sql, meetingId, 0)
  const last = log.at(-1)
  if (last === undefined) return null
  const head = { seq: last.event.seq, hash: last.hash }
  const all = await foldFacts(
    meetingId,
    log.map((one) => one.event),
  )
  const facts = viewer === undefined ? all : await foldFacts(meetingId, seenBy(viewer, log, all.state))
  const { state } = facts
  const isExcerpt = state.agenda.some(isClosedStub)
  const readable = [meetingId, ...state.agenda.map((item) => item.id)].filter(
    (sectionId) => viewer === undefined || mayAttendItem(viewer, all.state, sectionId),
  )
  const texts = new Map(all.state.conclusions.map((one) => [one.id, one.text]))
  const words: MinutesSection[] = []
  for (const sectionId of readable) {
    const answer = await readSection(sections, meetingId, { sectionId, title: '' }, texts)
    if ('refusal' in answer) throw new Error(`the section ${sectionId} cannot be read: ${answer.refusal.code}`)
    words.push({ sectionId, blocks: proseBlocks(answer.reading.doc) })
  }
  const { issuer } = await findBodies(sql, new Date(state.openedAt ?? state.scheduledAt))
  const units = await findUnits(
    sql,
    state.attendance.map((row) => row.unitId),
  )
  const halls = [...units.values()].filter((unit) => unit.kind === 'district' || unit.kind === 'commune').length
  const remarks = [remark, isExcerpt ? excerptRemark : undefined].filter((one) => one !== undefined)
  const description = describeMinutes(facts, words, await namesOf(sql, facts), {
    issuer,
    notation,
    venue: venueOf(issuer.name, halls),
    secretary: await findSecretary(sql, log),
    head,
    issuedAt: issuedAt ?? last.event.at,
    ...(remarks.length === 0 ? {} : { remark: remarks.join(' ') }),
    ...(state.closedAt === undefined ? { draftMark: 'DỰ THẢO' } : {}),
  })
  return { description, state: all.state, head }
}
