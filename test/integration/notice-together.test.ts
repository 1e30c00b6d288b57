import { afterAll, beforeAll, expect, test } from 'vitest'
import { DeliveriesAnswer, type Delivery } from '#domain/contract/deliveries.ts'
import { DocumentList, type DocumentEntry } from '#domain/contract/documents.ts'
import { VerifiedDocument } from '#domain/contract/verify.ts'
import type { MeetingState } from '#domain/meeting/state.ts'
import { wordsIn } from '../kit/pdf-signatures.ts'
import { scheduleMeeting, startRoomApp, type Client, type RoomApp } from '../kit/room-client.ts'

/** Where the settings say so, the approved conclusions of a meeting go out in one notice. */

let app: RoomApp
let chair: Client
let secretary: Client
let office: Client
let finance: Client
let hall: Client

beforeAll(async () => {
  app = await startRoomApp({ CONCLUSIONS_TOGETHER: '1' })
  ;[chair, secretary, office, finance, hall] = await Promise.all([
    app.signIn('chutri'),
    app.signIn('thuky'),
    app.signIn('vanphong'),
    app.signIn('so.stc'),
    app.signIn('diemcau.tumorong'),
  ])
})
afterAll(() => app.close())

const accepted = (answer: { ok: boolean; error?: unknown }): void => expect(answer).toMatchObject({ ok: true })
const bytesOf = async (address: string, client: Client): Promise<Buffer> => {
  const response = await fetch(`${app.baseUrl}${address}`, { headers: { cookie: client.cookie } })
  expect(response.status).toBe(200)
  return Buffer.from(await response.arrayBuffer())
}
const words = async (address: string): Promise<string> => (await wordsIn(await bytesOf(address, chair))).replace(/\s+/gu, ' ')
const book = async (): Promise<DocumentEntry[]> => DocumentList.parse((await office.get('/api/documents')).body).documents
const deliveryTo = async (client: Client, documentId: string): Promise<Delivery | undefined> => {
  const { deliveries } = DeliveriesAnswer.parse((await office.get(`/api/documents/${documentId}/deliveries`)).body)
  return deliveries.find((one) => one.unitId === client.unitId && one.channel === 'product')
}

const said = { land: 'Bàn giao mặt bằng sạch cho nhà thầu.', money: 'Bố trí đủ vốn đối ứng.', staff: 'NHÂN SỰ MẬT.' }

/** Three approved conclusions, one of them of a closed item, and one that still waits. */
async function ready() {
  const items = [{ title: 'Giải phóng mặt bằng' }, { title: 'Vốn đầu tư' }, { title: 'Nhân sự', audience: ['stc'] }]
  const { meetingId, itemIds, unitId } = await scheduleMeeting(office, chair, items)
  accepted(await chair.command(meetingId, 'meeting.open'))
  const propose = async (item: number, text: string, lead: string, coordinating: string[], isApproved = true) => {
    const conclusionId = crypto.randomUUID()
    const fields = { itemId: itemIds[item], text, leadUnitId: unitId(lead), coordinatingUnitIds: coordinating.map(unitId) }
    accepted(await secretary.command(meetingId, 'conclusion.propose', { conclusionId, ...fields }))
    if (isApproved) accepted(await chair.command(meetingId, 'conclusion.approve', { conclusionId }))
    return conclusionId
  }
  return {
    meetingId,
    land: await propose(0, said.land, 'tumorong', ['stc']),
    money: await propose(1, said.money, 'stc', []),
    staff: await propose(2, said.staff, 'stc', []),
    waits: await propose(0, 'Còn chờ duyệt.', 'stc', [], false),
  }
}
const conclusionsOf = async (meetingId: string): Promise<MeetingState['conclusions']> => {
  const { body } = await chair.get(`/api/meetings/${meetingId}`)
  return (body as { meeting: MeetingState }).meeting.conclusions
}

