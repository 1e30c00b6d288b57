import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { openDatabase } from '#db/client.ts'
import type { Delivery } from '#domain/contract/deliveries.ts'
import { FinalMinutes } from '#domain/contract/documents.ts'
import { startPostgres } from '#server/launch/postgres.ts'
import { silently } from '#server/launch/progress.ts'
import { issueConclusion } from '../kit/issuing.ts'
import { startMailServer, type MailServer } from '../kit/mail-server.ts'
import { freePort, startServer } from '../kit/process.ts'
import { scheduleMeeting, signIn, silentLog, startRoomApp, type Client, type RoomApp } from '../kit/room-client.ts'
import { until } from '../kit/until.ts'

/** An issued document goes to everybody it addresses: into their room, and by e-mail through a real mail server. */

let mail: MailServer
let app: RoomApp
let people: { chair: Client; secretary: Client; office: Client }
let lead: Client
let helper: Client

beforeAll(async () => {
  mail = await startMailServer()
  app = await startRoomApp({ SMTP_URL: mail.url, SMTP_FROM: '"Văn phòng UBND tỉnh" <hop@kontum.example>' })
  const [chair, secretary, office] = await Promise.all([app.signIn('chutri'), app.signIn('thuky'), app.signIn('vanphong')])
  people = { chair, secretary, office }
  ;[lead, helper] = await Promise.all([app.signIn('so.stc'), app.signIn('diemcau.tumorong')])
  await app.database.sql`update units set email = null`
  await app.database.sql`update units set email = 'stc@kontum.example' where code = 'stc'`
})
afterAll(async () => {
  await app.close()
  await mail.close()
})
beforeEach(() => mail.become('takes'))

const deliveries = async (conclusionId: string): Promise<Delivery[]> => {
  const { status, body } = await people.office.get(`/api/documents/${conclusionId}/deliveries`)
  expect(status).toBe(200)
  return (body as { deliveries: Delivery[] }).deliveries
}
const of = (list: Delivery[], client: Client, channel: Delivery['channel']): Delivery | undefined =>
  list.find((one) => one.unitId === client.unitId && one.channel === channel)

describe('in the room', () => {
  test('whoever is addressed stands in the list at once; who opened and who acknowledged is seen', async () => {
    const { conclusionId, meetingId } = await issueConclusion(people, { lead: 'stc', coordinating: ['tumorong'] })
    const first = await deliveries(conclusionId)
    expect(first.filter((one) => one.channel === 'product').map((one) => one.unitId)).toEqual(
      expect.arrayContaining([lead.unitId, helper.unitId]),
    )
    expect(of(first, lead, 'product')).toMatchObject({ sentAt: expect.any(String) as string })
    expect(of(first, lead, 'product')?.openedAt).toBeUndefined()

    expect((await lead.get(`/api/conclusions/${conclusionId}.pdf`)).status).toBe(200)
    const opened = await deliveries(conclusionId)
    expect(of(opened, lead, 'product')?.openedAt).toBeDefined()
    expect(of(opened, helper, 'product')?.openedAt).toBeUndefined()

    await helper.command(meetingId, 'conclusion.acknowledge', { conclusionId })
    const acknowledged = of(await deliveries(conclusionId), helper, 'product')
    expect(acknowledged?.acknowledgedAt).toBeDefined()
    expect(acknowledged?.openedAt).toBeDefined()
  })

  test('who receives is the business of those who follow up, and of nobody else', async () => {
    const { conclusionId } = await issueConclusion(people, { lead: 'stc' })
    expect((await lead.get(`/api/documents/${conclusionId}/deliveries`)).status).toBe(403)
    expect((await people.chair.get(`/api/documents/${conclusionId}/deliveries`)).status).toBe(200)
    expect((await people.office.get(`/api/documents/${crypto.randomUUID()}/deliveries`)).status).toBe(404)
  })

  test('the document is drawn after the issue, before anybody asks for it', async () => {
    const { conclusionId } = await issueConclusion(people, { lead: 'stc' })
    await until('both forms are kept', async () => {
      const rows = await app.database.sql`select format from document_files where document_id = ${conclusionId}`
      return rows.length === 2
    })
  })
})

describe('by e-mail', () => {
  const mailOf = (notation: string) => mail.taken.filter((one) => one.subject?.includes(notation))

  test('goes once to each unit with an address, in Vietnamese, with the very files of the room', async () => {
    const { conclusionId, notation } = await issueConclusion(people, { lead: 'stc', coordinating: ['tumorong'] })
    const [one] = await until('the mail', () => mailOf(notation).length > 0 && mailOf(notation), 20_000)
    expect(one?.subject).toMatch(new RegExp(`^Thông báo số ${notation}: Kết luận của đồng chí `))
    expect(one?.from?.text).toContain('Văn phòng UBND tỉnh')
    expect(one?.text).toContain('Kính gửi: Sở Tài chính')
    expect(one?.attachments.map((file) => file.filename)).toEqual([
      `${notation.replace('/', '-')}.pdf`,
      `${notation.replace('/', '-')}.docx`,
    ])
    const response = await fetch(`${app.baseUrl}/api/conclusions/${conclusionId}.pdf`, { headers: { cookie: lead.cookie } })
    expect(one?.attachments[0]?.content.equals(Buffer.from(await response.arrayBuffer()))).toBe(true)

    const sent = await until('it is written down', async () => {
      const entry = of(await deliveries(conclusionId), lead, 'email')
      return entry?.sentAt === undefined ? null : entry
    })
    expect(sent).toMatchObject({ address: 'stc@kontum.example', isGivenUp: false })
    expect(of(await deliveries(conclusionId), helper, 'email')).toBeUndefined()
    const [row] = await app.database.sql<{ message_id: string }[]>`
      select message_id from deliveries where document_id = ${conclusionId} and channel = 'email'`
    expect(row?.message_id).toBe(one?.messageId)
    expect(mailOf(notation)).toHaveLength(1)
  })

  test('a mail server that is busy gets it later, once', async () => {
    mail.become('busy')
    const { conclusionId, notation } = await issueConclusion(people, { lead: 'stc' })
    await until(
      'the trouble is seen',
      async () => {
        return of(await deliveries(conclusionId), lead, 'email')?.problem?.includes('Try again later')
      },
      20_000,
    )
    mail.become('takes')
    const entry = await until(
      'it is sent',
      async () => {
        const now = of(await deliveries(conclusionId), lead, 'email')
        return now?.sentAt === undefined ? null : now
      },
      60_000,
    )
    expect(entry.problem).toBeUndefined()
    expect(mailOf(notation)).toHaveLength(1)
  })

  test('an address that does not exist is given up, and those who follow up are told', async () => {
    mail.become('unknown')
    const { conclusionId } = await issueConclusion(people, { lead: 'stc' })
    const entry = await until(
      'it is given up',
      async () => {
        const now = of(await deliveries(conclusionId), lead, 'email')
        return now?.isGivenUp ? now : null
      },
      20_000,
    )
    expect(entry.problem).toContain('No such mailbox')
    expect(entry.sentAt).toBeUndefined()
  })
})

