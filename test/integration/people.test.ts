import { execFile } from 'node:child_process'
import { randomUUID } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { io } from 'socket.io-client'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { comingThursday } from '#db/seed/demo.ts'
import {
  AdminUserAnswer,
  AdminUsersAnswer,
  Created,
  DemoAnswer,
  ErrorBody,
  JoinAnswer,
  JoinLinkAnswer,
  JoinLinksAnswer,
  JoinPage,
  MeetingAnswer,
  MeetingsAnswer,
  OrganisationAnswer,
  SessionAnswer,
  UnitAnswer,
  UnitsAnswer,
  UserAnswer,
} from '#domain/contract/http.ts'
import { createLimit } from '#server/web/limits.ts'
import { startTestApp, type TestApp } from '../kit/app.ts'
import { bodyOf, createHttpClient, type HttpClient } from '../kit/http-client.ts'
import { startTestPostgres, type TestDatabase, type TestPostgres } from '../kit/postgres.ts'
import { until } from '../kit/until.ts'

let postgres: TestPostgres
let database: TestDatabase
let app: TestApp

beforeAll(async () => {
  postgres = await startTestPostgres()
  database = await postgres.database()
  app = await startTestApp(database, { TRUST_PROXY: 'loopback' })
})
afterAll(async () => {
  await app.close()
  await postgres.stop()
})

let addresses = 0
/** Each browser is at an address of its own, so that one test's failures are not another's. */
const browser = (address = `10.0.${Math.floor(++addresses / 250)}.${addresses % 250}`): HttpClient =>
  createHttpClient(app.url, { address })
const as = async (username: string): Promise<HttpClient> => {
  const client = browser()
  expect((await client.signIn(username)).status).toBe(200)
  return client
}
const firstMeeting = async (client: HttpClient) => {
  const meeting = bodyOf(await client.get('/api/meetings'), MeetingsAnswer).meetings[0]
  if (!meeting) throw new Error('there is no meeting')
  return meeting
}
const unitsByCode = async (client: HttpClient) =>
  new Map(bodyOf(await client.get('/api/units'), UnitsAnswer).units.map((unit) => [unit.code, unit]))

describe('the demo', () => {
  test('is seeded once, with its accounts and its meeting', async () => {
    const accounts = bodyOf(await browser().get('/api/demo'), DemoAnswer).accounts
    const names = accounts.map((account) => account.username)
    for (const name of [
      'chutri',
      'pct.1',
      'pct.2',
      'pct.3',
      'thuky',
      'vanphong',
      'quantri',
      'duthinh',
      'diemcau.kontum',
      'so.syt',
    ])
      expect(names).toContain(name)

    const chair = await as('chutri')
    const { meetings } = bodyOf(await chair.get('/api/meetings'), MeetingsAnswer)
    expect(meetings).toHaveLength(1)
    const { meeting } = bodyOf(await chair.get(`/api/meetings/${meetings[0]?.id}`), MeetingAnswer)
    const units = await unitsByCode(chair)
    expect(meeting).toMatchObject({ status: 'scheduled', kind: 'standing' })
    expect(meeting.agenda).toHaveLength(6)
    expect(new Set(meeting.unitIds)).toEqual(new Set([...units.values()].map((unit) => unit.id)))
    expect(units.size).toBe(42)
    expect(new Date(meeting.scheduledAt).getUTCDay()).toBe(4)
    expect(meeting.scheduledAt).toContain('T00:30:00.000Z')
  })

  test('comes on the coming Thursday at half past seven, Viet Nam time', () => {
    const at = (now: string) => comingThursday(new Date(now)).toISOString()
    expect(at('2026-11-25T04:00:00Z')).toBe('2026-11-26T00:30:00.000Z')
    expect(at('2026-11-26T00:29:00Z')).toBe('2026-11-26T00:30:00.000Z')
    expect(at('2026-11-26T00:30:00Z')).toBe('2026-12-03T00:30:00.000Z')
    // Wednesday in UTC, but Thursday in Viet Nam, before the meeting.
    expect(at('2026-11-25T18:00:00Z')).toBe('2026-11-26T00:30:00.000Z')
  })

  test('is refused by production, in one sentence', async () => {
    const production = startTestApp(database, {
      NODE_ENV: 'production',
      APP_SECRET: 'f3'.repeat(20),
      PUBLIC_URL: 'https://hop.example',
    })
    await expect(production).rejects.toThrow(/^[^\n]*demo accounts[^\n]*$/)
  })
})

