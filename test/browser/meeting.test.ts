import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { openBrowser, openWindow, picture, type Window } from '../kit/browser.ts'
import { demoMeetingId, startRoomApp, type Client, type RoomApp } from '../kit/room-client.ts'
import { until } from '../kit/until.ts'

/** A whole meeting in real browsers, on the real server, the real database and a real LiveKit. */

let app: RoomApp
let browser: Browser
let office: Client
let meetingId: string
let chair: Window
let secretary: Window
let bridge: Window
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

const button = (page: Page, name: string) => page.getByRole('button', { name: new RegExp(`^${name}`) }).first()
const state = async () => ((await office.get(`/api/meetings/${meetingId}`)).body as { meeting: Meeting }).meeting
interface Meeting {
  status: string
  currentItemId?: string
  agenda: { id: string; title: string }[]
  floor: { holder?: { userId: string } }
  conclusions: { status: string; acknowledgedBy: string[] }[]
  attendance: { representative: { name: string } }[]
}

/** The highest number of frames that any video of the page has decoded. */
const decodedFrames = (page: Page): Promise<number> =>
  page.evaluate(() =>
    Math.max(0, ...[...document.querySelectorAll('video')].map((video) => video.getVideoPlaybackQuality().totalVideoFrames)),
  )

const axeSource = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8')
async function seriousViolations(page: Page): Promise<string[]> {
  await page.evaluate(axeSource)
  return page.evaluate(async () => {
    const axe = Reflect.get(window, 'axe') as {
      run: () => Promise<{ violations: { id: string; impact?: string; nodes: { html: string }[] }[] }>
    }
    const { violations } = await axe.run()
    return violations
      .filter((one) => one.impact === 'serious' || one.impact === 'critical')
      .map((one) => `${one.id}: ${one.nodes[0]?.html ?? ''}`)
  })
}

