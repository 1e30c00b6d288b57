import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { MinutesComment } from '#domain/contract/comments.ts'
import { startTestApp, type TestApp } from '../kit/app.ts'
import { startTestPostgres, type TestPostgres } from '../kit/postgres.ts'
import { scheduleMeeting, signIn, type Client } from '../kit/room-client.ts'
import { until } from '../kit/until.ts'

/** The desk's comments on the minutes: told to every desk on every process, kept, and never to anybody who only reads. */

const secretWords = 'CHIM-HOANG-YEN'
/** A letter of a section that nobody has typed in: where it is does not matter here. */
const anchor = Buffer.from([0, 1, 1]).toString('base64')

let postgres: TestPostgres
let apps: TestApp[]
const clients: Client[] = []
let secretary: Client
let office: Client
let chair: Client
let readers: Client[]
let meetingId: string
let openItem: string
let closedItem: string

const enter = async (app: TestApp | undefined, username: string): Promise<Client> => {
  const client = await signIn(app?.url ?? '', username)
  clients.push(client)
  return client
}
const path = () => `/api/meetings/${meetingId}/minutes/comments`
const comment = (sectionId: string, more: object = {}) => ({
  ...{ commentId: crypto.randomUUID(), sectionId, from: anchor, to: anchor, quote: 'còn 41 hộ', text: secretWords },
  ...more,
})
const listOf = async (client: Client): Promise<MinutesComment[]> =>
  ((await client.get(path())).body as { comments: MinutesComment[] }).comments
/** What this client was told live about comments. */
async function toldTo(client: Client): Promise<MinutesComment[]> {
  const told: MinutesComment[] = []
  const line = await client.socket()
  line.on('minutes:comment', (message: { comment: MinutesComment }) => told.push(message.comment))
  return told
}

beforeAll(async () => {
  postgres = await startTestPostgres()
  const database = await postgres.database()
  // The second finds the demo that the first has made.
  apps = [await startTestApp(database)]
  apps.push(await startTestApp(database))
  ;[secretary, chair, office] = await Promise.all([enter(apps[0], 'thuky'), enter(apps[0], 'chutri'), enter(apps[1], 'vanphong')])
  const names = ['diemcau.tumorong', 'so.stc', 'pct.1', 'duthinh', 'quantri']
  readers = await Promise.all(names.map((name, index) => enter(apps[index % 2], name)))
  const items = [{ title: 'Một' }, { title: 'Hai', presenter: 'tumorong', audience: ['stc'] }]
  const made = await scheduleMeeting(office, chair, items)
  meetingId = made.meetingId
  ;[openItem = '', closedItem = ''] = made.itemIds
  for (const client of [secretary, chair, office, ...readers]) expect(await client.join(meetingId)).toMatchObject({ ok: true })
})
afterAll(async () => {
  for (const client of clients) client.close()
  await Promise.all(apps.map((app) => app.close()))
  await postgres.stop()
})

