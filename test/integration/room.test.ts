import { io } from 'socket.io-client'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { canonicalJson } from '#domain/canonical.ts'
import { commandTypes } from '#domain/meeting/meeting.ts'
import { createRooms } from '#server/meeting/rooms.ts'
import { verifyLog } from '#server/meeting/verify.ts'
import type { Presence } from '#domain/contract/socket.ts'
import {
  connect,
  demoMeetingId,
  scheduleMeeting,
  silentLog,
  startRoomApp,
  type Client,
  type RoomApp,
} from '../kit/room-client.ts'
import { permissionTable } from '../kit/permission-table.ts'
import { until } from '../kit/until.ts'

/** The contract, checked from outside: a real server on a real Postgres, over real sockets. */

let app: RoomApp
let chair: Client
let vice: Client
let secretary: Client
let office: Client
let observer: Client
let admin: Client
let bridge: Client
let department: Client

beforeAll(async () => {
  app = await startRoomApp()
  ;[chair, vice, secretary, office, observer, admin, bridge, department] = (await Promise.all(
    ['chutri', 'pct.1', 'thuky', 'vanphong', 'duthinh', 'quantri', 'diemcau.tumorong', 'so.stc'].map((name) => app.signIn(name)),
  )) as [Client, Client, Client, Client, Client, Client, Client, Client]
})
afterAll(async () => {
  await app.close()
})

const ok = (answer: { ok: boolean; error?: unknown }) => expect(answer, JSON.stringify(answer.error)).toMatchObject({ ok: true })

describe('over HTTP', () => {
  test('the seeded meeting is first, scheduled on a Thursday, with six items and every unit invited', async () => {
    const id = await demoMeetingId(bridge)
    const { body } = await bridge.get(`/api/meetings/${id}`)
    expect(body).toMatchObject({
      meeting: { meetingId: id, status: 'scheduled' },
      you: { userId: bridge.userId, role: 'bridge' },
    })
    const { meeting } = body as { meeting: { scheduledAt: string; agenda: unknown[]; unitIds: string[] } }
    expect(new Date(Date.parse(meeting.scheduledAt) + 7 * 3600_000).getUTCDay()).toBe(4)
    expect(meeting.agenda).toHaveLength(6)
    expect(meeting.unitIds).toHaveLength(42)
  })

  test('who is not signed in is told so, in the language asked for', async () => {
    const response = await fetch(`${app.baseUrl}/api/me`, { headers: { 'accept-language': 'en' } })
    expect(response.status).toBe(401)
    expect(await response.json()).toEqual({ error: { code: 'not_signed_in', message: 'Your session has ended. Sign in again.' } })
  })

  test('for a unit that is not invited the meeting does not exist', async () => {
    const { meetingId } = await scheduleMeeting(office, chair, [{ title: 'Một' }], ['stc'])
    expect((await bridge.get(`/api/meetings/${meetingId}`)).status).toBe(404)
    expect((await bridge.get(`/api/meetings/${crypto.randomUUID()}`)).body).toEqual(
      (await bridge.get(`/api/meetings/${meetingId}`)).body,
    )
    expect(await bridge.join(meetingId)).toMatchObject({ ok: false, error: { code: 'not_found' } })
    expect(await bridge.command(meetingId, 'floor.request', { kind: 'speak' })).toMatchObject({ error: { code: 'not_found' } })
  })

  test('only the desk schedules; a wrong field is named', async () => {
    expect((await bridge.send('POST', '/api/meetings', {})).status).toBe(403)
    const answer = await office.send('POST', '/api/meetings', {
      title: '',
      scheduledAt: '2026-12-03T00:30:00.000Z',
      chairUserId: chair.userId,
      unitIds: [office.unitId],
      agenda: [],
    })
    expect(answer).toMatchObject({ status: 400, body: { error: { code: 'invalid_input', field: 'title' } } })
  })

  test('a state beyond the head is refused, one before is given', async () => {
    const { meetingId } = await scheduleMeeting(office, chair, [{ title: 'Một' }])
    ok(await chair.command(meetingId, 'meeting.open'))
    expect((await chair.get(`/api/meetings/${meetingId}/state?at=9`)).body).toMatchObject({
      error: { code: 'invalid_input', field: 'at' },
    })
    expect((await chair.get(`/api/meetings/${meetingId}/state?at=1`)).body).toMatchObject({
      seq: 1,
      meeting: { status: 'scheduled' },
    })
  })

  test('the OpenAPI document names every route, and the room is ready', async () => {
    const { body } = await chair.get('/api/openapi.json')
    expect(Object.keys((body as { paths: object }).paths)).toEqual(
      expect.arrayContaining(['/api/session', '/api/meetings/{id}/log']),
    )
    expect((await fetch(`${app.baseUrl}/healthz`)).status).toBe(200)
    expect((await fetch(`${app.baseUrl}/readyz`)).status).toBe(200)
  })

  test('a page of another site changes nothing', async () => {
    const response = await fetch(`${app.baseUrl}/api/session`, {
      method: 'DELETE',
      headers: { cookie: chair.cookie, origin: 'https://evil.example' },
    })
    expect(response.status).toBe(403)
    expect((await chair.get('/api/me')).status).toBe(200)
  })
})