describe('a Thursday meeting', () => {
  test('signed out, the front page complains of nothing and is accessible', async () => {
    const front = await openWindow(browser, app.baseUrl, { path: '/' })
    await front.page.getByLabel('Tên đăng nhập').waitFor()
    expect(front.complaints).toEqual([])
    expect(await seriousViolations(front.page)).toEqual([])
    await picture(front.page, 'front')
    await front.page.context().close()
  })

  test('each opens their own face', async () => {
    const room = `/meetings/${meetingId}`
    ;[chair, secretary, bridge, wall] = await Promise.all([
      openWindow(browser, app.baseUrl, { username: 'chutri', path: room }),
      openWindow(browser, app.baseUrl, { username: 'thuky', path: room }),
      openWindow(browser, app.baseUrl, { username: 'diemcau.tumorong', path: room, size: { width: 1920, height: 1080 } }),
      openWindow(browser, app.baseUrl, {
        username: 'vanphong',
        path: `${room}/projector`,
        size: { width: 1920, height: 1080 },
      }),
    ])
    for (const [window, face] of [
      [chair, 'chair'],
      [secretary, 'secretary'],
      [bridge, 'bridge'],
      [wall, 'projector'],
    ] as const)
      await window.page.waitForFunction((name) => document.documentElement.dataset.face === name, face)
  })

  test('a hall passes the front room and is checked in under its representative', async () => {
    const { page } = bridge
    await page.getByLabel('Họ và tên').fill('A Sâm Ngọc')
    await page.getByLabel('Chức vụ').fill('Chủ tịch UBND huyện')
    await page.getByLabel('Số người tại điểm cầu').fill('18')
    await picture(page, 'bridge-front-room')
    await button(page, 'Vào phòng họp').click()
    await until('the hall is checked in', async () => (await state()).attendance[0]?.representative.name === 'A Sâm Ngọc')
  })

  test('the chair opens the meeting and begins the first item in one press each', async () => {
    await button(chair.page, 'Bắt đầu họp').click()
    await until('the meeting runs', async () => (await state()).status === 'running')
    await button(chair.page, 'Bắt đầu nội dung').click()
    const running = await until('the item runs', async () => (await state()).currentItemId)
    expect(running).toBe((await state()).agenda[0]?.id)
    await picture(chair.page, 'chair-item')
  })

  test('a hall asks for the floor, is given it in one press, and its picture is on the chair’s table', async () => {
    await button(bridge.page, 'Xin phát biểu').click()
    await button(bridge.page, 'Thôi phát biểu').waitFor()
    await button(chair.page, 'Mời phát biểu').click()
    await button(bridge.page, 'Kết thúc phát biểu').waitFor()
    await bridge.page.getByText('Micrô đang bật').first().waitFor()
    await until('frames of the hall are decoded', async () => (await decodedFrames(chair.page)) > 10, 60_000)
    await picture(bridge.page, 'bridge-floor')
    await picture(wall.page, 'projector-floor')
  }, 120_000)

  test('the secretary types, the mark says saved, and the hall reads it as it is typed', async () => {
    const title = (await state()).agenda[0]?.title ?? ''
    const box = secretary.page.getByRole('textbox', { name: title })
    await until('the section is writable', async () => (await box.getAttribute('contenteditable')) === 'true')
    await box.click()
    await secretary.page.keyboard.type('Huyện báo cáo: còn 41 hộ chưa nhận tiền.')
    await secretary.page.getByRole('status').filter({ hasText: 'Đã lưu.' }).first().waitFor()
    const { body } = await office.get(`/api/meetings/${meetingId}/minutes`)
    expect(JSON.stringify(body)).toContain('còn 41 hộ chưa nhận tiền')
    await picture(secretary.page, 'secretary-typing')
  })

  test('the hall gives the floor back', async () => {
    await button(bridge.page, 'Kết thúc phát biểu').click()
    await until('the floor is free', async () => (await state()).floor.holder === undefined)
  })

  test('a conclusion is approved by the chair, issued, on every screen, and acknowledged with one press', async () => {
    const desk = await app.signIn('thuky')
    const conclusionId = crypto.randomUUID()
    const { agenda } = await state()
    const hall = await app.signIn('diemcau.tumorong')
    await desk.command(meetingId, 'conclusion.propose', {
      conclusionId,
      itemId: agenda[0]?.id,
      text: 'Giao UBND huyện Tu Mơ Rông phê duyệt phương án bồi thường đợt một.',
      leadUnitId: hall.unitId,
      coordinatingUnitIds: [],
      dueDate: '2027-01-15',
    })
    await button(chair.page, 'Duyệt').click()
    await until('it is approved', async () => (await state()).conclusions[0]?.status === 'approved')
    await desk.command(meetingId, 'conclusion.issue', { conclusionId })
    await picture(wall.page, 'projector-conclusion')
    await wall.page.getByText('01/TB-UBND').first().waitFor()
    await button(bridge.page, 'Xác nhận đã nhận').click()
    await until('it is acknowledged', async () => (await state()).conclusions[0]?.acknowledgedBy.length === 1)
    await picture(chair.page, 'chair-conclusion')
  })

  test('a line that is cut is told at once, and the room is there again without a reload', async () => {
    const { page } = bridge
    await page.context().setOffline(true)
    await page.waitForFunction(() => document.documentElement.dataset.line !== 'live')
    const posted = await office.command(meetingId, 'notice.post', { text: 'Tin trong lúc mất kết nối' })
    expect(posted.ok).toBe(true)
    await page.context().setOffline(false)
    await page.waitForFunction(() => document.documentElement.dataset.line === 'live')
    await page.getByText('Tin trong lúc mất kết nối').first().waitFor()
  })

  test('no page is hard to use for those who cannot see or point', async () => {
    for (const { page } of [chair, secretary, bridge, wall]) expect(await seriousViolations(page)).toEqual([])
  })

  test('each face in both themes and both sizes, for whoever looks', async () => {
    for (const [name, { page }] of Object.entries({ chair, secretary, bridge, wall }))
      for (const theme of ['light', 'dark'])
        for (const size of [
          { width: 1280, height: 720 },
          { width: 1920, height: 1080 },
        ]) {
          await page.setViewportSize(size)
          await page.evaluate((value) => (document.documentElement.dataset.theme = value), theme)
          await picture(page, `${name}-${theme}-${size.width}`)
          const overflow = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth)
          expect(overflow, `${name} at ${size.width} is as wide as its window`).toBeLessThanOrEqual(0)
        }
  }, 60_000)

  test('the chair closes the meeting, asked once', async () => {
    await button(chair.page, 'Kết thúc họp').click()
    await chair.page
      .getByRole('alertdialog')
      .getByRole('button', { name: /^Kết thúc họp/ })
      .click()
    await until('the meeting is closed', async () => (await state()).status === 'closed')
    const summary = await openWindow(browser, app.baseUrl, { username: 'chutri', path: `/meetings/${meetingId}/summary` })
    await summary.page.getByText('01/TB-UBND').first().waitFor()
    await picture(summary.page, 'summary')
  })
})
