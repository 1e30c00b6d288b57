import { createHash } from 'node:crypto'
import { PDFDocument } from 'pdf-lib'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { scheduleMeeting, startRoomApp, type Client, type RoomApp } from '../kit/room-client.ts'
import { readZip, readZipBytes } from '../kit/zip.ts'

/** Everything a meeting leaves behind, taken out in one file and read without this product. */

let app: RoomApp
let chair: Client
let secretary: Client
let hall: Client
let meetingId: string
/** A machine without poppler takes no presentations. */
let isShown: boolean
const conclusionId = crypto.randomUUID()

const secret = 'Nhân sự chủ chốt'
const accepted = async (answer: Promise<{ ok: boolean; error?: unknown }>) => expect((await answer).error).toBeUndefined()
const load = async (client: Client, path = `/api/meetings/${meetingId}/archive.zip`) => {
  const response = await fetch(`${app.baseUrl}${path}`, { headers: { cookie: client.cookie } })
  return { status: response.status, bytes: Buffer.from(await response.arrayBuffer()) }
}
const sha256 = (...parts: string[]) => parts.reduce((hash, part) => hash.update(part), createHash('sha256')).digest('hex')

beforeAll(async () => {
  app = await startRoomApp()
  ;[chair, secretary, hall] = (await Promise.all(['chutri', 'thuky', 'diemcau.tumorong'].map((name) => app.signIn(name)))) as [
    Client,
    Client,
    Client,
  ]
  const made = await scheduleMeeting(secretary, chair, [
    { title: 'Giải phóng mặt bằng', presenter: 'tumorong', proposals: ['Cho ứng trước kinh phí.'] },
    { title: secret, presenter: 'stc', audience: ['stc'] },
  ])
  meetingId = made.meetingId
  const itemId = made.itemIds[0]
  await accepted(chair.command(meetingId, 'meeting.open'))
  const representative = { name: 'A Sâm Ngọc', title: 'Chủ tịch UBND huyện, phụ trách "đường"' }
  await accepted(hall.command(meetingId, 'attendance.checkIn', { representative, headCount: 18 }))
  await accepted(chair.command(meetingId, 'agenda.start', { itemId }))
  await accepted(chair.command(meetingId, 'floor.grant', { userId: hall.userId }))
  await accepted(hall.command(meetingId, 'floor.yield'))
  const voteId = crypto.randomUUID()
  const question = '=HYPERLINK("http://x.vn")'
  await accepted(chair.command(meetingId, 'vote.open', { voteId, question, options: ['Có', 'Không'], secret: false }))
  await accepted(chair.command(meetingId, 'vote.cast', { voteId, option: 0 }))
  await accepted(chair.command(meetingId, 'vote.close', { voteId }))
  const wording = { itemId, text: 'Bàn giao mặt bằng.', leadUnitId: hall.unitId, coordinatingUnitIds: [] }
  await accepted(secretary.command(meetingId, 'conclusion.propose', { conclusionId, ...wording }))
  await accepted(chair.command(meetingId, 'conclusion.approve', { conclusionId }))
  await accepted(chair.command(meetingId, 'conclusion.issue', { conclusionId }))
  const shown = await PDFDocument.create()
  shown.addPage([960, 540])
  const form = new FormData()
  form.append('file', new Blob([new Uint8Array(await shown.save())]), 'Bản đồ.pdf')
  const { status } = await fetch(`${app.baseUrl}/api/meetings/${meetingId}/presentations`, {
    method: 'POST',
    headers: { cookie: secretary.cookie },
    body: form,
  })
  isShown = status === 201
}, 120_000)
afterAll(() => app.close())

test('the record of a meeting is one file of open formats, and its log is checked with SHA-256 alone', async () => {
  const { status, bytes } = await load(secretary)
  expect(status).toBe(200)
  const files = readZip(bytes)
  expect([...files.keys()]).toEqual([
    'doc-truoc.txt',
    'nhat-ky/su-kien.jsonl',
    'nhat-ky/ma-bam.txt',
    'trang-thai.json',
    ...['chuong-trinh', 'diem-danh', 'phat-bieu', 'bieu-quyet', 'ket-luan', 'nhat-ky'].map((name) => `bang/${name}.csv`),
    'kien-nghi.json',
    'bien-ban/cac-phan.json',
    'bien-ban/du-thao.docx',
    'bien-ban/du-thao.pdf',
    ...['pdf', 'docx', 'xml'].map((ending) => `van-ban/01-TB-UBND.${ending}`),
    ...(isShown ? ['tai-lieu/1-Bản-đồ.pdf'] : []),
  ])
  const lines = (name: string) => (files.get(name) ?? '').trim().split('\n')
  const events = lines('nhat-ky/su-kien.jsonl')
  let last = '0'.repeat(64)
  expect(lines('nhat-ky/ma-bam.txt')).toEqual(events.map((line) => (last = sha256(last, line))))
  expect(files.get('doc-truoc.txt')).toContain(last)
  const { body } = await secretary.get(`/api/meetings/${meetingId}/log`)
  expect((body as { head: object }).head).toEqual({ seq: events.length, hash: last })

  expect(files.get('bang/diem-danh.csv')).toContain('A Sâm Ngọc,"Chủ tịch UBND huyện, phụ trách ""đường""",18,')
  expect(files.get('bang/chuong-trinh.csv')).toContain(secret)
  expect(files.get('bang/ket-luan.csv')).toContain('01/TB-UBND,Đã ban hành,1,Bàn giao mặt bằng.')
  // No spreadsheet runs what somebody typed.
  expect(files.get('bang/bieu-quyet.csv')).toContain(`"'=HYPERLINK(""http://x.vn"")",1,,Có,1,`)
  expect(JSON.parse(files.get('trang-thai.json') ?? '')).toMatchObject({ meetingId, status: 'running' })

  const papers = readZipBytes(bytes)
  for (const ending of ['pdf', 'docx'])
    expect(
      papers.get(`van-ban/01-TB-UBND.${ending}`)?.equals((await load(hall, `/api/conclusions/${conclusionId}.${ending}`)).bytes),
    ).toBe(true)
  if (isShown) expect(papers.get('tai-lieu/1-Bản-đồ.pdf')?.subarray(0, 5).toString()).toBe('%PDF-')
})

test('it is for those who answer for the record: the chair and the desks, who are inside every item', async () => {
  expect((await load(chair)).status).toBe(200)
  for (const name of ['pct.1', 'diemcau.tumorong', 'so.stc', 'duthinh', 'quantri'])
    expect((await load(await app.signIn(name))).status, name).toBe(403)
})
