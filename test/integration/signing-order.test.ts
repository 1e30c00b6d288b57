import { createHash } from 'node:crypto'
import { mkdtemp, rename, rm, writeFile } from 'node:fs/promises'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { DraftSignatureAnswer, SignaturesAnswer } from '#domain/contract/signing.ts'
import { VerifiedDocument } from '#domain/contract/verify.ts'
import { DocumentDescription } from '#domain/documents/description.ts'
import { createDocumentRenderer } from '#server/conclusions/layout/renderer.ts'
import { createFileStore } from '#server/files/store.ts'
import { startPostgres } from '#server/launch/postgres.ts'
import { silently } from '#server/launch/progress.ts'
import { pagesOf, signaturesIn, wordsIn } from '../kit/pdf-signatures.ts'
import { freePort, startServer } from '../kit/process.ts'
import { qrOnPaper } from '../kit/qr.ts'
import { scheduleMeeting, signIn, silentLog, startRoomApp, type Client, type RoomApp } from '../kit/room-client.ts'
import { makeSigningKeys, type SigningKeys } from '../kit/signing-keys.ts'
import { until } from '../kit/until.ts'
import { pdfaVerdicts } from '../kit/verapdf.ts'

/** The decree's order, as foreign readers of PDFs see it: the person signs, then come number, date and code, then the seal. */

const chairName = 'Lương Vĩnh Khoan'
const valid = { verdict: 'Signature is Valid.', type: 'ETSI.CAdES.detached' }

/** A time-stamping service that can be made to wait: whatever takes long between the press and the signature. */
interface SlowStamps {
  url: string
  hold: () => void
  release: () => void
  waiting: () => number
  close: () => Promise<unknown>
}
async function startSlowStamps(target: string): Promise<SlowStamps> {
  let gate: Promise<void> = Promise.resolve()
  let release = (): void => undefined
  let waiting = 0
  const server: Server = createServer((request, response) => {
    void (async () => {
      const chunks: Buffer[] = []
      for await (const chunk of request as AsyncIterable<Buffer>) chunks.push(chunk)
      waiting += 1
      await gate
      waiting -= 1
      const answer = await fetch(target, {
        method: 'POST',
        headers: { 'content-type': 'application/timestamp-query' },
        body: new Uint8Array(Buffer.concat(chunks)),
      })
      response.setHeader('content-type', 'application/timestamp-reply')
      response.end(Buffer.from(await answer.arrayBuffer()))
    })().catch(() => response.writeHead(500).end())
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    hold: () => {
      gate = new Promise((resolve) => {
        release = resolve
      })
    },
    release: () => release(),
    waiting: () => waiting,
    close: () => new Promise((resolve) => server.close(resolve)),
  }
}

let keys: SigningKeys
let stamps: SlowStamps
let app: RoomApp
let folder: string
let chair: Client
let secretary: Client
let office: Client
let lead: Client
const renderer = createDocumentRenderer()

beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'order-'))
  keys = await makeSigningKeys({ chutri: chairName })
  stamps = await startSlowStamps(keys.env.TSA_URL ?? '')
  app = await startRoomApp({ ...keys.env, TSA_URL: stamps.url })
  ;[chair, secretary, office, lead] = await Promise.all([
    app.signIn('chutri'),
    app.signIn('thuky'),
    app.signIn('vanphong'),
    app.signIn('so.stc'),
  ])
})
afterAll(async () => {
  await app.close()
  await stamps.close()
  await keys.close()
  await renderer.close()
  await rm(folder, { recursive: true, force: true })
})
beforeEach(() => stamps.release())

const accepted = (answer: { ok: boolean; error?: unknown }): void => expect(answer).toMatchObject({ ok: true })
const text = 'Bàn giao mặt bằng sạch cho nhà thầu trước mùa mưa.'

