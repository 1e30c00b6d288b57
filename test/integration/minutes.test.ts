import { mkdtemp, rm } from 'node:fs/promises'
import { Socket } from 'node:net'
import { tmpdir } from 'node:os'
import path from 'node:path'
import pino from 'pino'
import postgres, { type Sql } from 'postgres'
import request from 'supertest'
import { v7 as uuid } from 'uuid'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import * as Y from 'yjs'
import { migrate } from '#db/migrate.ts'
import { linesOf } from '#domain/minutes/text.ts'
import { type EmbeddedPostgres, startPostgres } from '#server/launch/postgres.ts'
import { silently } from '#server/launch/progress.ts'
import { registerMinutesRoutes } from '#server/minutes/routes.ts'
import { readSection } from '#server/minutes/reader.ts'
import { createDoors } from '#server/web/http.ts'
import { ask, type MinutesLine, openMinutesLine, Refused } from '../kit/minutes-line.ts'
import { type MinutesServer, startMinutesServer } from '../kit/minutes-server.ts'
import { readTrace, typeTrace } from '../kit/trace.ts'
import { until } from '../kit/until.ts'

let folder: string
let database: EmbeddedPostgres
let sql: Sql
const open: (() => Promise<void> | void)[] = []

beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'minutes-'))
  database = await startPostgres({ dataDir: folder, log: pino({ level: 'silent' }), progress: silently })
  await migrate(database.url)
  sql = postgres(database.url, { max: 2, onnotice: () => undefined })
})

afterEach(async () => {
  for (const close of open.splice(0).reverse()) await close()
})

afterAll(async () => {
  await sql.end({ timeout: 1 })
  await database.stop()
  await rm(folder, { recursive: true, force: true })
})

const startServer = async (): Promise<MinutesServer> => {
  const server = await startMinutesServer(database.url)
  open.push(() => server.close())
  return server
}

const secretary = uuid()
const colleague = uuid()
const meetingId = uuid()

interface Editor {
  doc: Y.Doc
  line: MinutesLine
  type: (change: (root: Y.XmlFragment) => void) => Promise<number>
  text: () => string
}

const lineTo = async (
  server: MinutesServer,
  sectionId: string,
  userId = secretary,
  more: { role?: string; build?: string; wire?: string } = {},
): Promise<MinutesLine> => {
  const line = await openMinutesLine({
    url: server.url,
    meetingId,
    sectionId,
    auth: { userId, role: 'secretary', ...more },
  })
  open.push(() => line.close())
  return line
}

/** A synced document and its line, without an editor around it. */
const edit = async (
  server: MinutesServer,
  sectionId: string,
  userId = secretary,
  more: { wire?: string } = {},
): Promise<Editor> => {
  const line = await lineTo(server, sectionId, userId, more)
  const doc = new Y.Doc()
  line.onUpdate((update) => Y.applyUpdate(doc, update, 'server'))
  Y.applyUpdate(doc, (await line.sync()).update, 'server')
  const type = async (change: (root: Y.XmlFragment) => void): Promise<number> => {
    const before = Y.encodeStateVector(doc)
    doc.transact(() => change(doc.getXmlFragment('default')))
    return line.send(Y.encodeStateAsUpdate(doc, before))
  }
  const text = (): string =>
    linesOf(doc)
      .map((one) => one.text)
      .join('\n')
  return { doc, line, type, text }
}

const paragraph = (words: string): Y.XmlElement => {
  const block = new Y.XmlElement('paragraph')
  block.insert(0, [new Y.XmlText(words)])
  return block
}

const textIn = (root: Y.XmlFragment, index = 0): Y.XmlText => (root.get(index) as Y.XmlElement).get(0) as Y.XmlText

const codeOf = async (work: Promise<unknown>): Promise<string> => {
  try {
    await work
    return 'ok'
  } catch (error) {
    if (error instanceof Refused) return error.code
    throw error
  }
}

/** The connection under a line. */
const socketOf = (line: MinutesLine['socket']): Socket => {
  const found: unknown = Reflect.get(Reflect.get(line.io.engine.transport, 'ws') as object, '_socket')
  if (!(found instanceof Socket)) throw new Error('the line has no connection')
  return found
}

