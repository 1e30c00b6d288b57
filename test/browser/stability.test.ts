import type { Browser } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { MeetingState } from '#domain/meeting/state.ts'
import { openBrowser, openWindow, picture, type Window } from '../kit/browser.ts'
import { hardToRead } from '../kit/legibility.ts'
import { demoMeetingId, startRoomApp, type Client, type RoomApp } from '../kit/room-client.ts'
import { movement, watchStillness } from '../kit/stillness.ts'
import { until } from '../kit/until.ts'

/** A meeting is played by others while four faces look on: from afar everything is read, and nothing jumps. */

let app: RoomApp
let browser: Browser
let meetingId: string
let itemIds: string[]
let chair: Client
let desk: Client
let office: Client
let halls: Client[]
const windows: Partial<Record<'chair' | 'secretary' | 'hall' | 'wall', Window>> = {}

const room = (name: keyof typeof windows): Window => {
  const window = windows[name]
  if (!window) throw new Error(`${name} is not open`)
  return window
}
const wide = { width: 1920, height: 1080 }
const state = async () => ((await office.get(`/api/meetings/${meetingId}`)).body as { meeting: MeetingState }).meeting

/** Does an act and waits until all faces have drawn it. */
async function act(who: Client, type: string, fields: object = {}): Promise<void> {
  const answer = await who.command(meetingId, type, fields)
  if (!answer.ok) throw new Error(`${type}: ${JSON.stringify(answer.error)}`)
  const drawn = () => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))
  await Promise.all(Object.values(windows).map(({ page }) => page.evaluate(drawn)))
}

beforeAll(async () => {
  ;[app, browser] = await Promise.all([startRoomApp(), openBrowser()])
  ;[office, chair, desk] = await Promise.all([app.signIn('vanphong'), app.signIn('chutri'), app.signIn('thuky')])
  halls = await Promise.all(['tumorong', 'dakha', 'sathay'].map((code) => app.signIn(`diemcau.${code}`)))
  meetingId = await demoMeetingId(office)
  itemIds = (await state()).agenda.map((item) => item.id)
  const representative = { name: 'A Sâm Ngọc', title: 'Chủ tịch UBND huyện' }
  for (const hall of halls) await hall.command(meetingId, 'attendance.checkIn', { representative, headCount: 18 })
  const path = `/meetings/${meetingId}`
  const open = (username: string, more: { path: string; size?: typeof wide }) =>
    openWindow(browser, app.baseUrl, { username, ...more })
  windows.chair = await open('chutri', { path })
  windows.secretary = await open('thuky', { path })
  windows.hall = await open('diemcau.tumorong', { path, size: wide })
  windows.wall = await open('vanphong', { path: `${path}/projector`, size: wide })
  for (const { page } of Object.values(windows)) {
    await page.waitForFunction(() => document.documentElement.dataset.line === 'live' && document.fonts.status === 'loaded')
    await page.getByText('Họp định kỳ').first().waitFor()
  }
}, 240_000)
afterAll(async () => {
  await browser.close()
  await app.close()
}, 30_000)

describe('read from five and from ten metres', () => {
  const conclusionId = crypto.randomUUID()
  const voteId = crypto.randomUUID()
  const scenes: [name: string, play: () => Promise<void>][] = [
    ['before the opening', () => Promise.resolve()],
    [
      'an item',
      async () => {
        await act(chair, 'meeting.open')
        await act(chair, 'agenda.start', { itemId: itemIds[0] })
      },
    ],
    [
      'the floor',
      async () => {
        for (const hall of halls) await act(hall, 'floor.request', { kind: 'speak' })
        await act(chair, 'floor.grant', { userId: halls[0]?.userId, limitSeconds: 300 })
      },
    ],
    [
      'a vote',
      async () => {
        const options = ['Tán thành', 'Không tán thành', 'Không biểu quyết']
        await act(chair, 'floor.revoke')
        await act(chair, 'vote.open', { voteId, question: 'Thông qua phương án bồi thường đợt một?', options, secret: false })
      },
    ],
    [
      'a conclusion',
      async () => {
        await act(chair, 'vote.close', { voteId })
        await act(desk, 'conclusion.propose', {
          conclusionId,
          itemId: itemIds[0],
          text: 'Giao UBND huyện Tu Mơ Rông phê duyệt phương án bồi thường đợt một.',
          leadUnitId: halls[0]?.unitId,
          coordinatingUnitIds: [],
          dueDate: '2027-01-15',
        })
        await act(chair, 'conclusion.approve', { conclusionId })
        await act(desk, 'conclusion.issue', { conclusionId })
        await room('hall').page.getByText('01/TB-UBND').first().waitFor()
        await room('wall').page.getByText('01/TB-UBND').first().waitFor()
      },
    ],
    ['a pause', () => act(chair, 'meeting.pause')],
  ]

  test.each(scenes)('%s', async (name, play) => {
    await play()
    const picturesOf = name.replaceAll(' ', '-')
    await picture(room('hall').page, `far-hall-${picturesOf}`)
    await picture(room('wall').page, `far-wall-${picturesOf}`)
    expect(await hardToRead(room('hall').page, 40), 'the hall').toEqual([])
    expect(await hardToRead(room('wall').page, 44), 'the wall').toEqual([])
  })
})

describe('nothing jumps', () => {
  test('while half a meeting is played by others, each face stays where it is', async () => {
    await act(chair, 'meeting.resume')
    await act(chair, 'agenda.start', { itemId: itemIds[1] })
    // The vote was closed with the item before; its panel leaves the table by the chair's own act.
    await room('chair').page.getByText('Thông qua phương án bồi thường đợt một?').first().waitFor({ state: 'hidden' })
    for (const { page } of Object.values(windows)) await watchStillness(page)
    await act(halls[0] ?? chair, 'conclusion.acknowledge', { conclusionId: (await state()).conclusions[0]?.id })
    for (const itemId of itemIds.slice(2, 4)) {
      await act(chair, 'agenda.start', { itemId })
      for (const hall of halls) await act(hall, 'floor.request', { kind: 'speak' }).catch(() => undefined)
      const { queue } = (await state()).floor
      if (queue.length > 1) await act(chair, 'floor.reorder', { requestIds: queue.map((one) => one.requestId).reverse() })
      for (const { userId } of queue) await act(chair, 'floor.grant', { userId, limitSeconds: 180 })
      await act(chair, 'agenda.extend', { itemId, minutes: 5 })
      await act(office, 'notice.post', { text: 'Còn năm phút đến giờ giải lao', level: 'info' })
      if ((await state()).floor.holder) await act(chair, 'floor.revoke')
    }
    const pending = (await state()).agenda.filter((item) => item.status === 'pending').map((item) => item.id)
    if (pending.length > 1) await act(chair, 'agenda.reorder', { itemIds: pending.reverse() })
    await until('the last order is drawn', async () => (await state()).agenda.length > 0)
    const moved: string[] = []
    for (const [name, { page }] of Object.entries(windows)) {
      const { sum, worst } = await movement(page)
      if (sum >= 0.02) moved.push(`${name} ${sum.toFixed(4)}`, ...worst)
    }
    expect(moved).toEqual([])
  })
})
