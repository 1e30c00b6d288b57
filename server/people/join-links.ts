import type { Sql } from 'postgres'
import { v7 as uuid } from 'uuid'
import type { UnitKind } from '#domain/contract/values.ts'
import { type Refusal, refuse } from '#domain/errors.ts'
import type { Actor } from '#domain/meeting/state.ts'
import { hashOfToken, newToken } from './sessions.ts'

/**
 * Join links let a hall in without a password: bound to one meeting and one unit, good once, until they expire or are
 * revoked. Only the SHA-256 of the token is stored. Looking at a link never uses it up; joining does.
 */
export interface JoinLink {
  id: string
  meetingId: string
  meetingTitle: string
  scheduledAt: Date
  unitId: string
  unitCode: string
  unitName: string
  unitShortName: string
  unitKind: UnitKind
  state: 'open' | 'used' | 'over'
}

/** Without a wish a link is good until half a day after the meeting was to begin. */
const hoursAfterStart = 12

export async function createJoinLink(
  sql: Sql,
  link: { meetingId: string; unitId: string; createdBy: string; expiresAt?: string | undefined },
): Promise<{ id: string; token: string } | { refusal: Refusal }> {
  const meetings = await sql<{ is_invited: boolean }[]>`
    select ${link.unitId}::uuid = any(unit_ids) as is_invited from meetings where id = ${link.meetingId}`
  const meeting = meetings[0]
  if (!meeting) return refuse('not_found')
  if (!meeting.is_invited) return refuse('invalid_input', 'unit_not_invited', { field: 'unitId' })
  if (link.expiresAt !== undefined && Date.parse(link.expiresAt) <= Date.now())
    return refuse('invalid_input', 'in_the_past', { field: 'expiresAt' })
  const token = newToken()
  const id = uuid()
  await sql`
    insert into join_links (id, token_hash, meeting_id, unit_id, created_by, created_at, expires_at)
    select ${id}, ${hashOfToken(token)}, id, ${link.unitId}, ${link.createdBy}, now(),
      coalesce(${link.expiresAt ?? null}::timestamptz,
        greatest(now(), scheduled_at) + make_interval(hours => ${hoursAfterStart}))
    from meetings where id = ${link.meetingId}`
  return { id, token }
}

export interface ListedLink {
  id: string
  unitId: string
  expiresAt: Date
  usedAt: Date | null
  revokedAt: Date | null
}

export async function listJoinLinks(sql: Sql, meetingId: string): Promise<ListedLink[]> {
  return sql<ListedLink[]>`
    select id, unit_id as "unitId", expires_at as "expiresAt", used_at as "usedAt", revoked_at as "revokedAt"
    from join_links where meeting_id = ${meetingId} order by created_at`
}

/** The meeting of a link, to ask who may manage it; null when there is no such link. */
export async function meetingOfJoinLink(sql: Sql, id: string): Promise<string | null> {
  const rows = await sql<{ meeting_id: string }[]>`select meeting_id from join_links where id = ${id}`
  return rows[0]?.meeting_id ?? null
}

/** Revokes a link, and ends the session of the hall that joined by it. */
export async function revokeJoinLink(sql: Sql, id: string): Promise<void> {
  await sql.begin(async (tx) => {
    await tx`update join_links set revoked_at = now() where id = ${id} and revoked_at is null`
    await tx`update sessions set revoked_at = now() where join_link_id = ${id} and revoked_at is null`
  })
}

export async function findJoinLink(sql: Sql, token: string): Promise<JoinLink | null> {
  const rows = await sql<JoinLink[]>`
    select l.id, l.meeting_id as "meetingId", m.title as "meetingTitle", m.scheduled_at as "scheduledAt",
      l.unit_id as "unitId", u.code as "unitCode", u.name as "unitName", u.short_name as "unitShortName", u.kind as "unitKind",
      case when l.revoked_at is not null or l.expires_at <= now() then 'over'
        when l.used_at is not null then 'used' else 'open' end as state
    from join_links l join meetings m on m.id = l.meeting_id join units u on u.id = l.unit_id
    where l.token_hash = ${hashOfToken(token)}`
  return rows[0] ?? null
}

/** Takes the link for this caller; false when somebody else was quicker or it is over. */
export async function useJoinLink(sql: Sql, id: string): Promise<boolean> {
  const taken = await sql`
    update join_links set used_at = now()
    where id = ${id} and used_at is null and revoked_at is null and expires_at > now()`
  return taken.count === 1
}

/** Gives a link back whose bearer could not be let in after all. */
export async function giveBackJoinLink(sql: Sql, id: string): Promise<void> {
  await sql`update join_links set used_at = null where id = ${id}`
}

/**
 * The account that a unit's hall acts under: its bridge point's, or its department's; one without any gets an account that
 * no password opens.
 */
export async function accountOfUnit(sql: Sql, link: JoinLink): Promise<Actor> {
  const role = link.unitKind === 'district' || link.unitKind === 'commune' ? 'bridge' : 'department'
  const username = `link.${link.unitCode}`
  const find = () => sql<{ id: string }[]>`
    select id from users where unit_id = ${link.unitId} and role = ${role} and not is_disabled
    order by username = ${username}, sort_order, username limit 1`
  let rows = await find()
  if (rows.length === 0) {
    await sql`
      insert into users (id, username, name, title, role, unit_id, sort_order)
      values (${uuid()}, ${username}, ${link.unitName}, ${link.unitShortName}, ${role}, ${link.unitId}, 10000)
      on conflict (username) do update set is_disabled = false, role = excluded.role, unit_id = excluded.unit_id`
    rows = await find()
  }
  const userId = rows[0]?.id
  if (userId === undefined) throw new Error(`unit ${link.unitCode} has no account and none could be made`)
  return { userId, role, unitId: link.unitId }
}