describe('final minutes', () => {
  const closed = async (items: { title: string; audience?: string[] }[], invited?: string[]): Promise<string> => {
    const { meetingId } = await scheduleMeeting(people.office, people.chair, items, invited)
    for (const command of ['meeting.open', 'meeting.close'])
      expect(await people.chair.command(meetingId, command)).toMatchObject({ ok: true })
    return meetingId
  }
  const finalise = async (meetingId: string): Promise<FinalMinutes> => {
    const { status, body } = await people.secretary.send('POST', `/api/meetings/${meetingId}/minutes`, {})
    expect(status).toBe(201)
    return FinalMinutes.parse(body)
  }

  test('go to the units of the meeting, in the room and by e-mail, and who has opened them is seen', async () => {
    const meetingId = await closed([{ title: 'Thu ngân sách' }], ['stc', 'tumorong'])
    const { id, notation } = await finalise(meetingId)
    const first = await deliveries(id)
    expect(first.filter((one) => one.channel === 'product').map((one) => one.unitId)).toEqual(
      expect.arrayContaining([lead.unitId, helper.unitId]),
    )
    const response = await fetch(`${app.baseUrl}/api/meetings/${meetingId}/minutes.pdf`, { headers: { cookie: lead.cookie } })
    const pdf = Buffer.from(await response.arrayBuffer())
    const opened = await deliveries(id)
    expect(of(opened, lead, 'product')?.openedAt).toBeDefined()
    expect(of(opened, helper, 'product')?.openedAt).toBeUndefined()

    const sent = await until('the mail', () => mail.taken.find((one) => one.subject?.includes(notation ?? '-')), 20_000)
    expect(sent.subject).toMatch(/^Biên bản số /)
    expect(sent.text).toContain(`/meetings/${meetingId}/summary`)
    expect(sent.text).not.toContain('xác nhận đã nhận')
    expect(sent.attachments[0]?.content.equals(pdf)).toBe(true)
  })

  test('of a meeting with a closed item go to nobody who was outside of it', async () => {
    const meetingId = await closed(
      [{ title: 'Thu ngân sách' }, { title: 'Nội dung họp hẹp', audience: ['stc'] }],
      ['stc', 'tumorong'],
    )
    const { id } = await finalise(meetingId)
    expect(new Set((await deliveries(id)).map((one) => one.unitId))).toEqual(new Set([lead.unitId]))
  })
})

test('a server killed while it sends: the next one sends, and the mail arrives once', async () => {
  const folder = await mkdtemp(path.join(tmpdir(), 'sang-thu-nam-'))
  const postgres = await startPostgres({ dataDir: path.join(folder, 'pg'), log: silentLog, progress: silently })
  const port = await freePort()
  // A mail server of its own: mails of the other server, of tests before this one, may still be on their way.
  const mailHere = await startMailServer()
  const env = {
    PORT: String(port),
    DATABASE_URL: postgres.url,
    DATA_DIR: path.join(folder, 'data'),
    SMTP_URL: mailHere.url,
    SMTP_FROM: 'hop@kontum.example',
  }
  const database = openDatabase(postgres.url)
  let server = await startServer(env)
  try {
    const sign = (name: string) => signIn(server.baseUrl, name)
    const [chair, secretary, office] = await Promise.all([sign('chutri'), sign('thuky'), sign('vanphong')])
    await database.sql`update units set email = 'stc@kontum.example' where code = 'stc'`
    mailHere.become('silent')
    const { conclusionId } = await issueConclusion({ chair, secretary, office }, { lead: 'stc' })
    for (const client of [chair, secretary, office]) client.close()
    await until('the mail is under way', () => mailHere.offered() > 0, 30_000)
    await server.end('SIGKILL')
    mailHere.become('takes')
    server = await startServer(env)
    await until('the mail arrives', () => mailHere.taken.length > 0, 60_000)
    await until('it is written down', async () => {
      const rows = await database.sql`
        select 1 from deliveries where document_id = ${conclusionId} and channel = 'email' and sent_at is not null`
      return rows.length === 1
    })
    await until('the queue is empty', async () => (await database.sql`select 1 from graphile_worker.jobs`).length === 0)
    expect(mailHere.taken).toHaveLength(1)
  } finally {
    await server.end('SIGTERM')
    await mailHere.close()
    await database.close()
    await postgres.stop()
    await rm(folder, { recursive: true, force: true })
  }
}, 180_000)