const storedText = async (server: MinutesServer, sectionId: string, at?: number): Promise<string> => {
  const answer = await readSection(server.minutes.sections, meetingId, { sectionId, title: 'I' }, new Map(), at)
  if ('refusal' in answer) throw new Refused(answer.refusal.code)
  return answer.reading.text
}

describe('typing together', () => {
  test('what one types the other reads, is numbered, and is there for a fresh process', async () => {
    const server = await startServer()
    const sectionId = uuid()
    const one = await edit(server, sectionId)
    const other = await edit(server, sectionId, colleague)
    expect(await one.type((root) => root.insert(0, [paragraph('Sáng Thứ Năm')]))).toBe(1)
    await until('the other reads it', () => other.text() === 'Sáng Thứ Năm')
    expect(await other.type((root) => textIn(root).insert(12, ', 8 giờ'))).toBe(2)
    await until('the first reads it', () => one.text() === 'Sáng Thứ Năm, 8 giờ')
    const fresh = await startServer()
    expect(await storedText(fresh, sectionId)).toBe('Sáng Thứ Năm, 8 giờ')
    expect(await storedText(fresh, sectionId, 1)).toBe('Sáng Thứ Năm')
    expect(await storedText(fresh, sectionId, 0)).toBe('')
    expect(await codeOf(storedText(fresh, sectionId, 3))).toBe('invalid_input')
  })

  test('ten at once, one of whom keeps losing the line: nobody’s text moves or vanishes, and each word is there once', async () => {
    const server = await startServer()
    const sectionId = uuid()
    const first = await edit(server, sectionId)
    await first.type((root) =>
      root.insert(
        0,
        Array.from({ length: 10 }, () => paragraph('')),
      ),
    )
    const writers = await Promise.all(
      Array.from({ length: 10 }, (_, at) => edit(server, sectionId, at % 2 ? secretary : colleague)),
    )
    const typed = writers.map(() => '')
    const own = (at: number) => (writers[at] ?? first).text().split('\n')[at]
    const lost: string[] = []
    const watch = (line: MinutesLine, at: number) =>
      line.onUpdate(() => {
        if (own(at) !== typed[at]) lost.push(`${at}: ${own(at)} for ${typed[at]}`)
      })
    for (const [at, { line }] of writers.entries()) watch(line, at)
    const words = (at: number) => `Đơn vị ${at} đề nghị cho ứng trước kinh phí giải phóng mặt bằng.`
    const letter = (at: number, sign: string) => {
      const { doc } = writers[at] ?? first
      textIn(doc.getXmlFragment('default'), at).insert(typed[at]?.length ?? 0, sign)
      typed[at] += sign
    }

    const steady = async (at: number) => {
      const { doc, line } = writers[at] ?? first
      for (const sign of words(at)) {
        const before = Y.encodeStateVector(doc)
        letter(at, sign)
        await line.send(Y.encodeStateAsUpdate(doc, before))
      }
    }
    /** Types on while the line is gone; back on it, fetches what is new and sends all that the server has not got, as an editor does. */
    const flapping = async (at: number) => {
      const { doc } = writers[at] ?? first
      for (const [round, part] of words(at).split(' ').entries()) {
        if (round > 0) writers[at]?.line.close()
        for (const sign of round > 0 ? ` ${part}` : part) letter(at, sign)
        const line = await lineTo(server, sectionId, at % 2 ? secretary : colleague)
        line.onUpdate((update) => Y.applyUpdate(doc, update, 'server'))
        watch(line, at)
        const { update, stateVector } = await line.sync(Y.encodeStateVector(doc))
        Y.applyUpdate(doc, update, 'server')
        await line.send(Y.encodeStateAsUpdate(doc, stateVector))
        writers[at] = { ...(writers[at] ?? first), line }
      }
    }
    await Promise.all(writers.map((_, at) => (at === 3 ? flapping(at) : steady(at))))

    const whole = writers.map((_, at) => words(at)).join('\n')
    await until('everybody reads the same', () => writers.every((one) => one.text() === whole))
    expect(await storedText(await startServer(), sectionId)).toBe(whole)
    expect(lost).toEqual([])
  })

  test('on the compact wire and on the plain one the same is read; each hears its own kind only, and the plain kind is unchanged', async () => {
    const server = await startServer()
    const [sectionId, elsewhere] = [uuid(), uuid()]
    const plain = await edit(server, sectionId)
    const compact = await edit(server, sectionId, colleague, { wire: 'compact' })
    const reader = await edit(server, sectionId, uuid(), { wire: 'compact' })
    // Its line reads a second section, whose updates must not come into the first.
    const second = await ask(reader.line.socket, 'minutes:sync', { meetingId, sectionId: elsewhere, stateVector: 'AA==' })
    expect(second).toMatchObject({ ok: true, section: expect.any(Number) as number })
    const plainAnswer = await ask(plain.line.socket, 'minutes:sync', { meetingId, sectionId, stateVector: 'AA==' })
    expect(Object.keys(plainAnswer as object).sort()).toEqual(['ok', 'seq', 'stateVector', 'update'])
    const heard = { plain: [] as unknown[], compact: [] as unknown[] }
    plain.line.socket.onAny((event: string, message: unknown) => heard.plain.push(event, message))
    reader.line.socket.onAny((event: string) => heard.compact.push(event))

    await plain.type((root) => root.insert(0, [paragraph('Sáng')]))
    await until('the compact ones read it', () => compact.text() === 'Sáng' && reader.text() === 'Sáng')
    expect(await compact.type((root) => textIn(root).insert(4, ` Thứ Năm ${'x'.repeat(70_000)}`))).toBe(2)
    await until('all read it', () => [plain, reader].every((one) => one.text() === compact.text()))
    await (await edit(server, elsewhere, colleague)).type((root) => root.insert(0, [paragraph('khác')]))
    await until('it heard of the other section', () => heard.compact.length === 3)

    expect(reader.text()).toBe(compact.text())
    expect(new Set(heard.compact)).toEqual(new Set(['minutes:compact']))
    expect(heard.plain).toEqual([
      'minutes:update',
      { meetingId, sectionId, seq: 1, update: expect.stringMatching(/^[A-Za-z0-9+/]+=*$/) as string },
    ])
    expect(await storedText(server, sectionId)).toBe(compact.text())
  })

  test('a reader whose line stands still for a while gets all of it afterwards, in order', async () => {
    const server = await startServer()
    const sectionId = uuid()
    const writer = await edit(server, sectionId)
    const slow = await Promise.all([{}, { wire: 'compact' }].map((more) => edit(server, sectionId, uuid(), more)))
    const lengths = slow.map((reader) => {
      const seen: number[] = []
      reader.doc.on('update', () => seen.push(textIn(reader.doc.getXmlFragment('default')).length))
      return seen
    })
    const transports = slow.map((reader) => socketOf(reader.line.socket))
    for (const transport of transports) transport.pause()
    // Far more than the system keeps for a line.
    const pages = 90
    await writer.type((root) => root.insert(0, [paragraph('')]))
    for (let page = 0; page < pages; page++) await writer.type((root) => textIn(root).insert(0, 'x'.repeat(100_000)))
    for (const transport of transports) transport.resume()
    await until('they have it', () => slow.every((reader) => reader.text().length === pages * 100_000))
    for (const seen of lengths) expect(seen).toEqual([...seen].sort((a, b) => a - b))
    for (const reader of slow) expect(reader.doc.store.pendingStructs).toBeNull()
  })

  test('many updates at once are one commit after another, each with its own number', async () => {
    const server = await startServer()
    const sectionId = uuid()
    const one = await edit(server, sectionId)
    await one.type((root) => root.insert(0, [paragraph('')]))
    const numbers = await Promise.all(
      Array.from({ length: 300 }, (_, index) => one.type((root) => textIn(root).insert(index, String(index % 10)))),
    )
    expect(numbers).toEqual(Array.from({ length: 300 }, (_, index) => index + 2))
    const rows = await sql`select seq from minutes_updates where section_id = ${sectionId} order by seq`
    expect(rows.map((row) => row.seq as number)).toEqual(Array.from({ length: 301 }, (_, index) => index + 1))
    expect((await storedText(server, sectionId)).length).toBe(300)
  })

  test('what is sent again is acknowledged and stored once', async () => {
    const server = await startServer()
    const sectionId = uuid()
    const one = await edit(server, sectionId)
    one.doc.getXmlFragment('default').insert(0, [paragraph('một')])
    const update = Y.encodeStateAsUpdate(one.doc)
    expect(await one.line.send(update)).toBe(1)
    expect(await one.line.send(update)).toBe(1)
    const [row] = await sql`select count(*)::int as count from minutes_updates where section_id = ${sectionId}`
    expect(row?.count).toBe(1)
  })

  test('a long section is read from a snapshot and a short tail', async () => {
    const server = await startServer()
    const sectionId = uuid()
    const one = await edit(server, sectionId)
    await one.type((root) => root.insert(0, [paragraph('')]))
    for (let round = 0; round < 6; round++) {
      await Promise.all(Array.from({ length: 200 }, () => one.type((root) => textIn(root).insert(0, 'x'))))
    }
    await until('there is a snapshot', async () => {
      const [row] = await sql`select max(seq) as seq from minutes_snapshots where section_id = ${sectionId}`
      return Number(row?.seq ?? 0) >= 500
    })
    const fresh = await startServer()
    expect(await storedText(fresh, sectionId)).toBe('x'.repeat(1200))
    expect(await storedText(fresh, sectionId, 700)).toBe('x'.repeat(699))
  })
})

