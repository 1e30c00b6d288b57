import { afterAll, beforeAll, expect, test } from 'vitest'
import { DeliveriesAnswer } from '#domain/contract/deliveries.ts'
import { DocumentList, FinalMinutes, type DocumentEntry } from '#domain/contract/documents.ts'
import { VerifiedDocument } from '#domain/contract/verify.ts'
import { issueConclusion } from '../kit/issuing.ts'
import { startMailServer, type MailServer } from '../kit/mail-server.ts'
import { startRoomApp, type Client, type RoomApp } from '../kit/room-client.ts'
import { makeSigningKeys, type SigningKeys } from '../kit/signing-keys.ts'
import { until } from '../kit/until.ts'
import { readZip } from '../kit/zip.ts'

/** What is issued and no longer holds: taken out of force by the Office, and seen so by everybody who was sent it. */

let keys: SigningKeys
let mail: MailServer
let app: RoomApp
let chair: Client
let secretary: Client
let office: Client
let lead: Client

beforeAll(async () => {
  keys = await makeSigningKeys({ chutri: 'Lương Vĩnh Khoan' })
  mail = await startMailServer()
  app = await startRoomApp({ ...keys.env, SMTP_URL: mail.url, SMTP_FROM: 'hop@kontum.example' })
  ;[chair, secretary, office, lead] = await Promise.all([
    app.signIn('chutri'),
    app.signIn('thuky'),
    app.signIn('vanphong'),
    app.signIn('so.stc'),
  ])
  await app.database.sql`update units set email = 'stc@kontum.example' where code = 'stc'`
})
afterAll(async () => {
  await app.close()
  await mail.close()
  await keys.close()
})

const reason = 'Ban hành khi chưa đủ hồ sơ.'
const issue = () => issueConclusion({ chair, secretary, office }, { lead: 'stc' })
const withdraw = (client: Client, id: string, body: object = { reason }) =>
  client.send('POST', `/api/documents/${id}/withdraw`, body)
const sign = (client: Client, id: string, body: object) => client.send('POST', `/api/documents/${id}/signatures`, body)
const inBook = async (id: string): Promise<DocumentEntry | undefined> =>
  DocumentList.parse((await office.get('/api/documents')).body).documents.find((one) => one.id === id)
const numberOf = async (id: string): Promise<number> => (await inBook(id))?.number ?? 0

test('a withdrawn notice stays in the book with its number, who withdrew it, when and why; the number is not used again', async () => {
  const { conclusionId, notation } = await issue()
  const before = await inBook(conclusionId)
  expect(before).toMatchObject({ status: 'valid' })
  expect((await withdraw(office, conclusionId)).status).toBe(204)
  const after = await inBook(conclusionId)
  expect(after).toMatchObject({ ...before, status: 'withdrawn', files: expect.any(Array) as string[] })
  expect(after?.notation).toBe(notation)
  expect(after?.withdrawal).toMatchObject({ reason, by: expect.stringMatching(/\S/) as string })
  expect(await numberOf((await issue()).conclusionId)).toBe((before?.number ?? 0) + 1)

  const response = await fetch(`${app.baseUrl}/api/documents.xlsx`, { headers: { cookie: office.cookie } })
  const sheet = [...readZip(Buffer.from(await response.arrayBuffer())).values()].join('\n')
  expect(sheet).toContain('Đã thu hồi')
  expect(sheet).toContain(reason)
})

test('the verify door says that it is withdrawn, and since when', async () => {
  const { conclusionId, code } = await issue()
  const look = async () => VerifiedDocument.parse((await lead.get(`/api/verify/${code}`)).body)
  expect((await look()).withdrawnAt).toBeUndefined()
  await withdraw(office, conclusionId)
  expect(await look()).toMatchObject({ status: 'withdrawn', withdrawnAt: expect.any(String) as string, valid: true })
})

