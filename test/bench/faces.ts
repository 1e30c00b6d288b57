import { setTimeout as wait } from 'node:timers/promises'
import type { Browser, Page } from 'playwright-core'
import { openBrowser, openWindow } from '../kit/browser.ts'
import { demoMeetingId, startRoomApp, type Client, type RoomApp } from '../kit/room-client.ts'
import { quantiles } from './measure.ts'

/** How soon each face is there from a warm server, and whether it keeps its frames while twenty events a second arrive. */

const rounds = 5
const eventsPerSecond = 20
const seconds = 6

const faces = [
  { name: 'chair', username: 'chutri', path: '' },
  { name: 'secretary', username: 'thuky', path: '' },
  { name: 'bridge', username: 'diemcau.tumorong', path: '' },
  { name: 'office', username: 'vanphong', path: '/office' },
  { name: 'projector', username: 'vanphong', path: '/projector' },
]
const size = { width: 1920, height: 1080 }

interface Stutter {
  longest: number
  longTasks: number
  framesPerSecond: number
}

export async function measureFaces(): Promise<string> {
  const app = await startRoomApp()
  const browser = await openBrowser()
  try {
    const [office, chair] = await Promise.all([app.signIn('vanphong'), app.signIn('chutri')])
    const halls = await Promise.all(['dakha', 'sathay', 'tumorong'].map((code) => app.signIn(`diemcau.${code}`)))
    const meetingId = await demoMeetingId(office)
    const representative = { name: 'A Sâm Ngọc', title: 'Chủ tịch UBND huyện' }
    for (const hall of halls) await hall.command(meetingId, 'attendance.checkIn', { representative, headCount: 18 })
    await chair.command(meetingId, 'meeting.open')
    const item = await firstItem(office, meetingId)
    await chair.command(meetingId, 'agenda.start', { itemId: item })
    const lines = ['Faces (a new browser profile each time, 1920x1080)']
    for (const face of faces) {
      const where = { username: face.username, path: `/meetings/${meetingId}${face.path}`, size }
      await opening(app, browser, where)
      const opened: Opened[] = []
      for (let round = 0; round < rounds; round++) opened.push(await opening(app, browser, where))
      const { page } = await openWindow(browser, app.baseUrl, where)
      await ready(page)
      await drawn(page)
      const stutter = await underEvents(page, (at) => play(at, meetingId, { office, halls }))
      await page.context().close()
      const paint = quantiles(opened.map((one) => one.firstPaint)).p50.toFixed(0)
      const there = quantiles(opened.map((one) => one.ready)).p50.toFixed(0)
      lines.push(
        `  ${face.name.padEnd(10)} first paint ${paint} ms, ready ${there} ms; at ${eventsPerSecond} events a second ` +
          `${stutter.framesPerSecond.toFixed(0)} frames, ${stutter.longTasks} tasks over 50 ms, longest ${stutter.longest.toFixed(0)} ms`,
      )
    }
    return lines.join('\n')
  } finally {
    await browser.close()
    await app.close()
  }
}

async function firstItem(office: Client, meetingId: string): Promise<string> {
  const { body } = await office.get(`/api/meetings/${meetingId}`)
  const [item] = (body as { meeting: { agenda: { id: string }[] } }).meeting.agenda
  if (!item) throw new Error('the demo has no items')
  return item.id
}

interface Opened {
  firstPaint: number
  ready: number
}

/** The line is live and the meeting is on the screen. */
const ready = (page: Page) =>
  page.waitForFunction(
    () => document.documentElement.dataset.line === 'live' && document.body.textContent?.includes('Họp định kỳ') === true,
    undefined,
    { polling: 'raf' },
  )

/** The face has been drawn to its end: the browser has nothing left to do. */
const drawn = (page: Page) => page.evaluate(() => new Promise((done) => requestIdleCallback(done)))

async function opening(
  app: RoomApp,
  browser: Browser,
  where: { username: string; path: string; size: typeof size },
): Promise<Opened> {
  const { page } = await openWindow(browser, app.baseUrl, where)
  await ready(page)
  const opened = await page.evaluate(() => ({
    ready: performance.now(),
    firstPaint: performance.getEntriesByName('first-contentful-paint')[0]?.startTime ?? Number.NaN,
  }))
  await page.context().close()
  return opened
}

/** Hands go up and down, the floor's queue moves, notices come: what a lively minute brings, much faster. */
async function play(at: number, meetingId: string, { office, halls }: { office: Client; halls: Client[] }): Promise<void> {
  const hall = halls[at % halls.length]
  const [type, who, fields] =
    at % 7 === 6
      ? (['notice.post', office, { text: `Tin số ${at}`, level: 'info' }] as const)
      : Math.floor(at / halls.length) % 2 === 0
        ? (['floor.request', hall, { kind: 'speak' }] as const)
        : (['floor.withdraw', hall, {}] as const)
  await who?.command(meetingId, type, fields)
}

async function underEvents(page: Page, event: (at: number) => Promise<void>): Promise<Stutter> {
  await page.evaluate(() => {
    const watch = { tasks: [] as number[], frames: 0, since: performance.now() }
    Reflect.set(window, 'stutter', watch)
    new PerformanceObserver((list) => watch.tasks.push(...list.getEntries().map((one) => one.duration))).observe({
      type: 'longtask',
    })
    void (async () => {
      for (;;) {
        await new Promise(requestAnimationFrame)
        watch.frames++
      }
    })()
  })
  const sent: Promise<void>[] = []
  const start = performance.now()
  for (let at = 0; at < eventsPerSecond * seconds; at++) {
    await wait(Math.max(0, start + (at * 1000) / eventsPerSecond - performance.now()))
    sent.push(event(at))
  }
  await Promise.all(sent)
  return page.evaluate(() => {
    const watch = Reflect.get(window, 'stutter') as { tasks: number[]; frames: number; since: number }
    return {
      longTasks: watch.tasks.length,
      longest: Math.max(0, ...watch.tasks),
      framesPerSecond: (watch.frames * 1000) / (performance.now() - watch.since),
    }
  })
}