describe('sessions', () => {
  test('begin with a cookie that scripts cannot read, and end with the sign-out', async () => {
    const client = browser()
    const answer = await client.signIn('thuky')
    const { user } = bodyOf(answer, UserAnswer)
    expect(user).toMatchObject({ username: 'thuky', role: 'secretary' })
    expect(Object.keys(user).sort()).toEqual(['id', 'name', 'role', 'title', 'unitId', 'username'])
    expect(answer.headers.getSetCookie()[0]).toMatch(/^sid=[\w-]{43}; .*HttpOnly/)
    expect(answer.headers.getSetCookie()[0]).toMatch(/SameSite=Lax/)
    const old = client.cookie()
    expect((await client.get('/api/me')).status).toBe(200)
    expect((await client.remove('/api/session')).status).toBe(204)
    expect((await browser().get('/api/me', { cookie: old })).code).toBe('not_signed_in')
  })

  test('get a new token with each sign-in, and the one before is dead', async () => {
    const client = await as('thuky')
    const before = client.cookie()
    await client.signIn('thuky')
    expect(client.cookie()).not.toBe(before)
    expect((await browser().get('/api/me', { cookie: before })).code).toBe('not_signed_in')
  })

  test('of several roles stand side by side in one browser, a slot each', async () => {
    const client = await as('chutri')
    const other = client.window('b2')
    await other.signIn('diemcau.kontum')
    expect(bodyOf(await client.get('/api/me'), UserAnswer).user.username).toBe('chutri')
    expect(bodyOf(await other.get('/api/me'), UserAnswer).user.username).toBe('diemcau.kontum')
    expect(bodyOf(await client.get('/api/me?slot=b2'), UserAnswer).user.username).toBe('diemcau.kontum')
    await other.remove('/api/session')
    expect((await client.get('/api/me')).status).toBe(200)
    expect((await client.window('Not A Slot').get('/api/me')).code).toBe('not_signed_in')
  })

  test('are stored as hashes only', async () => {
    const client = await as('duthinh')
    const token = client.cookie().slice('sid='.length)
    const rows = await database.sql`select token_hash::text || id::text as all from sessions`
    expect(rows.some((row) => String(row.all).includes(Buffer.from(token).toString('hex')))).toBe(false)
  })

  test('end after twelve idle hours and after a day', async () => {
    const client = await as('duthinh')
    const { user } = bodyOf(await client.get('/api/me'), UserAnswer)
    const age = (idle: string, left: string) => database.sql`
      update sessions set last_seen_at = now() - ${idle}::interval, expires_at = now() + ${left}::interval
      where user_id = ${user.id} and revoked_at is null`
    await age('11 hours 59 minutes', '1 hour')
    expect((await client.get('/api/me')).status).toBe(200)
    // That was a sign of life.
    const [row] = await database.sql`
      select bool_and(last_seen_at > now() - interval '1 minute') as seen from sessions where user_id = ${user.id} and revoked_at is null
      and last_seen_at = (select max(last_seen_at) from sessions where user_id = ${user.id})`
    expect(row?.seen).toBe(true)
    await age('12 hours 1 minute', '1 hour')
    expect((await client.get('/api/me')).code).toBe('not_signed_in')
    await age('0 hours', '-1 second')
    expect((await client.get('/api/me')).code).toBe('not_signed_in')
  })

  test('all end at once when one signs out everywhere, and every process is told', async () => {
    const [one, two] = [await as('pct.3'), await as('pct.3')]
    const told: string[] = []
    const listening = await database.sql.listen('session_ended', (id) => void told.push(id))
    expect((await one.remove('/api/sessions')).status).toBe(204)
    expect((await two.get('/api/me')).code).toBe('not_signed_in')
    await until('both ends were told', () => told.length >= 2)
    await listening.unlisten()
  })

  test('end when the person’s rights change, also in the database by hand', async () => {
    const admin = await as('quantri')
    const users = bodyOf(await admin.get('/api/admin/users'), AdminUsersAnswer).users
    const id = users.find((user) => user.username === 'so.bhxh')?.id ?? ''
    const client = await as('so.bhxh')
    await admin.patch(`/api/admin/users/${id}`, { name: 'Tên khác' })
    expect((await client.get('/api/me')).status).toBe(200)
    await admin.patch(`/api/admin/users/${id}`, { role: 'observer' })
    expect((await client.get('/api/me')).code).toBe('not_signed_in')
    await client.signIn('so.bhxh')
    await database.sql`update users set is_disabled = true where id = ${id}`
    expect((await client.get('/api/me')).code).toBe('not_signed_in')
    expect((await client.signIn('so.bhxh')).code).toBe('invalid_credentials')
  })

  test('are asked for without an error when there is none', async () => {
    expect(bodyOf(await browser().get('/api/session'), SessionAnswer)).toEqual({ user: null, demo: true })
  })
})

