import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { DocumentList, FinalMinutes, type DocumentEntry } from '#domain/contract/documents.ts'
import { connect, scheduleMeeting, signIn, startRoomApp, type Client, type RoomApp } from '../kit/room-client.ts'
import { freePort, startServer, type ServerProcess } from '../kit/process.ts'
import { startTestPostgres, type TestDatabase, type TestPostgres } from '../kit/postgres.ts'
import { until } from '../kit/until.ts'
import { readZip } from '../kit/zip.ts'

/** The numbering book and the minutes, from the press to the paper, over the doors that people use. */

const bytesOf = async (baseUrl: string, client: Client, path: string) => {
  const response = await fetch(`${baseUrl}${path}`, { headers: { cookie: client.cookie } })
  return {
    status: response.status,
    type: response.headers.get('content-type') ?? '',
    bytes: Buffer.from(await response.arrayBuffer()),
  }
}

const accepted = async (answer: Promise<{ ok: boolean; error?: unknown }>): Promise<void> => {
  const { ok, error } = await answer
  expect({ ok, error }).toEqual({ ok: true, error: undefined })
}

describe('a meeting', () => {
  let app: RoomApp
  let chair: Client
  let secretary: Client
  let inside: Client
  let outside: Client
  let meetingId: string
  let itemIds: string[]
  let unitId: (code: string) => string
  const secret = 'NHÂN SỰ MẬT'

  const get = (client: Client, path: string) => bytesOf(app.baseUrl, client, path)
  const book = async (query = ''): Promise<DocumentEntry[]> =>
    DocumentList.parse((await secretary.get(`/api/documents${query}`)).body).documents
  const propose = async (itemId: string | undefined, text: string, lead: string): Promise<string> => {
    const conclusionId = crypto.randomUUID()
    const fields = { conclusionId, itemId, text, leadUnitId: unitId(lead), coordinatingUnitIds: [] }
    await accepted(secretary.command(meetingId, 'conclusion.propose', fields))
    return conclusionId
  }
  const issue = async (conclusionId: string): Promise<void> => {
    await accepted(chair.command(meetingId, 'conclusion.approve', { conclusionId }))
    await accepted(chair.command(meetingId, 'conclusion.issue', { conclusionId }))
  }
  /** The words of a .docx, as one text. */
  const wordsOf = (docx: Buffer): string =>
    [...(readZip(docx).get('word/document.xml') ?? '').matchAll(/<w:t[^>]*>([^<]*)<\/w:t>/g)].map((one) => one[1]).join('\n')

  beforeAll(async () => {
    app = await startRoomApp()
    ;[chair, secretary, inside, outside] = await Promise.all([
      app.signIn('chutri'),
      app.signIn('thuky'),
      app.signIn('so.stc'),
      app.signIn('diemcau.kontum'),
    ])
    const made = await scheduleMeeting(secretary, chair, [
      { title: 'Giải phóng mặt bằng đường liên xã', presenter: 'stc' },
      { title: secret, presenter: 'stc', audience: ['stc'] },
    ])
    meetingId = made.meetingId
    itemIds = made.itemIds
    unitId = made.unitId
    await accepted(chair.command(meetingId, 'meeting.open'))
    const representative = { name: 'Y Hơ Riêng', title: 'Phó Chủ tịch UBND thành phố' }
    await accepted(outside.command(meetingId, 'attendance.checkIn', { representative, headCount: 12 }))
    await accepted(chair.command(meetingId, 'agenda.start', { itemId: itemIds[0] }))
    await accepted(chair.command(meetingId, 'floor.grant', { userId: outside.userId }))
  }, 120_000)
  afterAll(() => app.close())

  test('has minutes as a draft while it goes on: from the log, and for those outside without the closed item', async () => {
    const [full, excerpt] = await Promise.all(
      [secretary, outside].map((client) => get(client, `/api/meetings/${meetingId}/minutes.docx`)),
    )
    const [all, some] = [wordsOf(full?.bytes ?? Buffer.alloc(0)), wordsOf(excerpt?.bytes ?? Buffer.alloc(0))]
    for (const words of [all, some]) {
      expect(words).toContain('DỰ THẢO')
      expect(words).toContain('Y Hơ Riêng, Phó Chủ tịch UBND thành phố')
      expect(words).toMatch(/Phát biểu: Y Hơ Riêng \(.*, từ \d\d:\d\d\)\./)
      expect(words).toContain('Giải phóng mặt bằng đường liên xã')
    }
    expect(all).toContain(secret)
    expect(some).not.toContain(secret)
    expect(some).toContain('Bản trích biên bản')
    const pdf = await get(secretary, `/api/meetings/${meetingId}/minutes.pdf`)
    expect(pdf.type).toBe('application/pdf')
    expect(pdf.bytes.subarray(0, 5).toString()).toBe('%PDF-')
    expect((await secretary.send('POST', `/api/meetings/${meetingId}/minutes`, {})).status).toBe(409)
    expect((await get(secretary, `/api/meetings/${crypto.randomUUID()}/minutes.pdf`)).status).toBe(404)
  })

  test('shows the chair a proposed conclusion as it will look, nobody outside, and no more once it is issued', async () => {
    const id = await propose(itemIds[1], `Đồng ý phương án ${secret}.`, 'stc')
    const picture = await get(chair, `/api/conclusions/${id}/draft.svg`)
    expect(picture.type).toContain('image/svg+xml')
    expect(picture.bytes.toString()).toMatch(/^<svg /)
    expect((await get(chair, `/api/conclusions/${id}/draft.pdf`)).bytes.subarray(0, 5).toString()).toBe('%PDF-')
    expect((await get(outside, `/api/conclusions/${id}/draft.svg`)).status).toBe(404)
    await issue(id)
    expect((await get(chair, `/api/conclusions/${id}/draft.svg`)).status).toBe(404)
  })

  test('enters every issued conclusion into the book, found without diacritics; the book is for those who keep it', async () => {
    const id = await propose(itemIds[0], 'Phê duyệt phương án bồi thường đợt một.', 'stc')
    await issue(id)
    const [latest] = await book()
    expect(latest).toMatchObject({ id, type: 'TB', status: 'valid', conclusionIds: [id], meetingId })
    expect(latest?.notation).toMatch(/^\d{2,}\/TB-UBND$/)
    expect(latest?.abstract).toMatch(/^Kết luận của đồng chí /)
    expect(latest?.recipients.at(-1)).toBe('Lưu: VT, TH')
    const ids = async (query: string) => (await book(query)).map((one) => one.id)
    expect(await ids('?q=boi%20thuong%20PHE')).toEqual([id])
    expect(await ids('?q=B%E1%BB%93i%20th%C6%B0%E1%BB%9Dng')).toEqual([id])
    expect(await ids('?q=boi%20thuongg')).toEqual([])
    expect(await ids(`?type=TB&year=${latest?.year}&q=dot%20mot`)).toEqual([id])
    expect(await ids('?type=BB')).toEqual([])
    expect((await outside.get('/api/documents')).status).toBe(403)
    expect((await secretary.get('/api/documents?type=XX')).status).toBe(400)
  })

  test('gives each document in every form: the same PDF by both doors, edXML with the files inside, the book as a workbook', async () => {
    const [latest] = await book('?q=boi%20thuong')
    const id = latest?.id ?? ''
    const pdf = await get(secretary, `/api/documents/${id}.pdf`)
    expect((await get(outside, `/api/conclusions/${id}.pdf`)).bytes.equals(pdf.bytes)).toBe(true)
    expect((await get(outside, `/api/documents/${id}.pdf`)).status).toBe(200)
    const xml = (await get(secretary, `/api/documents/${id}.xml`)).bytes.toString()
    const field = (name: string) => new RegExp(`<edXML:${name}>([^<]*)</edXML:${name}>`).exec(xml)?.[1]
    expect(field('CodeNumber')).toBe(String(latest?.number))
    expect(field('CodeNotation')).toBe('TB-UBND')
    expect(field('Subject')).toBe(latest?.abstract)
    expect(field('FullName')).toBe(latest?.signer)
    expect(Buffer.from(field('ContentTransferEncoded') ?? '', 'base64').equals(pdf.bytes)).toBe(true)
    expect((await book('?q=boi%20thuong'))[0]?.files).toEqual(['docx', 'pdf'])

    const workbook = readZip((await get(secretary, '/api/documents.xlsx')).bytes)
    const cells = [...workbook.values()].join('')
    for (const text of ['Số, ký hiệu văn bản', 'Ghi chú', latest?.notation ?? '?', latest?.abstract ?? '?'])
      expect(cells).toContain(text)
    expect((await get(outside, '/api/documents.xlsx')).status).toBe(403)
  })

  test('keeps a corrected document in the book, and says what corrects it', async () => {
    const [wrong] = await book('?q=boi%20thuong')
    const corrects = wrong?.id
    const conclusionId = crypto.randomUUID()
    const fields = {
      conclusionId,
      itemId: itemIds[0],
      text: 'Nói lại cho đúng.',
      leadUnitId: unitId('stc'),
      coordinatingUnitIds: [],
      corrects,
    }
    await accepted(secretary.command(meetingId, 'conclusion.propose', fields))
    await issue(conclusionId)
    const all = await book()
    const right = all.find((one) => one.id === conclusionId)
    expect(all.find((one) => one.id === corrects)).toMatchObject({ status: 'corrected', correctedBy: right?.notation })
  })

  test('has official minutes after the close, with a number; a later change is a new version that says so', async () => {
    const pending = await propose(itemIds[0], 'Ban hành sau khi họp xong.', 'stc')
    await accepted(chair.command(meetingId, 'meeting.close'))
    expect((await inside.send('POST', `/api/meetings/${meetingId}/minutes`, {})).status).toBe(403)
    const make = async () => {
      const { status, body } = await secretary.send('POST', `/api/meetings/${meetingId}/minutes`, {})
      return { status, ...FinalMinutes.parse(body) }
    }
    const first = await make()
    expect(first).toMatchObject({ status: 201, version: 1, isNew: true })
    expect(first.notation).toMatch(/^\d{2,}\/BB-UBND$/)
    const docx = (await get(secretary, `/api/meetings/${meetingId}/minutes.docx`)).bytes
    expect(wordsOf(docx)).toContain(`Số: ${first.notation}`)
    expect(wordsOf(docx)).not.toContain('DỰ THẢO')
    const { head } = (await chair.get(`/api/meetings/${meetingId}/log`)).body as { head: { seq: number; hash: string } }
    expect(wordsOf(docx).replaceAll(' ', '')).toContain(head.hash)
    expect((await get(secretary, `/api/documents/${first.id}.docx`)).bytes.equals(docx)).toBe(true)
    expect(wordsOf((await get(outside, `/api/meetings/${meetingId}/minutes.docx`)).bytes)).not.toContain(secret)
    expect((await get(outside, `/api/documents/${first.id}.docx`)).status).toBe(404)
    expect(await make()).toMatchObject({ status: 200, id: first.id, isNew: false })

    await issue(pending)
    const second = await make()
    expect(second).toMatchObject({ status: 201, version: 2, notation: first.notation })
    expect(wordsOf((await get(secretary, `/api/meetings/${meetingId}/minutes.docx`)).bytes)).toContain(
      'nội dung thay đổi: nội dung 1',
    )
    const versions = await book('?type=BB')
    expect(versions.map(({ id, status, replaces }) => ({ id, status, replaces }))).toEqual([
      { id: second.id, status: 'valid', replaces: first.id },
      { id: first.id, status: 'replaced', replaces: undefined },
    ])
    expect((await get(secretary, `/api/documents/${first.id}.docx`)).bytes.equals(docx)).toBe(true)
  })
})