describe('on the live line', () => {
  test('a socket without a session is refused in the handshake', async () => {
    const socket = io(app.baseUrl, { transports: ['websocket'], reconnection: false, forceNew: true })
    const error = await new Promise<Error & { data?: unknown }>((resolve) => socket.once('connect_error', resolve))
    expect(error.message).toBe('not_signed_in')
    expect(error.data).toMatchObject({ code: 'not_signed_in' })
    socket.close()
  })

  test('what is sent without a callback, or is no message at all, harms nobody', async () => {
    const line = await observer.socket()
    line.emit('meeting:command', { meetingId: 'x' })
    line.emit('meeting:join')
    line.emit('meeting:command', null)
    expect(await observer.ask('meeting:command', { __proto__: null, meetingId: 5 })).toMatchObject({
      ok: false,
      error: { code: 'invalid_input', field: 'meetingId' },
    })
    ok(await observer.ask('clock:ping', {}))
  })

  test('everyone in the room gets each event once, in order, and ends in the same state', async () => {
    const { meetingId, itemIds } = await scheduleMeeting(office, chair, [{ title: 'Một' }, { title: 'Hai' }])
    for (const one of [chair, secretary, bridge, department]) ok(await one.join(meetingId))
    ok(await chair.command(meetingId, 'meeting.open'))
    ok(
      await bridge.command(meetingId, 'attendance.checkIn', {
        representative: { name: 'A Sâm Ngọc', title: 'Chủ tịch' },
        headCount: 9,
      }),
    )
    ok(await chair.command(meetingId, 'agenda.start', { itemId: itemIds[0] }))
    ok(await bridge.command(meetingId, 'floor.request', { kind: 'speak' }))
    ok(await department.command(meetingId, 'floor.request', { kind: 'pointOfOrder' }))
    const granted = await chair.command(meetingId, 'floor.grant', { userId: bridge.userId, limitSeconds: 180 })
    ok(granted)
    const screens = [chair, secretary, bridge, department]
    await until('all screens have the grant', () => screens.every((one) => one.state().floor.holder?.userId === bridge.userId))
    const { body } = await chair.get(`/api/meetings/${meetingId}`)
    for (const one of screens) expect(JSON.parse(JSON.stringify(one.state()))).toEqual((body as { meeting: unknown }).meeting)
  })

  test('the same command id is done once and answered the same; of another person it is a conflict', async () => {
    const { meetingId } = await scheduleMeeting(office, chair, [{ title: 'Một' }])
    ok(await chair.command(meetingId, 'meeting.open'))
    const id = crypto.randomUUID()
    const answers = await Promise.all([1, 2, 3].map(() => office.command(meetingId, 'notice.post', { text: 'Một lần' }, id)))
    expect(new Set(answers.map((answer) => answer.seq)).size).toBe(1)
    expect(await office.command(meetingId, 'notice.post', { text: 'Khác' }, id)).toEqual(answers[0])
    expect(await secretary.command(meetingId, 'notice.post', { text: 'Một lần' }, id)).toMatchObject({
      error: { code: 'conflict' },
    })
    const { body } = await chair.get(`/api/meetings/${meetingId}`)
    expect((body as { meeting: { notices: unknown[] } }).meeting.notices).toHaveLength(1)
    // A request for the floor that was done is refused under a new id, and answered as at first under its own.
    ok(await bridge.command(meetingId, 'attendance.checkIn', { representative: { name: 'Y', title: 'Z' }, headCount: 1 }))
    const hand = crypto.randomUUID()
    const first = await bridge.command(meetingId, 'floor.request', { kind: 'speak' }, hand)
    ok(first)
    const [again, refused, other] = await Promise.all([
      bridge.command(meetingId, 'floor.request', { kind: 'speak' }, hand),
      bridge.command(meetingId, 'floor.request', { kind: 'speak' }),
      office.command(meetingId, 'notice.post', { text: 'Trong cùng một lần ghi' }),
    ])
    expect(again).toEqual(first)
    expect(refused).toMatchObject({ error: { code: 'wrong_state' } })
    ok(other)
  })

  test('two hundred commands at once share commits, leave no gap, and chain', async () => {
    const { meetingId } = await scheduleMeeting(office, chair, [{ title: 'Một' }])
    const watcher = await app.signIn('so.snv')
    const joined = await watcher.join(meetingId)
    ok(await chair.command(meetingId, 'meeting.open'))
    const answers = await Promise.all(
      Array.from({ length: 200 }, (_, index) =>
        (index % 2 ? office : secretary).command(meetingId, 'notice.post', { text: `Tin ${index}` }),
      ),
    )
    answers.forEach(ok)
    await until('the watcher has all', () => watcher.ranges.at(-1)?.to === 202)
    const covered = watcher.ranges.flatMap(({ from, to }) => Array.from({ length: to - from + 1 }, (_, index) => from + index))
    expect(covered).toEqual(Array.from({ length: 201 }, (_, index) => (joined.seq ?? 0) + 1 + index))
    expect(watcher.ranges.length).toBeLessThan(100)
    const { body } = await secretary.get(`/api/meetings/${meetingId}/log`)
    const log = body as { events: Record<string, unknown>[]; head: { seq: number; hash: string } }
    let previous = '0'.repeat(64)
    for (const { prevHash, hash, ...event } of log.events) {
      expect(prevHash).toBe(previous)
      const digest = await crypto.subtle.digest('SHA-256', new TextEncoder().encode(previous + canonicalJson(event)))
      previous = Buffer.from(digest).toString('hex')
      expect(hash).toBe(previous)
    }
    expect(log.head).toEqual({ seq: 202, hash: previous })
    expect((await bridge.get(`/api/meetings/${meetingId}/log`)).status).toBe(403)
  })

  test('who was away gets what was missed, or a snapshot when it is too much', async () => {
    const { meetingId } = await scheduleMeeting(office, chair, [{ title: 'Một' }])
    ok(await chair.command(meetingId, 'meeting.open'))
    const first = await bridge.join(meetingId)
    ok(await office.command(meetingId, 'notice.post', { text: 'Tin' }))
    const back = await (await app.signIn('diemcau.kontum')).join(meetingId, first.seq)
    expect(back).toMatchObject({ ok: true, seq: 3, events: [{ seq: 3, type: 'notice.posted' }] })
    expect(await (await app.signIn('diemcau.dakha')).join(meetingId, 99)).toHaveProperty('snapshot')
  })

  test('a session that is signed out is closed, and says so first', async () => {
    const guest = await app.signIn('so.sct')
    const line = await guest.socket()
    const ended = new Promise((resolve) => line.once('session:ended', resolve))
    const closed = new Promise((resolve) => line.once('disconnect', resolve))
    expect((await guest.send('DELETE', '/api/session')).status).toBe(204)
    expect(await ended).toHaveProperty('reason')
    await closed
  })

  test('who is removed is forbidden everything, hears nothing more, and finds the room again when readmitted', async () => {
    const { meetingId } = await scheduleMeeting(office, chair, [{ title: 'Một' }])
    const guest = await app.signIn('diemcau.sathay')
    ok(await guest.join(meetingId))
    ok(await chair.command(meetingId, 'meeting.open'))
    ok(await chair.command(meetingId, 'participant.remove', { userId: guest.userId }))
    expect(await guest.command(meetingId, 'floor.request', { kind: 'speak' })).toMatchObject({ error: { code: 'forbidden' } })
    // The line is in order: the removal itself came before this answer.
    const heard = guest.events.length
    expect(await guest.join(meetingId)).toMatchObject({ error: { code: 'forbidden' } })
    expect((await guest.get(`/api/meetings/${meetingId}`)).status).toBe(403)
    ok(await office.command(meetingId, 'notice.post', { text: 'Sau đó' }))
    ok(await chair.command(meetingId, 'participant.readmit', { userId: guest.userId }))
    ok(await guest.ask('clock:ping', {}))
    expect(guest.events.length).toBe(heard)
    ok(await guest.join(meetingId))
  })
})