describe('guessing', () => {
  test('a wrong password and an unknown name look the same', async () => {
    const wrong = await browser().signIn('pct.2', 'sai')
    const unknown = await browser().signIn('khong.co', 'sai')
    expect([wrong.status, unknown.status]).toEqual([401, 401])
    expect(wrong.body).toEqual(unknown.body)
  })

  test('ten wrong passwords make the account wait, with the right one too; others at the address do not', async () => {
    const client = browser()
    for (let time = 0; time < 10; time++) expect((await client.signIn('so.ptth', `sai ${time}`)).code).toBe('invalid_credentials')
    const late = await client.signIn('so.ptth')
    expect(late.status).toBe(429)
    expect(late.code).toBe('too_many_attempts')
    expect(Number(late.headers.get('retry-after'))).toBeGreaterThan(0)
    expect((await browser().signIn('so.ptth')).code).toBe('too_many_attempts')
    expect((await client.signIn('so.cuctk')).status).toBe(200)
  })

  test('many guesses at once are counted like as many in a row', async () => {
    const client = browser()
    const answers = await Promise.all(Array.from({ length: 40 }, (_, time) => client.signIn('so.quydat', `sai ${time}`)))
    expect(answers.filter((answer) => answer.code === 'invalid_credentials')).toHaveLength(10)
    expect(answers.filter((answer) => answer.code === 'too_many_attempts')).toHaveLength(30)
  })

  test('a name that does not exist waits like one that does', async () => {
    const client = browser()
    for (let time = 0; time < 10; time++) await client.signIn('nguoi.la', 'sai')
    expect((await client.signIn('nguoi.la', 'sai')).code).toBe('too_many_attempts')
  })

  test('does not keep out who was signed in in this browser before', async () => {
    const chair = await as('pct.1')
    await chair.remove('/api/session')
    const known = await as('pct.1')
    for (let time = 0; time < 11; time++) await browser().signIn('pct.1', 'sai')
    expect((await browser().signIn('pct.1')).code).toBe('too_many_attempts')
    expect((await known.signIn('pct.1')).status).toBe(200)
  })

  test('many correct sign-ins of one account at once all get in', async () => {
    const answers = await Promise.all(Array.from({ length: 15 }, () => browser().signIn('diemcau.dakha')))
    expect(answers.map((answer) => answer.status)).toEqual(Array(15).fill(200))
  })

  test('a limit opens again when its window is over', async () => {
    const limit = createLimit({ points: 1, seconds: 1 })
    expect(await limit.take('a')).toBe(0)
    expect(await limit.take('a')).toBe(1)
    await until('the window is over', async () => (await limit.wait('a')) === 0)
  })
})

