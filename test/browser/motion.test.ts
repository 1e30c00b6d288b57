import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { MeetingState } from '#domain/meeting/state.ts'
import { openBrowser, openWindow, type Window } from '../kit/browser.ts'
import { motionOf, movingNow, watchMotion } from '../kit/motion.ts'
import { demoMeetingId, startRoomApp, type Client, type RoomApp } from '../kit/room-client.ts'
import { until } from '../kit/until.ts'

/** Two windows look at one meeting: in one what changes moves so that the eye can follow; in the other, which asked for no motion, nothing does. */

let app: RoomApp
let browser: Browser
let meetingId: string
let chair: Client
let desk: Client
let halls: Client[]
let lively: Window
let calm: Window

const state = async () => ((await chair.get(`/api/meetings/${meetingId}`)).body as { meeting: MeetingState }).meeting

beforeAll(async () => {
  ;[app, browser] = await Promise.all([startRoomApp(), openBrowser()])
  ;[chair, desk] = await Promise.all([app.signIn('chutri'), app.signIn('thuky')])
  halls = await Promise.all(['tumorong', 'dakha', 'sathay'].map((code) => app.signIn(`diemcau.${code}`)))
  meetingId = await demoMeetingId(chair)
  const { agenda } = await state()
  await chair.command(meetingId, 'meeting.open')
  await chair.command(meetingId, 'agenda.start', { itemId: agenda[0]?.id })
  for (const hall of halls) await hall.command(meetingId, 'floor.request', { kind: 'speak' })
  const place = { username: 'thuky', path: `/meetings/${meetingId}`, size: { width: 1440, height: 900 } }
  lively = await openWindow(browser, app.baseUrl, place)
  calm = await openWindow(browser, app.baseUrl, { ...place, reducedMotion: 'reduce' })
  for (const { page } of [lively, calm]) {
    await page.waitForFunction(() => document.documentElement.dataset.line === 'live' && document.fonts.status === 'loaded')
    await page.getByText('Đã lưu.').first().waitFor()
  }
}, 240_000)
afterAll(async () => {
  await browser.close()
  await app.close()
}, 30_000)

async function issue(): Promise<void> {
  const conclusionId = crypto.randomUUID()
  const { agenda } = await state()
  const [item] = agenda
  const lead = halls[0]?.unitId
  const text = 'Giao UBND huyện Tu Mơ Rông phê duyệt phương án.'
  await desk.command(meetingId, 'conclusion.propose', {
    ...{ conclusionId, itemId: item?.id, text, leadUnitId: lead, coordinatingUnitIds: [] },
  })
  await chair.command(meetingId, 'conclusion.approve', { conclusionId })
  await chair.command(meetingId, 'conclusion.issue', { conclusionId })
}

const firstIn = (page: Page, region: string) => page.getByRole('region', { name: region }).getByRole('listitem').first()

const acts: [name: string, what: string, act: () => Promise<unknown>, isDrawn: (window: Window) => Promise<unknown>][] = [
  [
    'the queue in another order',
    'li.',
    async () => {
      const { queue } = (await state()).floor
      await chair.command(meetingId, 'floor.reorder', { requestIds: queue.map((one) => one.requestId).reverse() })
    },
    ({ page }) => firstIn(page, 'Chờ phát biểu').getByText('Sa Thầy').first().waitFor(),
  ],
  [
    'the agenda in another order',
    'li.',
    async () => {
      const pending = (await state()).agenda.filter((item) => item.status === 'pending')
      await chair.command(meetingId, 'agenda.reorder', { itemIds: pending.map((item) => item.id).reverse() })
    },
    ({ page }) => firstIn(page, 'Chương trình họp').getByText('Nội dung 6').waitFor({ state: 'attached' }),
  ],
  [
    'the banner of a conclusion',
    'section.banner',
    issue,
    ({ page }) => page.getByRole('alert').getByText('01/TB-UBND').waitFor(),
  ],
]

test.each(acts)('%s moves for those who want it, and is simply there for those who do not', async (_, what, act, isDrawn) => {
  await Promise.all([lively, calm].map(({ page }) => watchMotion(page)))
  await act()
  await Promise.all([lively, calm].map(isDrawn))
  await until('it moves', async () => (await motionOf(lively.page)).some((one) => one.startsWith(what)))
  expect(await motionOf(calm.page)).toEqual([])
  expect(await movingNow(calm.page)).toEqual([])
})

test('a drawer and the words that pass are simply there too', async () => {
  await watchMotion(calm.page)
  await calm.page.keyboard.press('Control+H')
  await calm.page.getByRole('dialog').waitFor()
  await calm.page.keyboard.press('Control+S')
  await calm.page.getByText('Biên bản tự lưu khi gõ').first().waitFor()
  expect(await motionOf(calm.page)).toEqual([])
})
