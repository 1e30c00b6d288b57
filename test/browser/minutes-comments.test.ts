import type { Locator, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { seriousViolations } from '../kit/accessibility.ts'
import { picture } from '../kit/browser.ts'
import { openDesk, startDesk, type Desk, type DeskRoom } from '../kit/minutes-desk.ts'
import { openWriter } from '../kit/minutes-writer.ts'
import { until } from '../kit/until.ts'

/** Two secretaries talk about a passage beside the text: by keyboard, live, and wherever the passage goes. */

const titles = {
  talk: 'Giải ngân vốn đầu tư công',
  moves: 'Giải phóng mặt bằng',
  gone: 'Phòng, chống thiên tai',
  home: 'Cải cách hành chính',
  offline: 'Chuyển đổi số',
} as const

let room: DeskRoom
let desk: Desk
let other: Desk

beforeAll(async () => {
  room = await startDesk(Object.values(titles))
  ;({ desk } = room)
  other = await openDesk(room.browser, room.app.baseUrl, {
    ...{ ...room.minutes.colleague, meetingId: room.minutes.meetingId, titles: Object.values(titles) },
  })
}, 240_000)
afterAll(() => room.close(), 30_000)

const panel = (page: Page): Locator => page.getByRole('dialog', { name: 'Góp ý' })
const field = (page: Page, name: string): Locator => panel(page).getByRole('textbox', { name })
const marked = (one: Desk, title: string): Promise<string> =>
  one
    .box(title)
    .locator('.commented')
    .allTextContents()
    .then((parts) => parts.join(''))
const marks = (one: Desk, title: string, words: string): Promise<true> =>
  until(`the mark is on “${words}”`, async () => (await marked(one, title)) === words).catch(async (error: unknown) => {
    throw new Error(`it is on “${await marked(one, title)}”`, { cause: error })
  })
const hasKeys = (locator: Locator): Promise<true> =>
  until('the keys are there', () => locator.evaluate((element) => element === document.activeElement))

/** The key, the words, Enter: a comment on the paragraph that the caret is in, or on what is selected; then the keys are in the text again. */
async function comment(one: Desk, title: string, words: string): Promise<void> {
  await one.page.keyboard.press('Alt+C')
  await hasKeys(field(one.page, 'Nội dung góp ý'))
  await one.page.keyboard.type(words)
  await one.page.keyboard.press('Enter')
  await panel(one.page).getByText(words).waitFor()
  await hasKeys(one.box(title))
}
const closePanel = async (one: Desk): Promise<void> => {
  await panel(one.page).getByRole('button', { name: 'Đóng' }).click()
  await panel(one.page).waitFor({ state: 'detached' })
}

describe('two secretaries', () => {
  test('one comments on a passage by keyboard; the other is told, answers with the same key; the first resolves it', async () => {
    await desk.enter(titles.talk)
    await desk.page.keyboard.type('Huyện báo cáo còn 41 hộ.')
    await desk.saved()
    await other.reads(titles.talk, ['Huyện báo cáo còn 41 hộ.'])
    await comment(desk, titles.talk, 'Ghi rõ số hộ của đợt một.')
    await desk.page.keyboard.type(' Xã đã đối thoại.')
    await desk.reads(titles.talk, ['Huyện báo cáo còn 41 hộ. Xã đã đối thoại.'])
    await other.page.getByText('Ghi rõ số hộ của đợt một.').waitFor()
    for (const one of [desk, other]) await marks(one, titles.talk, 'Huyện báo cáo còn 41 hộ.')
    await picture(desk.page, 'secretary-comment')
    expect(await seriousViolations(desk.page)).toEqual([])

    await other.enter(titles.talk)
    await other.page.keyboard.press('Home')
    await other.page.keyboard.press('Alt+C')
    await hasKeys(field(other.page, 'Nội dung trả lời'))
    await other.page.keyboard.type('Đợt một là 17 hộ.')
    await other.page.keyboard.press('Enter')
    await panel(desk.page).getByText('Đợt một là 17 hộ.').waitFor()
    await panel(desk.page).getByRole('button', { name: 'Đã giải quyết' }).click()
    for (const one of [desk, other]) await marks(one, titles.talk, '')
    await panel(other.page).getByText('Góp ý đã giải quyết (1)').click()
    await panel(other.page).getByRole('button', { name: 'Mở lại' }).click()
    for (const one of [desk, other]) await marks(one, titles.talk, 'Huyện báo cáo còn 41 hộ.')
    for (const one of [desk, other]) await closePanel(one)
  })

  test('the key is listed with the others', async () => {
    await desk.page.keyboard.press('Escape')
    await desk.page.keyboard.press('Shift+?')
    await desk.page.getByRole('dialog', { name: 'Phím tắt' }).getByText('Góp ý đoạn này').waitFor()
    await desk.page.keyboard.press('Escape')
  })
})

describe('the passage', () => {
  test('keeps its comment while words come and go before, in and behind it, and when its paragraph is split', async () => {
    const { keyboard } = desk.page
    await desk.enter(titles.moves)
    await keyboard.type('Đã bàn giao 8,2 km mặt bằng.')
    await keyboard.press('Home')
    for (const _ of ['Đã', 'bàn', 'giao']) await keyboard.press('Control+Shift+ArrowRight')
    await comment(desk, titles.moves, 'Đúng là đã bàn giao?')
    await marks(desk, titles.moves, 'Đã bàn giao')
    await closePanel(desk)
    await hasKeys(desk.box(titles.moves))
    await desk.saved()

    const { app, minutes } = room
    const writer = await openWriter(app.baseUrl, minutes.office, minutes.meetingId, minutes.sectionOf(titles.moves))
    await writer.type(0, 0, 'Tuyến đường: ')
    await marks(desk, titles.moves, 'Đã bàn giao')
    await writer.type(0, 'Tuyến đường: Đã'.length, ' cơ bản')
    await writer.type(0, 'Tuyến đường: Đã cơ bản bàn giao'.length, ' được')
    await writer.add(0, 'Đoạn mới ở trên.')
    for (const one of [desk, other]) await marks(one, titles.moves, 'Đã cơ bản bàn giao')
    writer.close()

    await desk.box(titles.moves).getByText('Tuyến đường').click()
    await keyboard.press('Home')
    for (const _ of 'Tuyến đường: ') await keyboard.press('ArrowRight')
    await keyboard.press('Enter')
    await other.reads(titles.moves, ['Đoạn mới ở trên.', 'Tuyến đường: ', 'Đã cơ bản bàn giao được 8,2 km mặt bằng.'])
    for (const one of [desk, other]) await marks(one, titles.moves, 'Đã cơ bản bàn giao')
  })

  test('that was split off is found again by its words; deleted, the comment says so and stays; back, it is marked again', async () => {
    const { keyboard } = desk.page
    await desk.enter(titles.gone)
    await keyboard.type('Mực nước vượt báo động hai.')
    await comment(desk, titles.gone, 'Lúc mấy giờ?')
    await desk.page.keyboard.press('Home')
    await keyboard.type('Thủy văn: ')
    await keyboard.press('Enter')
    await other.reads(titles.gone, ['Thủy văn: ', 'Mực nước vượt báo động hai.'])
    for (const one of [desk, other]) await marks(one, titles.gone, 'Mực nước vượt báo động hai.')
    await keyboard.press('End')
    await keyboard.press('Shift+Home')
    await keyboard.press('Delete')
    await panel(desk.page).getByText('Đoạn này không còn trong biên bản.').waitFor()
    await picture(desk.page, 'secretary-comment-gone')
    expect(await marked(desk, titles.gone)).toBe('')
    await panel(desk.page).getByText('Lúc mấy giờ?').waitFor()
    await keyboard.press('Control+Z')
    await marks(desk, titles.gone, 'Mực nước vượt báo động hai.')
    await panel(desk.page).getByText('Đoạn này không còn trong biên bản.').waitFor({ state: 'detached' })
    await closePanel(desk)
  })
  test('Home in the very moment the keys are back in the text holds', async () => {
    const { page } = desk
    await desk.enter(titles.home)
    await page.keyboard.type('Báo cáo')
    for (const round of ['c', 'b', 'a']) {
      await page.keyboard.press('End')
      await page.keyboard.press('Alt+C')
      await hasKeys(field(page, 'Nội dung góp ý'))
      await page.keyboard.press('Escape')
      await hasKeys(desk.box(titles.home))
      await page.keyboard.press('Home')
      // The editor has seen by now where the caret is.
      await page.evaluate(() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done))))
      await page.keyboard.type(round)
    }
    await other.reads(titles.home, ['abcBáo cáo'])
  })
})