describe('the door', () => {
  test('answers in Vietnamese, or in English when asked', async () => {
    const message = async (language?: string) =>
      bodyOf(await browser().get('/api/me', language === undefined ? {} : { 'accept-language': language }), ErrorBody).error
        .message
    expect(await message()).toBe('Phiên làm việc đã kết thúc. Hãy đăng nhập lại.')
    expect(await message('en-US,en;q=0.9')).toBe('Your session has ended. Sign in again.')
    expect(await message('fr')).toBe('Phiên làm việc đã kết thúc. Hãy đăng nhập lại.')
  })

  test('names the field that is wrong', async () => {
    const answer = await browser().post('/api/session', { username: 'chutri' })
    expect(answer.status).toBe(400)
    expect(bodyOf(answer, ErrorBody).error).toMatchObject({
      code: 'invalid_input',
      field: 'password',
      message: 'Thông tin chưa hợp lệ: mật khẩu. Hãy nhập đủ.',
    })
    const extra = await browser().post('/api/session', { username: 'chutri', password: 'demo', isAdmin: true })
    expect(bodyOf(extra, ErrorBody).error.field).toBe('isAdmin')
  })

  test('refuses what foreign pages can send', async () => {
    const body = { username: 'chutri', password: 'demo' }
    const post = (headers: Record<string, string>, sent: unknown = body) => browser().post('/api/session', sent, headers)
    expect((await post({ origin: 'https://evil.example' })).status).toBe(403)
    expect((await post({ origin: 'null' })).status).toBe(403)
    expect((await post({ 'sec-fetch-site': 'cross-site' })).status).toBe(403)
    expect((await post({ 'content-type': 'text/plain' }, JSON.stringify(body))).status).toBe(400)
    expect((await post({ origin: app.url })).status).toBe(200)
    // As a proxy that is trusted passes it.
    expect((await post({ origin: 'https://hop.tinh.example', 'x-forwarded-host': 'hop.tinh.example' })).status).toBe(200)
  })

  test('takes damaged, huge and poisoned bodies without a scratch', async () => {
    expect((await browser().post('/api/session', '{"username":')).code).toBe('invalid_input')
    expect((await browser().post('/api/session', '"text"')).code).toBe('invalid_input')
    expect((await browser().post('/api/session', { username: 'x', password: 'y'.repeat(1024 * 1024) })).code).toBe('too_large')
    const poison = await browser().post('/api/session', '{"username":"x","password":"y","__proto__":{"admin":true}}')
    expect(poison.status).toBeGreaterThanOrEqual(400)
    expect(({} as { admin?: boolean }).admin).toBeUndefined()
    expect((await browser().get('/api/no/such/thing')).code).toBe('not_found')
    expect((await browser().get('/api/join/%E0%A4%A')).status).toBe(404)
    expect((await (await as('chutri')).get('/api/meetings/1')).code).toBe('not_found')
  })

  test('sets the headers that keep a page to itself', async () => {
    const { headers } = await browser().get('/api/session')
    const policy = headers.get('content-security-policy') ?? ''
    expect(policy).toContain("script-src 'self'")
    expect(policy).toContain(`ws://127.0.0.1:${app.port}`)
    expect(policy).not.toContain('upgrade-insecure-requests')
    expect(headers.get('referrer-policy')).toBe('no-referrer')
    expect(headers.get('x-content-type-options')).toBe('nosniff')
    expect(headers.get('cache-control')).toBe('no-store')
  })

  test('describes itself by OpenAPI 3.1', async () => {
    const { body } = await browser().get('/api/openapi.json')
    expect(body).toMatchObject({ openapi: '3.1.0' })
    const paths = Object.keys((body as { paths: object }).paths)
    for (const path of ['/api/session', '/api/me', '/api/units', '/api/meetings', '/api/meetings/{id}', '/api/join/{token}'])
      expect(paths).toContain(path)
  })

  test('tells its health, and its figures to this machine only', async () => {
    const local = createHttpClient(app.url)
    expect((await local.get('/healthz')).status).toBe(200)
    expect((await local.get('/readyz')).body).toEqual({ ready: true })
    expect(String((await local.get('/metrics')).body)).toContain('process_cpu_seconds_total')
    expect((await browser('203.0.113.7').get('/metrics')).status).toBe(404)
  })
})

