import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { isClosedStub, type MeetingState } from '#domain/meeting/state.ts'
import { seriousViolations } from '../kit/accessibility.ts'
import { pictureMs } from '../kit/hall.ts'
import { button, openBrowser, openWindow, picture, pictures, type Window } from '../kit/browser.ts'
import { decodedFrames, loudness, strangersAsked } from '../kit/media.ts'
import { demoMeetingId, startRoomApp, type Client, type RoomApp } from '../kit/room-client.ts'
import { until } from '../kit/until.ts'

/** A whole meeting in real browsers, on the real server, the real database and a real LiveKit. */

const small = { width: 1280, height: 720 }
const tablet = { width: 1280, height: 800 }
const big = { width: 1920, height: 1080 }
const phone = { width: 390, height: 844 }

let app: RoomApp
let browser: Browser
let office: Client
let meetingId: string
let chair: Window
let secretary: Window
let hall: Window
let secondHall: Window
let wall: Window

beforeAll(async () => {
  // An empty setting is none: the local LiveKit is found or built.
  ;[app, browser] = await Promise.all([startRoomApp({ LIVEKIT_URL: '' }), openBrowser()])
  office = await app.signIn('vanphong')
  meetingId = await demoMeetingId(office)
}, 240_000)
afterAll(async () => {
  await browser.close()
  await app.close()
}, 30_000)

const state = async (): Promise<MeetingState> => {
  const { body } = await office.get(`/api/meetings/${meetingId}`)
  return (body as { meeting: MeetingState }).meeting
}
const holderOf = async (): Promise<string | undefined> => (await state()).floor.holder?.userId

const faceIs = (page: Page, face: string) => page.waitForFunction((name) => document.documentElement.dataset.face === name, face)

/** A page that somebody looks at once: accessible, at every size, in both themes. */
async function look(
  name: string,
  options: Parameters<typeof openWindow>[2],
  ready: (page: Page) => Promise<unknown>,
  sizes = [small, big],
) {
  const { page, complaints } = await openWindow(browser, app.baseUrl, options)
  await ready(page)
  expect(await seriousViolations(page), name).toEqual([])
  await pictures(page, name, sizes)
  await page.context().close()
  return complaints
}

