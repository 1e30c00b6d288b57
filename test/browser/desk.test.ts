import { PDFDocument } from 'pdf-lib'
import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { MeetingState } from '#domain/meeting/state.ts'
import { button, openBrowser, openWindow, picture, type Window } from '../kit/browser.ts'
import { qrOnScreen } from '../kit/qr.ts'
import { demoMeetingId, startRoomApp, type Client, type RoomApp } from '../kit/room-client.ts'
import { until } from '../kit/until.ts'
import { wantsItsScreenOn } from '../kit/wakefulness.ts'

/** A whole meeting led from the chair's table and the Office's board without a mouse, seen on the wall and at a department. */

let app: RoomApp
let browser: Browser
let meetingId: string
let desk: Client
let hall: Client
let vice: Client
let chair: Window
let office: Window
let wall: Window
let department: Window

beforeAll(async () => {
  ;[app, browser] = await Promise.all([startRoomApp(), openBrowser()])
  ;[desk, hall, vice] = await Promise.all([app.signIn('thuky'), app.signIn('diemcau.tumorong'), app.signIn('pct.1')])
  meetingId = await demoMeetingId(desk)
  await Promise.all([hall, vice].map((client) => client.join(meetingId)))
}, 240_000)
afterAll(async () => {
  await browser.close()
  await app.close()
}, 30_000)

const state = async () => ((await desk.get(`/api/meetings/${meetingId}`)).body as { meeting: MeetingState }).meeting
const meets = (what: string, check: (now: MeetingState) => boolean) => until(what, async () => check(await state()), 30_000)
const done = async (answer: Promise<{ ok: boolean; error?: unknown }>) => expect((await answer).error).toBeUndefined()

const press = (window: Window, ...keys: string[]) =>
  keys.reduce((before, key) => before.then(() => window.page.keyboard.press(key)), Promise.resolve())
/** Presses a key once its button stands there, ready and under this name: the key does what the button says. */
async function pressFor(window: Window, key: string, name: string) {
  const ready = window.page.locator(`button[aria-keyshortcuts="${key.toUpperCase()}"]:not([aria-disabled="true"])`)
  await ready.and(button(window.page, name)).waitFor()
  await press(window, key)
}
/** Answers the open question with its act: past the safe answer, which has the focus. */
async function confirm(window: Window) {
  await window.page.getByRole('alertdialog').waitFor()
  await press(window, 'Tab', 'Enter')
  await window.page.getByRole('alertdialog').waitFor({ state: 'detached' })
}

/** The smallest text that stands on the wall, in its pixels. */
const smallestText = (page: Page): Promise<number> =>
  page.evaluate(() => {
    const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT)
    const sizes: number[] = []
    while (walker.nextNode()) {
      const element = walker.currentNode.parentElement
      const box = element?.getBoundingClientRect()
      const isSeen = box !== undefined && box.width > 1 && box.height > 1 && element?.closest('.said-only') === null
      if (element && isSeen && walker.currentNode.nodeValue?.trim())
        sizes.push(Number.parseFloat(getComputedStyle(element).fontSize))
    }
    return Math.min(...sizes)
  })
async function onTheWall(words: string | RegExp, name: string) {
  await wall.page.getByText(words).first().waitFor()
  await picture(wall.page, `wall-${name}`)
  expect(await smallestText(wall.page), name).toBeGreaterThanOrEqual(44)
}

/** What a screen reader says of it by itself, at the chair's table. */
const spoken = (words: string | RegExp) =>
  chair.page.locator('[aria-live], [role="status"]').getByText(words).first().waitFor({ state: 'attached' })

async function pdfOfTwoPages(): Promise<Buffer> {
  const document = await PDFDocument.create()
  for (const words of ['Trang 1', 'Trang 2']) document.addPage([960, 540]).drawText(words, { x: 80, y: 260, size: 96 })
  return Buffer.from(await document.save())
}

