import type { Browser, Locator, Page } from 'playwright-core'
import { openBrowser, openWindow } from './browser.ts'
import { scheduleMeeting, startRoomApp, type Client, type RoomApp } from './room-client.ts'
import { until } from './until.ts'

/** A secretary's window with its sections ready to be typed in. */
export interface Desk {
  page: Page
  /** Errors of the page so far. */
  complaints: string[]
  /** The text of a section, by its item's title. */
  box: (title: string) => Locator
  /** The blocks of a section as they are shown. */
  lines: (title: string) => Promise<string[]>
  /** Puts the caret at the end of a section. */
  enter: (title: string) => Promise<void>
  /** Waits until the section reads like this. */
  reads: (title: string, lines: string[]) => Promise<void>
  /** Waits until the page says that all is saved. */
  saved: () => Promise<void>
}

interface Place {
  username: string
  password?: string
  meetingId: string
  /** Sections that must be ready. */
  titles: readonly string[]
}

export async function openDesk(browser: Browser, baseUrl: string, { meetingId, titles, ...who }: Place): Promise<Desk> {
  const size = { width: 1440, height: 900 }
  const { page, complaints } = await openWindow(browser, baseUrl, { ...who, path: `/meetings/${meetingId}`, size })
  const desk = deskOf(page, complaints)
  for (const title of titles) await isWritable(desk.box(title))
  return desk
}

/** The server, a running meeting, and `thuky` at the desk: what the tests of the desk begin with. */
export interface DeskRoom {
  app: RoomApp
  browser: Browser
  minutes: Awaited<ReturnType<typeof startMinutes>>
  desk: Desk
  close: () => Promise<void>
}

/** An item per title, each with its section ready. */
export async function startDesk(titles: readonly string[]): Promise<DeskRoom> {
  const [app, browser] = await Promise.all([startRoomApp(), openBrowser()])
  const minutes = await startMinutes(app, titles)
  const desk = await openDesk(browser, app.baseUrl, { username: 'thuky', meetingId: minutes.meetingId, titles })
  return {
    ...{ app, browser, minutes, desk },
    close: async () => {
      await browser.close()
      await app.close()
    },
  }
}

export async function isWritable(box: Locator): Promise<void> {
  await box.waitFor({ timeout: 60_000 })
  await until('the section is writable', async () => (await box.getAttribute('contenteditable')) === 'true', 60_000)
}

/** The desk of a page that is there already. */
export function deskOf(page: Page, complaints: string[] = []): Desk {
  const box = (title: string): Locator => page.getByRole('textbox', { name: title, exact: true })
  // Others' carets bear a name, which is not text.
  const lines = (title: string): Promise<string[]> =>
    box(title).evaluate((text) => {
      const copy = text.cloneNode(true)
      if (!(copy instanceof Element)) return []
      for (const caret of copy.querySelectorAll('.collaboration-carets__caret')) caret.remove()
      return [...copy.children].map((block) => block.textContent ?? '')
    })
  return {
    page,
    complaints,
    box,
    lines,
    enter: async (title) => {
      await box(title).click()
      await page.keyboard.press('Control+End')
    },
    reads: async (title, wanted) => {
      const is = async (): Promise<boolean> => JSON.stringify(await lines(title)) === JSON.stringify(wanted)
      await until(`the section reads ${wanted.join(' | ')}`, is).catch(async (error: unknown) => {
        throw new Error(`it reads ${(await lines(title)).join(' | ')}`, { cause: error })
      })
    },
    saved: () => page.getByRole('status').filter({ hasText: 'Đã lưu.' }).first().waitFor(),
  }
}

/** A running meeting with an item per title, the first of them running; and a second secretary beside `thuky`. */
async function startMinutes(app: RoomApp, titles: readonly string[]) {
  const [office, chair, admin] = await Promise.all(['vanphong', 'chutri', 'quantri'].map((name) => app.signIn(name)))
  if (!office || !chair || !admin) throw new Error('the demo has no people')
  const { meetingId, itemIds } = await scheduleMeeting(
    office,
    chair,
    titles.map((title) => ({ title })),
  )
  await chair.command(meetingId, 'meeting.open')
  await chair.command(meetingId, 'agenda.start', { itemId: itemIds[0] })
  const colleague = await addSecretary(admin, office.unitId)
  return { meetingId, office, chair, colleague, sectionOf: (title: string) => itemIds[titles.indexOf(title)] ?? '' }
}

async function addSecretary(admin: Client, unitId: string): Promise<{ username: string; password: string }> {
  const colleague = { username: 'thuky.hai', password: 'mat-khau-cua-thu-ky-hai' }
  const made = await admin.send('POST', '/api/admin/users', {
    ...{ ...colleague, unitId, role: 'secretary', name: 'Trần Thị Bình', title: 'Chuyên viên' },
  })
  if (made.status !== 201) throw new Error(`no second secretary: ${JSON.stringify(made.body)}`)
  return colleague
}
