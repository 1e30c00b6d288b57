import { readdir, readFile, writeFile } from 'node:fs/promises'
import path from 'node:path'
import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { isClosedStub, type MeetingState } from '#domain/meeting/state.ts'
import { seriousViolations } from '../kit/accessibility.ts'
import { artefacts, openBrowser, openWindow, pictures, type Window } from '../kit/browser.ts'
import { demoMeetingId, startRoomApp, type Client, type RoomApp } from '../kit/room-client.ts'
import { openWriter } from '../kit/minutes-writer.ts'
import { until } from '../kit/until.ts'

/**
 * Every face in every state of a meeting, at its sizes, in both themes: it says what its person has to know, shuts nobody
 * out, fits its window, and is kept as a picture. Without a video server, which is one of the states: the others, with living pictures, are taken in
 * the meeting that is played whole. `test-artefacts/gallery.html` shows them all; the sheets in docs/gallery.md are made here as well.
 */

const small = { width: 1280, height: 720 }
const tablet = { width: 1280, height: 800 }
const big = { width: 1920, height: 1080 }
const phone = { width: 390, height: 844 }

const faces = {
  chair: { username: 'chutri', sizes: [small, big, tablet] },
  leader: { username: 'pct.1', sizes: [big, tablet] },
  secretary: { username: 'thuky', sizes: [small, big] },
  bridge: { username: 'diemcau.tumorong', sizes: [small, big] },
  department: { username: 'so.syt', sizes: [small, big] },
  observer: { username: 'duthinh', sizes: [small, big] },
  office: { username: 'vanphong', path: '/office', sizes: [small, big] },
  projector: { username: 'vanphong', path: '/projector', sizes: [small, big] },
} as const
type Face = keyof typeof faces
const everyFace = Object.keys(faces) as Face[]

let app: RoomApp
let browser: Browser
let meetingId: string
let itemIds: string[]
let chair: Client
let desk: Client
let office: Client
let hall: Client
const windows = new Map<Face, Window>()

const pageOf = (face: Face): Page => {
  const window = windows.get(face)
  if (!window) throw new Error(`${face} is not open`)
  return window.page
}
const state = async () => ((await office.get(`/api/meetings/${meetingId}`)).body as { meeting: MeetingState }).meeting
async function act(who: Client, type: string, fields: object = {}): Promise<void> {
  const answer = await who.command(meetingId, type, fields)
  if (!answer.ok) throw new Error(`${type}: ${JSON.stringify(answer.error)}`)
}

beforeAll(async () => {
  ;[app, browser] = await Promise.all([startRoomApp(), openBrowser()])
  ;[office, chair, desk, hall] = await Promise.all([
    app.signIn('vanphong'),
    app.signIn('chutri'),
    app.signIn('thuky'),
    app.signIn('diemcau.tumorong'),
  ])
  meetingId = await demoMeetingId(office)
  itemIds = (await state()).agenda.map((item) => item.id)
}, 240_000)
afterAll(async () => {
  await browser.close()
  await app.close()
}, 30_000)

/** Waits until each of these faces says its words, then takes its pictures. */
async function look(name: string, said: Partial<Record<Face, string | RegExp>>): Promise<void> {
  for (const [face, words] of Object.entries(said) as [Face, string | RegExp][]) {
    const page = pageOf(face)
    await page.getByText(words).filter({ visible: true }).first().waitFor()
    expect(await seriousViolations(page), `${face}, ${name}`).toEqual([])
    await pictures(page, `gallery/${face}/${name}`, [...faces[face].sizes])
  }
}

const conclusionId = crypto.randomUUID()
const voteId = crypto.randomUUID()
const minuted = [
  '08:42 – Chủ tịch UBND huyện Tu Mơ Rông: Dự án đã bàn giao 8,2 km trong 11,5 km; còn 41 hộ chưa nhận tiền bồi thường vì đơn giá đất rừng chưa thống nhất.',
  '08:47 – Giám đốc Sở Tài nguyên và Môi trường: Đơn giá đã thẩm định xong, trình UBND tỉnh trong tuần này.',
  '08:49 – Phó Chủ tịch UBND tỉnh: Thống nhất tách đợt một, không chờ toàn tuyến.',
]
const toAll = (words: string | RegExp, ...others: Face[]) =>
  Object.fromEntries(everyFace.filter((face) => !others.includes(face)).map((face) => [face, words]))