/** A conclusion that waits for the chair. */
async function propose(
  people: { chair: Client; secretary: Client; office: Client } = { chair, secretary, office },
  words = text,
): Promise<{ id: string; meetingId: string; again: (words: string) => Promise<void> }> {
  const { meetingId, itemIds, unitId } = await scheduleMeeting(people.office, people.chair, [{ title: 'Giải phóng mặt bằng' }])
  accepted(await people.chair.command(meetingId, 'meeting.open'))
  const id = crypto.randomUUID()
  const put = async (said: string) => {
    const fields = { conclusionId: id, itemId: itemIds[0], text: said, leadUnitId: unitId('stc'), coordinatingUnitIds: [] }
    accepted(await people.secretary.command(meetingId, 'conclusion.propose', fields))
  }
  await put(words)
  return { id, meetingId, again: put }
}
const sign = (client: Client, id: string, password = keys.password) =>
  client.send('POST', `/api/conclusions/${id}/signature`, { password })
const signatureOf = async (client: Client, id: string): Promise<DraftSignatureAnswer> =>
  DraftSignatureAnswer.parse((await client.get(`/api/conclusions/${id}/signature`)).body)
const issue = async (meetingId: string, conclusionId: string): Promise<{ notation: string; code: string; text: string }> => {
  accepted(await secretary.command(meetingId, 'conclusion.issue', { conclusionId }))
  const { body } = await chair.get(`/api/meetings/${meetingId}`)
  const { conclusions } = (body as { meeting: { conclusions: { id: string; notation: string; code: string; text: string }[] } })
    .meeting
  const one = conclusions.find((known) => known.id === conclusionId)
  if (one === undefined) throw new Error('the issued conclusion is not in the room')
  return one
}
const bytesOf = async (address: string, client: Client = office, baseUrl = app.baseUrl): Promise<Buffer> => {
  const response = await fetch(`${baseUrl}${address}`, { headers: { cookie: client.cookie } })
  expect(response.status).toBe(200)
  return Buffer.from(await response.arrayBuffer())
}
const seal = (id: string) => office.send('POST', `/api/documents/${id}/signatures`, { kind: 'seal' })
const descriptionOf = async (id: string): Promise<DocumentDescription> => {
  const [row] = await app.database.sql<{ description: unknown }[]>`select description from documents where id = ${id}`
  return DocumentDescription.parse(row?.description)
}
const sha256 = (bytes: Buffer): string => createHash('sha256').update(bytes).digest('hex')
/** Files with these bytes, for programs. */
const kept = (files: Record<string, Buffer>): Promise<string[]> =>
  Promise.all(
    Object.entries(files).map(async ([name, bytes]) => {
      const file = path.join(folder, `${name}.pdf`)
      await writeFile(file, bytes)
      return file
    }),
  )
/** How many points of two pictures are unlike to the eye. */
const differing = (one: Buffer, other: Buffer): number => one.filter((grey, at) => Math.abs(grey - (other[at] ?? 0)) > 8).length
const withoutSpaces = (words: string): string => words.replace(/\s+/gu, ' ')