describe('the permission table over the wire', () => {
  test('every command is refused to every role whose cell says no, and changes nothing', async () => {
    const { meetingId, itemIds, unitId } = await scheduleMeeting(office, chair, [{ title: 'Một' }, { title: 'Hai' }])
    ok(await chair.command(meetingId, 'meeting.open'))
    const id = crypto.randomUUID()
    const fields: Record<string, object> = {
      'chair.handOver': { userId: vice.userId },
      'attendance.checkIn': { representative: { name: 'A', title: 'B' }, headCount: 1, unitId: unitId('stc') },
      'attendance.checkOut': { unitId: unitId('stc') },
      'agenda.start': { itemId: itemIds[0] },
      'agenda.finish': { itemId: itemIds[0] },
      'agenda.extend': { itemId: itemIds[0], minutes: 5 },
      'agenda.defer': { itemId: itemIds[0] },
      'agenda.insert': { itemId: id, title: 'Ba', budgetMinutes: 10 },
      'agenda.reorder': { itemIds: [...itemIds].reverse() },
      'floor.request': { kind: 'speak' },
      'floor.grant': { userId: bridge.userId },
      'floor.reorder': { requestIds: [] },
      'participant.mute': { userId: department.userId },
      'participant.remove': { userId: department.userId },
      'participant.readmit': { userId: department.userId },
      'stage.pin': { userId: null },
      'presentation.show': { presentationId: id },
      'presentation.turn': { page: 1 },
      'vote.open': { voteId: id, question: 'Q', options: ['a', 'b'], secret: false },
      'vote.cast': { voteId: id, option: 0 },
      'vote.close': { voteId: id },
      'conclusion.propose': {
        conclusionId: id,
        itemId: itemIds[0],
        text: 'T',
        leadUnitId: unitId('stc'),
        coordinatingUnitIds: [],
      },
      'conclusion.approve': { conclusionId: id },
      'conclusion.return': { conclusionId: id },
      'conclusion.issue': { conclusionId: id },
      'conclusion.acknowledge': { conclusionId: id },
      'conclusion.withdraw': { conclusionId: id, reason: 'Sai căn cứ' },
      'notice.post': { text: 'N', level: 'info' },
      'help.request': { text: 'H' },
      'help.resolve': { requestId: id },
    }
    const people = { leader: vice, secretary, bridge, department, office, observer, admin }
    const before = await chair.get(`/api/meetings/${meetingId}`)
    for (const type of commandTypes)
      for (const [role, client] of Object.entries(people)) {
        const cell = permissionTable[type][client === vice ? 'leader' : (role as keyof typeof people)]
        if (cell !== 'no' && cell !== 'if chair' && cell !== 'if holder') continue
        const answer = await client.command(meetingId, type, fields[type])
        expect(answer, `${role} ${type}`).toMatchObject({ ok: false, error: { code: 'forbidden' } })
      }
    expect(await chair.get(`/api/meetings/${meetingId}`)).toEqual(before)
  })
})