describe('the front room of a hall', () => {
  const front = async (name: string, where: Browser, says: RegExp[]) => {
    const link = await office.send('POST', `/api/meetings/${meetingId}/join-links`, { unitId: hall.unitId })
    const { pathname } = new URL((link.body as { url: string }).url)
    const { page } = await openWindow(where, app.baseUrl, { path: pathname, size: small })
    for (const words of says) await page.getByText(words).filter({ visible: true }).first().waitFor()
    await page.getByRole('button', { name: /^Vào phòng họp/ }).waitFor()
    await pictures(page, `gallery/join/${name}`, [small, big, phone])
    await page.context().close()
  }

  test('with camera and microphone', () => front('ready', browser, [/Camera: có hình/, /Micrô: nghe rõ/]), 60_000)

  test('whose computer has neither: there is a way in all the same', async () => {
    const bare = await openBrowser({ devices: 'none' })
    await front('no-camera', bare, [/Camera: không có thiết bị/, /Micrô: không có thiết bị/])
    await bare.close()
  }, 60_000)

  test('whose person has refused them: it says where to allow them', async () => {
    const shy = await openBrowser({ devices: 'refused' })
    await front('refused', shy, [/Camera: trình duyệt chưa cho phép/, /Micrô: trình duyệt chưa cho phép/])
    await shy.close()
  }, 60_000)
})