describe('several processes', () => {
  test('two processes serve one section: both authors read each other, and the store has it all', async () => {
    const servers = [await startServer(), await startServer()]
    const [here, there] = servers
    if (!here || !there) throw new Error('two')
    const sectionId = uuid()
    const one = await edit(here, sectionId)
    await one.type((root) => root.insert(0, [paragraph('a'), paragraph('b')]))
    const other = await edit(there, sectionId, colleague)
    expect(other.text()).toBe('a\nb')
    await Promise.all(
      Array.from({ length: 60 }, async (_, index) => {
        await Promise.all([
          one.type((root) => textIn(root, 0).insert(0, String(index % 10))),
          other.type((root) => textIn(root, 1).insert(0, String(index % 10))),
        ])
      }),
    )
    await until('both have the same', () => one.text() === other.text() && one.text().length === 123)
    expect(await storedText(here, sectionId)).toBe(one.text())
    const rows = await sql`select seq from minutes_updates where section_id = ${sectionId} order by seq`
    expect(rows.map((row) => row.seq as number)).toEqual(rows.map((_, index) => index + 1))
  })

  test('a lost poke is healed by the slow poll', async () => {
    const here = await startServer()
    const there = await startServer()
    const sectionId = uuid()
    const one = await edit(here, sectionId)
    const other = await edit(there, sectionId, colleague)
    await sql`select pg_terminate_backend(pid) from pg_stat_activity where query ilike 'listen%'`
    await one.type((root) => root.insert(0, [paragraph('vẫn tới')]))
    await until('the other process has it', () => other.text() === 'vẫn tới')
  })

  test('an author id claimed on two processes belongs to one person only', async () => {
    const here = await startServer()
    const there = await startServer()
    const sectionId = uuid()
    const forged = (words: string): Uint8Array => {
      const doc = new Y.Doc()
      doc.clientID = 4711
      doc.getXmlFragment('default').insert(0, [paragraph(words)])
      return Y.encodeStateAsUpdate(doc)
    }
    const lines = [await lineTo(here, sectionId), await lineTo(there, sectionId, colleague)]
    await Promise.all(lines.map((line) => line.sync()))
    const codes = await Promise.all(lines.map((line, index) => codeOf(line.send(forged(`của ${index}`)))))
    expect(codes.sort()).toEqual(['malformed_update', 'ok'])
    const rows = await sql`select user_id from minutes_authors where section_id = ${sectionId} and client_id = 4711`
    expect(rows.length).toBe(1)
    expect(await storedText(here, sectionId)).toBe(await storedText(there, sectionId))
  })
})

