import { readFile } from 'node:fs/promises'
import type { Browser } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { seriousViolations } from '../kit/accessibility.ts'
import { openBrowser, openWindow, picture } from '../kit/browser.ts'
import { issueConclusion } from '../kit/issuing.ts'
import { qrOnPaper } from '../kit/qr.ts'
import { scheduleMeeting, startRoomApp, type Client, type RoomApp } from '../kit/room-client.ts'
import { readZip } from '../kit/zip.ts'

/** What was issued, in the hands of those who get it: opened in a hall at once, and checked by anybody. */

let app: RoomApp
let browser: Browser
let chair: Client
let secretary: Client
let office: Client
let hall: Client

beforeAll(async () => {
  ;[app, browser] = await Promise.all([startRoomApp(), openBrowser()])
  ;[chair, secretary, office, hall] = await Promise.all([
    app.signIn('chutri'),
    app.signIn('thuky'),
    app.signIn('vanphong'),
    app.signIn('diemcau.tumorong'),
  ])
}, 240_000)
afterAll(async () => {
  await browser.close()
  await app.close()
}, 30_000)

const accepted = async (answer: Promise<{ ok: boolean; error?: unknown }>) => expect((await answer).error).toBeUndefined()

test('from the press "Ban hành" to the opened PDF in a hall', async () => {
  const { meetingId, itemIds, unitId } = await scheduleMeeting(office, chair, [{ title: 'Giải phóng mặt bằng' }])
  await accepted(chair.command(meetingId, 'meeting.open'))
  const representative = { name: 'A Thị Mai', title: 'Phó Chủ tịch UBND huyện' }
  await accepted(hall.command(meetingId, 'attendance.checkIn', { representative, headCount: 12 }))
  const conclusionId = crypto.randomUUID()
  const wording = { itemId: itemIds[0], text: 'Bàn giao mặt bằng.', leadUnitId: unitId('tumorong'), coordinatingUnitIds: [] }
  await accepted(secretary.command(meetingId, 'conclusion.propose', { conclusionId, ...wording }))
  await accepted(chair.command(meetingId, 'conclusion.approve', { conclusionId }))

  const path = `/meetings/${meetingId}`
  const [desk, point] = await Promise.all([
    openWindow(browser, app.baseUrl, { username: 'chutri', path, size: { width: 1600, height: 900 } }),
    openWindow(browser, app.baseUrl, { username: 'diemcau.tumorong', path, size: { width: 1920, height: 1080 } }),
  ])
  const issue = desk.page.getByRole('button', { name: /^Ban hành/ }).first()
  await issue.click()
  const confirm = desk.page.getByRole('alertdialog').getByRole('button', { name: /^Ban hành/ })
  await confirm.waitFor()

  const began = performance.now()
  await confirm.click()
  const open = point.page.getByRole('link', { name: 'Mở văn bản' })
  await open.waitFor()
  const [response] = await Promise.all([
    point.page.context().waitForEvent('response', {
      predicate: (answer) => answer.url().includes(`/api/conclusions/${conclusionId}.pdf`),
    }),
    open.click(),
  ])
  expect(response.status()).toBe(200)
  expect(response.headers()['content-type']).toBe('application/pdf')
  await response.finished()
  process.stdout.write(`From the press to the opened PDF in a hall: ${Math.round(performance.now() - began)} ms\n`)
  await picture(point.page, 'issued-at-a-hall')
})