describe('every face', () => {
  beforeAll(async () => {
    await office.send('POST', '/api/demo/bridges', { meetingId })
    await until('the bridge points are alive', async () => (await state()).attendance.length >= 9, 60_000)
    const representative = { name: 'A Sâm Ngọc', title: 'Chủ tịch UBND huyện' }
    await act(hall, 'attendance.checkIn', { representative, headCount: 18 })
    for (const face of everyFace) {
      const { username, sizes, ...more } = faces[face]
      const at = { username, path: `/meetings/${meetingId}${'path' in more ? more.path : ''}`, size: sizes[0] }
      windows.set(face, await openWindow(browser, app.baseUrl, at))
      await pageOf(face).waitForFunction(() => document.documentElement.dataset.line === 'live')
    }
  }, 120_000)

  test('before the opening', async () => {
    await look('1-before', toAll('Đã xếp lịch'))
  }, 120_000)

  test('an item, a hall with the floor, others waiting', async () => {
    await act(chair, 'meeting.open')
    await act(chair, 'agenda.start', { itemId: itemIds[0] })
    await act(hall, 'floor.request', { kind: 'speak' })
    await act(chair, 'floor.grant', { userId: hall.userId, limitSeconds: 300 })
    const writer = await openWriter(app.baseUrl, desk, meetingId, itemIds[0] ?? '')
    for (const [line, words] of minuted.entries()) await writer.add(line, words)
    writer.close()
    await pageOf('secretary')
      .getByText(minuted.at(-1) ?? '')
      .waitFor()
    const isHeadInSight = () =>
      pageOf('secretary').evaluate(() => {
        const head = [...document.querySelectorAll('h2')].find((one) => one.textContent?.trim().startsWith('1.'))
        const frame = head?.getBoundingClientRect()
        return frame !== undefined && document.elementFromPoint(frame.left + 4, frame.top + 4) === head
      })
    await until('the item that runs stands in the text under its whole heading', isHeadInSight)
    await look('2-floor', toAll(/Tu Mơ Rông/))
  }, 120_000)

  test('a vote', async () => {
    await act(desk, 'vote.open', {
      voteId,
      question: 'Thông qua phương án bồi thường đợt một?',
      options: ['Tán thành', 'Không tán thành'],
      secret: false,
    })
    await look('3-vote', toAll(/Thông qua phương án/, 'department', 'observer', 'office'))
    await act(chair, 'vote.close', { voteId })
  }, 120_000)

  test('a conclusion to decide, then issued', async () => {
    const { unitId } = hall
    const text = 'Giao UBND huyện Tu Mơ Rông phê duyệt phương án bồi thường đợt một, bàn giao mặt bằng cho nhà thầu.'
    const wording = { itemId: itemIds[0], text, leadUnitId: unitId, coordinatingUnitIds: [], dueDate: '2027-01-15' }
    await act(desk, 'conclusion.propose', { conclusionId, ...wording })
    await look('4-to-decide', { chair: /Giao UBND huyện/, secretary: /Giao UBND huyện/ })
    await act(chair, 'conclusion.approve', { conclusionId })
    await act(desk, 'conclusion.issue', { conclusionId })
    // Those first on whose screens it does not stay.
    const first = { bridge: /01\/TB-UBND/, projector: /01\/TB-UBND/ }
    await look('5-conclusion', { ...first, ...toAll(/01\/TB-UBND/, 'office', 'bridge', 'projector') })
  }, 120_000)

  test('a closed item: those outside see when to expect it to end', async () => {
    const closed = (await state()).agenda.find((item) => !isClosedStub(item) && item.audience !== 'everyone')
    await act(chair, 'agenda.start', { itemId: closed?.id })
    await look('6-closed-item', { department: 'Dự kiến đến', observer: 'Dự kiến đến' })
    await act(chair, 'agenda.finish', { itemId: closed?.id })
  }, 120_000)

  test('a pause', async () => {
    await act(chair, 'meeting.pause')
    await look('7-pause', toAll('Tạm nghỉ'))
    await act(chair, 'meeting.resume')
  }, 120_000)

  test('without a line: all stays readable, and says so', async () => {
    const told = /Mất kết nối|Đang kết nối lại/
    for (const face of everyFace) await pageOf(face).context().setOffline(true)
    await look('8-offline', toAll(told))
    for (const face of everyFace) await pageOf(face).context().setOffline(false)
    for (const face of everyFace) await pageOf(face).waitForFunction(() => document.documentElement.dataset.line === 'live')
  }, 120_000)

  test('put out, and let in again', async () => {
    await act(chair, 'participant.remove', { userId: hall.userId })
    await look('9-removed', { bridge: 'Chủ trì đã mời ra khỏi phòng họp.' })
    await act(chair, 'participant.readmit', { userId: hall.userId })
  }, 60_000)

  test('after the close', async () => {
    await act(chair, 'meeting.close')
    await look('a-closed', toAll('Đã kết thúc'))
  }, 120_000)

  test('complained of nothing all the while', () => {
    // A line that is cut on purpose is an error to the browser, and none of ours.
    const wrong = (text: string) => !/ERR_INTERNET_DISCONNECTED|WebSocket|signal/.test(text)
    for (const [face, { complaints }] of windows) expect([face, complaints.filter(wrong)]).toEqual([face, []])
  })

  test('on sheets, a face each, and all of it on one page', async () => {
    const made = await Promise.all(everyFace.map((face) => readdir(path.join(artefacts, 'gallery', face))))
    const rows = everyFace.map((face, at) => ({ face, files: (made[at] ?? []).filter((file) => file.endsWith('.png')).sort() }))
    const figure = (face: Face, file: string) =>
      `<figure><img loading="lazy" src="gallery/${face}/${file}" alt=""><figcaption>${file.replace('.png', '')}</figcaption></figure>`
    await writeFile(
      path.join(artefacts, 'gallery.html'),
      `<!doctype html><meta charset="utf-8"><title>Gallery</title><style>body{font:14px sans-serif}main{display:grid;grid-template-columns:repeat(auto-fill,minmax(300px,1fr));gap:8px}figure{margin:0}img{width:100%}</style>` +
        rows
          .map(({ face, files }) => `<h2>${face}</h2><main>${files.map((file) => figure(face, file)).join('')}</main>`)
          .join(''),
    )
    const sheet = await browser.newPage({ viewport: { width: 1320, height: 600 } })
    for (const { face, files } of rows) {
      const theme = face === 'bridge' || face === 'projector' ? 'dark' : 'light'
      const shown = files.filter((file) => file.includes(`-${theme}-1920x1080`))
      expect(shown.length).toBeGreaterThanOrEqual(5)
      const images = await Promise.all(
        shown.map(async (file) => (await readFile(path.join(artefacts, 'gallery', face, file))).toString('base64')),
      )
      await sheet.setContent(
        `<style>body{margin:0;display:grid;grid-template-columns:repeat(3,440px);background:#fff}img{width:432px;margin:4px;display:block}</style>` +
          images.map((image) => `<img src="data:image/png;base64,${image}">`).join(''),
      )
      const drawn = () => [...document.images].every((image) => image.complete && image.naturalWidth > 0)
      await sheet.waitForFunction(drawn)
      await sheet.screenshot({ path: path.join(artefacts, 'gallery', `${face}.jpg`), type: 'jpeg', quality: 72, fullPage: true })
    }
    await sheet.close()
  }, 60_000)
})
