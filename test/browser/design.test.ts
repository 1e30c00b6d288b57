import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { seriousViolations } from '../kit/accessibility.ts'
import { openBrowser, openWindow, picture } from '../kit/browser.ts'
import { demoMeetingId, startRoomApp, type RoomApp } from '../kit/room-client.ts'

/** The parts of the design, each in every state, in each theme and from each distance; and the pages at twice their size. */

let app: RoomApp
let browser: Browser

beforeAll(async () => {
  ;[app, browser] = await Promise.all([startRoomApp(), openBrowser()])
}, 240_000)
afterAll(async () => {
  await browser.close()
  await app.close()
}, 30_000)

/** By how many pixels the page is wider than its window. */
const overflow = (page: Page) => page.evaluate(() => document.documentElement.scrollWidth - innerWidth)

describe('the design page', () => {
  test.each([
    ['light', 'front', 1280],
    ['dark', 'front', 1280],
    ['light', 'bridge', 1920],
    ['dark', 'bridge', 1920],
    ['dark', 'projector', 1920],
  ])('in %s, for %s: it fits, nobody is kept out, nothing is complained of', async (theme, face, width) => {
    const path = `/design?theme=${theme}&face=${face}`
    const { page, complaints } = await openWindow(browser, app.baseUrl, { path, size: { width, height: 1080 } })
    await page.getByRole('heading', { name: 'Hệ thiết kế' }).waitFor()
    expect(await page.evaluate(() => document.documentElement.dataset.theme)).toBe(theme)
    expect(await overflow(page)).toBeLessThanOrEqual(0)
    expect(await seriousViolations(page)).toEqual([])
    await picture(page, `design-${face}-${theme}`, true)
    expect(complaints).toEqual([])
    await page.context().close()
  })

  test('dialogs and drawers take the focus and give it back', async () => {
    const { page } = await openWindow(browser, app.baseUrl, { path: '/design' })
    for (const name of ['Xác nhận m', 'Biên bản right']) {
      const opener = page.getByRole('button', { name })
      await opener.click()
      await page.getByRole('dialog').waitFor()
      expect(await seriousViolations(page)).toEqual([])
      await page.keyboard.press('Escape')
      await page.getByRole('dialog').waitFor({ state: 'detached' })
      expect(await opener.evaluate((element) => element === document.activeElement)).toBe(true)
    }
    await page.context().close()
  })
})

describe('at 200 per cent on a laptop', () => {
  test.each(['/', '/verify', '/join/khong-co', '/design'])('%s loses nothing', async (path) => {
    const { page } = await openWindow(browser, app.baseUrl, { path, size: { width: 640, height: 360 } })
    await page.locator('main').first().waitFor()
    await picture(page, `zoom-${path.replaceAll('/', '') || 'front'}`, true)
    expect(await overflow(page)).toBeLessThanOrEqual(0)
    await page.context().close()
  })

  test('the secretary still has the whole desk, one part under another', async () => {
    const path = `/meetings/${await demoMeetingId(await app.signIn('vanphong'))}`
    const { page } = await openWindow(browser, app.baseUrl, { username: 'thuky', path, size: { width: 640, height: 360 } })
    const box = page.getByRole('textbox').first()
    await box.waitFor()
    await picture(page, 'zoom-secretary', true)
    expect(await overflow(page)).toBeLessThanOrEqual(0)
    expect((await box.boundingBox())?.width).toBeGreaterThan(400)
    await page.context().close()
  })
})