describe('a notice that the chair signs with the approval', () => {
  test('is approved, has its signature before its number, and keeps it when number, date, code and seal are added', async () => {
    const { id, meetingId } = await propose()
    expect(await signatureOf(chair, id)).toEqual({ maySign: true })
    const answer = await sign(chair, id)
    expect(answer).toMatchObject({ status: 201, body: { signature: { signer: chairName }, maySign: false } })
    const draft = await bytesOf(`/api/conclusions/${id}/draft.pdf`)
    expect(await signaturesIn(draft)).toEqual([{ name: chairName, ...valid, coversAll: true }])
    expect(withoutSpaces(await wordsIn(draft))).toContain('Số: /TB-UBND')

    const { notation, code } = await issue(meetingId, id)
    const issued = await bytesOf(`/api/documents/${id}.pdf`)
    expect(issued.subarray(0, draft.length).equals(draft)).toBe(true)
    expect(await signaturesIn(issued)).toEqual([{ name: chairName, ...valid, coversAll: false }])
    const words = withoutSpaces(await wordsIn(issued))
    expect(words).toContain(`Số: ${notation}`)
    expect(words).not.toContain('Số: /TB')
    expect(words).toMatch(/, ngày \d\d tháng \d{1,2} năm \d{4}/)
    expect(words).toContain(`Mã tra cứu: ${code}`)
    expect(await qrOnPaper(issued)).toBe(`${app.baseUrl}/verify/${code}`)
    expect((await bytesOf(`/api/conclusions/${id}.pdf`, lead)).equals(issued)).toBe(true)

    const { signatures, mayAdd } = SignaturesAnswer.parse((await office.get(`/api/documents/${id}/signatures`)).body)
    expect({ signatures, mayAdd }).toMatchObject({ signatures: [{ kind: 'signer', signer: chairName }], mayAdd: ['seal'] })
    const [row] = await app.database.sql<{ before: boolean }[]>`
      select signed_at < issued_at as before from signatures join documents on documents.id = document_id where document_id = ${id}`
    expect(row?.before).toBe(true)

    expect(await seal(id)).toMatchObject({ status: 201 })
    const sealed = await bytesOf(`/api/documents/${id}.pdf`)
    expect(sealed.subarray(0, issued.length).equals(issued)).toBe(true)
    expect(await signaturesIn(sealed)).toEqual([
      { name: chairName, ...valid, coversAll: false },
      { name: 'Ủy ban nhân dân tỉnh Kon Tum', ...valid, coversAll: true },
    ])
    for (const verdict of await pdfaVerdicts(await kept({ draft, issued, sealed }))) expect(verdict).toMatch(/^PASS/)
  })

  test('looks as the same notice does that nobody signed so', async () => {
    const { id, meetingId } = await propose()
    const picture = path.join(keys.env.SIGNING_PEOPLE ?? '', 'chutri.png')
    await rename(picture, `${picture}.away`)
    await sign(chair, id)
    await rename(`${picture}.away`, picture)
    await issue(meetingId, id)
    const filled = await pagesOf(await bytesOf(`/api/documents/${id}.pdf`))
    const plain = await pagesOf(await renderer.renderDocument(await descriptionOf(id), 'pdf'))
    expect(filled.length).toBe(plain.length)
    expect(differing(filled, plain)).toBe(0)
  })

  test('of which one byte was altered does not hold, whichever byte it is', async () => {
    const { id, meetingId } = await propose()
    await sign(chair, id)
    const draft = await bytesOf(`/api/conclusions/${id}/draft.pdf`)
    await issue(meetingId, id)
    await seal(id)
    const sealed = await bytesOf(`/api/documents/${id}.pdf`)
    // In the signed draft both break; in what was filled in, the seal does.
    for (const [at, stillValid] of [
      [900, 0],
      [Math.floor(draft.length / 2), 0],
      [draft.length + 400, 1],
      [sealed.length - 40, 1],
    ] as const) {
      const altered = Buffer.from(sealed)
      altered[at] = (altered[at] ?? 0) ^ 1
      const verdicts = (await signaturesIn(altered)).map((one) => one.verdict)
      expect(verdicts.filter((one) => one === valid.verdict).length).toBeLessThanOrEqual(stillValid)
    }
  })

  test('is known to the verify page as it was issued, and not as the draft that it was', async () => {
    const { id, meetingId } = await propose()
    await sign(chair, id)
    const draft = await bytesOf(`/api/conclusions/${id}/draft.pdf`)
    const { code } = await issue(meetingId, id)
    const issued = await bytesOf(`/api/documents/${id}.pdf`)
    const { files } = VerifiedDocument.parse((await lead.get(`/api/verify/${code}`)).body)
    const known = files.map((one) => one.sha256)
    expect(known).toContain(sha256(issued))
    expect(known).not.toContain(sha256(draft))
  })

  test('may be signed after the approval too, and is then issued so', async () => {
    const { id, meetingId } = await propose()
    accepted(await chair.command(meetingId, 'conclusion.approve', { conclusionId: id }))
    expect(await signatureOf(chair, id)).toEqual({ maySign: true })
    expect((await sign(chair, id)).status).toBe(201)
    expect((await sign(chair, id)).status).toBe(409)
    await issue(meetingId, id)
    expect(await signaturesIn(await bytesOf(`/api/documents/${id}.pdf`))).toMatchObject([{ name: chairName, ...valid }])
  })

  test('is signed by who may, with their own password; a wrong one approves nothing', async () => {
    const { id, meetingId } = await propose()
    const status = async () => {
      const { body } = await chair.get(`/api/meetings/${meetingId}`)
      return (body as { meeting: { conclusions: { status: string }[] } }).meeting.conclusions[0]?.status
    }
    for (const client of [secretary, office, lead]) expect((await sign(client, id)).status).toBe(403)
    expect(await sign(chair, id, 'không phải')).toMatchObject({
      status: 400,
      body: { error: { code: 'invalid_input', field: 'password' } },
    })
    expect(await status()).toBe('proposed')
    expect(await signatureOf(secretary, id)).toEqual({ maySign: false })
    expect((await lead.get(`/api/conclusions/${id}/signature`)).status).toBe(403)
  })
})