describe('the verify page', () => {
  const bytesOf = async (conclusionId: string, format: 'pdf' | 'docx'): Promise<Buffer> => {
    const response = await fetch(`${app.baseUrl}/api/conclusions/${conclusionId}.${format}`, { headers: { cookie: hall.cookie } })
    return Buffer.from(await response.arrayBuffer())
  }

  test('tells the issued file from an altered one, without sending it', async () => {
    const { conclusionId, code, notation } = await issueConclusion({ chair, secretary, office }, { lead: 'tumorong' })
    const [pdf, docx] = await Promise.all([bytesOf(conclusionId, 'pdf'), bytesOf(conclusionId, 'docx')])
    const onPaper = new URL((await qrOnPaper(pdf)) ?? '')
    expect(onPaper.pathname).toBe(`/verify/${code}`)
    const { page, complaints } = await openWindow(browser, app.baseUrl, { path: onPaper.pathname })
    await page.getByText('Còn hiệu lực').waitFor()
    await page.getByText(notation, { exact: true }).waitFor()
    const sent: string[] = []
    page.on('request', (request) => sent.push(request.method()))

    const choose = async (name: string, buffer: Buffer) => {
      const [chooser] = await Promise.all([
        page.waitForEvent('filechooser'),
        page.getByRole('button', { name: 'Chọn tệp' }).press('Enter'),
      ])
      await chooser.setFiles({ name, mimeType: 'application/pdf', buffer })
    }
    await choose('ban-hanh.pdf', pdf)
    await page.getByText('ban-hanh.pdf trùng khớp từng byte với bản PDF đã ban hành.').waitFor()
    await picture(page, 'verify-same')
    expect(await seriousViolations(page)).toEqual([])

    const altered = Buffer.from(pdf)
    altered[2000] = (altered[2000] ?? 0) ^ 1
    await choose('da-sua.pdf', altered)
    await page.getByText('Không phải bản đã ban hành').waitFor()
    await picture(page, 'verify-altered')
    expect(await seriousViolations(page)).toEqual([])

    const dropped = await page.evaluateHandle((base64) => {
      const bytes = Uint8Array.from(atob(base64), (letter) => letter.charCodeAt(0))
      const data = new DataTransfer()
      data.items.add(new File([bytes], 'ban-hanh.docx'))
      return data
    }, docx.toString('base64'))
    await page.locator('[data-drop]').dispatchEvent('drop', { dataTransfer: dropped })
    await page.getByText('ban-hanh.docx trùng khớp từng byte với bản Word đã ban hành.').waitFor()

    expect(sent).toEqual([])
    expect(complaints).toEqual([])
  })

  test('does not believe a table that says something else than the log, and says at which event', async () => {
    const { conclusionId, code, notation } = await issueConclusion({ chair, secretary, office }, { lead: 'tumorong' })
    await app.database.sql`update conclusions set text = replace(text, 'sạch', 'sách') where id = ${conclusionId}`
    const { page, complaints } = await openWindow(browser, app.baseUrl, { path: `/verify/${code}` })
    await page.getByRole('heading', { name: `Dữ liệu của văn bản ${notation} đã bị sửa` }).waitFor()
    await page.getByText(/không khớp với nhật ký cuộc họp tại sự kiện \d+\./).waitFor()
    expect(await page.getByText('Còn hiệu lực', { exact: true }).count()).toBe(0)
    expect(await seriousViolations(page)).toEqual([])
    await picture(page, 'verify-broken')
    expect(complaints).toEqual([])
  })

  test('says of a corrected document by which one it was corrected', async () => {
    const first = await issueConclusion({ chair, secretary, office }, { lead: 'tumorong' })
    const { meeting } = (await chair.get(`/api/meetings/${first.meetingId}`)).body as {
      meeting: { agenda: { id: string }[] }
    }
    const conclusionId = crypto.randomUUID()
    const wording = {
      itemId: meeting.agenda[0]?.id,
      text: 'Bàn giao mặt bằng trước ngày 05/12.',
      leadUnitId: hall.unitId,
      coordinatingUnitIds: [],
      corrects: first.conclusionId,
    }
    await accepted(secretary.command(first.meetingId, 'conclusion.propose', { conclusionId, ...wording }))
    await accepted(chair.command(first.meetingId, 'conclusion.approve', { conclusionId }))
    await accepted(chair.command(first.meetingId, 'conclusion.issue', { conclusionId }))
    const { page } = await openWindow(browser, app.baseUrl, { path: `/verify/${first.code}` })
    await page.getByText(/đã được đính chính bằng kết luận số \d+\/TB-UBND/).waitFor()
    expect(await page.getByText('Còn hiệu lực', { exact: true }).count()).toBe(0)
  })
})

