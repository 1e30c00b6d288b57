import { createHash, randomBytes } from 'node:crypto'
import { parseCookie, stringifySetCookie } from 'cookie'
import type { Sql } from 'postgres'
import { v7 as uuid } from 'uuid'
import type { SessionUser } from '#domain/contract/http.ts'
import type { Viewer } from '#domain/meeting/state.ts'

/**
 * Sessions live in Postgres; the browser holds a random token, the database its SHA-256. A session ends after 12 hours
 * without a sign of life, 24 hours after it began, when it is signed out, and when the person's rights change; the database
 * tells all processes of an end (`NOTIFY session_ended` with the session's id), except of the two that time alone brings.
 */
export const idleHours = 12
export const absoluteHours = 24

export interface Session {
  id: string
  user: SessionUser
  /** Made by a join link: it may reach this meeting only. */
  meetingId?: string
  joinLinkId?: string
  /** When it ends at the latest. */
  expiresAt: Date
}

/** The person of a session as the meetings' tables of rights see them. */
export const viewerOf = ({ user }: Pick<Session, 'user'>): Viewer => ({ userId: user.id, role: user.role, unitId: user.unitId })

/** The session of a window, by its cookies and its slot; null when there is none or it has ended. */
export type FindSession = (cookieHeader: string | undefined, slot: string) => Promise<Session | null>

export interface Sessions {
  findSession: FindSession
  findById: (id: string) => Promise<Session | null>
  /** Begins a session under a new token and ends the one this window had; `cookie` is the Set-Cookie value. */
  begin: (request: NewSession) => Promise<{ session: Session; cookie: string }>
  end: (id: string) => Promise<void>
  endAllOf: (userId: string) => Promise<void>
  /** A sign of life from a window that sends no requests, such as an open socket; written at most once a minute. */
  touch: (id: string) => Promise<void>
  /** Set-Cookie that takes the window's cookie away. */
  clearCookie: (slot: string) => string
  /** The id of a session, ended or not, that this person once had in this browser. */
  knownDevice: (cookieHeader: string | undefined, userId: string) => Promise<string | null>
}

interface NewSession {
  userId: string
  slot: string
  cookieHeader: string | undefined
  meetingId?: string
  joinLinkId?: string
}

interface Row {
  id: string
  meeting_id: string | null
  join_link_id: string | null
  expires_at: Date
  is_stale: boolean
  user_id: string
  username: string
  name: string
  title: string
  role: SessionUser['role']
  unit_id: string
}

/** Random enough that nobody guesses one, in letters that a cookie and an address carry as they are. */
export const newToken = (): string => randomBytes(32).toString('base64url')
export const hashOfToken = (token: string): Buffer => createHash('sha256').update(token).digest()

const cookieName = (slot: string): string => (slot === '' ? 'sid' : `sid_${slot}`)

const cookiesOf = (cookieHeader: string | undefined): Partial<Record<string, string>> =>
  cookieHeader === undefined ? {} : parseCookie(cookieHeader)

const toSession = (row: Row): Session => ({
  id: row.id,
  user: { id: row.user_id, username: row.username, name: row.name, title: row.title, role: row.role, unitId: row.unit_id },
  ...(row.meeting_id === null ? {} : { meetingId: row.meeting_id }),
  ...(row.join_link_id === null ? {} : { joinLinkId: row.join_link_id }),
  expiresAt: row.expires_at,
})

export function createSessions(sql: Sql, options: { production: boolean }): Sessions {
  const setCookie = (slot: string, value: string, maxAge: number): string =>
    stringifySetCookie({
      name: cookieName(slot),
      value,
      httpOnly: true,
      sameSite: 'lax',
      secure: options.production,
      path: '/',
      maxAge,
    })

  const columns = sql`
    s.id, s.meeting_id, s.join_link_id, s.expires_at, s.last_seen_at < now() - interval '1 minute' as is_stale,
    u.id as user_id, u.username, u.name, u.title, u.role, u.unit_id`
  const isAlive = sql`
    s.revoked_at is null and s.expires_at > now() and s.last_seen_at > now() - make_interval(hours => ${idleHours})
    and not u.is_disabled`

  const touch = async (id: string): Promise<void> => {
    await sql`update sessions set last_seen_at = now() where id = ${id} and last_seen_at < now() - interval '1 minute'`
  }
  const seen = async (rows: Row[]): Promise<Session | null> => {
    const row = rows[0]
    if (!row) return null
    if (row.is_stale) await touch(row.id)
    return toSession(row)
  }

  return {
    findSession: async (cookieHeader, slot) => {
      const token = cookiesOf(cookieHeader)[cookieName(slot)]
      if (!token) return null
      return seen(
        await sql<Row[]>`
        select ${columns} from sessions s join users u on u.id = s.user_id
        where s.token_hash = ${hashOfToken(token)} and ${isAlive}`,
      )
    },
    findById: async (id) =>
      seen(
        await sql<Row[]>`select ${columns} from sessions s join users u on u.id = s.user_id where s.id = ${id} and ${isAlive}`,
      ),
    begin: async ({ userId, slot, cookieHeader, meetingId, joinLinkId }) => {
      const token = newToken()
      const old = cookiesOf(cookieHeader)[cookieName(slot)]
      const rows = await sql.begin(async (tx) => {
        if (old) await tx`update sessions set revoked_at = now() where token_hash = ${hashOfToken(old)} and revoked_at is null`
        return tx<Row[]>`
          with s as (
            insert into sessions (id, token_hash, user_id, meeting_id, join_link_id, created_at, last_seen_at, expires_at)
            values (${uuid()}, ${hashOfToken(token)}, ${userId}, ${meetingId ?? null}, ${joinLinkId ?? null},
              now(), now(), now() + make_interval(hours => ${absoluteHours}))
            returning *)
          select ${columns} from s join users u on u.id = s.user_id`
      })
      const row = rows[0]
      if (!row) throw new Error(`no user ${userId} to begin a session for`)
      // It outlives the session, so that this browser is known again next week; it opens nothing by then.
      return { session: toSession(row), cookie: setCookie(slot, token, 30 * 24 * 3600) }
    },
    end: async (id) => {
      await sql`update sessions set revoked_at = now() where id = ${id} and revoked_at is null`
    },
    endAllOf: async (userId) => {
      await sql`update sessions set revoked_at = now() where user_id = ${userId} and revoked_at is null`
    },
    touch,
    clearCookie: (slot) => setCookie(slot, '', 0),
    knownDevice: async (cookieHeader, userId) => {
      const tokens = Object.entries(cookiesOf(cookieHeader))
        .filter(([name, value]) => /^sid(_[a-z0-9]{1,8})?$/.test(name) && Boolean(value))
        .slice(0, 20)
        .map(([, value]) => hashOfToken(value ?? ''))
      if (tokens.length === 0) return null
      const rows = await sql<{ id: string }[]>`
        select id from sessions where user_id = ${userId} and token_hash in ${sql(tokens)} order by created_at limit 1`
      return rows[0]?.id ?? null
    },
  }
}
