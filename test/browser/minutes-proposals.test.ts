import type { Browser } from 'playwright-core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { seriousViolations } from '../kit/accessibility.ts'
import { openBrowser, picture } from '../kit/browser.ts'
import { openDesk, type Desk } from '../kit/minutes-desk.ts'
import { scheduleMeeting, startRoomApp, type RoomApp } from '../kit/room-client.ts'
import { until } from '../kit/until.ts'

/** A conclusion that starts from what the unit proposed: by one key, words and lead unit, the rest typed. */

const titles = { item: 'Giải ngân vốn đầu tư công', other: 'Việc khác' } as const
const proposals = ['Cho điều chuyển 12 tỷ đồng sang dự án khác.', 'Giao Sở Tài nguyên và Môi trường chủ trì đo đạc.']

let app: RoomApp
let browser: Browser
let desk: Desk

beforeAll(async () => {
  ;[app, browser] = await Promise.all([startRoomApp(), openBrowser()])
  const [office, chair] = await Promise.all([app.signIn('vanphong'), app.signIn('chutri')])
  const items = [{ title: titles.item, proposals }, { title: titles.other }]
  const { meetingId, itemIds } = await scheduleMeeting(office, chair, items)
  await chair.command(meetingId, 'meeting.open')
  await chair.command(meetingId, 'agenda.start', { itemId: itemIds[0] })
  desk = await openDesk(browser, app.baseUrl, { username: 'thuky', meetingId, titles: Object.values(titles) })
}, 240_000)
afterAll(async () => {
  await browser.close()
  await app.close()
}, 30_000)

const words = () => desk.page.getByLabel('Nội dung kết luận')
const readsWords = (wanted: string) => until(`the words are ${wanted}`, async () => (await words().inputValue()) === wanted)
const lead = () => desk.page.getByRole('combobox', { name: 'Đơn vị chủ trì' })
const hasKeys = (name: string) =>
  until(`the keys are in ${name}`, () =>
    desk.page.evaluate(
      (wanted) =>
        document.activeElement instanceof HTMLInputElement && document.activeElement.labels?.[0]?.textContent?.startsWith(wanted),
      name,
    ),
  )

test('one key opens the form with the first proposal, the next press takes the next one and its lead unit', async () => {
  const { page } = desk
  await desk.enter(titles.item)
  await page.keyboard.press('Alt+P')
  await readsWords(proposals[0] ?? '')
  await hasKeys('Đơn vị chủ trì')
  await page.keyboard.press('Alt+P')
  await readsWords(proposals[1] ?? '')
  await hasKeys('Đơn vị phối hợp')
  expect(await lead().inputValue()).toBe('Sở Tài nguyên và Môi trường')
  await picture(page, 'secretary-proposal')
  expect(await seriousViolations(page)).toEqual([])
  await page.keyboard.press('Enter')
  await hasKeys('Hạn hoàn thành')
  await page.keyboard.press('Enter')
  await hasKeys('Sản phẩm')
  await page.keyboard.press('Enter')
  const block = desk.box(titles.item).getByRole('region', { name: 'Kết luận' })
  await block.getByText('Đã trình').waitFor()
  expect(await block.textContent()).toContain(proposals[1])
  expect(await block.textContent()).toContain('Sở Tài nguyên và Môi trường')
})

test('own words and an own choice stay', async () => {
  const { page } = desk
  await desk.enter(titles.item)
  await page.keyboard.type('Thống nhất chủ trương.')
  await page.keyboard.press('Control+K')
  await hasKeys('Đơn vị chủ trì')
  await page.keyboard.type('so tai chinh')
  await page
    .getByRole('option', { name: /Sở Tài chính/ })
    .first()
    .waitFor()
  await page.keyboard.press('Enter')
  for (const proposal of proposals) {
    await page.keyboard.press('Alt+P')
    await readsWords(`Thống nhất chủ trương.\n${proposal}`)
  }
  expect(await lead().inputValue()).toBe('Sở Tài chính')
  await page.getByRole('button', { name: 'Hủy' }).click()
})

test('what is filled in stays with its passage: Escape puts it away, and another passage waits for it', async () => {
  const { page } = desk
  await desk.enter(titles.other)
  await page.keyboard.type('Đoạn một.')
  await page.keyboard.press('Control+K')
  await hasKeys('Đơn vị chủ trì')
  await page.keyboard.type('so tai chinh')
  const options = page.locator('.combo-list [role=option]')
  await options.filter({ hasNotText: 'Sở Tài chính' }).first().waitFor({ state: 'detached' })
  await until('the first unit that fits is marked', () =>
    page.evaluate(() => document.querySelector('.combo-list [role=option]')?.hasAttribute('data-highlighted') === true),
  )
  await page.keyboard.press('Enter')
  await hasKeys('Đơn vị phối hợp')
  expect(await lead().inputValue()).toBe('Sở Tài chính')
  await page.keyboard.type('dak')
  await options.first().waitFor()
  await page.keyboard.press('Escape')
  await options.first().waitFor({ state: 'detached' })
  await readsWords('Đoạn một.')
  await page.keyboard.press('Enter')
  await hasKeys('Hạn hoàn thành')
  await page.keyboard.type('15/12')
  await page.keyboard.press('Escape')
  await page.getByText('Phần đã nhập được giữ lại.').first().waitFor()
  await words().waitFor({ state: 'detached' })
  await page.keyboard.press('Control+K')
  await hasKeys('Sản phẩm')
  expect([await lead().inputValue(), await page.getByLabel('Hạn hoàn thành').inputValue()]).toEqual(['Sở Tài chính', '15/12'])
  await desk.enter(titles.item)
  await page.keyboard.press('Control+K')
  await hasKeys('Sản phẩm')
  expect(await words().inputValue()).toBe('Đoạn một.')
  await page.getByRole('button', { name: 'Hủy' }).click()
})

test('an item without proposals says so', async () => {
  await desk.enter(titles.other)
  await desk.page.keyboard.press('Alt+P')
  await desk.page.getByText('Nội dung này không có đề xuất nào được gửi trước.').waitFor()
  expect(desk.complaints).toEqual([])
})
