import { PDFArray, PDFDict, PDFDocument, PDFName } from 'pdf-lib'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { SignaturesAnswer } from '#domain/contract/signing.ts'
import { issueConclusion } from '../kit/issuing.ts'
import { startMailServer, type MailServer } from '../kit/mail-server.ts'
import { signaturesIn } from '../kit/pdf-signatures.ts'
import { startRoomApp, type Client, type RoomApp } from '../kit/room-client.ts'
import { makeSigningKeys, type SigningKeys } from '../kit/signing-keys.ts'
import { until } from '../kit/until.ts'

/** Signing, as a foreign reader of PDFs (poppler's pdfsig) sees it. */

let keys: SigningKeys
let mail: MailServer
let app: RoomApp
let chair: Client
let secretary: Client
let office: Client
let lead: Client

beforeAll(async () => {
  keys = await makeSigningKeys({ chutri: 'Lương Vĩnh Khoan', thuky: 'Nguyễn Thị Thư Ký' })
  mail = await startMailServer()
  app = await startRoomApp({ ...keys.env, SMTP_URL: mail.url, SMTP_FROM: 'hop@kontum.example' })
  ;[chair, secretary, office, lead] = await Promise.all([
    app.signIn('chutri'),
    app.signIn('thuky'),
    app.signIn('vanphong'),
    app.signIn('so.stc'),
  ])
})
afterAll(async () => {
  await app.close()
  await mail.close()
  await keys.close()
})

const issue = () => issueConclusion({ chair, secretary, office }, { lead: 'stc' })
const sign = (client: Client, id: string, body: object) => client.send('POST', `/api/documents/${id}/signatures`, body)
const asChair = { kind: 'signer', password: '' }
const pdfOf = async (id: string, client = office): Promise<Buffer> => {
  const response = await fetch(`${app.baseUrl}/api/documents/${id}.pdf`, { headers: { cookie: client.cookie } })
  expect(response.status).toBe(200)
  return Buffer.from(await response.arrayBuffer())
}
/** Where the pictures of the signatures stand, in their order. */
const rectangles = async (pdf: Buffer): Promise<{ left: number; bottom: number; right: number; top: number }[]> => {
  const { catalog } = await PDFDocument.load(pdf, { updateMetadata: false })
  const fields = catalog.lookup(PDFName.of('AcroForm'), PDFDict).lookup(PDFName.of('Fields'), PDFArray)
  return Array.from({ length: fields.size() }, (_, at) => {
    const { x, y, width, height } = fields.lookup(at, PDFDict).lookup(PDFName.of('Rect'), PDFArray).asRectangle()
    return { left: x, bottom: y, right: x + width, top: y + height }
  })
}

