import type { BrowserContext, Page } from 'playwright-core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { deskOf, isWritable, startDesk, type Desk, type DeskRoom } from '../kit/minutes-desk.ts'
import { until } from '../kit/until.ts'

/** A laptop that two people share: what one has not saved is kept, for nobody but them. */

const titles = { kept: 'Giải ngân vốn đầu tư công', acts: 'Việc khác' } as const
const secretWords = 'CHIM-HOANG-YEN'

let room: DeskRoom
let laptop: BrowserContext
let mine: Desk

beforeAll(async () => {
  room = await startDesk(Object.values(titles))
  mine = room.desk
  laptop = mine.page.context()
}, 240_000)
afterAll(() => room.close(), 30_000)

const meetingPath = () => `${room.app.baseUrl}/meetings/${room.minutes.meetingId}`

/** Everything that this browser's stores hold, as one text; `records` counts what is in the databases. */
const heldIn = (page: Page): Promise<{ records: number; text: string }> =>
  page.evaluate(async () => {
    const wait = <T>(request: IDBRequest<T>) =>
      new Promise<T>((resolve, reject) => {
        request.onsuccess = () => resolve(request.result)
        request.onerror = () => reject(request.error ?? new Error('the store failed'))
      })
    const parts = [JSON.stringify(localStorage), JSON.stringify(sessionStorage)]
    let records = 0
    const note = (value: unknown): void => {
      if (value instanceof Uint8Array || value instanceof ArrayBuffer) parts.push(new TextDecoder().decode(value))
      else if (typeof value === 'object' && value !== null) Object.values(value).forEach(note)
      else parts.push(String(value))
    }
    for (const { name } of await indexedDB.databases()) {
      const database = await wait(indexedDB.open(name ?? ''))
      for (const store of database.objectStoreNames) {
        const rows = await wait<unknown[]>(database.transaction(store).objectStore(store).getAll())
        records += rows.length
        rows.forEach(note)
      }
      database.close()
    }
    return { records, text: parts.join('\n') }
  })

async function cut(page: Page): Promise<void> {
  await page.context().setOffline(true)
  await page.waitForFunction(() => document.documentElement.dataset.line !== 'live')
}
/** Another page of the same browser, in the place of the one that is closed. */
async function openInstead(path: string): Promise<Page> {
  const old = laptop.pages()
  const page = await laptop.newPage()
  for (const one of old) await one.close({ runBeforeUnload: false })
  await laptop.setOffline(false)
  await page.goto(path)
  return page
}
async function signIn(page: Page, who: { username: string; password: string }): Promise<void> {
  await page.getByLabel('Tên đăng nhập').fill(who.username)
  await page.getByLabel('Mật khẩu', { exact: true }).fill(who.password)
  await page.getByRole('button', { name: 'Đăng nhập' }).click()
}
const signOut = (page: Page) => page.getByRole('button', { name: 'Đăng xuất' })

test('what is acknowledged is in no store of the browser; what is not lies there sealed', async () => {
  await mine.enter(titles.kept)
  await mine.page.keyboard.type('Chung. ')
  await mine.saved()
  await until('nothing is kept', async () => (await heldIn(mine.page)).records === 0)
  await cut(mine.page)
  await mine.page.keyboard.type(secretWords)
  const held = await until('something is kept', async () => {
    const found = await heldIn(mine.page)
    return found.records > 0 && found
  })
  expect(held.text).not.toContain(secretWords.slice(0, 4))
  expect(held.text).not.toContain('Chung')
})

test('before signing out it is said; the next person neither sees it nor sends it', async () => {
  const page = await openInstead(room.app.baseUrl)
  await signOut(page).click()
  const question = page.getByRole('alertdialog')
  await question.getByText('1 phần biên bản có chữ chưa lưu.').waitFor()
  await question.getByRole('button', { name: 'Đăng xuất' }).click()
  await page.getByLabel('Tên đăng nhập').waitFor()
  await signIn(page, room.minutes.colleague)
  await signOut(page).waitFor()
  await page.goto(meetingPath())
  const theirs = deskOf(page)
  await isWritable(theirs.box(titles.kept))
  await theirs.reads(titles.kept, ['Chung. '])
  const held = await heldIn(page)
  expect(held.records).toBeGreaterThan(0)
  expect(held.text).not.toContain(secretWords.slice(0, 4))
  await page.goto(room.app.baseUrl)
  await signOut(page).click()
  await page.getByLabel('Tên đăng nhập').waitFor()
})

test('its author signs in again, and it is in the text, saved, and in no store any more', async () => {
  const [page] = laptop.pages()
  if (!page) throw new Error('the laptop is off')
  await signIn(page, { username: 'thuky', password: 'demo' })
  await signOut(page).waitFor()
  await page.goto(meetingPath())
  mine = deskOf(page)
  await isWritable(mine.box(titles.kept))
  await mine.reads(titles.kept, [`Chung. ${secretWords}`])
  await mine.saved()
  await until('nothing is kept', async () => (await heldIn(page)).records === 0)
})

test('a session that ends in the middle: somebody else who signs in finds no waiting act of the one before', async () => {
  const { page } = mine
  await cut(page)
  await page
    .getByRole('button', { name: /^Bắt đầu nội dung 2/ })
    .first()
    .click()
  await page.getByRole('status', { name: 'Chờ kết nối lại để gửi' }).waitFor()
  expect((await heldIn(page)).text).toContain('agenda.start')
  const cookies = await laptop.cookies()
  await fetch(`${room.app.baseUrl}/api/session`, {
    method: 'DELETE',
    headers: { cookie: cookies.map(({ name, value }) => `${name}=${value}`).join('; ') },
  })
  await laptop.setOffline(false)
  const dialog = page.getByRole('dialog', { name: 'Phiên làm việc đã kết thúc' })
  await dialog.getByText('thao tác đang chờ không được gửi nữa').waitFor()
  await signIn(page, room.minutes.colleague)
  await page.waitForURL(`${room.app.baseUrl}/`)
  await signOut(page).waitFor()
  const held = await heldIn(page)
  expect(held.text).not.toContain('agenda.start')
  expect(held.records).toBe(0)
})