describe('kill -9 while many issue at once', () => {
  let postgres: TestPostgres
  let database: TestDatabase
  let server: ServerProcess
  let env: Record<string, string>
  let folder: string

  beforeAll(async () => {
    folder = await mkdtemp(path.join(tmpdir(), 'documents-'))
    postgres = await startTestPostgres()
    database = await postgres.database({ migrated: false })
    env = { PORT: String(await freePort()), DATABASE_URL: database.url, DATA_DIR: folder }
    server = await startServer(env)
  }, 120_000)
  afterAll(async () => {
    await server.end('SIGTERM')
    await postgres.stop()
    await rm(folder, { recursive: true, force: true })
  })

  test('numbers follow each other without gap or double, and every number stands in the book', async () => {
    let [chair, secretary] = await Promise.all([signIn(server.baseUrl, 'chutri'), signIn(server.baseUrl, 'thuky')])
    const rooms = await Promise.all(['Một', 'Hai'].map((title) => scheduleMeeting(secretary, chair, [{ title }])))
    const ready: { meetingId: string; conclusionId: string }[] = []
    for (const { meetingId, itemIds, unitId } of rooms) {
      await accepted(chair.command(meetingId, 'meeting.open'))
      for (let at = 0; at < 15; at++) {
        const conclusionId = crypto.randomUUID()
        const fields = {
          conclusionId,
          itemId: itemIds[0],
          text: `Việc ${at}`,
          leadUnitId: unitId('stc'),
          coordinatingUnitIds: [],
        }
        await accepted(secretary.command(meetingId, 'conclusion.propose', fields))
        await accepted(chair.command(meetingId, 'conclusion.approve', { conclusionId }))
        ready.push({ meetingId, conclusionId })
      }
    }
    const issued = async (): Promise<number> =>
      (await database.sql<{ count: number }[]>`select count(*)::int as count from conclusions where status = 'issued'`)[0]
        ?.count ?? 0

    for (let round = 0; round < 2; round++) {
      const line = await chair.socket()
      const before = await issued()
      // The second round asks for those of the first again, and for as many more: all of the first may have gone through.
      for (const { meetingId, conclusionId } of ready.filter((_, at) => at % 2 <= round))
        line.emit('meeting:command', { meetingId, conclusionId, commandId: crypto.randomUUID(), type: 'conclusion.issue' })
      await until('some are issued', async () => (await issued()) > before)
      await server.end('SIGKILL')
      server = await startServer(env)
      ;[chair, secretary] = [connect(server.baseUrl, chair), connect(server.baseUrl, secretary)]
    }
    for (const { meetingId, conclusionId } of ready) await chair.command(meetingId, 'conclusion.issue', { conclusionId })

    const { documents } = DocumentList.parse((await secretary.get('/api/documents?type=TB')).body)
    expect(documents.map((one) => one.number).sort((one, other) => (one ?? 0) - (other ?? 0))).toEqual(
      ready.map((_, at) => at + 1),
    )
    expect(documents.map((one) => one.id).sort()).toEqual(ready.map((one) => one.conclusionId).sort())
    chair.close()
    secretary.close()
  }, 240_000)
})