describe('who may', () => {
  test('administration is for the administrator alone', async () => {
    const calls: [string, string][] = [
      ['GET', '/api/admin/users'],
      ['POST', '/api/admin/users'],
      ['PATCH', '/api/admin/users/0190a5b0-0000-7000-8000-000000000001'],
      ['GET', '/api/admin/units'],
      ['POST', '/api/admin/units'],
      ['PATCH', '/api/admin/units/0190a5b0-0000-7000-8000-000000000001'],
      ['POST', '/api/admin/organisation'],
    ]
    for (const username of ['chutri', 'thuky', 'vanphong', 'duthinh', 'so.syt', 'diemcau.kontum']) {
      const client = await as(username)
      for (const [method, path] of calls)
        expect([username, path, (await client.request(method, path, method === 'GET' ? undefined : {})).code]).toEqual([
          username,
          path,
          'forbidden',
        ])
    }
    for (const [method, path] of calls)
      expect((await browser().request(method, path, method === 'GET' ? undefined : {})).code).toBe('not_signed_in')
  })

  test('join links are for office and secretary', async () => {
    const { id } = await firstMeeting(await as('chutri'))
    for (const username of ['chutri', 'duthinh', 'so.syt', 'diemcau.kontum', 'quantri']) {
      const answer = await (await as(username)).post(`/api/meetings/${id}/join-links`, { unitId: id })
      expect([username, answer.code]).toEqual([username, 'forbidden'])
    }
  })
})

