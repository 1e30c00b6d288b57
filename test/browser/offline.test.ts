import { cp, mkdtemp, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import { createApp } from '#server/app.ts'
import { ensureClient } from '#server/launch/client-build.ts'
import { startPostgres } from '#server/launch/postgres.ts'
import { silently } from '#server/launch/progress.ts'
import { readSettings } from '#server/settings.ts'
import type { MeetingState } from '#domain/meeting/state.ts'
import { button, openBrowser, openWindow, picture, type Window } from '../kit/browser.ts'
import { freePort } from '../kit/process.ts'
import { demoMeetingId, signIn, silentLog, type Client } from '../kit/room-client.ts'
import { until } from '../kit/until.ts'

/** A hall on a line that goes, a server that restarts, a build that is replaced: what is pressed happens once, and nobody reloads. */

let dataDir: string
let clientDir: string
let postgres: Awaited<ReturnType<typeof startPostgres>>
let port: number
let server: ReturnType<typeof createApp>
let browser: Browser
let office: Client
let meetingId: string
let hall: Window

/** Starts the server under the same address as before. */
async function startAgain(): Promise<void> {
  const settings = readSettings({ PORT: String(port), DATA_DIR: dataDir, LIVEKIT_URL: 'off', DATABASE_URL: postgres.url })
  server = createApp({ ...settings, clientDir }, { log: silentLog })
  await server.listen()
}

beforeAll(async () => {
  dataDir = await mkdtemp(path.join(tmpdir(), 'offline-'))
  clientDir = path.join(dataDir, 'client')
  await ensureClient({ root: path.resolve('.'), log: silentLog, progress: silently })
  await cp(path.resolve('dist/client'), clientDir, { recursive: true })
  ;[postgres, port, browser] = await Promise.all([
    startPostgres({ dataDir, log: silentLog, progress: silently }),
    freePort(),
    openBrowser(),
  ])
  await startAgain()
  const baseUrl = `http://127.0.0.1:${port}`
  office = await signIn(baseUrl, 'vanphong')
  meetingId = await demoMeetingId(office)
  const [chair, clerk] = await Promise.all([signIn(baseUrl, 'chutri'), signIn(baseUrl, 'diemcau.tumorong')])
  const representative = { name: 'A Sâm Ngọc', title: 'Chủ tịch UBND huyện' }
  await clerk.command(meetingId, 'attendance.checkIn', { representative, headCount: 18 })
  await chair.command(meetingId, 'meeting.open')
  const { agenda } = await state()
  await chair.command(meetingId, 'agenda.start', { itemId: agenda[0]?.id })
  chair.close()
  clerk.close()
  hall = await openWindow(browser, baseUrl, {
    username: 'diemcau.tumorong',
    path: `/meetings/${meetingId}`,
    size: { width: 1920, height: 1080 },
  })
  await button(hall.page, 'Xin phát biểu').waitFor()
}, 240_000)
afterAll(async () => {
  vi.useRealTimers()
  await browser.close()
  office.close()
  await server.close()
  await postgres.stop()
  await rm(dataDir, { recursive: true, force: true })
}, 30_000)

/** The same client under other names, as after a deploy. */
async function replaceBuild(): Promise<void> {
  const files = await readdir(clientDir, { recursive: true, withFileTypes: true })
  for (const file of files.filter((one) => one.isFile() && /\.(?:js|css|html)$/.test(one.name))) {
    const from = path.join(file.parentPath, file.name)
    const text = await readFile(from, 'utf8')
    await writeFile(from, text.replace(/(-[\w-]{8})\.(js|css)\b/g, '$1-next.$2'))
    await rename(from, path.join(file.parentPath, file.name.replace(/(-[\w-]{8})\.(js|css)$/, '$1-next.$2')))
  }
}

const outbox = (page: Page) => page.getByRole('status', { name: 'Chờ kết nối lại để gửi' })
const state = async () => ((await office.get(`/api/meetings/${meetingId}`)).body as { meeting: MeetingState }).meeting
const queue = async () => (await state()).floor.queue
const lineIs = (page: Page, line: string) =>
  page.waitForFunction((wanted) => document.documentElement.dataset.line === wanted, line)

async function cut(page: Page): Promise<void> {
  await page.context().setOffline(true)
  await page.waitForFunction(() => document.documentElement.dataset.line !== 'live')
}
async function mend(page: Page): Promise<void> {
  await page.context().setOffline(false)
  await lineIs(page, 'live')
}
/** On the server's clock, by which every screen counts. */
const tenMinutesPass = () => vi.useFakeTimers({ toFake: ['Date'], shouldAdvanceTime: true, now: Date.now() + 10 * 60_000 })
async function withdraw(page: Page): Promise<void> {
  await button(page, 'Thôi phát biểu').click()
  await until('nobody waits', async () => (await queue()).length === 0)
  await button(page, 'Xin phát biểu').waitFor()
}

describe('what is pressed while the line is gone', () => {
  test('is shown in words as waiting, and happens once when the line is back', async () => {
    const { page } = hall
    await cut(page)
    await button(page, 'Xin phát biểu').click()
    await outbox(page).getByText('Xin phát biểu').waitFor()
    await picture(page, 'bridge-outbox')
    await mend(page)
    await button(page, 'Thôi phát biểu').waitFor()
    await outbox(page).waitFor({ state: 'detached' })
    expect(await queue()).toHaveLength(1)
    await withdraw(page)
  })

  test('what others did meanwhile is there as soon as the line is, and who spoke before is not seen again', async () => {
    const { page } = hall
    const baseUrl = `http://127.0.0.1:${port}`
    const [chair, before, after] = await Promise.all(
      ['chutri', 'diemcau.kontum', 'diemcau.konplong'].map((name) => signIn(baseUrl, name)),
    )
    if (!chair || !before || !after) throw new Error('somebody is missing')
    const done = async (who: Client, type: string, fields: object = {}) =>
      expect(await who.command(meetingId, type, fields)).toMatchObject({ ok: true })
    for (const [who, name] of [
      [before, 'Người Nói Trước'],
      [after, 'Người Nói Sau'],
    ] as const)
      await done(who, 'attendance.checkIn', { representative: { name, title: 'Phó Chủ tịch' }, headCount: 5 })
    await done(chair, 'floor.grant', { userId: before.userId })
    await page.getByText('Người Nói Trước').first().waitFor()
    await cut(page)
    await done(chair, 'floor.grant', { userId: after.userId })
    const next = (await state()).agenda[1]
    const title = next !== undefined && 'title' in next ? next.title : ''
    await done(chair, 'agenda.start', { itemId: next?.id })
    // What the eye gets, frame by frame, from here on.
    await page.evaluate(() => {
      const seen: string[] = []
      Reflect.set(window, 'speakersSeen', seen)
      const look = () => {
        const words = document.body.innerText
        const now = words.includes('Người Nói Trước') ? 'before' : words.includes('Người Nói Sau') ? 'after' : 'nobody'
        if (seen.at(-1) !== now) seen.push(now)
        requestAnimationFrame(look)
      }
      look()
    })
    const mended = performance.now()
    await mend(page)
    await page.getByText('Người Nói Sau').first().waitFor()
    process.stdout.write(`From the mended line to who speaks now: ${Math.round(performance.now() - mended)} ms\n`)
    await page.getByRole('complementary').getByText(title).first().waitFor()
    await done(chair, 'floor.revoke')
    // The look is taken once a frame: it may come a frame after the text went.
    await page.waitForFunction(() => (Reflect.get(window, 'speakersSeen') as string[]).at(-1) === 'nobody')
    expect(await page.evaluate(() => Reflect.get(window, 'speakersSeen') as string[])).toEqual(['before', 'after', 'nobody'])
    for (const one of [chair, before, after]) one.close()
  })

  test('outlives a reload while the server restarts; the page opens without it and says that it is connecting', async () => {
    const { page } = hall
    await page.waitForFunction(() => navigator.serviceWorker.controller !== null)
    await page.reload()
    await button(page, 'Xin phát biểu').waitFor()
    await server.close()
    await page.waitForFunction(() => document.documentElement.dataset.line !== 'live')
    await button(page, 'Xin phát biểu').click()
    await outbox(page).waitFor()
    await page.reload()
    await page.getByText('Đang kết nối lại').first().waitFor()
    expect(await page.evaluate(() => ({ ...document.documentElement.dataset }))).toMatchObject({ face: 'bridge', theme: 'dark' })
    await picture(page, 'bridge-reconnecting')
    await startAgain()
    await button(page, 'Thôi phát biểu').waitFor()
    expect(await queue()).toHaveLength(1)
    await withdraw(page)
  }, 60_000)
})

test('the page names every file of its face at once, and a hall’s is dark before any of them is here', async () => {
  const { page } = hall
  const answer = await page.request.get(page.url())
  const html = await answer.text()
  expect(html).toContain('data-theme="dark" data-face="bridge"')
  const named = [...html.matchAll(/(?:href|src)="(\/assets\/[^"]+)"/g)].flatMap(([, file]) => file ?? [])
  expect(named.some((file) => file.includes('BridgeFace'))).toBe(true)
  expect(named.some((file) => file.includes('SecretaryFace'))).toBe(false)
  for (const file of named) expect((await page.request.get(new URL(file, page.url()).href)).status(), file).toBe(200)
})

test('a line that goes while the page is being kept costs nothing: it is kept once the line is back', async () => {
  const page = await hall.page.context().newPage()
  await page.addInitScript(() => {
    const { serviceWorker } = navigator
    const register = serviceWorker.register.bind(serviceWorker)
    let isFirst = true
    serviceWorker.register = (...given) => {
      if (!isFirst) return register(...given)
      isFirst = false
      Reflect.set(window, 'wasCut', true)
      return Promise.reject(new TypeError('Failed to fetch'))
    }
  })
  await page.goto(`http://127.0.0.1:${port}/`)
  await page.waitForFunction(() => Reflect.has(window, 'wasCut'))
  await page.evaluate(async () => (await navigator.serviceWorker.getRegistration())?.unregister())
  await page.waitForFunction(async () => (await navigator.serviceWorker.getRegistration()) !== undefined)
  await page.close()
})

test('can be put on the home screen of a tablet: the browser finds nothing missing', async () => {
  const inspector = await hall.page.context().newCDPSession(hall.page)
  const { installabilityErrors } = await inspector.send('Page.getInstallabilityErrors')
  // The windows of a test are private ones, in which nothing is installed: that is the only thing in the way.
  expect(installabilityErrors.map(({ errorId }) => errorId).filter((error) => error !== 'in-incognito')).toEqual([])
})

describe('a new build', () => {
  test('is taken up by the wall without anybody’s hand', async () => {
    const wall = await openWindow(browser, `http://127.0.0.1:${port}`, {
      username: 'vanphong',
      path: `/meetings/${meetingId}/projector`,
    })
    await lineIs(wall.page, 'live')
    await server.close()
    await replaceBuild()
    await startAgain()
    await wall.page.waitForFunction(() => document.querySelector('script[src$="-next.js"]') !== null)
    await lineIs(wall.page, 'live')
    await wall.page.context().close()
  }, 60_000)
})

describe('what was meant ten minutes ago', () => {
  test('asks again when it has become stale: dropped it never happens, sent it happens once', async () => {
    const { page } = hall
    for (const [answer, waits] of [
      ['Bỏ', 0],
      ['Gửi', 1],
    ] as const) {
      await button(page, 'Xin phát biểu').waitFor()
      await lineIs(page, 'live')
      await cut(page)
      await button(page, 'Xin phát biểu').click()
      await outbox(page).waitFor()
      tenMinutesPass()
      await mend(page)
      await outbox(page).getByText('Đã chờ lâu, còn gửi không?').waitFor()
      expect(await queue()).toHaveLength(0)
      if (waits === 0) await picture(page, 'bridge-stale')
      await outbox(page).getByRole('button', { name: answer }).click()
      await outbox(page).waitFor({ state: 'detached' })
      await button(page, waits === 0 ? 'Xin phát biểu' : 'Thôi phát biểu').waitFor()
      expect(await queue()).toHaveLength(waits)
    }
  }, 60_000)
})