test('the summary gives the Office the whole record of the meeting in one file', async () => {
  const { meetingId } = await issueConclusion({ chair, secretary, office }, { lead: 'tumorong' })
  const { page } = await openWindow(browser, app.baseUrl, { username: 'vanphong', path: `/meetings/${meetingId}/summary` })
  const link = page.getByRole('link', { name: 'Tải toàn bộ hồ sơ' })
  await link.scrollIntoViewIfNeeded()
  await picture(page, 'summary-record')
  const [download] = await Promise.all([page.waitForEvent('download'), link.press('Enter')])
  expect(download.suggestedFilename()).toMatch(/\.zip$/)
  const files = readZip(await readFile(await download.path()))
  expect([...files.keys()]).toContain('nhat-ky/su-kien.jsonl')
})

test('from the book the Office sees who has received a document, and attaches what was signed on paper', async () => {
  const { conclusionId, meetingId, notation } = await issueConclusion({ chair, secretary, office }, { lead: 'tumorong' })
  await accepted(hall.command(meetingId, 'conclusion.acknowledge', { conclusionId }))
  const { page, complaints } = await openWindow(browser, app.baseUrl, { username: 'vanphong', path: '/documents' })
  await page.getByRole('button', { name: `Ký và theo dõi ${notation}` }).press('Enter')
  const dialog = page.getByRole('dialog', { name: notation })
  const row = dialog.getByRole('row', { name: /Tu Mơ Rông/ })
  await row.waitFor()
  expect(await row.getByText('Chưa', { exact: true }).count()).toBe(0)
  await dialog.getByText('Chưa có chữ ký số.').waitFor()
  const [chooser] = await Promise.all([
    page.waitForEvent('filechooser'),
    dialog.getByRole('button', { name: 'Đính kèm bản quét' }).press('Enter'),
  ])
  const response = await fetch(`${app.baseUrl}/api/conclusions/${conclusionId}.pdf`, { headers: { cookie: office.cookie } })
  const buffer = Buffer.from(await response.arrayBuffer())
  await chooser.setFiles({ name: 'ban-ky.pdf', mimeType: 'application/pdf', buffer })
  await dialog.getByRole('link', { name: 'Mở bản quét' }).waitFor()
  expect(await seriousViolations(page)).toEqual([])
  await picture(page, 'document-care')
  expect(complaints).toEqual([])
})

test('a notice is withdrawn in the book, with a word why; the book and the verify page say so', async () => {
  const { notation, code } = await issueConclusion({ chair, secretary, office }, { lead: 'tumorong' })
  const { page, complaints } = await openWindow(browser, app.baseUrl, { username: 'vanphong', path: '/documents' })
  await page.getByRole('button', { name: `Ký và theo dõi ${notation}` }).press('Enter')
  const dialog = page.getByRole('dialog', { name: notation })
  await dialog.getByRole('textbox', { name: 'Lý do thu hồi' }).fill('Ban hành khi chưa đủ hồ sơ.')
  await dialog.getByRole('button', { name: 'Thu hồi văn bản' }).press('Enter')
  await page.getByRole('alertdialog').getByRole('button', { name: 'Thu hồi văn bản' }).press('Enter')
  await dialog.getByText('Ban hành khi chưa đủ hồ sơ.').waitFor()
  expect(await seriousViolations(page)).toEqual([])
  await picture(page, 'document-withdrawn')
  await page.keyboard.press('Escape')
  const row = page.getByRole('row', { name: new RegExp(`^${notation}`) })
  await row.getByText('Đã thu hồi').waitFor()
  await row.getByText(/Ban hành khi chưa đủ hồ sơ\./).waitFor()
  await picture(page, 'documents-withdrawn')

  await page.goto(`${app.baseUrl}/verify/${code}`)
  await page.getByText(/Văn bản này đã được thu hồi ngày/).waitFor()
  expect(await page.getByText('Còn hiệu lực', { exact: true }).count()).toBe(0)
  await picture(page, 'verify-withdrawn')
  expect(complaints).toEqual([])
})
