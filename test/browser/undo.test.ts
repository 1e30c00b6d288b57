import type { Browser, Locator, Page } from 'playwright-core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { MeetingState } from '#domain/meeting/state.ts'
import { openBrowser, openWindow } from '../kit/browser.ts'
import { demoMeetingId, scheduleMeeting, startRoomApp, type Client, type RoomApp } from '../kit/room-client.ts'
import { until } from '../kit/until.ts'

/** The chair's acts under one thumb: few taps each, and five seconds to think better of one that has an opposite. */

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
  // The clock runs by itself as well: how far depends on the machine.
  await page.clock.runFor(2500)
  expect(await undo().isVisible()).toBe(true)
  await page.clock.runFor(2500)
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

test('a meeting of six items by thumb: one tap an act, and no question but at the close', async () => {
  const [chair, secretary, hall] = await Promise.all(['chutri', 'thuky', 'diemcau.tumorong'].map((name) => app.signIn(name)))
  if (!chair || !secretary || !hall) throw new Error('somebody is missing')
  const titles = Array.from({ length: 6 }, (_, at) => ({ title: `Việc thứ ${at + 1}`, presenter: 'tumorong' }))
  const made = await scheduleMeeting(office, chair, titles)
  const room = async () => ((await office.get(`/api/meetings/${made.meetingId}`)).body as { meeting: MeetingState }).meeting
  const window = await openWindow(browser, app.baseUrl, {
    username: 'chutri',
    path: `/meetings/${made.meetingId}`,
    touch: true,
  })
  let taps = 0
  let acts = 0
  /** One act of the chair: taps this button until the room says that it is done. */
  const act = async (name: RegExp, isDone: (now: MeetingState) => boolean) => {
    acts += 1
    const target = window.page.getByRole('button', { name }).first()
    await target.and(window.page.locator(':not([aria-disabled="true"])')).waitFor()
    taps += 1
    await target.tap()
    await until(`${name.source} is done`, async () => {
      expect(await window.page.getByRole('alertdialog').or(window.page.getByRole('dialog')).count()).toBe(0)
      return isDone(await room())
    })
  }
  await act(/^Bắt đầu họp/, (now) => now.status === 'running')
  for (const [at, itemId] of made.itemIds.entries()) {
    await act(new RegExp(`^Bắt đầu nội dung ${at + 1}`), (now) => now.currentItemId === itemId)
    expect(await hall.command(made.meetingId, 'floor.request', { kind: 'speak' })).toMatchObject({ ok: true })
    await act(/^Mời phát biểu/, (now) => now.floor.holder?.userId === hall.userId)
    await act(/^Thu quyền phát biểu/, (now) => now.floor.holder === undefined)
    const conclusionId = crypto.randomUUID()
    const wording = { conclusionId, itemId, text: 'Giao huyện báo cáo.', leadUnitId: hall.unitId, coordinatingUnitIds: [] }
    expect(await secretary.command(made.meetingId, 'conclusion.propose', wording)).toMatchObject({ ok: true })
    await act(/^Duyệt/, (now) => now.conclusions[at]?.status === 'approved')
  }
  acts += 1
  taps += 2
  await window.page.getByRole('button', { name: /^Kết thúc họp/ }).tap()
  const question = window.page.getByRole('alertdialog')
  await question.getByText(/6 kết luận đã duyệt chưa ban hành\./).waitFor()
  await question.getByRole('button', { name: /^Kết thúc họp/ }).tap()
  await until('the meeting is closed', async () => (await room()).status === 'closed')
  expect(taps / acts).toBeLessThanOrEqual(1.3)
  expect(window.complaints).toEqual([])
})