describe('a closed item', () => {
  test('leaves no trace on the lines of those outside, but an issued conclusion reaches the unit it addresses', async () => {
    const canaries = ['BíMậtTiêuĐề', 'BíMậtKếtLuận', 'BíMậtBiểuQuyết', 'BíMậtLýDo']
    const { meetingId, itemIds, unitId } = await scheduleMeeting(office, chair, [
      { title: 'Mở' },
      { title: 'BíMậtTiêuĐề', presenter: 'konplong', audience: ['konplong', 'stc'] },
    ])
    const outside = await app.signIn('diemcau.dakglei')
    const addressed = await app.signIn('diemcau.ngochoi')
    const inside = await app.signIn('diemcau.konplong')
    const watcher = await app.signIn('duthinh')
    for (const one of [outside, addressed, inside, watcher]) ok(await one.join(meetingId))
    const closedItem = itemIds[1] ?? ''
    ok(await chair.command(meetingId, 'meeting.open'))
    ok(await chair.command(meetingId, 'agenda.start', { itemId: closedItem }))
    ok(await inside.command(meetingId, 'floor.request', { kind: 'speak' }))
    ok(await chair.command(meetingId, 'floor.grant', { userId: inside.userId }))
    expect(await outside.command(meetingId, 'floor.request', { kind: 'speak' })).toMatchObject({ error: { code: 'forbidden' } })
    const voteId = crypto.randomUUID()
    ok(await chair.command(meetingId, 'vote.open', { voteId, question: 'BíMậtBiểuQuyết', options: ['a', 'b'], secret: false }))
    ok(await chair.command(meetingId, 'vote.cast', { voteId, option: 0 }))
    ok(await chair.command(meetingId, 'vote.close', { voteId }))
    const conclusionId = crypto.randomUUID()
    const wording = { itemId: closedItem, text: 'BíMậtKếtLuận', leadUnitId: unitId('ngochoi'), coordinatingUnitIds: [] }
    ok(await secretary.command(meetingId, 'conclusion.propose', { conclusionId, ...wording }))
    ok(await chair.command(meetingId, 'conclusion.approve', { conclusionId }))
    for (const one of [outside, watcher, addressed]) {
      await one.join(meetingId)
      await one.join(meetingId, 1)
      await one.get(`/api/meetings/${meetingId}`)
      await one.get(`/api/meetings/${meetingId}/state?at=4`)
      await one.get(`/api/meetings/${meetingId}/minutes`)
      expect((await one.get(`/api/meetings/${meetingId}/minutes?section=${closedItem}`)).status).toBe(404)
      const nothing = { meetingId, sectionId: closedItem, stateVector: 'AA==' }
      expect(await one.ask('minutes:sync', nothing)).toMatchObject({ ok: false, error: { code: 'not_found' } })
      for (const canary of [...canaries, inside.userId, voteId, conclusionId])
        if (canary !== inside.userId) expect(one.received.join('\n')).not.toContain(canary)
      expect(one.events.filter((event) => event.type.startsWith('floor.'))).toEqual([])
    }
    ok(await chair.command(meetingId, 'conclusion.issue', { conclusionId }))
    ok(await chair.command(meetingId, 'agenda.defer', { itemId: closedItem, reason: 'BíMậtLýDo' }))
    await until('the unit addressed has the conclusion', () => addressed.state().conclusions.length === 1)
    ok(await addressed.command(meetingId, 'conclusion.acknowledge', { conclusionId }))
    await until('those inside see the receipt', () => inside.state().conclusions[0]?.acknowledgedBy.length === 1)
    for (const one of [outside, watcher]) {
      await until('the item is deferred there too', () => one.state().agenda[1]?.status === 'deferred')
      for (const canary of canaries) expect(one.received.join('\n')).not.toContain(canary)
      expect((await one.get(`/api/conclusions/${conclusionId}.pdf`)).status).toBe(404)
    }
    expect((await addressed.get(`/api/conclusions/${conclusionId}.pdf`)).status).toBe(200)
    expect(addressed.received.join('\n')).not.toContain('BíMậtTiêuĐề')
    const { body } = await outside.get(`/api/meetings/${meetingId}`)
    expect(JSON.parse(JSON.stringify(outside.state()))).toEqual((body as { meeting: unknown }).meeting)
  })
})

