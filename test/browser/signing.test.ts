import type { Browser } from 'playwright-core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { seriousViolations } from '../kit/accessibility.ts'
import { openBrowser, openWindow, picture } from '../kit/browser.ts'
import { signaturesIn } from '../kit/pdf-signatures.ts'
import { scheduleMeeting, startRoomApp, type Client, type RoomApp } from '../kit/room-client.ts'
import { makeSigningKeys, type SigningKeys } from '../kit/signing-keys.ts'

/** The chair signs a notice as it is approved, before it has its number. */

let app: RoomApp
let keys: SigningKeys
let browser: Browser
let chair: Client
let secretary: Client
let office: Client

beforeAll(async () => {
  keys = await makeSigningKeys({ chutri: 'Lương Vĩnh Khoan' })
  ;[app, browser] = await Promise.all([startRoomApp(keys.env), openBrowser()])
  ;[chair, secretary, office] = await Promise.all([app.signIn('chutri'), app.signIn('thuky'), app.signIn('vanphong')])
}, 240_000)
afterAll(async () => {
  await browser.close()
  await app.close()
  await keys.close()
}, 30_000)

const accepted = async (answer: Promise<{ ok: boolean; error?: unknown }>) => expect((await answer).error).toBeUndefined()

test('in the draft that the chair looks at: password, "Duyệt và ký số", and then "Ban hành" fills in the number', async () => {
  const { meetingId, itemIds, unitId } = await scheduleMeeting(office, chair, [{ title: 'Giải phóng mặt bằng' }])
  await accepted(chair.command(meetingId, 'meeting.open'))
  const conclusionId = crypto.randomUUID()
  const wording = { itemId: itemIds[0], text: 'Bàn giao mặt bằng.', leadUnitId: unitId('tumorong'), coordinatingUnitIds: [] }
  await accepted(secretary.command(meetingId, 'conclusion.propose', { conclusionId, ...wording }))

  const size = { width: 1600, height: 900 }
  const { page, complaints } = await openWindow(browser, app.baseUrl, {
    username: 'chutri',
    path: `/meetings/${meetingId}`,
    size,
  })
  await page.getByRole('button', { name: 'Xem dự thảo' }).press('Enter')
  const dialog = page.getByRole('dialog', { name: 'Dự thảo thông báo' })
  const field = dialog.getByLabel('Mật khẩu khóa ký số của bạn')
  await field.fill('không phải')
  await dialog.getByRole('button', { name: 'Duyệt và ký số' }).press('Enter')
  await dialog.getByRole('alert').waitFor()
  await field.fill(keys.password)
  await dialog.locator('img').waitFor({ state: 'visible' })
  expect(await seriousViolations(page)).toEqual([])
  await picture(page, 'draft-to-sign')
  await field.press('Enter')
  await dialog.waitFor({ state: 'detached' })
  await page.getByRole('button', { name: 'Xem dự thảo' }).press('Enter')
  await page.getByRole('dialog', { name: 'Dự thảo thông báo' }).getByText('Lương Vĩnh Khoan', { exact: true }).waitFor()
  await page.keyboard.press('Escape')

  await page
    .getByRole('button', { name: /^Ban hành/ })
    .first()
    .click()
  await page
    .getByRole('alertdialog')
    .getByRole('button', { name: /^Ban hành/ })
    .click()
  await page.getByRole('link', { name: 'Mở văn bản' }).waitFor()
  const response = await fetch(`${app.baseUrl}/api/conclusions/${conclusionId}.pdf`, { headers: { cookie: chair.cookie } })
  expect(await signaturesIn(Buffer.from(await response.arrayBuffer()))).toMatchObject([{ verdict: 'Signature is Valid.' }])
  // The browser's own word for the refused password.
  expect(complaints.filter((one) => !one.includes('400'))).toEqual([])
})
