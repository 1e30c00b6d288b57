import type { Browser, Locator, Page } from 'playwright-core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { MeetingState } from '#domain/meeting/state.ts'
import { openBrowser, openWindow } from '../kit/browser.ts'
import { demoMeetingId, startRoomApp, type Client, type RoomApp } from '../kit/room-client.ts'
import { until } from '../kit/until.ts'

/** Five seconds to think better of an act that has an opposite: it is taken back by a press, and then no longer. */

let app: RoomApp
let browser: Browser
let meetingId: string
let office: Client
let page: Page

const state = async () => ((await office.get(`/api/meetings/${meetingId}`)).body as { meeting: MeetingState }).meeting
const numbers = async () => (await state()).agenda.map((item) => item.number)
const readsNumbers = (wanted: number[]) =>
  until(`the order is ${wanted.join(' ')}`, async () => JSON.stringify(await numbers()) === JSON.stringify(wanted))
const undo = (): Locator => page.getByRole('button', { name: 'Hoàn tác' })

/** One step down by the buttons of the row. */
async function moveDown(number: number): Promise<void> {
  const down = page.getByRole('button', { name: `Chuyển xuống: nội dung ${number}` })
  if (!(await down.isVisible())) await page.getByRole('button', { name: `Thao tác với nội dung ${number}` }).press('Enter')
  await down.press('Enter')
  await undo().waitFor()
}

beforeAll(async () => {
  ;[app, browser] = await Promise.all([startRoomApp(), openBrowser()])
  office = await app.signIn('vanphong')
  meetingId = await demoMeetingId(office)
  const window = await openWindow(browser, app.baseUrl, { username: 'chutri', path: `/meetings/${meetingId}` })
  ;({ page } = window)
  // The page's clock in the test's hands; it runs by itself until it is set forward.
  await page.clock.install()
  await page.reload()
  await page.getByRole('button', { name: 'Thao tác với nội dung 1' }).waitFor()
}, 240_000)
afterAll(async () => {
  await browser.close()
  await app.close()
}, 30_000)

test('an order of the agenda is put back as it was, and who came in between stays', async () => {
  await moveDown(1)
  await readsNumbers([2, 1, 3, 4, 5, 6])
  const inserted = { itemId: crypto.randomUUID(), title: 'Việc phát sinh', budgetMinutes: 10, position: 0 }
  expect(await office.command(meetingId, 'agenda.insert', inserted)).toMatchObject({ ok: true })
  await page.getByText('Việc phát sinh').first().waitFor()
  await undo().click()
  await readsNumbers([1, 2, 3, 4, 5, 6, 7])
  await undo().waitFor({ state: 'detached' })
})

test('the offer leaves after five seconds, and what was done stays', async () => {
  await moveDown(1)
  await readsNumbers([2, 1, 3, 4, 5, 6, 7])
  await page.clock.runFor(4000)
  expect(await undo().isVisible()).toBe(true)
  await page.clock.runFor(2000)
  await undo().waitFor({ state: 'detached' })
  expect(await numbers()).toEqual([2, 1, 3, 4, 5, 6, 7])
})

test('an act without an opposite offers none', async () => {
  await page.getByRole('button', { name: 'Thêm giờ 5 phút' }).first().press('Enter')
  await until('the item has five minutes more', async () =>
    (await state()).agenda.some((item) => item.budgetSeconds % 3600 !== 0),
  )
  expect(await undo().count()).toBe(0)
})