describe('a secret ballot', () => {
  test('is counted right, and no row of the database joins a voter and a choice', async () => {
    const { meetingId } = await scheduleMeeting(office, chair, [{ title: 'Một' }])
    const leaders = [chair, vice, await app.signIn('pct.2'), await app.signIn('pct.3')]
    ok(await chair.command(meetingId, 'meeting.open'))
    const voteId = crypto.randomUUID()
    ok(
      await chair.command(meetingId, 'vote.open', {
        voteId,
        question: 'Đồng ý?',
        options: ['Có', 'Không', 'Trắng'],
        secret: true,
      }),
    )
    expect(await bridge.command(meetingId, 'vote.cast', { voteId, option: 0 })).toMatchObject({ error: { code: 'forbidden' } })
    const choices = [0, 1, 1, 2]
    for (const [index, leader] of leaders.entries())
      ok(await leader.command(meetingId, 'vote.cast', { voteId, option: choices[index] }))
    expect(await chair.command(meetingId, 'vote.cast', { voteId, option: 1 })).toMatchObject({ error: { code: 'wrong_state' } })
    const { sql } = app.database
    const rows = await sql<{ event: string }[]>`select event from events where type = 'vote.cast' and meeting_id = ${meetingId}`
    expect(rows).toHaveLength(4)
    for (const { event } of rows) expect(event).not.toContain('"option"')
    expect(await sql`select 1 from ballot_boxes where vote_id = ${voteId}`).toHaveLength(1)
    ok(await chair.command(meetingId, 'vote.close', { voteId }))
    expect(await sql`select 1 from ballot_boxes where vote_id = ${voteId}`).toHaveLength(0)
    const { body } = await chair.get(`/api/meetings/${meetingId}`)
    const [vote] = (body as { meeting: { votes: object[] } }).meeting.votes
    expect(vote).toMatchObject({ tally: [1, 2, 1], status: 'closed', result: 'advisory' })
    expect(vote).not.toHaveProperty('choices')
  })
})