describe('a join link', () => {
  const person = { name: 'A Sâm Ngọc', title: 'Chủ tịch UBND huyện Tu Mơ Rông', headCount: 12 }
  let office: HttpClient
  let meetingId: string
  let unitId: string

  beforeAll(async () => {
    office = await as('vanphong')
    meetingId = (await firstMeeting(office)).id
    unitId = (await unitsByCode(office)).get('tumorong')?.id ?? ''
  })
  const make = async (fields: { expiresAt?: string } = {}) => {
    const answer = await office.post(`/api/meetings/${meetingId}/join-links`, { unitId, ...fields })
    expect(answer.status).toBe(201)
    const { id, url } = bodyOf(answer, JoinLinkAnswer)
    return { id, url, token: url.slice(url.lastIndexOf('/') + 1) }
  }

  test('leads a hall in, checked in, and is no use to a second one', async () => {
    const link = await make()
    expect(link.url).toBe(`${app.url}/join/${link.token}`)
    const hall = browser()
    // A chat's preview looks, as often as it likes.
    for (let time = 0; time < 3; time++)
      expect(bodyOf(await browser().get(`/api/join/${link.token}`), JoinPage)).toMatchObject({
        unit: { id: unitId },
        isYours: false,
      })

    const joined = await hall.post(`/api/join/${link.token}`, person)
    expect(joined.status).toBe(200)
    expect(bodyOf(joined, JoinAnswer)).toMatchObject({
      meetingId,
      user: { username: 'diemcau.tumorong', role: 'bridge', unitId },
    })
    const { meeting } = bodyOf(await hall.get(`/api/meetings/${meetingId}`), MeetingAnswer)
    expect(meeting.attendance.find((row) => row.unitId === unitId)).toMatchObject({
      representative: { name: person.name, title: person.title },
      headCount: 12,
    })

    expect((await browser().post(`/api/join/${link.token}`, person)).code).toBe('gone')
    expect((await browser().get(`/api/join/${link.token}`)).status).toBe(410)
    // The same browser comes back.
    expect(bodyOf(await hall.get(`/api/join/${link.token}`), JoinPage).isYours).toBe(true)
    expect((await hall.post(`/api/join/${link.token}`, { ...person, headCount: 13 })).status).toBe(200)
  })

  test('reaches its meeting and nothing else', async () => {
    const link = await make()
    const hall = browser()
    await hall.post(`/api/join/${link.token}`, person)
    expect(bodyOf(await hall.get('/api/session'), SessionAnswer).meetingId).toBe(meetingId)
    expect((await hall.get('/api/units')).status).toBe(200)
    expect((await hall.get('/api/meetings/0190a5b0-0000-7000-8000-000000000001')).code).toBe('not_found')
    expect((await hall.remove('/api/sessions')).code).toBe('not_found')
  })

  test('lets one of many in who try at once', async () => {
    const link = await make()
    const answers = await Promise.all(Array.from({ length: 8 }, () => browser().post(`/api/join/${link.token}`, person)))
    expect(answers.map((answer) => answer.status).sort()).toEqual([200, ...Array<number>(7).fill(410)])
  })

  test('is over when it has expired or was revoked, and a revoked one ends its hall', async () => {
    const expired = await make()
    await database.sql`update join_links set expires_at = now() - interval '1 second' where id = ${expired.id}`
    expect((await browser().get(`/api/join/${expired.token}`)).code).toBe('gone')
    expect((await browser().post(`/api/join/${expired.token}`, person)).code).toBe('gone')

    const link = await make()
    const hall = browser()
    await hall.post(`/api/join/${link.token}`, person)
    expect((await office.remove(`/api/join-links/${link.id}`)).status).toBe(204)
    expect((await hall.get('/api/me')).code).toBe('not_signed_in')
    expect((await hall.post(`/api/join/${link.token}`, person)).code).toBe('gone')
    expect((await office.remove('/api/join-links/0190a5b0-0000-7000-8000-000000000001')).code).toBe('not_found')
  })

  test('is not used up when the fields are wrong', async () => {
    const link = await make()
    const wrong = await browser().post(`/api/join/${link.token}`, { ...person, headCount: 0 })
    expect(bodyOf(wrong, ErrorBody).error.field).toBe('headCount')
    expect((await browser().post(`/api/join/${link.token}`, person)).status).toBe(200)
  })

  test('needs an invited unit and a time to come', async () => {
    const post = (fields: object) => office.post(`/api/meetings/${meetingId}/join-links`, fields)
    expect(bodyOf(await post({ unitId: meetingId }), ErrorBody).error).toMatchObject({ code: 'invalid_input', field: 'unitId' })
    expect(bodyOf(await post({ unitId, expiresAt: '2020-01-01T00:00:00Z' }), ErrorBody).error).toMatchObject({
      field: 'expiresAt',
    })
    expect((await office.post(`/api/meetings/${unitId}/join-links`, { unitId })).code).toBe('not_found')
  })

  const schedule = async (invited: string[]): Promise<string> => {
    const chairUserId = bodyOf(await (await as('chutri')).get('/api/me'), UserAnswer).user.id
    const scheduledAt = new Date(Date.now() + 3_600_000).toISOString()
    const fields = { title: 'Họp chuyên đề', scheduledAt, chairUserId, unitIds: invited, agenda: [] }
    // The rooms hear of a new unit within seconds.
    const made = await until('the meeting is made', async () => {
      const answer = await office.post('/api/meetings', fields)
      return answer.status === 201 && answer
    })
    return bodyOf(made, Created).id
  }

  test('stays unused when the room does not let its unit in', async () => {
    const id = await schedule([unitId])
    const link = bodyOf(await office.post(`/api/meetings/${id}/join-links`, { unitId }), JoinLinkAnswer)
    const chair = io(app.url, {
      transports: ['websocket'],
      reconnection: false,
      extraHeaders: { cookie: (await as('chutri')).cookie() },
    })
    for (const type of ['meeting.open', 'meeting.close'])
      expect(await chair.emitWithAck('meeting:command', { meetingId: id, commandId: randomUUID(), type })).toMatchObject({
        ok: true,
      })
    chair.disconnect()
    const hall = browser()
    expect((await hall.post(new URL(link.url).pathname.replace('/join', '/api/join'), person)).code).toBe('wrong_state')
    expect(hall.cookie()).toBe('')
    expect(await database.sql`select used_at from join_links where id = ${link.id}`).toEqual([{ used_at: null }])
    expect((await office.post(`/api/meetings/${id}/join-links`, { unitId })).code).toBe('wrong_state')
  })

  test('gives a unit without an account one that no password opens', async () => {
    const admin = await as('quantri')
    const fields = { code: 'xa-moi', name: 'Ủy ban nhân dân xã Mới', shortName: 'xã Mới', kind: 'commune' }
    const commune = bodyOf(await admin.post('/api/admin/units', fields), UnitAnswer).unit
    const id = await schedule([commune.id])
    const link = bodyOf(await office.post(`/api/meetings/${id}/join-links`, { unitId: commune.id }), JoinLinkAnswer)
    const joined = await browser().post(new URL(link.url).pathname.replace('/join', '/api/join'), person)
    expect(bodyOf(joined, JoinAnswer).user).toMatchObject({ username: 'link.xa-moi', role: 'bridge', unitId: commune.id })
    expect((await browser().signIn('link.xa-moi')).code).toBe('invalid_credentials')
  })

  test('is listed for the desk without what would open it', async () => {
    const link = await make()
    const listed = await office.get(`/api/meetings/${meetingId}/join-links`)
    expect(bodyOf(listed, JoinLinksAnswer).links.map((one) => one.id)).toContain(link.id)
    expect(JSON.stringify(listed.body)).not.toContain(link.token)
  })

  test('cannot be guessed by trying: sixty failed tries a minute', async () => {
    const guesser = browser()
    const codes: (string | undefined)[] = []
    for (let time = 0; time < 61; time++) codes.push((await guesser.get(`/api/join/guess-${time}`)).code)
    expect(codes.slice(0, 60)).toEqual(Array(60).fill('not_found'))
    expect(codes[60]).toBe('too_many_attempts')
    expect((await browser().get('/api/join/guess')).code).toBe('not_found')
  })
})