describe('words that change while the chair signs', () => {
  test('are not approved by that press, and the signature is never used, even where the old words come back', async () => {
    const { id, meetingId, again } = await propose()
    stamps.hold()
    const pressed = sign(chair, id)
    await until('the signature is under way', () => stamps.waiting() > 0)
    accepted(await chair.command(meetingId, 'conclusion.return', { conclusionId: id }))
    await again('Bàn giao mặt bằng trong tháng này.')
    stamps.release()
    expect(await pressed).toMatchObject({ status: 409, body: { error: { code: 'conflict' } } })
    accepted(await chair.command(meetingId, 'conclusion.return', { conclusionId: id }))
    await again(text)
    accepted(await chair.command(meetingId, 'conclusion.approve', { conclusionId: id }))
    expect(await signatureOf(chair, id)).toEqual({ maySign: true })
    await issue(meetingId, id)
    expect(await signaturesIn(await bytesOf(`/api/documents/${id}.pdf`))).toEqual([])
  })

  test('an issue while the signature is under way goes out unsigned, and is signed in the book', async () => {
    const { id, meetingId } = await propose()
    accepted(await chair.command(meetingId, 'conclusion.approve', { conclusionId: id }))
    stamps.hold()
    const pressed = sign(chair, id)
    await until('the signature is under way', () => stamps.waiting() > 0)
    await issue(meetingId, id)
    stamps.release()
    expect((await pressed).status).toBe(409)
    const unsigned = await bytesOf(`/api/documents/${id}.pdf`)
    expect(await signaturesIn(unsigned)).toEqual([])
    const body = { kind: 'signer', password: keys.password }
    expect((await chair.send('POST', `/api/documents/${id}/signatures`, body)).status).toBe(201)
  })
})

test('a server killed after the number was given: the next one makes the signed file, and always the same', async () => {
  const postgres = await startPostgres({ dataDir: path.join(folder, 'pg'), log: silentLog, progress: silently })
  const dataDir = path.join(folder, 'data')
  const env = { ...keys.env, PORT: String(await freePort()), DATABASE_URL: postgres.url, DATA_DIR: dataDir }
  let server = await startServer(env)
  try {
    const enter = (name: string) => signIn(server.baseUrl, name)
    const [chairHere, secretaryHere, officeHere] = await Promise.all([enter('chutri'), enter('thuky'), enter('vanphong')])
    const { id, meetingId } = await propose({ chair: chairHere, secretary: secretaryHere, office: officeHere })
    expect((await sign(chairHere, id)).status).toBe(201)
    accepted(await secretaryHere.command(meetingId, 'conclusion.issue', { conclusionId: id }))
    for (const client of [chairHere, secretaryHere, officeHere]) client.close()
    await server.end('SIGKILL')
    server = await startServer(env)
    const asked = () => bytesOf(`/api/documents/${id}.pdf`, officeHere, server.baseUrl)
    const [first, second] = await Promise.all([asked(), asked()])
    expect(first.equals(second)).toBe(true)
    expect(await signaturesIn(first)).toMatchObject([{ name: chairName, ...valid }])

    await rm(createFileStore(path.join(dataDir, 'files')).pathOf(sha256(first)))
    expect((await asked()).equals(first)).toBe(true)
  } finally {
    await server.end('SIGTERM')
    await postgres.stop()
  }
}, 180_000)
