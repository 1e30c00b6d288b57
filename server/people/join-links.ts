import type { Sql } from 'postgres'
import { Temporal } from 'temporal-polyfill'
import { v7 as uuid } from 'uuid'
import type { z } from 'zod'
import type { JoinLinksAnswer, SessionUser } from '#domain/contract/http.ts'
import type { UnitKind } from '#domain/contract/values.ts'
import type { Refusal } from '#domain/errors.ts'
import { hashOfToken, newToken } from './sessions.ts'

const timeZone = 'Asia/Ho_Chi_Minh'

/** A link as its bearer meets it. */
export interface JoinLink {
  id: string
  meeting: { id: string; title: string; scheduledAt: string }
  unit: { id: string; name: string; shortName: string }
  /** Used up, expired or revoked. */
  isGone: boolean
  isRevoked: boolean
}

interface UnitRow {
  id: string
  code: string
  name: string
  kind: UnitKind
  is_ended: boolean
}

/** When a link ends unless it was said otherwise: with the day after the meeting's, or after today when that day is over. */
export function defaultExpiry(scheduledAt: Date, now: Date): Date {
  const latest = Math.max(scheduledAt.getTime(), now.getTime())
  const day = Temporal.Instant.fromEpochMilliseconds(latest).toZonedDateTimeISO(timeZone).toPlainDate()
  return new Date(day.add({ days: 2 }).toZonedDateTime({ timeZone }).epochMilliseconds)
}

/**
 * The account that a unit's link signs in: the one of its bridge point, of a department its own; a unit that has none gets
 * one that nobody can sign in to by password. Null when the administrator disabled what there is.
 */
async function accountOf(sql: Sql, unit: UnitRow): Promise<SessionUser | null> {
  const role = unit.kind === 'district' || unit.kind === 'commune' ? 'bridge' : 'department'
  const find = () => sql<(SessionUser & { isDisabled: boolean })[]>`
    select id, username, name, title, role, unit_id as "unitId", is_disabled as "isDisabled" from users
    where unit_id = ${unit.id} and role = ${role} order by is_disabled, sort_order, username limit 1`
  let found = (await find())[0]
  if (!found) {
    await sql`
      insert into users (id, username, name, title, role, unit_id)
      values (${uuid()}, ${`link.${unit.code}`}, ${unit.name}, ${role === 'bridge' ? 'Điểm cầu' : 'Đại diện đơn vị'}, ${role}, ${unit.id})
      on conflict (username) do nothing`
    found = (await find())[0]
  }
  if (!found || found.isDisabled) return null
  const { isDisabled: _, ...user } = found
  return user
}

const unitOf = async (sql: Sql, id: string): Promise<UnitRow | undefined> =>
  (
    await sql<UnitRow[]>`
      select id, code, name, kind, coalesce(valid_to < (now() at time zone ${timeZone})::date, false) as is_ended from units where id = ${id}`
  )[0]

/** Makes a link for a unit that the meeting invites. The token is told here once; the database holds its hash. */
export async function createJoinLink(
  sql: Sql,
  request: { meetingId: string; unitId: string; expiresAt?: string; createdBy: string },
): Promise<{ id: string; token: string } | { refusal: Refusal }> {
  const [meetings, unit] = await Promise.all([
    sql<{ status: string; scheduled_at: Date; unit_ids: string[] }[]>`
      select status, scheduled_at, unit_ids from meetings where id = ${request.meetingId}`,
    unitOf(sql, request.unitId),
  ])
  const meeting = meetings[0]
  if (!meeting) return { refusal: { code: 'not_found' } }
  if (meeting.status === 'closed') return { refusal: { code: 'wrong_state', reason: 'meeting_closed' } }
  if (!unit || unit.is_ended) return { refusal: { code: 'invalid_input', reason: 'unknown_unit', field: 'unitId' } }
  if (!meeting.unit_ids.includes(unit.id))
    return { refusal: { code: 'invalid_input', reason: 'unit_not_invited', field: 'unitId' } }
  const now = new Date()
  const expiresAt = request.expiresAt === undefined ? defaultExpiry(meeting.scheduled_at, now) : new Date(request.expiresAt)
  if (expiresAt <= now) return { refusal: { code: 'invalid_input', reason: 'in_the_past', field: 'expiresAt' } }
  if ((await accountOf(sql, unit)) === null)
    return { refusal: { code: 'invalid_input', reason: 'unit_has_no_account', field: 'unitId' } }

  const [id, token] = [uuid(), newToken()]
  await sql`
    insert into join_links (id, token_hash, meeting_id, unit_id, created_by, created_at, expires_at)
    values (${id}, ${hashOfToken(token)}, ${request.meetingId}, ${unit.id}, ${request.createdBy}, ${now}, ${expiresAt})`
  return { id, token }
}

