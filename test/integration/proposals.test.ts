import { afterAll, beforeAll, expect, test } from 'vitest'
import { demoMeetingId, scheduleMeeting, startRoomApp, type Client, type RoomApp } from '../kit/room-client.ts'

/** What the presenting units propose: kept with the item, read by the minutes' desk, and in nobody's state. */

let app: RoomApp
let secretary: Client
let chair: Client
let office: Client

beforeAll(async () => {
  app = await startRoomApp()
  ;[secretary, chair, office] = await Promise.all([app.signIn('thuky'), app.signIn('chutri'), app.signIn('vanphong')])
})
afterAll(() => app.close())

const proposalsOf = async (client: Client, meetingId: string) =>
  ((await client.get(`/api/meetings/${meetingId}/proposals`)).body as { proposals: { itemId: string; text: string }[] }).proposals

test('the demo’s items bring theirs, in their order', async () => {
  const meetingId = await demoMeetingId(secretary)
  const { body } = await secretary.get(`/api/meetings/${meetingId}`)
  const { agenda } = (body as { meeting: { agenda: { id: string }[] } }).meeting
  const proposals = await proposalsOf(secretary, meetingId)
  for (const item of agenda) expect(proposals.filter((one) => one.itemId === item.id)).toHaveLength(2)
  expect(proposals.filter((one) => one.itemId === agenda[0]?.id).map((one) => one.text)).toEqual([
    'Cho áp dụng đơn giá bồi thường cây dược liệu theo khảo sát thực tế.',
    'Cho điều chuyển 12 tỷ đồng sang dự án có khả năng giải ngân, bố trí lại vào năm 2022.',
  ])
})

test('only who writes the minutes reads them, and no state, log or minutes carries them', async () => {
  const words = 'CHIM-HOANG-YEN'
  const items = [
    { title: 'Một', proposals: [`Giao Sở Tài chính ${words}.`] },
    { title: 'Hai', presenter: 'tumorong', audience: ['stc'], proposals: [`Kín ${words}.`] },
  ]
  const { meetingId, itemIds } = await scheduleMeeting(office, chair, items)
  for (const desk of [secretary, chair, office])
    expect((await proposalsOf(desk, meetingId)).map((one) => one.itemId).sort()).toEqual([...itemIds].sort())
  expect((await secretary.get(`/api/meetings/${meetingId}/log`)).status).toBe(200)
  expect(secretary.received.filter((one) => one.includes('"hash"')).join('\n')).not.toContain(words)
  const names = ['diemcau.tumorong', 'so.stc', 'pct.1', 'duthinh', 'quantri']
  for (const reader of await Promise.all(names.map((name) => app.signIn(name)))) {
    expect((await reader.get(`/api/meetings/${meetingId}/proposals`)).status).toBe(403)
    await reader.join(meetingId)
    for (const path of ['', '/minutes', '/state?at=1', '/people']) await reader.get(`/api/meetings/${meetingId}${path}`)
    expect(reader.received.join('\n')).not.toContain(words)
  }
  expect((await secretary.get(`/api/meetings/${crypto.randomUUID()}/proposals`)).status).toBe(404)
})

test('what cannot be a proposal is refused with its field', async () => {
  const agenda = [{ title: 'Một', budgetMinutes: 10, proposals: ['Được', ' '] }]
  const meeting = {
    ...{ title: 'Thử', scheduledAt: '2027-01-07T00:30:00Z', chairUserId: chair.userId, unitIds: [office.unitId], agenda },
  }
  expect(await office.send('POST', '/api/meetings', meeting)).toMatchObject({
    status: 400,
    body: { error: { code: 'invalid_input', field: 'agenda.0.proposals.1' } },
  })
})