describe('the administrator', () => {
  test('makes accounts, and nobody learns a password from one', async () => {
    const admin = await as('quantri')
    const unitId = (await unitsByCode(admin)).get('snv')?.id ?? ''
    const fields = {
      username: 'So.SNV.2',
      name: 'Lê  Văn A',
      title: 'Phó Giám đốc',
      role: 'department',
      unitId,
      password: 'mật khẩu dài',
    }
    const made = bodyOf(await admin.post('/api/admin/users', fields), AdminUserAnswer).user
    expect(made).toMatchObject({ username: 'so.snv.2', name: 'Lê Văn A', hasPassword: true, isDisabled: false })
    expect((await browser().signIn('so.snv.2', 'mật khẩu dài')).status).toBe(200)
    expect((await admin.post('/api/admin/users', fields)).code).toBe('conflict')
    expect(bodyOf(await admin.post('/api/admin/users', { ...fields, password: 'ngắn' }), ErrorBody).error.field).toBe('password')
    expect(JSON.stringify((await admin.get('/api/admin/users')).body)).not.toContain('argon2')
    const self = bodyOf(await admin.get('/api/me'), UserAnswer).user
    expect((await admin.patch(`/api/admin/users/${self.id}`, { isDisabled: true })).code).toBe('wrong_state')
  })

  test('renames, merges and ends units, and nothing disappears', async () => {
    const admin = await as('quantri')
    const before = await unitsByCode(admin)
    const made = bodyOf(
      await admin.post('/api/admin/units', { code: 'sokhac', name: 'Sở Khác', shortName: 'Sở Khác', kind: 'department' }),
      UnitAnswer,
    ).unit
    const renamed = await admin.patch(`/api/admin/units/${made.id}`, { name: 'Sở Khác nữa' })
    expect(bodyOf(renamed, UnitAnswer).unit.name).toBe('Sở Khác nữa')
    const successor = before.get('snv')?.id
    const merged = bodyOf(await admin.patch(`/api/admin/units/${made.id}`, { mergeInto: successor }), UnitAnswer).unit
    expect(merged).toMatchObject({ isEnded: true, successorId: successor })
    expect((await unitsByCode(admin)).get('sokhac')).toMatchObject({ isEnded: true })
    await expect(database.sql`delete from units where id = ${successor ?? ''}`).rejects.toThrow(/foreign key/)
  })
})