/** The meeting's links, without what would open them. */
export async function listJoinLinks(sql: Sql, meetingId: string): Promise<z.input<typeof JoinLinksAnswer>['links']> {
  const rows = await sql<{ id: string; unit_id: string; expires_at: Date; used_at: Date | null; revoked_at: Date | null }[]>`
    select id, unit_id, expires_at, used_at, revoked_at from join_links where meeting_id = ${meetingId} order by created_at`
  return rows.map((row) => ({
    id: row.id,
    unitId: row.unit_id,
    expiresAt: row.expires_at.toISOString(),
    ...(row.used_at === null ? {} : { usedAt: row.used_at.toISOString() }),
    ...(row.revoked_at === null ? {} : { revokedAt: row.revoked_at.toISOString() }),
  }))
}

export async function meetingOfJoinLink(sql: Sql, id: string): Promise<string | null> {
  return (await sql<{ meeting_id: string }[]>`select meeting_id from join_links where id = ${id}`)[0]?.meeting_id ?? null
}

/** Ends the link and every session that it made. */
export async function revokeJoinLink(sql: Sql, id: string): Promise<void> {
  await sql.begin(async (tx) => {
    await tx`update join_links set revoked_at = coalesce(revoked_at, now()) where id = ${id}`
    await tx`update sessions set revoked_at = now() where join_link_id = ${id} and revoked_at is null`
  })
}

export async function findJoinLink(sql: Sql, token: string): Promise<JoinLink | null> {
  const rows = await sql<
    {
      id: string
      is_gone: boolean
      is_revoked: boolean
      meeting_id: string
      meeting_title: string
      scheduled_at: Date
      unit_id: string
      unit_name: string
      unit_short_name: string
    }[]
  >`
    select l.id, l.revoked_at is not null as is_revoked,
      (l.used_at is not null or l.revoked_at is not null or l.expires_at <= now()) as is_gone,
      m.id as meeting_id, m.title as meeting_title, m.scheduled_at,
      u.id as unit_id, u.name as unit_name, u.short_name as unit_short_name
    from join_links l join meetings m on m.id = l.meeting_id join units u on u.id = l.unit_id
    where l.token_hash = ${hashOfToken(token)}`
  const row = rows[0]
  if (!row) return null
  return {
    id: row.id,
    meeting: { id: row.meeting_id, title: row.meeting_title, scheduledAt: row.scheduled_at.toISOString() },
    unit: { id: row.unit_id, name: row.unit_name, shortName: row.unit_short_name },
    isGone: row.is_gone,
    isRevoked: row.is_revoked,
  }
}

export async function accountOfUnit(sql: Sql, unitId: string): Promise<SessionUser | null> {
  const unit = await unitOf(sql, unitId)
  return unit ? accountOf(sql, unit) : null
}

/**
 * Uses a link up around `work`: of many who try at once one gets through, and when `work` is refused or fails the link is as
 * it was. Not a transaction held open meanwhile: a hundred bridges that join at once must not hold all the connections.
 */
export async function useUp<T>(
  sql: Sql,
  id: string,
  work: () => Promise<T | { refusal: Refusal }>,
): Promise<T | { refusal: Refusal }> {
  const claimed = await sql`
    update join_links set used_at = now()
    where id = ${id} and used_at is null and revoked_at is null and expires_at > now()`
  if (claimed.count === 0) return { refusal: { code: 'gone' } }
  const giveBack = () => sql`update join_links set used_at = null where id = ${id}`
  try {
    const outcome = await work()
    if (typeof outcome === 'object' && outcome !== null && 'refusal' in outcome) await giveBack()
    return outcome
  } catch (error) {
    await giveBack()
    throw error
  }
}