describe('who may', () => {
  test('readers read and do not write; outsiders find nothing', async () => {
    const server = await startServer()
    const sectionId = uuid()
    const reader = await lineTo(server, sectionId, colleague, { role: 'observer' })
    await reader.sync()
    const doc = new Y.Doc()
    doc.getXmlFragment('default').insert(0, [paragraph('x')])
    expect(await codeOf(reader.send(Y.encodeStateAsUpdate(doc)))).toBe('forbidden')
    server.rules.mayRead = (userId) => userId !== colleague
    expect(await codeOf(reader.sync())).toBe('not_found')
  })

  test('who loses the right to read hears nothing more', async () => {
    const server = await startServer()
    const sectionId = uuid()
    const writer = await edit(server, sectionId)
    const [reader, other] = [await edit(server, sectionId, colleague), await edit(server, sectionId, uuid())]
    const compact = await edit(server, sectionId, colleague, { wire: 'compact' })
    await writer.type((root) => root.insert(0, [paragraph('một')]))
    await until('they read', () => [reader, other, compact].every((one) => one.text() === 'một'))
    server.rules.mayRead = (userId) => userId !== colleague
    await server.minutes.recheckReaders(meetingId)
    await writer.type((root) => root.insert(1, [paragraph('hai')]))
    await until('the other still reads', () => other.text() === 'một\nhai')
    expect(reader.text()).toBe('một')
    expect(compact.text()).toBe('một')
  })

  test('another schema of the client is outdated, its text is not touched', async () => {
    const server = await startServer()
    const line = await lineTo(server, uuid(), secretary, { build: 'minutes-0' })
    const doc = new Y.Doc()
    doc.getXmlFragment('default').insert(0, [paragraph('x')])
    expect(await codeOf(line.send(Y.encodeStateAsUpdate(doc)))).toBe('outdated_client')
  })

  test('a second line under one author id takes it over; the older one is refused', async () => {
    const server = await startServer()
    const sectionId = uuid()
    const old = await edit(server, sectionId)
    await old.type((root) => root.insert(0, [paragraph('một')]))
    const line = await lineTo(server, sectionId)
    const twin = new Y.Doc()
    Y.applyUpdate(twin, Y.encodeStateAsUpdate(old.doc))
    twin.clientID = old.doc.clientID
    const before = Y.encodeStateVector(twin)
    old.line.socket.off('minutes:update')
    textIn(twin.getXmlFragment('default')).insert(0, 'mới ')
    expect(await codeOf(line.send(Y.encodeStateAsUpdate(twin, before)))).toBe('ok')
    const late = new Y.Doc()
    Y.applyUpdate(late, Y.encodeStateAsUpdate(twin))
    late.clientID = twin.clientID
    const known = Y.encodeStateVector(late)
    textIn(late.getXmlFragment('default')).insert(0, 'cũ ')
    expect(await codeOf(old.line.send(Y.encodeStateAsUpdate(late, known)))).toBe('malformed_update')
    expect(await codeOf(line.send(Y.encodeStateAsUpdate(late, known)))).toBe('ok')
  })
})