describe('who writes the minutes', () => {
  test('comments, answers and resolves; every other desk is told at once, and finds it all later', async () => {
    const told = await toldTo(office)
    const mine = comment(openItem)
    const made = await secretary.send('POST', path(), mine)
    expect(made).toMatchObject({
      status: 201,
      body: { comment: { id: mine.commentId, quote: 'còn 41 hộ', userId: secretary.userId, answers: [], version: 1 } },
    })
    await until('the office is told', () => told.length > 0)
    const answer = { answerId: crypto.randomUUID(), text: 'Đã sửa theo báo cáo.' }
    const toldChair = await toldTo(chair)
    expect((await office.send('POST', `${path()}/${mine.commentId}/answers`, answer)).status).toBe(201)
    expect((await chair.send('PUT', `${path()}/${mine.commentId}/resolution`, { isResolved: true })).status).toBe(200)
    await until('all is told to the chair', () => toldChair.some((one) => one.resolved !== undefined))
    const whole = await until('and to the office', () => told.find((one) => one.version === 3))
    const [stored] = await listOf(office)
    expect(stored).toEqual(whole)
    expect(stored).toMatchObject({
      answers: [{ id: answer.answerId, userId: office.userId, text: answer.text }],
      resolved: { userId: chair.userId },
    })
  })

  test('what is sent twice is there once; what is resolved takes no answer until it is opened again', async () => {
    const mine = comment(openItem)
    const answer = { answerId: crypto.randomUUID(), text: 'Rõ.' }
    const at = `${path()}/${mine.commentId}`
    for (const _ of [1, 2]) expect((await secretary.send('POST', path(), mine)).status).toBe(201)
    for (const _ of [1, 2]) expect((await office.send('POST', `${at}/answers`, answer)).status).toBe(201)
    expect((await listOf(secretary)).filter((one) => one.id === mine.commentId)).toMatchObject([{ answers: [{ text: 'Rõ.' }] }])
    expect(await office.send('POST', path(), mine)).toMatchObject({ status: 409, body: { error: { code: 'conflict' } } })
    for (const _ of [1, 2]) await secretary.send('PUT', `${at}/resolution`, { isResolved: true })
    const late = { answerId: crypto.randomUUID(), text: 'Muộn.' }
    expect(await office.send('POST', `${at}/answers`, late)).toMatchObject({
      status: 409,
      body: { error: { code: 'wrong_state', message: 'Chưa thể thực hiện: góp ý này đã được giải quyết.' } },
    })
    await office.send('PUT', `${at}/resolution`, { isResolved: false })
    expect((await office.send('POST', `${at}/answers`, late)).body).toMatchObject({
      comment: { answers: [answer, late].map(({ text }) => ({ text })) },
    })
  })

  test.each([
    ['text', { text: '  ' }],
    ['text', { text: 'x'.repeat(2001) }],
    ['quote', { quote: '' }],
    ['from', { from: 'không' }],
  ])('what cannot be a comment is refused with its field: %s', async (field, more) => {
    expect(await secretary.send('POST', path(), comment(openItem, more))).toMatchObject({
      status: 400,
      body: { error: { code: 'invalid_input', field } },
    })
  })

  test('a section or a comment that is not there is not found', async () => {
    expect((await secretary.send('POST', path(), comment(crypto.randomUUID()))).status).toBe(404)
    const nowhere = `${path()}/${crypto.randomUUID()}`
    expect((await secretary.send('PUT', `${nowhere}/resolution`, { isResolved: true })).status).toBe(404)
    const answer = { answerId: crypto.randomUUID(), text: 'Không có ở đâu.' }
    expect((await secretary.send('POST', `${nowhere}/answers`, answer)).status).toBe(404)
  })
})

describe('who only reads', () => {
  test('receives nothing: not over HTTP, not live, not in the text, in an open item or a closed one', async () => {
    const told = await toldTo(office)
    const [inOpen, inClosed] = [comment(openItem), comment(closedItem)]
    for (const one of [inOpen, inClosed]) expect((await secretary.send('POST', path(), one)).status).toBe(201)
    await until('the desk is told of both', () =>
      [inOpen, inClosed].every((one) => told.some((heard) => heard.id === one.commentId)),
    )
    for (const reader of readers) {
      expect((await reader.get(path())).status).toBe(403)
      expect((await reader.send('POST', path(), comment(openItem))).status).toBe(403)
      const answer = { answerId: crypto.randomUUID(), text: 'Từ điểm cầu.' }
      expect((await reader.send('POST', `${path()}/${inOpen.commentId}/answers`, answer)).status).toBe(403)
      expect((await reader.send('PUT', `${path()}/${inClosed.commentId}/resolution`, { isResolved: true })).status).toBe(403)
      await reader.get(`/api/meetings/${meetingId}`)
      await reader.get(`/api/meetings/${meetingId}/minutes`)
      for (const sectionId of [openItem, closedItem]) {
        const synced = await reader.ask('minutes:sync', { meetingId, sectionId, stateVector: 'AA==' })
        const text = typeof synced.update === 'string' ? Buffer.from(synced.update, 'base64').toString('latin1') : ''
        expect(text).not.toContain(secretWords)
      }
      // The line is in order: what was meant for this reader would have come before the answer.
      await reader.ask('clock:ping', {})
      expect(reader.received.join('\n')).not.toContain(secretWords)
      expect(reader.received.join('\n')).not.toContain('minutes:comment')
    }
    expect((await listOf(secretary)).filter((one) => one.text === 'Từ điểm cầu.')).toEqual([])
  })

  test('a new chair is told what the old one no longer is; who was removed is told nothing', async () => {
    const [vice] = readers.filter((one) => one.username === 'pct.1')
    if (!vice) throw new Error('there is no vice-chair')
    await chair.command(meetingId, 'meeting.open')
    expect(await chair.command(meetingId, 'chair.handOver', { userId: vice.userId })).toMatchObject({ ok: true })
    expect(await secretary.command(meetingId, 'participant.remove', { userId: office.userId })).toMatchObject({ ok: true })
    const [byVice, byChair, byOffice] = await Promise.all([vice, chair, office].map(toldTo))
    const mine = comment(openItem)
    await secretary.send('POST', path(), mine)
    await until('the new chair is told', () => byVice?.some((one) => one.id === mine.commentId))
    expect((await listOf(vice)).some((one) => one.id === mine.commentId)).toBe(true)
    expect([byChair, byOffice]).toEqual([[], []])
    expect((await chair.get(path())).status).toBe(403)
    expect((await office.get(path())).status).toBe(403)
  })
})