describe('a Thursday meeting', () => {
  const room = () => `/meetings/${meetingId}`

  test('signed out, the front page complains of nothing and is accessible', async () => {
    const complaints = await look('front', { path: '/' }, (page) => page.getByLabel('Tên đăng nhập').waitFor(), [
      small,
      big,
      tablet,
      phone,
    ])
    expect(complaints).toEqual([])
  })

  test('each opens their own face', async () => {
    ;[chair, secretary, hall, wall] = await Promise.all([
      openWindow(browser, app.baseUrl, { username: 'chutri', path: room() }),
      openWindow(browser, app.baseUrl, { username: 'thuky', path: room() }),
      openWindow(browser, app.baseUrl, { username: 'diemcau.tumorong', path: room(), size: big }),
      openWindow(browser, app.baseUrl, { username: 'vanphong', path: `${room()}/projector`, size: big }),
    ])
    await faceIs(chair.page, 'chair')
    await faceIs(secretary.page, 'secretary')
    await faceIs(hall.page, 'bridge')
    await faceIs(wall.page, 'projector')
    await pictures(wall.page, 'projector-before', [small, big])
  })

  test('a hall passes the front room and is checked in under its representative', async () => {
    const { page } = hall
    await page.getByLabel('Họ và tên').fill('A Sâm Ngọc')
    await page.getByLabel('Chức vụ').fill('Chủ tịch UBND huyện')
    await page.getByLabel('Số người tại điểm cầu').fill('18')
    await picture(page, 'bridge-front-room')
    await button(page, 'Vào phòng họp').click()
    await until('the hall is checked in', async () => (await state()).attendance[0]?.representative.name === 'A Sâm Ngọc')
  })

  test('a second hall comes in by a link alone', async () => {
    const { body: units } = await office.get('/api/units')
    const unitId = (units as { units: { id: string; code: string }[] }).units.find((unit) => unit.code === 'dakha')?.id
    const link = await office.send('POST', `/api/meetings/${meetingId}/join-links`, { unitId })
    const { pathname } = new URL((link.body as { url: string }).url)
    secondHall = await openWindow(browser, app.baseUrl, { path: pathname, size: big })
    const { page } = secondHall
    await page.getByLabel('Họ và tên').fill('Phạm Thị Thương')
    expect(await seriousViolations(page)).toEqual([])
    await pictures(page, 'join', [small, tablet, phone])
    await page.getByLabel('Chức vụ').fill('Phó Chủ tịch UBND huyện')
    await page.getByLabel('Số người tại điểm cầu').fill('7')
    await button(page, 'Vào phòng họp').click()
    await faceIs(page, 'bridge')
    await until('the second hall is checked in', async () => (await state()).attendance.some((row) => row.unitId === unitId))
  })

  test('the chair opens the meeting and begins the first item in one press each', async () => {
    await button(chair.page, 'Bắt đầu họp').click()
    await until('the meeting runs', async () => (await state()).status === 'running')
    await button(chair.page, 'Bắt đầu nội dung').click()
    const running = await until('the item runs', async () => (await state()).currentItemId)
    expect(running).toBe((await state()).agenda[0]?.id)
    await pictures(wall.page, 'projector-item', [small, big])
  })

  test('a hall is given the floor in one press: its picture is on the table and its sound is heard', async () => {
    await button(hall.page, 'Xin phát biểu').click()
    await button(hall.page, 'Thôi phát biểu').waitFor()
    await button(chair.page, 'Mời phát biểu').click()
    await button(hall.page, 'Kết thúc phát biểu').waitFor()
    await hall.page.getByText('Micrô đang bật').first().waitFor()
    await until('frames of the hall are decoded', async () => (await decodedFrames(chair.page)) > 10, pictureMs)
    await until('the other hall sees it', async () => (await decodedFrames(secondHall.page)) > 10, pictureMs)
    expect(await strangersAsked(chair.page), 'own video server: nobody else is told who meets').toEqual([])
    await until('the hall is heard at the table', async () => (await loudness(chair.page)) > 0.01, 30_000)
    await pictures(hall.page, 'bridge-floor', [small, big])
    await pictures(wall.page, 'projector-floor', [small, big])
  }, 400_000)

  test('the secretary types, the mark says saved, and the hall reads it as it is typed', async () => {
    const [item] = (await state()).agenda
    const title = item && !isClosedStub(item) ? item.title : ''
    const box = secretary.page.getByRole('textbox', { name: title })
    await until('the section is writable', async () => (await box.getAttribute('contenteditable')) === 'true')
    await box.click()
    await secretary.page.keyboard.type('Huyện báo cáo: còn 41 hộ chưa nhận tiền.')
    await secretary.page.getByRole('status').filter({ hasText: 'Đã lưu.' }).first().waitFor()
    const { body } = await office.get(`/api/meetings/${meetingId}/minutes`)
    expect(JSON.stringify(body)).toContain('còn 41 hộ chưa nhận tiền')
    await button(secondHall.page, 'Biên bản').click()
    await secondHall.page.getByText('còn 41 hộ chưa nhận tiền').first().waitFor()
    await picture(secondHall.page, 'bridge-minutes')
    await secondHall.page.keyboard.press('Escape')
  })

  test('the floor passes to the second hall, and with nobody speaking the table is silent', async () => {
    await button(secondHall.page, 'Xin phát biểu').click()
    await button(chair.page, 'Mời phát biểu').click()
    await button(secondHall.page, 'Kết thúc phát biểu').waitFor()
    await button(hall.page, 'Xin phát biểu').waitFor()
    await until('the second hall is heard at the table', async () => (await loudness(chair.page)) > 0.01, 30_000)
    await button(secondHall.page, 'Kết thúc phát biểu').click()
    await until('the floor is free', async () => (await holderOf()) === undefined)
    await until('the table is silent', async () => (await loudness(chair.page)) < 0.001, 30_000)
  }, 120_000)

  test('a passage becomes a conclusion by keys, is approved and issued, is on every screen, and acknowledged', async () => {
    const desk = secretary.page
    await desk.keyboard.press('Control+k')
    await until('the form asks who leads', () =>
      desk.getByLabel('Đơn vị chủ trì').evaluate((field) => field === document.activeElement),
    )
    await desk.keyboard.type('tu mo rong')
    for (const field of ['Đơn vị phối hợp', 'Hạn hoàn thành']) {
      await desk.keyboard.press('Enter')
      await until(`${field} is asked`, () => desk.getByLabel(field).evaluate((one) => one === document.activeElement))
    }
    await desk.keyboard.type('15/12')
    await desk.keyboard.press('Enter')
    await until('the product is asked', () => desk.getByLabel('Sản phẩm').evaluate((one) => one === document.activeElement))
    await desk.keyboard.press('Enter')
    await until('it is proposed', async () => (await state()).conclusions[0]?.status === 'proposed')

    await pictures(chair.page, 'chair-to-decide', [small, big, tablet])
    await button(chair.page, 'Duyệt').click()
    await button(desk, 'Ban hành').waitFor()
    await desk.keyboard.press('Control+Enter')
    await desk.getByRole('alertdialog').getByRole('button', { name: 'Ban hành' }).press('Enter')
    await until('it is issued', async () => (await state()).conclusions[0]?.status === 'issued')
    for (const { page } of [wall, hall, secondHall, chair]) await page.getByText('01/TB-UBND').first().waitFor()
    await pictures(wall.page, 'projector-conclusion', [small, big])
    await button(hall.page, 'Xác nhận đã nhận').click()
    await until('it is acknowledged', async () => (await state()).conclusions[0]?.acknowledgedBy.length === 1)
  }, 60_000)

  test('each face with living pictures, for those who cannot see or point, in both themes', async () => {
    for (const [name, { page }] of Object.entries({ chair, secretary, bridge: hall, projector: wall })) {
      expect(await seriousViolations(page), name).toEqual([])
      await pictures(page, name, [big])
    }
    const ready = async (page: Page) => {
      await faceIs(page, 'admin')
      await page.getByRole('heading').first().waitFor()
    }
    await look('admin', { username: 'quantri', path: '/admin' }, ready, [small, big, tablet])
  }, 240_000)

  test('the chair closes the meeting, asked once, and everybody finds what was concluded', async () => {
    await button(chair.page, 'Kết thúc họp').click()
    await chair.page
      .getByRole('alertdialog')
      .getByRole('button', { name: /^Kết thúc họp/ })
      .click()
    await until('the meeting is closed', async () => (await state()).status === 'closed')
    const shown = (page: Page) => page.getByText('01/TB-UBND').first().waitFor()
    await look('summary', { username: 'chutri', path: `${room()}/summary` }, shown)
    const code = (await state()).conclusions[0]?.code ?? ''
    await look('verify', { path: `/verify/${code}` }, shown, [small, big, phone])
  }, 60_000)
})