describe('the log', () => {
  test('numbers of conclusions run over meetings without a gap, also when many are issued at once', async () => {
    const meetings = await Promise.all([1, 2, 3].map(() => scheduleMeeting(office, chair, [{ title: 'Một' }])))
    const issued = await Promise.all(
      meetings.map(async ({ meetingId, itemIds, unitId }) => {
        ok(await chair.command(meetingId, 'meeting.open'))
        const ids = Array.from({ length: 5 }, () => crypto.randomUUID())
        for (const conclusionId of ids) {
          const wording = { itemId: itemIds[0], text: 'Giao Sở Tài chính.', leadUnitId: unitId('stc'), coordinatingUnitIds: [] }
          ok(await secretary.command(meetingId, 'conclusion.propose', { conclusionId, ...wording }))
          ok(await chair.command(meetingId, 'conclusion.approve', { conclusionId }))
        }
        return { meetingId, ids }
      }),
    )
    const refused = issued.map(({ meetingId }) =>
      chair.command(meetingId, 'conclusion.issue', { conclusionId: crypto.randomUUID() }),
    )
    const answers = await Promise.all(
      issued.flatMap(({ meetingId, ids }) =>
        ids.map((conclusionId) => chair.command(meetingId, 'conclusion.issue', { conclusionId })),
      ),
    )
    answers.forEach(ok)
    for (const answer of await Promise.all(refused)) expect(answer).toMatchObject({ error: { code: 'not_found' } })
    const rows = await app.database.sql<
      { number: number }[]
    >`select number from conclusions where status = 'issued' order by number`
    expect(rows.map((row) => row.number)).toEqual(rows.map((_, index) => index + 1))
  })

  test('what the server itself asks for in the moment of an answer is done without anybody else asking', async () => {
    const { meetingId } = await scheduleMeeting(office, chair, [{ title: 'Một' }])
    const { sql } = app.database
    const alongside = () => Promise.resolve()
    const rooms = await createRooms({ sql, log: silentLog, appSecret: undefined, conclusionsTogether: false, alongside })
    const actor = { userId: chair.userId, unitId: chair.unitId, role: 'leader' } as const
    for (const [before, type] of (['meeting.open', 'meeting.pause', 'meeting.resume'] as const).entries())
      expect(await rooms.command(meetingId, actor, { type })).toEqual({ seq: before + 2 })
    await rooms.close()
  })

  test('a long meeting is stored as a snapshot, and looks back are what was seen then', async () => {
    const { meetingId } = await scheduleMeeting(office, chair, [{ title: 'Một' }])
    ok(await chair.command(meetingId, 'meeting.open'))
    await Promise.all(
      Array.from({ length: 600 }, (_, index) =>
        (index % 2 ? office : secretary).command(meetingId, 'notice.post', { text: `Tin ${index}` }),
      ),
    )
    const { sql } = app.database
    await until(
      'a snapshot is stored',
      async () => (await sql`select 1 from meeting_snapshots where meeting_id = ${meetingId}`).length > 0,
    )
    const { body } = await chair.get(`/api/meetings/${meetingId}`)
    const past = await chair.get(`/api/meetings/${meetingId}/state?at=602`)
    expect(past.body).toEqual({ meeting: (body as { meeting: unknown }).meeting, seq: 602 })
  })

  test('the room after any event is what the screens saw then', async () => {
    const { meetingId, itemIds, unitId } = await scheduleMeeting(office, chair, [
      { title: 'Một' },
      { title: 'Hai', presenter: 'tumorong' },
      { title: 'Ba', presenter: 'stc', audience: ['stc'] },
    ])
    await Promise.all([secretary, bridge].map((one) => one.join(meetingId)))
    /** After each act: the number, and what the desk and a hall saw. */
    const seen: { seq: number; desk: unknown; hall: unknown }[] = []
    const meetingOf = async (one: Client) => ((await one.get(`/api/meetings/${meetingId}`)).body as { meeting: unknown }).meeting
    const act = async (who: Client, type: string, fields: object = {}) => {
      const answer = await who.command(meetingId, type, fields)
      ok(answer)
      seen.push({ seq: answer.seq ?? 0, desk: await meetingOf(secretary), hall: await meetingOf(bridge) })
    }
    const [first, second, third] = itemIds
    const [voteId, conclusionId] = [crypto.randomUUID(), crypto.randomUUID()]
    const representative = { name: 'A Sâm Ngọc', title: 'Chủ tịch UBND huyện' }
    await act(bridge, 'attendance.checkIn', { representative, headCount: 9 })
    await act(chair, 'meeting.open')
    await act(chair, 'agenda.start', { itemId: first })
    await act(bridge, 'floor.request', { kind: 'speak' })
    await act(department, 'floor.request', { kind: 'pointOfOrder' })
    await act(vice, 'floor.request', { kind: 'reply' })
    await act(chair, 'floor.grant', { userId: bridge.userId, limitSeconds: 180 })
    await act(chair, 'agenda.extend', { itemId: first, minutes: 5 })
    await act(bridge, 'floor.yield')
    await act(office, 'participant.mute', { userId: department.userId })
    await act(chair, 'vote.open', { voteId, question: 'Đồng ý?', options: ['Có', 'Không'], secret: false })
    await act(vice, 'vote.cast', { voteId, option: 1 })
    await act(chair, 'vote.cast', { voteId, option: 0 })
    await act(chair, 'vote.close', { voteId })
    await act(chair, 'meeting.pause')
    await act(department, 'floor.withdraw')
    await act(chair, 'meeting.resume')
    const wording = { itemId: first, text: 'Giao huyện.', leadUnitId: unitId('tumorong'), coordinatingUnitIds: [unitId('stc')] }
    await act(secretary, 'conclusion.propose', { conclusionId, ...wording })
    await act(chair, 'conclusion.return', { conclusionId, remark: 'Ghi hạn.' })
    await act(secretary, 'conclusion.propose', { conclusionId, ...wording, dueDate: '2027-01-15' })
    await act(chair, 'conclusion.approve', { conclusionId })
    await act(chair, 'conclusion.issue', { conclusionId })
    await act(bridge, 'conclusion.acknowledge', { conclusionId })
    await act(office, 'agenda.insert', { itemId: crypto.randomUUID(), title: 'Bốn', budgetMinutes: 10, position: 0 })
    await act(chair, 'agenda.start', { itemId: third })
    await act(chair, 'floor.grant', { userId: department.userId })
    await act(chair, 'agenda.start', { itemId: second })
    await act(bridge, 'help.request', { text: 'Mất tiếng' })
    await act(chair, 'agenda.defer', { itemId: second, reason: 'Chờ số liệu' })
    await act(chair, 'meeting.close')
    for (const { seq, desk, hall } of seen.toReversed()) {
      expect((await secretary.get(`/api/meetings/${meetingId}/state?at=${seq}`)).body, `event ${seq}`).toEqual({
        meeting: desk,
        seq,
      })
      expect((await bridge.get(`/api/meetings/${meetingId}/state?at=${seq}`)).body, `event ${seq}`).toEqual({
        meeting: hall,
        seq,
      })
    }
  })

  test('refuses to be changed, and a change made all the same is found and named', async () => {
    const { meetingId } = await scheduleMeeting(office, chair, [{ title: 'Một' }])
    ok(await chair.command(meetingId, 'meeting.open'))
    ok(await office.command(meetingId, 'notice.post', { text: 'Thật' }))
    const { sql } = app.database
    expect(await verifyLog(sql, meetingId)).toMatchObject({ intact: true, seq: 3 })
    await expect(sql`update events set event = '{}' where meeting_id = ${meetingId}`).rejects.toThrow()
    await sql.begin(async (tx) => {
      await tx`set local session_replication_role = replica`
      await tx`update events set event = replace(event, 'Thật', 'Thạt') where meeting_id = ${meetingId} and seq = 3`
    })
    expect(await verifyLog(sql, meetingId)).toMatchObject({ intact: false, seq: 3 })
  })
})

