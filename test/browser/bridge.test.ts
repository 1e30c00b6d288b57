import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { MeetingState } from '#domain/meeting/state.ts'
import { button, openBrowser, openWindow, picture, type Window } from '../kit/browser.ts'
import { cutLine, pictureMs, showsNewFrame, voices } from '../kit/hall.ts'
import { hardToRead } from '../kit/legibility.ts'
import { loudness } from '../kit/media.ts'
import { scheduleMeeting, startRoomApp, type Client, type RoomApp } from '../kit/room-client.ts'
import { until } from '../kit/until.ts'

/** Two halls and the chair on a real server with a real LiveKit: coming in, being heard, losing the line, staying outside. */

let app: RoomApp
let browser: Browser
/** A machine of its own, whose line can be cut. */
let northBrowser: Browser
let office: Client
let chairDesk: Client
let hall: Client
let otherHall: Client
let meetingId: string
let itemIds: string[]
let chair: Window
/** Came in by a link. */
let north: Window
/** Signed in by name; `tablet` is a second device of the same person. */
let south: Window
let tablet: Window

const wide = { width: 1920, height: 1080 }
const closedTitle = 'Nhân sự chủ chốt huyện Kon Plông'

beforeAll(async () => {
  // An empty setting is none: the local LiveKit is found or built.
  ;[app, browser, northBrowser] = await Promise.all([startRoomApp({ LIVEKIT_URL: '' }), openBrowser(), openBrowser()])
  ;[office, chairDesk, hall, otherHall] = await Promise.all([
    app.signIn('vanphong'),
    app.signIn('chutri'),
    app.signIn('diemcau.tumorong'),
    app.signIn('diemcau.konplong'),
  ])
  const made = await scheduleMeeting(office, chairDesk, [
    { title: 'Tiến độ đường liên xã', presenter: 'tumorong' },
    { title: 'Phòng chống rét cho đàn gia súc', presenter: 'konplong' },
    { title: closedTitle, presenter: 'konplong', audience: ['konplong'] },
  ])
  meetingId = made.meetingId
  itemIds = made.itemIds
  await office.join(meetingId)
}, 240_000)
afterAll(async () => {
  await Promise.all([browser.close(), northBrowser.close()])
  await app.close()
}, 30_000)

const says = (page: Page, words: string) => page.getByText(words, { exact: false }).first().waitFor()
const state = async () => ((await office.get(`/api/meetings/${meetingId}`)).body as { meeting: MeetingState }).meeting
const command = async (who: Client, type: string, fields: object = {}) =>
  expect(await who.command(meetingId, type, fields)).toMatchObject({ ok: true })
const hearsAVoice = (page: Page) => until('a voice is heard', async () => (await loudness(page)) > 0.01, 30_000)
const hearsNothing = (page: Page) => until('it is silent', async () => (await loudness(page)) < 0.001, 15_000)
/** Each of these pages plays so many voices: all that are on their way included, none that has left. */
const play = (...wanted: [page: Page, count: number][]) =>
  until(`voices are ${wanted.map(([, count]) => count).join(', ')}`, async () =>
    (await Promise.all(wanted.map(([page]) => voices(page)))).every((count, at) => count === wanted[at]?.[1]),
  )
const sees = (page: Page) => until('a picture moves', () => showsNewFrame(page), pictureMs)

async function fillIn(page: Page, name: string): Promise<void> {
  await page.getByLabel('Họ và tên').fill(name)
  await page.getByLabel('Chức vụ').fill('Chủ tịch UBND huyện')
  await page.getByLabel('Số người tại điểm cầu').fill('18')
}

test('a hall comes in by its link: who represents it, the device check, in; the Office has the result', async () => {
  const made = await office.send('POST', `/api/meetings/${meetingId}/join-links`, { unitId: hall.unitId })
  const { pathname } = new URL((made.body as { url: string }).url)
  north = await openWindow(northBrowser, app.baseUrl, { path: pathname, size: wide })
  const { page } = north
  await fillIn(page, 'A Sâm Ngọc')
  await says(page, 'Camera: có hình')
  await says(page, 'Micrô: nghe rõ')
  await says(page, 'Đường truyền:')
  await button(page, 'Nghe thử loa').click()
  await button(page, 'Nghe rõ').click()
  await picture(page, 'join')
  await button(page, 'Vào phòng họp').click()
  await page.waitForFunction(() => document.documentElement.dataset.face === 'bridge')
  await until('it is checked in', async () =>
    (await state()).attendance.some((row) => row.unitId === hall.unitId && row.representative.name === 'A Sâm Ngọc'),
  )
  const result = ['"camera":"ok"', '"microphone":"ok"', '"speaker":"ok"', '"roundTripMs":']
  await until('the Office has the result', () =>
    office.received.some((text) => [hall.userId, ...result].every((part) => text.includes(part))),
  )
})

test('a hall that signed in passes the same front room, and hears there whether picture and sound are ready', async () => {
  const room = `/meetings/${meetingId}`
  ;[south, chair] = await Promise.all([
    openWindow(browser, app.baseUrl, { username: 'diemcau.konplong', path: room, size: wide }),
    openWindow(browser, app.baseUrl, { username: 'chutri', path: room }),
  ])
  await fillIn(south.page, 'Y Bình')
  await says(south.page, 'Hình và tiếng: sẵn sàng')
  await picture(south.page, 'bridge-front-room')
  await button(south.page, 'Vào phòng họp').click()
  await says(south.page, 'Cuộc họp chưa bắt đầu')
  await command(chairDesk, 'meeting.open')
  await command(chairDesk, 'agenda.start', { itemId: itemIds[0] })
  await Promise.all([sees(north.page), sees(south.page)])
})