describe('an organisation from a file', () => {
  test('of two levels and a hundred communes is loaded, twice with the same ids', async () => {
    const empty = await postgres.database()
    await empty.sql`
      insert into units (id, code, name, short_name, kind) values ('0190a5b0-0000-7000-8000-000000000001', 'vpubnd', 'Văn phòng', 'VP', 'office')`
    const other = await startTestApp(empty, { DEMO: '0' })
    try {
      await empty.sql`
        insert into users (id, username, name, title, role, unit_id, password_hash)
        select '0190a5b0-0000-7000-8000-000000000002', 'admin', 'Quản trị', 'Quản trị', 'admin', u.id, ${await hashOfDemo()}
        from units u`
      const admin = createHttpClient(other.url)
      await admin.signIn('admin')
      const file: unknown = JSON.parse(await readFile(new URL('../data/org-two-level.json', import.meta.url), 'utf8'))
      expect(bodyOf(await admin.post('/api/admin/organisation', file), OrganisationAnswer)).toMatchObject({ units: 118 })
      const first = await unitsByCode(admin)
      expect(first.size).toBe(118)
      expect(first.get('vpubnd')?.id).toBe('0190a5b0-0000-7000-8000-000000000001')
      expect([...first.values()].filter((unit) => unit.kind === 'commune')).toHaveLength(100)
      await admin.post('/api/admin/organisation', file)
      expect(new Map([...(await unitsByCode(admin))].map(([code, unit]) => [code, unit.id]))).toEqual(
        new Map([...first].map(([code, unit]) => [code, unit.id])),
      )
      expect((await admin.get('/api/demo')).code).toBe('not_found')
    } finally {
      await other.close()
    }
  })
})

const hashOfDemo = async (): Promise<string> => {
  const [row] = await database.sql<{ password_hash: string }[]>`select password_hash from users where username = 'chutri'`
  return row?.password_hash ?? ''
}

describe('the first administrator', () => {
  const run = (password: string, args: string[], env: Record<string, string> = {}) =>
    new Promise<{ code: number | string | undefined; out: string; said: string }>((resolve) => {
      const child = execFile(
        process.execPath,
        ['--import', 'tsx', 'server/people/create-admin.ts', ...args],
        { env: { ...process.env, DATABASE_URL: database.url, ...env } },
        (error, out, said) => {
          resolve({ code: error ? (error.code ?? undefined) : 0, out, said })
        },
      )
      child.stdin?.end(`${password}\n`)
    })

  test('is made from the command line, and gets a new password there', async () => {
    expect(await run('mat-khau-dau-tien', ['Quan.Tri.Moi'])).toMatchObject({ code: 0, said: '' })
    expect((await browser().signIn('quan.tri.moi', 'mat-khau-dau-tien')).status).toBe(200)
    expect(await run('mat-khau-thu-hai', ['quan.tri.moi'])).toMatchObject({ code: 0, said: '' })
    expect((await browser().signIn('quan.tri.moi', 'mat-khau-dau-tien')).code).toBe('invalid_credentials')
    const again = await browser().signIn('quan.tri.moi', 'mat-khau-thu-hai')
    expect(bodyOf(again, UserAnswer).user.role).toBe('admin')
  })

  test('is made in an empty database too', async () => {
    const empty = await postgres.database({ migrated: false })
    expect(await run('mat-khau-dau-tien', ['quantri'], { DATABASE_URL: empty.url })).toMatchObject({ code: 0, said: '' })
    expect(await empty.sql`select role, code from users join units on units.id = unit_id`).toEqual([
      { role: 'admin', code: 'vpubnd' },
    ])
  })

  test('or it is said in one sentence why not', async () => {
    const failures = [
      await run('ngan', ['ai.do']),
      await run('mat-khau-du-dai', ['chutri']),
      await run('mat-khau-du-dai', []),
      await run('mat-khau-du-dai', ['ai.do'], { DATABASE_URL: 'postgres://nobody:none@127.0.0.1:1/none' }),
    ]
    for (const { code, out, said } of failures) {
      expect([code, out]).toEqual([1, ''])
      expect(said.trim().split('\n')).toHaveLength(1)
    }
    expect(failures[1]?.said).toContain('chutri')
  })
})