describe('a notice', () => {
  test('is signed by the chair, then sealed; both signatures hold, and it begins with the issued bytes', async () => {
    const { conclusionId } = await issue()
    const issued = await pdfOf(conclusionId)
    const first = await sign(chair, conclusionId, { ...asChair, password: keys.password })
    expect(first).toMatchObject({ status: 201, body: { signatures: [{ kind: 'signer', signer: 'Lương Vĩnh Khoan' }] } })
    const personal = await pdfOf(conclusionId)
    expect(await signaturesIn(personal)).toEqual([
      { name: 'Lương Vĩnh Khoan', verdict: 'Signature is Valid.', coversAll: true, type: 'ETSI.CAdES.detached' },
    ])

    expect(await sign(office, conclusionId, { kind: 'seal' })).toMatchObject({ status: 201 })
    const sealed = await pdfOf(conclusionId)
    expect(await signaturesIn(sealed)).toEqual([
      { name: 'Lương Vĩnh Khoan', verdict: 'Signature is Valid.', coversAll: false, type: 'ETSI.CAdES.detached' },
      { name: 'Ủy ban nhân dân tỉnh Kon Tum', verdict: 'Signature is Valid.', coversAll: true, type: 'ETSI.CAdES.detached' },
    ])
    expect(personal.subarray(0, issued.length).equals(issued)).toBe(true)
    expect(sealed.subarray(0, personal.length).equals(personal)).toBe(true)
    // The mark of a time stamp in a signature (RFC 3161).
    expect(sealed.toString('latin1')).toContain('060b2a864886f70d010910020e')
  })

  test('shows the seal in its size over the left third of the signature', async () => {
    const { conclusionId } = await issue()
    await sign(chair, conclusionId, { ...asChair, password: keys.password })
    await sign(office, conclusionId, { kind: 'seal' })
    const [signature, seal] = await rectangles(await pdfOf(conclusionId))
    if (!signature || !seal) throw new Error('two signatures were expected')
    const covered = (seal.right - signature.left) / (signature.right - signature.left)
    expect(covered).toBeGreaterThan(0.3)
    expect(covered).toBeLessThan(0.37)
    expect(seal.left).toBeLessThan(signature.left)
    expect(((seal.right - seal.left) * 25.4) / 72).toBeCloseTo(40, 1)
  })

  test('of which one byte was altered does not hold, whichever byte it is', async () => {
    const { conclusionId } = await issue()
    await sign(chair, conclusionId, { ...asChair, password: keys.password })
    const signed = await pdfOf(conclusionId)
    for (const at of [900, Math.floor(signed.length / 3), signed.length - 40]) {
      const altered = Buffer.from(signed)
      altered[at] = (altered[at] ?? 0) ^ 1
      expect((await signaturesIn(altered)).map((one) => one.verdict)).not.toContain('Signature is Valid.')
    }
  })

  test('is sent by e-mail when it is sealed, in its signed form', async () => {
    await app.database.sql`update units set email = 'stc@kontum.example' where code = 'stc'`
    const { conclusionId, notation } = await issue()
    await sign(chair, conclusionId, { ...asChair, password: keys.password })
    expect(mail.taken.filter((one) => one.subject?.includes(notation))).toEqual([])
    await sign(office, conclusionId, { kind: 'seal' })
    const sent = await until('the mail', () => mail.taken.find((one) => one.subject?.includes(notation)), 20_000)
    expect(sent.attachments[0]?.content.equals(await pdfOf(conclusionId))).toBe(true)
  })

  test('is signed in order, once, by those who may, with their own password', async () => {
    const { conclusionId } = await issue()
    const error = (code: string) => ({ body: { error: { code } } })
    expect(await sign(office, conclusionId, { kind: 'seal' })).toMatchObject({
      status: 409,
      body: { error: { code: 'wrong_state', message: expect.stringContaining('chưa ký') as string } },
    })
    expect(await sign(secretary, conclusionId, { ...asChair, password: keys.password })).toMatchObject(error('forbidden'))
    expect(await sign(lead, conclusionId, { ...asChair, password: keys.password })).toMatchObject(error('forbidden'))
    expect(await sign(chair, conclusionId, { kind: 'signer' })).toMatchObject({
      body: { error: { code: 'invalid_input', field: 'password' } },
    })
    expect(await sign(chair, conclusionId, { ...asChair, password: 'không phải' })).toMatchObject({
      body: { error: { code: 'invalid_input', field: 'password' } },
    })
    expect(await sign(chair, crypto.randomUUID(), asChair)).toMatchObject({ status: 400 })
    const list = async (client: Client) =>
      (await client.get(`/api/documents/${conclusionId}/signatures`)).body as SignaturesAnswer
    expect((await list(chair)).mayAdd).toEqual(['signer'])
    expect((await list(office)).mayAdd).toEqual([])

    expect(await sign(chair, conclusionId, { ...asChair, password: keys.password })).toMatchObject({ status: 201 })
    expect(await sign(chair, conclusionId, { ...asChair, password: keys.password })).toMatchObject({ status: 409 })
    expect((await list(office)).mayAdd).toEqual(['seal'])
    await sign(office, conclusionId, { kind: 'seal' })
    expect(await list(office)).toMatchObject({ mayAdd: [], signatures: [{ kind: 'signer' }, { kind: 'seal' }], hasScan: false })
  })

  test('two who press at once: one signature', async () => {
    const { conclusionId } = await issue()
    const body = { ...asChair, password: keys.password }
    const answers = await Promise.all([sign(chair, conclusionId, body), sign(chair, conclusionId, body)])
    expect(answers.map((answer) => answer.status).sort()).toEqual([201, 409])
    expect(await signaturesIn(await pdfOf(conclusionId))).toHaveLength(1)
  })
})

describe('minutes', () => {
  test('carry the signatures of the secretary and the chair, each over their name; the signed version is what readers get', async () => {
    const { meetingId } = await issue()
    expect(await chair.command(meetingId, 'meeting.close')).toMatchObject({ ok: true })
    const made = await secretary.send('POST', `/api/meetings/${meetingId}/minutes`)
    expect(made.status).toBe(201)
    const { id } = made.body as { id: string }
    expect(await sign(secretary, id, { kind: 'secretary', password: keys.password })).toMatchObject({ status: 201 })
    expect(await sign(chair, id, { ...asChair, password: keys.password })).toMatchObject({ status: 201 })
    const response = await fetch(`${app.baseUrl}/api/meetings/${meetingId}/minutes.pdf`, { headers: { cookie: lead.cookie } })
    const pdf = Buffer.from(await response.arrayBuffer())
    expect((await signaturesIn(pdf)).map((one) => one.verdict)).toEqual(['Signature is Valid.', 'Signature is Valid.'])
    const [left, right] = await rectangles(pdf)
    expect(left?.right).toBeLessThan(right?.left ?? 0)
  })
})

describe('on paper', () => {
  const scanOf = (client: Client, id: string, bytes: Buffer) => {
    const form = new FormData()
    form.append('file', new Blob([new Uint8Array(bytes)], { type: 'application/pdf' }), 'Bản ký.pdf')
    return fetch(`${app.baseUrl}/api/documents/${id}/scan`, { method: 'POST', headers: { cookie: client.cookie }, body: form })
  }

  test('what was signed by hand is scanned and attached, once, by those who keep the papers', async () => {
    const { conclusionId } = await issue()
    const scan = await pdfOf(conclusionId)
    expect((await scanOf(chair, conclusionId, scan)).status).toBe(403)
    expect((await scanOf(office, conclusionId, Buffer.from('not a PDF'))).status).toBe(400)
    const taken = await scanOf(office, conclusionId, scan)
    expect(taken.status).toBe(201)
    expect(await taken.json()).toMatchObject({ hasScan: true })
    expect((await scanOf(office, conclusionId, scan)).status).toBe(409)
    const response = await fetch(`${app.baseUrl}/api/documents/${conclusionId}/scan.pdf`, { headers: { cookie: office.cookie } })
    expect(Buffer.from(await response.arrayBuffer()).equals(scan)).toBe(true)
  })
})