test('one press issues all that are approved: one number, one document, which lists them; the closed one goes alone, next in number', async () => {
  const { meetingId, land, money, staff, waits } = await ready()
  const draft = await words(`/api/conclusions/${money}/draft.pdf`)
  expect(draft).toContain(said.land.slice(0, -1))
  expect(draft).toContain(said.money.slice(0, -1))
  expect(draft).not.toContain('MẬT')

  accepted(await secretary.command(meetingId, 'conclusion.issue', { conclusionId: money }))
  const state = await conclusionsOf(meetingId)
  const known = (id: string) => state.find((one) => one.id === id)
  expect(known(land)).toMatchObject({ status: 'issued', notation: known(money)?.notation, code: known(money)?.code })
  expect([known(staff)?.status, known(waits)?.status]).toEqual(['approved', 'proposed'])
  const entries = (await book()).filter((one) => one.meetingId === meetingId)
  expect(entries).toHaveLength(1)
  expect(entries[0]).toMatchObject({ conclusionIds: [land, money], notation: known(land)?.notation })

  const paper = await words(`/api/conclusions/${land}.pdf`)
  expect(paper).toMatch(/1\. Bàn giao mặt bằng.*2\. Bố trí đủ vốn/u)
  expect(paper).not.toContain('MẬT')
  expect(
    (await bytesOf(`/api/conclusions/${money}.pdf`, hall)).equals(await bytesOf(`/api/conclusions/${land}.pdf`, finance)),
  ).toBe(true)
  const verified = VerifiedDocument.parse((await hall.get(`/api/verify/${known(land)?.code ?? ''}`)).body)
  expect(verified.text).toBe(`1. ${said.land}\n2. ${said.money}`)
  expect(verified.hash).toBe(known(money)?.hash)

  accepted(await secretary.command(meetingId, 'conclusion.issue', { conclusionId: staff }))
  const alone = (await book()).find((one) => one.conclusionIds.includes(staff))
  expect(alone).toMatchObject({ conclusionIds: [staff], number: (entries[0]?.number ?? 0) + 1 })
})

test('each conclusion is acknowledged by itself; the notice is acknowledged when a unit has acknowledged all of its own', async () => {
  const { meetingId, land, money } = await ready()
  accepted(await secretary.command(meetingId, 'conclusion.issue', { conclusionId: land }))
  const acknowledge = (client: Client, conclusionId: string) =>
    client.command(meetingId, 'conclusion.acknowledge', { conclusionId })
  accepted(await acknowledge(finance, land))
  const half = await deliveryTo(finance, land)
  expect(half?.openedAt).toBeDefined()
  expect(half?.acknowledgedAt).toBeUndefined()
  accepted(await acknowledge(finance, money))
  expect((await deliveryTo(finance, land))?.acknowledgedAt).toBeDefined()
  accepted(await acknowledge(hall, land))
  expect((await deliveryTo(hall, land))?.acknowledgedAt).toBeDefined()
  const state = await conclusionsOf(meetingId)
  expect(state.find((one) => one.id === money)?.acknowledgedBy).toEqual([finance.unitId])
})

test('the notice is withdrawn whole', async () => {
  const { meetingId, land, money, staff } = await ready()
  accepted(await secretary.command(meetingId, 'conclusion.issue', { conclusionId: land }))
  const [entry] = (await book()).filter((one) => one.meetingId === meetingId)
  expect((await office.send('POST', `/api/documents/${entry?.id}/withdraw`, { reason: 'Sai căn cứ' })).status).toBe(204)
  const withdrawn = (await conclusionsOf(meetingId)).filter((one) => one.withdrawn).map((one) => one.id)
  expect(withdrawn.sort()).toEqual([land, money].sort())
  expect(withdrawn).not.toContain(staff)
})

test('two who issue at once: one number, and nothing is issued twice', async () => {
  const { meetingId, land, money } = await ready()
  const press = (conclusionId: string) => secretary.command(meetingId, 'conclusion.issue', { conclusionId })
  const answers = await Promise.all([press(land), press(money)])
  expect(answers.map((one) => one.ok).sort()).toEqual([false, true])
  expect((await book()).filter((one) => one.meetingId === meetingId)).toHaveLength(1)
})