describe('what is malformed', () => {
  test('nonsense, too much and a missing acknowledgement neither crash nor change anything', async () => {
    const server = await startServer()
    const sectionId = uuid()
    const line = await lineTo(server, sectionId)
    expect(await codeOf(line.send(Uint8Array.of(9, 9, 9)))).toBe('malformed_update')
    expect(await codeOf(line.send(new Uint8Array(300 * 1024)))).toBe('too_large')
    for (const payload of [undefined, null, 1, 'x', [], { meetingId, sectionId, update: '*' }, { meetingId, sectionId }]) {
      expect(await ask(line.socket, 'minutes:update', payload)).toMatchObject({ ok: false, error: { code: 'invalid_input' } })
      for (const event of ['minutes:update', 'minutes:sync', 'minutes:awareness']) line.socket.emit(event, payload)
    }
    expect(await ask(line.socket, 'minutes:sync', { meetingId, sectionId, stateVector: '////' })).toMatchObject({ ok: false })
    expect((await line.sync()).seq).toBe(0)
  })

  test('a gap is missing_before, and everything sent as one update is taken', async () => {
    const server = await startServer()
    const one = await edit(server, uuid())
    one.doc.getXmlFragment('default').insert(0, [paragraph('một')])
    expect(await codeOf(one.type((root) => textIn(root).insert(3, ' hai')))).toBe('missing_before')
    expect(await codeOf(one.line.send(Y.encodeStateAsUpdate(one.doc)))).toBe('ok')
  })

  test('[B33] a section that is damaged in the store opens for reading only, others open', async () => {
    const server = await startServer()
    const sectionId = uuid()
    const one = await edit(server, sectionId)
    await one.type((root) => root.insert(0, [paragraph('một')]))
    await sql`insert into minutes_updates (section_id, seq, user_id, data, at) values (${sectionId}, 2, ${secretary}, ${Buffer.from([9, 9])}, now())`
    await sql`update minutes_sections set seq = 2 where section_id = ${sectionId}`
    const fresh = await startServer()
    const line = await lineTo(fresh, sectionId)
    expect(await ask(line.socket, 'minutes:sync', { meetingId, sectionId, stateVector: 'AA==' })).toMatchObject({
      ok: true,
      isReadOnly: true,
    })
    expect(await storedText(fresh, sectionId)).toBe('một')
    const doc = new Y.Doc()
    doc.getXmlFragment('default').insert(0, [paragraph('x')])
    expect(await codeOf(line.send(Y.encodeStateAsUpdate(doc)))).toBe('wrong_state')
    const other = await edit(fresh, uuid())
    expect(await other.type((root) => root.insert(0, [paragraph('khác')]))).toBe(1)
  })
})