test('who is given the floor is heard by the chair at once, and no longer when it is given back', async () => {
  await command(hall, 'floor.request')
  await command(chairDesk, 'floor.grant', { userId: hall.userId })
  await says(north.page, 'Micrô đang bật')
  await hearsAVoice(chair.page)
  await sees(chair.page)
  await picture(north.page, 'bridge-speaking')
  await button(north.page, 'Kết thúc phát biểu').click()
  await says(north.page, 'Micrô đang tắt')
  await hearsNothing(chair.page)
})

test('nothing that must be read in the hall is under 40 pixels', async () => {
  for (const { page } of [north, south]) expect(await hardToRead(page, 40, 1)).toEqual([])
})

test('what is pressed once a day is behind one button, opened and shut by keys', async () => {
  const { page } = south
  await button(page, 'Tùy chọn').press('Enter')
  await button(page, 'Rời phòng họp').waitFor()
  expect(await hardToRead(page, 40, 1)).toEqual([])
  await page.keyboard.press('Escape')
  await button(page, 'Rời phòng họp').waitFor({ state: 'hidden' })
})

test('a hall with two devices is one voice; one press moves it, and nobody is put out', async () => {
  tablet = await openWindow(browser, app.baseUrl, { username: 'diemcau.konplong', path: `/meetings/${meetingId}` })
  await says(tablet.page, 'Âm thanh đang ở thiết bị khác')
  await command(chairDesk, 'floor.grant', { userId: otherHall.userId })
  await says(south.page, 'Micrô đang bật')
  await hearsAVoice(chair.page)
  await play([chair.page, 1], [tablet.page, 0])
  await picture(tablet.page, 'bridge-tablet')

  await button(tablet.page, 'Chuyển âm thanh về đây').click()
  await says(tablet.page, 'Micrô đang bật')
  await says(south.page, 'Âm thanh đang ở thiết bị khác')
  await hearsAVoice(chair.page)
  await play([chair.page, 1], [south.page, 0])
  await picture(south.page, 'bridge-sound-elsewhere')
  expect((await state()).attendance.filter((row) => row.unitId === otherHall.unitId)).toHaveLength(1)
  await command(otherHall, 'floor.yield')
  await hearsNothing(chair.page)
  await tablet.page.context().close()
  await says(south.page, 'Micrô đang tắt')
})

test('a line that is cut for half a minute: all stays readable, what was pressed is sent once, picture and sound return', async () => {
  const { page } = north
  await sees(page)
  await page.evaluate(() => Reflect.set(window, 'isSamePage', true))
  const begun = performance.now()
  const mend = await cutLine(northBrowser, page)
  await page.waitForFunction(() => document.documentElement.dataset.line !== 'live')
  await button(page, 'Xin phát biểu').click()
  await says(page, 'Chờ kết nối lại')
  await command(otherHall, 'floor.request')
  await command(chairDesk, 'agenda.start', { itemId: itemIds[1] })
  await page.getByText('Tiến độ đường liên xã').first().waitFor()
  await until('no packet of the picture arrives', async () => !(await showsNewFrame(page)), 20_000)
  await picture(page, 'bridge-cut')
  const points = chair.page.getByRole('list', { name: 'Các điểm cầu' }).getByRole('listitem')
  await points
    .filter({ hasText: /Tu Mơ Rông/ })
    .filter({ hasText: /Không có hình|Mất kết nối/ })
    .waitFor()
  expect((await state()).floor.queue.map((one) => one.userId)).toEqual([otherHall.userId])
  await until('half a minute has passed', () => performance.now() - begun > 30_000, 31_000)

  await mend()
  const mended = performance.now()
  await page.waitForFunction(() => document.documentElement.dataset.line === 'live')
  process.stdout.write(`From the mended line to live: ${Math.round(performance.now() - mended)} ms\n`)
  await button(page, 'Thôi phát biểu').waitFor()
  const { queue } = (await state()).floor
  expect(queue.map((one) => one.userId)).toEqual([otherHall.userId, hall.userId])
  await says(page, 'Phòng chống rét cho đàn gia súc')
  await sees(page)
  expect(await page.evaluate(() => Reflect.has(window, 'isSamePage'))).toBe(true)

  await command(chairDesk, 'floor.grant', { userId: hall.userId })
  await says(page, 'Micrô đang bật')
  await hearsAVoice(chair.page)
  await command(hall, 'floor.yield')
})

test('in a closed item of others a hall sees when to expect it to end, and nothing of it; then it is back by itself', async () => {
  const { page } = north
  await command(chairDesk, 'agenda.start', { itemId: itemIds[2] })
  await says(page, 'Dự kiến đến')
  await until('no picture is left', async () => (await page.locator('video').count()) === 0)
  await sees(south.page)
  await play([page, 0])
  expect(await page.content()).not.toContain(closedTitle)
  await picture(page, 'bridge-closed-item')
  await command(chairDesk, 'agenda.finish', { itemId: itemIds[2] })
  await sees(page)
})