describe('one seat with many devices', () => {
  test('four of them are one point, one row and one place in the queue; one that goes takes nobody along', async () => {
    const { meetingId } = await scheduleMeeting(office, chair, [{ title: 'Một' }])
    const devices = Array.from({ length: 4 }, () => connect(app.baseUrl, bridge))
    const sockets = await Promise.all(devices.map((one) => one.socket()))
    let online: Presence[] = []
    await Promise.all(
      devices.map(async (one, at) => {
        sockets[at]?.on('meeting:presence', (message: { online: Presence[] }) => (online = message.online))
        ok(await one.join(meetingId))
      }),
    )
    ok(await chair.command(meetingId, 'meeting.open'))
    const representative = { name: 'A Sâm Ngọc', title: 'Chủ tịch UBND huyện' }
    for (const one of devices) ok(await one.command(meetingId, 'attendance.checkIn', { representative, headCount: 9 }))
    const asked = await Promise.all(devices.map((one) => one.command(meetingId, 'floor.request', { kind: 'speak' })))
    expect(asked.filter((answer) => answer.ok)).toHaveLength(1)
    for (const answer of asked) if (!answer.ok) expect(answer.error?.code).toBe('wrong_state')
    await until('every device shows the same', () =>
      devices.every((one) => one.state().floor.queue.length === 1 && one.state().attendance.length === 1),
    )
    await until('it is one point', () => online.length > 0 && online.filter((one) => one.userId === bridge.userId).length === 1)
    expect(sockets.every((socket) => socket.connected)).toBe(true)
    // What is told of its sound is what the device says that carries it, whichever came first.
    const point = () => online.find((one) => one.userId === bridge.userId)
    for (const [at, microphone] of (['off', 'off', 'on', 'off'] as const).entries())
      ok(await (devices[at] ?? bridge).ask('meeting:line', { meetingId, quality: 'good', microphone }))
    await until('its microphone is seen to be on', () => point()?.microphone === 'on')
    ok(await (devices[2] ?? bridge).ask('meeting:line', { meetingId, quality: 'good', microphone: 'deaf' }))
    await until('it is seen that it hears nothing', () => point()?.microphone === 'deaf')
    // The oldest line closes last in real life: what it leaves behind is not an absence.
    const before = online
    devices[0]?.close()
    sockets[1]?.emit('meeting:leave', { meetingId }, () => undefined)
    await until('the others hear of it', () => online !== before)
    expect(online.filter((one) => one.userId === bridge.userId)).toHaveLength(1)
    expect(sockets.slice(1).every((socket) => socket.connected)).toBe(true)
    expect(devices[3]?.state().attendance[0]).not.toHaveProperty('leftAt')
    for (const one of devices) one.close()
  })
})