describe('over HTTP', () => {
  test('the asker gets the sections they may read, as they are and as they were, with who wrote each line', async () => {
    const server = await startServer()
    const [sectionId, closedId, conclusionId] = [uuid(), uuid(), uuid()]
    const one = await edit(server, sectionId)
    const other = await edit(server, sectionId, colleague)
    await one.type((root) => root.insert(0, [paragraph('một')]))
    await until('the other reads it', () => other.text() === 'một')
    await other.type((root) => {
      const block = new Y.XmlElement('conclusion')
      block.setAttribute('conclusionId', conclusionId)
      block.insert(0, [new Y.XmlText('bản nháp')])
      root.insert(1, [block])
    })
    const log = pino({ level: 'silent' })
    const doors = createDoors({ settings: { production: false, trustProxy: false }, log, connectSources: () => [] })
    const user = { id: secretary, username: 'thuky', name: 'Thư ký', title: 'Thư ký', role: 'secretary' as const, unitId: uuid() }
    doors.ready = true
    doors.findSession = () => Promise.resolve({ id: uuid(), user, expiresAt: new Date(Date.now() + 1000) })
    registerMinutesRoutes(doors, server.minutes.sections, {
      sectionsOf: (_, id) => Promise.resolve(id === meetingId ? [{ sectionId, title: 'Mở đầu' }] : null),
      conclusionTexts: () => Promise.resolve(new Map([[conclusionId, 'Giao Sở Tài chính']])),
    })
    const get = (query: string, meeting = meetingId) => request(doors.app).get(`/api/meetings/${meeting}/minutes${query}`)

    const now = await get('')
    expect(now.status).toBe(200)
    expect(now.body).toMatchObject({
      sections: [{ sectionId, title: 'Mở đầu', seq: 2, text: 'một\nGiao Sở Tài chính', authors: [secretary, colleague] }],
    })
    expect((await get(`?section=${sectionId}&at=1`)).body).toMatchObject({ sections: [{ seq: 1, text: 'một' }] })
    expect((await get(`?section=${sectionId}&at=0`)).body).toMatchObject({
      sections: [{ seq: 0, text: '', doc: { type: 'doc' } }],
    })
    expect((await get(`?section=${sectionId}&at=3`)).body).toMatchObject({ error: { code: 'invalid_input', field: 'at' } })
    expect((await get(`?section=${closedId}`)).status).toBe(404)
    expect((await get('', uuid())).status).toBe(404)
    const history = await get(`/history?section=${sectionId}`)
    expect(history.body).toMatchObject({
      changes: [
        { seq: 1, userId: secretary },
        { seq: 2, userId: colleague },
      ],
    })
  })
})