describe('when something is missing', () => {
  test('without a passage the key says what to do; without a line what was typed is kept and can be sent later', async () => {
    const { page } = desk
    await desk.enter(titles.offline)
    await page.keyboard.type('Đã nối mạng 102 xã.')
    await desk.saved()
    await page.keyboard.press('Alt+C')
    await hasKeys(field(page, 'Nội dung góp ý'))
    await page.context().setOffline(true)
    await page.waitForFunction(() => document.documentElement.dataset.line !== 'live')
    await page.keyboard.type('Còn xã nào chưa?')
    await page.keyboard.press('Enter')
    await panel(page).getByText('Đang mất kết nối, chưa gửi được.').first().waitFor()
    expect(await field(page, 'Nội dung góp ý').inputValue()).toBe('Còn xã nào chưa?')
    await page.context().setOffline(false)
    await page.waitForFunction(() => document.documentElement.dataset.line === 'live')
    await page.keyboard.press('Enter')
    await other.page.getByText('Còn xã nào chưa?').first().waitFor()
    await closePanel(desk)
  })

  test('comments that cannot be loaded say so, and are loaded again by a press', async () => {
    const { page } = other
    await page.route('**/minutes/comments', (route) => route.fulfill({ status: 503, json: {} }))
    await page.reload()
    await other.box(titles.talk).waitFor()
    await page.getByRole('button', { name: /^Góp ý/ }).click()
    await panel(page).getByRole('alert').waitFor()
    await page.unroute('**/minutes/comments')
    await panel(page).getByRole('button', { name: 'Thử lại' }).click()
    await panel(page).getByText('Còn xã nào chưa?').waitFor()
  })

  test('nothing went wrong on the page', () => {
    expect(desk.complaints.filter((one) => !one.includes('ERR_INTERNET_DISCONNECTED'))).toEqual([])
  })
})