describe('sixty who vote', () => {
  test('at once: each is counted once, the count never falls, the result is everywhere; who comes late votes too', async () => {
    const { sql } = app.database
    await sql`
      insert into users (id, username, name, title, role, unit_id, password_hash)
      select gen_random_uuid(), 'uyvien.' || n, 'Ủy viên ' || n, 'Ủy viên UBND tỉnh', 'leader', unit_id, password_hash
      from users, generate_series(1, 56) n where username = 'pct.1'`
    const voters = [chair, vice, ...(await Promise.all(['pct.2', 'pct.3'].map((name) => app.signIn(name))))]
    for (let n = 1; n <= 56; n += 8)
      voters.push(...(await Promise.all(Array.from({ length: 8 }, (_, at) => app.signIn(`uyvien.${n + at}`)))))
    const { meetingId } = await scheduleMeeting(office, chair, [{ title: 'Một' }])
    const [late, ...inTime] = voters.toReversed()
    if (!late) throw new Error('nobody is late')
    for (const one of [...inTime, secretary]) ok(await one.join(meetingId))
    ok(await chair.command(meetingId, 'meeting.open'))
    const voteId = crypto.randomUUID()
    ok(await chair.command(meetingId, 'vote.open', { voteId, question: 'Đồng ý?', options: ['Có', 'Không'], secret: false }))
    await until('all sixty may vote', () => secretary.state().votes[0]?.eligible.length === 60)

    const counts: number[] = []
    ;(await secretary.socket()).on('meeting:events', () => counts.push(secretary.state().votes[0]?.cast.length ?? 0))
    const answers = await Promise.all(inTime.map((one, at) => one.command(meetingId, 'vote.cast', { voteId, option: at % 2 })))
    answers.forEach(ok)
    const all = [...inTime, secretary]
    await until('all have all', () => all.every((one) => one.state().votes[0]?.cast.length === 59))
    // A joined screen knows the open vote from the answer alone.
    const joined = (await late.join(meetingId)) as unknown as { snapshot: { votes: { id: string; status: string }[] } }
    expect(joined.snapshot.votes[0]).toMatchObject({ id: voteId, status: 'open' })
    ok(await late.command(meetingId, 'vote.cast', { voteId, option: 1 }))
    expect(await late.command(meetingId, 'vote.cast', { voteId, option: 0 })).toMatchObject({ error: { code: 'wrong_state' } })
    ok(await chair.command(meetingId, 'vote.close', { voteId }))
    await until('all have the result', () => all.every((one) => one.state().votes[0]?.tally !== undefined))
    expect(secretary.state().votes[0]?.tally).toEqual([30, 30])
    expect(counts).toEqual(counts.toSorted((one, other) => one - other))
  }, 60_000)
})