describe('the database away', () => {
  test('[B3] an update that cannot be saved is unavailable, and is saved once when it is sent again', async () => {
    const server = await startServer()
    const sectionId = uuid()
    const one = await edit(server, sectionId)
    const other = await edit(server, sectionId, colleague)
    await one.type((root) => root.insert(0, [paragraph('một')]))
    await sql`alter table minutes_updates rename to minutes_updates_away`
    const code = await codeOf(one.type((root) => textIn(root).insert(3, ' hai')))
    await sql`alter table minutes_updates_away rename to minutes_updates`
    expect(code).toBe('unavailable')
    await until('what was shown already is saved, for others may build on it', async () => {
      const rows = await sql`select seq from minutes_updates where section_id = ${sectionId}`
      return rows.length === 2
    })
    const { stateVector } = await one.line.sync(Y.encodeStateVector(one.doc))
    expect(await one.line.send(Y.encodeStateAsUpdate(one.doc, stateVector))).toBe(2)
    expect(await storedText(server, sectionId)).toBe('một hai')
    await until('the other has it', () => other.text() === 'một hai')
  })
})

describe('carets', () => {
  test('a caret reaches the readers, a newcomer too, and goes with its line', async () => {
    const server = await startServer()
    const sectionId = uuid()
    const writer = await lineTo(server, sectionId)
    const reader = await lineTo(server, sectionId, colleague, { role: 'observer' })
    const heard: string[] = []
    const listen = (line: MinutesLine): void =>
      void line.socket.on('minutes:awareness', (message: { update: string }) =>
        heard.push(Buffer.from(message.update, 'base64').toString()),
      )
    listen(reader)
    await Promise.all([writer.sync(), reader.sync()])
    const state = JSON.stringify({ user: { userId: secretary, name: 'Thư ký' } })
    const update = Buffer.concat([Buffer.from([1, 7, 1, Buffer.byteLength(state)]), Buffer.from(state)]).toString('base64')
    writer.socket.emit('minutes:awareness', { meetingId, sectionId, update })
    await until('the reader hears it', () => heard.some((message) => message.includes('Thư ký')))
    reader.socket.emit('minutes:awareness', { meetingId, sectionId, update })

    const elsewhere = await lineTo(await startServer(), sectionId, uuid(), { role: 'observer' })
    const far: unknown[] = []
    elsewhere.socket.on('minutes:awareness', (message: unknown) => far.push(message))
    await elsewhere.sync()
    writer.socket.emit('minutes:awareness', { meetingId, sectionId, update })
    await until('a reader on another process hears it', () => far.length > 0)

    heard.length = 0
    const late = await lineTo(server, sectionId, uuid(), { role: 'observer' })
    listen(late)
    await late.sync()
    await until('the newcomer hears it', () => heard.some((message) => message.includes('Thư ký')))
    writer.close()
    await until('it is gone', () => heard.filter((message) => message.endsWith('null')).length === 2)
  })
})

describe('the recorded trace', () => {
  test('[B2] typed through two connections it ends in exactly its endContent', async () => {
    const server = await startServer()
    const sectionId = uuid()
    const trace = await readTrace()
    const people = [secretary, colleague]
    const texts = await typeTrace({ trace, connect: (author) => lineTo(server, sectionId, people[author]) })
    expect(texts).toEqual([trace.endContent, trace.endContent])
    const fresh = await startServer()
    expect(await storedText(fresh, sectionId)).toBe(trace.endContent)
  }, 240_000)
})