describe('a meeting without a mouse', () => {
  test('one press on the front page brings ten bridge points to life', async () => {
    const { page } = await openWindow(browser, app.baseUrl, { path: '/' })
    const turnOn = button(page, 'Bật điểm cầu mô phỏng')
    await turnOn.focus()
    await page.keyboard.press('Enter')
    await page.getByText('Đã vào phòng 10 / 10').waitFor({ timeout: 60_000 })
    await page.getByText('Đang trong phòng').nth(9).waitFor()
    await page.getByText('Đã xong 1 / 8 bước').waitFor()
    await picture(page, 'front-alive')
    await page.locator('summary').press('Enter')
    const [opened] = await Promise.all([page.waitForEvent('popup'), button(page, 'Mở Chủ trì').press('Enter')])
    await button(opened, 'Bắt đầu họp').waitFor()
    await opened.close()
    await button(page, 'Tắt điểm cầu mô phỏng').focus()
    await page.keyboard.press('Enter')
    await turnOn.waitFor()
    await page.context().close()
  }, 90_000)

  test('each opens their window; the wall counts who is there', async () => {
    const room = `/meetings/${meetingId}`
    const large = { width: 1920, height: 1080 }
    chair = await openWindow(browser, app.baseUrl, { username: 'chutri', path: room })
    office = await openWindow(browser, app.baseUrl, { username: 'vanphong', path: room, size: { width: 1280, height: 720 } })
    department = await openWindow(browser, app.baseUrl, { username: 'so.stc', path: room })
    wall = await openWindow(browser, app.baseUrl, { username: 'vanphong', path: `${room}/projector`, size: large })
    await button(chair.page, 'Bắt đầu họp').waitFor()
    await onTheWall(/^Đã kết nối \d+ \/ 42 đơn vị$/, 'before')
    for (const { page } of [chair, office, department, wall]) await until('the screen stays on', () => wantsItsScreenOn(page))
  })

  test('the chair opens, starts, extends, pauses and resumes', async () => {
    await pressFor(chair, 'n', 'Bắt đầu họp')
    await meets('the meeting runs', (now) => now.status === 'running')
    await pressFor(chair, 'n', 'Bắt đầu nội dung 1')
    await meets('the first item runs', (now) => now.currentItemId === now.agenda[0]?.id)
    await onTheWall('Nội dung 1', 'item')
    const before = (await state()).agenda[0]?.budgetSeconds ?? 0
    await pressFor(chair, 'e', 'Thêm giờ 5 phút')
    await meets('it has five minutes more', (now) => now.agenda[0]?.budgetSeconds === before + 300)
    await pressFor(chair, 'p', 'Tạm nghỉ')
    await meets('the meeting is paused', (now) => now.status === 'paused')
    await onTheWall(/^Từ \d\d:\d\d/, 'pause')
    await pressFor(chair, 'p', 'Họp tiếp')
    await meets('the meeting goes on', (now) => now.status === 'running')
  })

  test('what is left is the same within a second on a computer two days ahead in another zone, and never jumps up', async () => {
    const clock = { aheadMs: 2 * 24 * 3600_000, timezoneId: 'America/New_York' }
    const odd = await openWindow(browser, app.baseUrl, { username: 'pct.2', path: `/meetings/${meetingId}`, clock })
    /** The clock of the bar and the seconds that are left of the item, as they stand on a page. */
    const shown = ({ page }: Window) =>
      page.evaluate(() => {
        const words = (place: string) => [...document.querySelectorAll(`${place} .said-only`)].at(-1)?.textContent ?? ''
        const left = words('.running .left').split(':').map(Number)
        return { clock: words('.bar .clock'), left: left.reduce((sum, part) => sum * 60 + part, 0) }
      })
    await odd.page.locator('.running .left').waitFor()
    expect(await odd.page.evaluate(() => Date.now())).toBeGreaterThan(Date.now() + clock.aheadMs - 60_000)
    let before = Infinity
    for (let look = 0; look < 8; look++) {
      const [right, other] = await until('both show what is left, within a second', async () => {
        const both = await Promise.all([shown(chair), shown(odd)])
        return Math.abs(both[0].left - both[1].left) <= 1 && both
      })
      expect(right.left).toBeGreaterThan(60)
      expect(other.left).toBeLessThanOrEqual(before)
      before = other.left
      await odd.page.waitForTimeout(300)
    }
    await until('both clocks show the same minute', async () => {
      const [right, other] = await Promise.all([shown(chair), shown(odd)])
      return right.clock === other.clock
    })
    await odd.page.context().close()
  })

  test('gives the floor to the first, takes it back, and mutes all but the speaker', async () => {
    await done(hall.command(meetingId, 'floor.request', { kind: 'speak' }))
    await pressFor(department, 'f', 'Xin phát biểu')
    await chair.page
      .getByRole('button', { name: /^Mời phát biểu/ })
      .nth(1)
      .waitFor()
    await pressFor(chair, 'g', 'Mời phát biểu')
    await meets('the hall speaks', (now) => now.floor.holder?.userId === hall.userId)
    await spoken(/Tu Mơ Rông, đang phát biểu\.$/)
    await onTheWall('Phát biểu', 'floor')
    await press(chair, 'm')
    const muted = await until('others are muted', async () => {
      const { participants } = await state()
      return participants.muted.length > 1 && participants.muted
    })
    expect(muted).not.toContain(hall.userId)
    await pressFor(chair, 't', 'Thu quyền phát biểu')
    await meets('the floor is free', (now) => now.floor.holder === undefined)
    await spoken('Quyền phát biểu đang trống.')
  })

  test('a second kind of word is asked for while the first waits, and each is taken back alone', async () => {
    const kinds = async () => {
      const { floor } = await state()
      return floor.queue.filter((one) => one.userId !== hall.userId).map((one) => one.kind)
    }
    await pressFor(department, 'o', 'Đăng ký khác')
    await button(department.page, 'Đăng ký Ý kiến về chương trình').focus()
    await press(department, 'Enter')
    await until('both wait, the point of order first', async () => (await kinds()).join() === 'pointOfOrder,speak')
    await picture(department.page, 'department-kinds')
    await button(department.page, 'Thôi Phát biểu').focus()
    await press(department, 'Enter')
    await until('the other one waits still', async () => (await kinds()).join() === 'pointOfOrder')
    await press(department, 'Escape')
  })

  test('who was silent under the item is listed and invited; each person’s time stands in the record', async () => {
    const quiet = await app.signIn('diemcau.konplong')
    await quiet.join(meetingId)
    await pressFor(chair, 'i', 'Mời người khác')
    const silent = chair.page.getByRole('region', { name: /^Chưa có ý kiến ở nội dung này/ })
    await silent.getByRole('button', { name: /Kon Plông/ }).focus()
    expect(await silent.getByRole('button', { name: /Tu Mơ Rông/ }).count()).toBe(0)
    await press(chair, 'Enter')
    await picture(chair.page, 'chair-silent')
    await chair.page.getByRole('dialog').getByRole('button', { name: 'Mời phát biểu' }).focus()
    await press(chair, 'Enter')
    await meets('it has the floor', (now) => now.floor.holder?.userId === quiet.userId)
    await pressFor(chair, 'k', 'Kết luận')
    const times = chair.page.getByRole('region', { name: 'Thời gian phát biểu' }).getByRole('listitem')
    await times.nth(1).waitFor()
    expect(await times.allTextContents()).toEqual([
      expect.stringMatching(/Tu Mơ Rông.*1 lượt.*Trong nội dung này/),
      expect.stringMatching(/Kon Plông.*1 lượt.*Trong nội dung này/),
    ])
    await picture(chair.page, 'chair-record')
    await press(chair, 'Escape')
    await pressFor(chair, 't', 'Thu quyền phát biểu')
    await meets('the floor is free', (now) => now.floor.holder === undefined)
    quiet.close()
  })

  test('puts to an open vote and a secret one, and sees by name who has not voted', async () => {
    await pressFor(chair, 'v', 'Mở biểu quyết')
    await chair.page.getByRole('dialog').waitFor()
    await press(chair, 'Enter')
    await chair.page.getByText(/^Chưa biểu quyết: .*\(chưa kết nối\)/).waitFor()
    await onTheWall(/^Đã biểu quyết 0/, 'vote')
    const voteId = (await state()).votes[0]?.id
    await chair.page.getByLabel('Tán thành', { exact: true }).focus()
    await press(chair, 'Space')
    await done(vice.command(meetingId, 'vote.cast', { voteId, option: 0 }))
    await chair.page.getByText(/^Đã biểu quyết 1/).waitFor()
    // A choice that is not yet sent outlives the votes of others.
    expect(await chair.page.getByLabel('Tán thành', { exact: true }).isChecked()).toBe(true)
    await button(chair.page, 'Biểu quyết').focus()
    await press(chair, 'Enter')
    await meets('two have voted', (now) => now.votes[0]?.cast.length === 2)
    await pressFor(chair, 'v', 'Đóng biểu quyết')
    await confirm(chair)
    await meets('the vote has a result', (now) => now.votes[0]?.tally?.[0] === 2)
    await onTheWall('Lấy ý kiến, chủ trì quyết định', 'vote-result')

    await pressFor(chair, 'v', 'Mở biểu quyết')
    await chair.page.getByRole('dialog').waitFor()
    await chair.page.getByLabel(/^Bỏ phiếu kín/).focus()
    await press(chair, 'Space')
    await chair.page.getByLabel('Nội dung biểu quyết').focus()
    await press(chair, 'Enter')
    await meets('a secret vote is open', (now) => now.votes[1]?.secret === true)
    await pressFor(chair, 'v', 'Đóng biểu quyết')
    await confirm(chair)
    await meets('it is closed', (now) => now.votes[1]?.status === 'closed')
  })

  test('returns a conclusion with a word, approves and issues it', async () => {
    const conclusionId = crypto.randomUUID()
    const proposal = {
      conclusionId,
      itemId: (await state()).agenda[0]?.id,
      text: 'Giao UBND huyện Tu Mơ Rông phê duyệt phương án bồi thường đợt một.',
      leadUnitId: hall.unitId,
      coordinatingUnitIds: [],
      dueDate: '2027-01-15',
    }
    await done(desk.command(meetingId, 'conclusion.propose', proposal))
    await pressFor(chair, 'r', 'Trả lại')
    await chair.page.getByLabel('Ý kiến chỉnh sửa').waitFor()
    await chair.page.keyboard.type('Ghi rõ hạn.')
    await press(chair, 'Control+Enter')
    await meets('it is returned', (now) => now.conclusions[0]?.remark === 'Ghi rõ hạn.')
    await done(desk.command(meetingId, 'conclusion.propose', proposal))
    await pressFor(chair, 'a', 'Duyệt')
    await meets('it is approved', (now) => now.conclusions[0]?.status === 'approved')
    await pressFor(chair, 'b', 'Ban hành')
    await confirm(chair)
    await meets('it is issued', (now) => now.conclusions[0]?.status === 'issued')
    await onTheWall('Kết luận số 01/TB-UBND', 'conclusion')
  })

  test('defers an item with a reason, which one Escape does not throw away; keys rest while somebody types; the focus is not lost', async () => {
    await pressFor(chair, 'l', 'Thành phần trong phòng')
    await chair.page.getByLabel('Tìm đơn vị hoặc người').waitFor()
    const running = (await state()).currentItemId
    await chair.page.keyboard.type('sở nn')
    expect(await chair.page.getByLabel('Tìm đơn vị hoặc người').inputValue()).toBe('sở nn')
    await press(chair, 'Escape')
    expect((await state()).currentItemId).toBe(running)
    await pressFor(chair, 'd', 'Hoãn')
    const reason = chair.page.getByLabel('Lý do hoãn')
    await reason.waitFor()
    await chair.page.keyboard.type('Nhầm')
    await press(chair, 'Escape')
    await chair.page.getByText('Chưa lưu những gì vừa nhập').waitFor()
    expect(await reason.inputValue()).toBe('Nhầm')
    await press(chair, 'Escape')
    await reason.waitFor({ state: 'detached' })
    await pressFor(chair, 'd', 'Hoãn')
    await reason.waitFor()
    await chair.page.keyboard.type('Chờ số liệu của Sở Tài chính')
    await press(chair, 'Enter')
    await chair.page.getByText('Lý do: Chờ số liệu của Sở Tài chính').waitFor()
    await pressFor(chair, 'n', 'Bắt đầu nội dung 2')
    await meets('the second item runs', (now) => now.currentItemId === now.agenda[1]?.id)
    await press(chair, '?')
    await chair.page.getByRole('dialog').getByText('Hoãn nội dung đang thảo luận').waitFor()
    await press(chair, 'Escape')
    await pressFor(chair, 'f', 'Kết thúc nội dung')
    await meets('it is finished', (now) => now.agenda[1]?.status === 'done')
  })

  test('a point that hears nothing is marked as deaf', async () => {
    expect(await hall.ask('meeting:line', { meetingId, quality: 'good', microphone: 'deaf' })).toMatchObject({ ok: true })
    const row = office.page.getByRole('row', { name: /Tu Mơ Rông/ })
    await row.getByText('Không nghe được').waitFor()
    expect(await hall.ask('meeting:line', { meetingId, quality: 'good', microphone: 'off' })).toMatchObject({ ok: true })
    await row.getByText('Không nghe được').waitFor({ state: 'detached' })
  })

  test('the Office finds a point, calls it, pins it and mutes it; the point rings and answers', async () => {
    await press(office, '/')
    await office.page.keyboard.type('so tai chinh')
    await press(office, 'Enter', 'g')
    await department.page.getByText(/đang gọi điểm cầu/).waitFor()
    await picture(department.page, 'point-rings')
    await press(department, 'y')
    await office.page.getByText(/^Đã nghe \d/).waitFor()
    await picture(office.page, 'office-called')
    await press(office, 'p')
    await meets('it is pinned', (now) => now.stage.pinnedUserId !== undefined)
    await button(office.page, 'Bỏ ghim hình').waitFor()
    await press(office, 'p')
    await meets('it is not pinned any more', (now) => now.stage.pinnedUserId === undefined)
    await press(office, 'l')
    const link = office.page.getByRole('dialog').getByLabel('Đường dẫn', { exact: true })
    await link.waitFor()
    expect(await qrOnScreen(office.page.getByRole('img', { name: 'Mã QR của đường dẫn' }))).toBe(await link.inputValue())
    await press(office, 'Escape')
  })

  test('removes it, once asked, and lets it in again; both see it', async () => {
    await press(office, 'x')
    await confirm(office)
    await department.page.getByText('Chủ trì đã mời ra khỏi phòng họp.').waitFor()
    await picture(department.page, 'removed')
    await pressFor(chair, 'l', 'Thành phần trong phòng')
    await button(chair.page, 'Cho vào lại').focus()
    await picture(chair.page, 'chair-people')
    await press(chair, 'Enter')
    await button(department.page, 'Xin phát biểu').waitFor()
    await press(chair, 'Escape')
  })

  test('help calls stand oldest first; the oldest one is done by one key', async () => {
    await done(hall.command(meetingId, 'help.request', { text: 'Không nghe được loa' }))
    await done(vice.command(meetingId, 'help.request', { text: 'Màn hình tắt' }))
    const third = await app.signIn('diemcau.konplong')
    await done(third.command(meetingId, 'help.request', { text: 'Mất hình' }))
    // Of three the chair reads in one line what the oldest says and who the others are: what needs a yes stays in sight.
    const needs = chair.page.getByRole('region', { name: 'Cần quyết định' }).getByRole('listitem')
    await needs.filter({ hasText: /3 điểm cầu cần hỗ trợ.*Không nghe được loa.*UBND tỉnh, huyện Kon Plông/ }).waitFor()
    const calls = office.page.getByRole('region', { name: /^Gọi hỗ trợ/ }).getByRole('listitem')
    await calls.nth(1).waitFor()
    expect(await calls.first().textContent()).toContain('Không nghe được loa')
    await pressFor(office, 'h', 'Đã xử lý')
    await meets('the oldest is resolved', (now) => now.help[0]?.resolvedAt !== undefined && now.help[1]?.resolvedAt === undefined)
    await needs.filter({ hasText: /Huyện Kon Plông cần hỗ trợ.*Mất hình/ }).waitFor()
  })

  test('a PDF is brought, shown and turned by page, on the wall and at the points', async () => {
    await press(office, '3')
    await office.page.getByLabel('Tải lên PDF').setInputFiles({
      name: 'Phương án bồi thường.pdf',
      mimeType: 'application/pdf',
      buffer: await pdfOfTwoPages(),
    })
    await button(office.page, 'Trình chiếu').or(button(office.page, 'Chiếu')).first().focus()
    await press(office, 'Enter')
    await onTheWall('Trang 1 / 2', 'page')
    const isDrawn = (page: Page) =>
      page.waitForFunction(() =>
        [...document.images].some((one) => one.src.includes('/pages/') && one.complete && one.naturalWidth > 0),
      )
    await Promise.all([isDrawn(wall.page), isDrawn(department.page)])
    await button(office.page, 'Trang sau').waitFor()
    await press(office, 'ArrowRight')
    await onTheWall('Trang 2 / 2', 'page-2')
    await department.page.waitForFunction(() => [...document.images].some((one) => one.src.includes('/pages/2')))
    await picture(department.page, 'department-page')
    await button(office.page, 'Ngừng chiếu').focus()
    await press(office, 'Enter')
    await meets('nothing is shown', (now) => now.stage.presenting === undefined)
  })

  test('the chair hands the meeting over and gets it back', async () => {
    await button(chair.page, 'Chuyển chủ trì').waitFor()
    await press(chair, 'h')
    await chair.page.getByRole('alertdialog').waitFor()
    // Who chairs from now on is told on every face: the desk has to write it down.
    const told = Promise.all(
      [chair, office].map(({ page }) => page.getByText(/Tô Mai Hạc chủ trì cuộc họp từ lúc này/).waitFor()),
    )
    await press(chair, 'Space', 'Enter')
    const successor = await until('another chairs', async () => {
      const { chairUserId } = await state()
      return chairUserId === vice.userId && chairUserId
    })
    await button(chair.page, 'Xin phát biểu').waitFor()
    await told
    await picture(chair.page, 'leader')
    const me = (await state()).votes[0]?.cast.find((userId) => userId !== successor)
    const mine = chair.page.getByText('Đã nhận chủ trì cuộc họp').waitFor()
    await done(vice.command(meetingId, 'chair.handOver', { userId: me }))
    await mine
    await button(chair.page, 'Bắt đầu nội dung').waitFor()
  })

  test('the unattended wall loads itself again when another build is served', async () => {
    await wall.page.evaluate(() => (document.title = 'old'))
    await wall.page.route('**/', async (route) => {
      const response = await route.fetch()
      const html = await response.text()
      await route.fulfill({ response, body: html.replace(/\/assets\/index-/, '/assets/next-') })
    })
    await wall.page.context().setOffline(true)
    await wall.page.waitForFunction(() => document.documentElement.dataset.line !== 'live')
    await wall.page.context().setOffline(false)
    await wall.page.waitForFunction(() => document.title !== 'old')
    await wall.page.unroute('**/')
    await onTheWall('Tiếp theo', 'between')
  })

  test('the chair closes, asked once; every face says so', async () => {
    await button(chair.page, 'Kết thúc họp').waitFor()
    await press(chair, 'x')
    const question = chair.page.getByRole('alertdialog')
    await question.getByText('Còn 4 nội dung chưa thảo luận: 3, 4, 5, 6.', { exact: true }).waitFor()
    await question.getByText(/^Chưa xác nhận đã nhận kết luận: huyện Tu Mơ Rông/).waitFor()
    await confirm(chair)
    await meets('the meeting is closed', (now) => now.status === 'closed')
    await onTheWall('Cuộc họp đã kết thúc', 'closed')
    for (const [name, { page }] of Object.entries({ chair, office, department })) {
      await page
        .getByText(/^Cuộc họp đã kết thúc/)
        .first()
        .waitFor()
      await picture(page, `${name}-closed`)
    }
    for (const { complaints } of [chair, office, wall]) expect(complaints.filter((one) => !/ERR_INTERNET/.test(one))).toEqual([])
  })
})