test('the units that were sent it see it at once in the room, with the reason, and have nothing to acknowledge any more', async () => {
  const { conclusionId, meetingId } = await issue()
  await lead.join(meetingId)
  await withdraw(office, conclusionId)
  const { body } = await lead.get(`/api/meetings/${meetingId}`)
  const { meeting } = body as { meeting: { conclusions: { withdrawn?: { reason: string } }[] } }
  expect(meeting.conclusions[0]?.withdrawn?.reason).toBe(reason)
  expect(await lead.command(meetingId, 'conclusion.acknowledge', { conclusionId })).toMatchObject({
    ok: false,
    error: { code: 'wrong_state' },
  })
  expect((await lead.get(`/api/conclusions/${conclusionId}.pdf`)).status).toBe(200)
})

test('it gets no further signature, and what waited for the seal is not sent any more', async () => {
  const { conclusionId, notation } = await issue()
  expect((await sign(chair, conclusionId, { kind: 'signer', password: keys.password })).status).toBe(201)
  await withdraw(office, conclusionId)
  expect(await sign(office, conclusionId, { kind: 'seal' })).toMatchObject({
    status: 409,
    body: { error: { code: 'wrong_state' } },
  })
  const { deliveries } = DeliveriesAnswer.parse((await office.get(`/api/documents/${conclusionId}/deliveries`)).body)
  expect(deliveries.filter((one) => one.channel === 'email')).toMatchObject([{ isGivenUp: true }])
  expect(mail.taken.filter((one) => one.subject?.includes(notation))).toEqual([])
})

test('who has it by e-mail is told by e-mail, with the reason, once', async () => {
  const { conclusionId, notation } = await issue()
  await sign(chair, conclusionId, { kind: 'signer', password: keys.password })
  await sign(office, conclusionId, { kind: 'seal' })
  const about = () => mail.taken.filter((one) => one.subject?.includes(notation))
  await until(
    'it is sent',
    async () => {
      const { deliveries } = DeliveriesAnswer.parse((await office.get(`/api/documents/${conclusionId}/deliveries`)).body)
      return deliveries.some((one) => one.channel === 'email' && one.sentAt !== undefined)
    },
    20_000,
  )
  await withdraw(office, conclusionId)
  const told = await until('the word of the withdrawal', () => about().find((one) => one.subject?.startsWith('Thu hồi')), 20_000)
  expect(told.subject).toBe(`Thu hồi Thông báo số ${notation}`)
  expect(told.text).toContain(reason)
  expect(told.text).toContain('Kính gửi: Sở Tài chính')
  await until('the queue is empty', async () => (await app.database.sql`select 1 from graphile_worker.jobs`).length === 0, 20_000)
  expect(about()).toHaveLength(2)
})

test('a withdrawal and a signature at once: both end, and nothing is signed afterwards', async () => {
  const { conclusionId } = await issue()
  const body = { kind: 'signer', password: keys.password }
  const [signed, withdrawn] = await Promise.all([sign(chair, conclusionId, body), withdraw(office, conclusionId)])
  expect(withdrawn.status).toBe(204)
  expect([201, 409]).toContain(signed.status)
  expect((await sign(chair, conclusionId, body)).status).toBe(409)
  expect((await sign(office, conclusionId, { kind: 'seal' })).status).toBe(409)
})

test('only the Office withdraws, once, saying why; minutes have versions instead', async () => {
  const { conclusionId, meetingId } = await issue()
  for (const client of [chair, secretary, lead]) expect((await withdraw(client, conclusionId)).status).toBe(403)
  expect(await withdraw(office, conclusionId, { reason: '  ' })).toMatchObject({
    status: 400,
    body: { error: { code: 'invalid_input', field: 'reason' } },
  })
  expect((await withdraw(office, crypto.randomUUID())).status).toBe(404)
  expect((await withdraw(office, conclusionId)).status).toBe(204)
  expect(await withdraw(office, conclusionId)).toMatchObject({
    status: 409,
    body: { error: { message: expect.stringContaining('thu hồi') as string } },
  })

  await chair.command(meetingId, 'meeting.close')
  const minutes = FinalMinutes.parse((await secretary.send('POST', `/api/meetings/${meetingId}/minutes`, {})).body)
  expect(await withdraw(office, minutes.id)).toMatchObject({ status: 409, body: { error: { code: 'wrong_state' } } })
})
