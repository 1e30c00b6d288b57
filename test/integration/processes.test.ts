import { mkdtemp, rm } from 'node:fs/promises'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import * as Y from 'yjs'
import { openDatabase, type Database } from '#db/client.ts'
import type { Presence } from '#domain/contract/socket.ts'
import { startPostgres } from '#server/launch/postgres.ts'
import { silently } from '#server/launch/progress.ts'
import { verifyLog } from '#server/meeting/verify.ts'
import { connect, scheduleMeeting, signIn, silentLog, type Client } from '../kit/room-client.ts'
import { ask, openMinutesLine } from '../kit/minutes-line.ts'
import { freePort, runServer, startServer, type ServerProcess } from '../kit/process.ts'
import { readTrace, typeTrace } from '../kit/trace.ts'
import { until } from '../kit/until.ts'

/** Real processes on one Postgres: two at once, killed at any moment, stopped, and refused. */

let folder: string
let postgres: { url: string; stop: () => Promise<void> }
let database: Database
const settings = (port: number) => ({
  PORT: String(port),
  DATABASE_URL: postgres.url,
  DATA_DIR: path.join(folder, `data-${port}`),
})

beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'sang-thu-nam-'))
  postgres = await startPostgres({ dataDir: path.join(folder, 'pg'), log: silentLog, progress: silently })
  database = openDatabase(postgres.url)
})
afterAll(async () => {
  await database.close()
  await postgres.stop()
  await rm(folder, { recursive: true, force: true })
})

const again = (client: Client, baseUrl: string): Client => connect(baseUrl, client)

test('two processes serve one meeting: all see every event, in the same order, at once', async () => {
  const [one, other] = await Promise.all([startServer(settings(await freePort())), startServer(settings(await freePort()))])
  try {
    const [chair, office] = await Promise.all([signIn(one.baseUrl, 'chutri'), signIn(one.baseUrl, 'vanphong')])
    const { meetingId } = await scheduleMeeting(office, chair, [{ title: 'Một' }])
    const [secretary, bridge] = await Promise.all([signIn(other.baseUrl, 'thuky'), signIn(other.baseUrl, 'diemcau.kontum')])
    expect(await chair.command(meetingId, 'meeting.open')).toMatchObject({ ok: true, seq: 2 })
    // What one process acknowledged is in the other's answer, whoever was poked or not.
    expect(await bridge.join(meetingId)).toMatchObject({ ok: true, seq: 2, snapshot: { status: 'running' } })
    await Promise.all([chair.join(meetingId), secretary.join(meetingId)])
    const answers = await Promise.all(
      Array.from({ length: 100 }, (_, index) =>
        (index % 2 ? office : secretary).command(meetingId, 'notice.post', { text: `Tin ${index}` }),
      ),
    )
    expect(new Set(answers.map((answer) => answer.seq)).size).toBe(100)
    await until('all have all', () => [chair, bridge, secretary].every((client) => client.ranges.at(-1)?.to === 102))
    const seen = [chair, bridge, secretary].map((client) => client.events.map((event) => event.seq))
    for (const list of seen) expect(list).toEqual(Array.from({ length: 100 }, (_, index) => index + 3))
    expect(JSON.stringify(chair.events)).toBe(JSON.stringify(bridge.events))
    expect(await verifyLog(database.sql, meetingId)).toMatchObject({ intact: true })
    // One press that reached both processes, as after a change of line, is done once.
    const elsewhere = again(secretary, one.baseUrl)
    const id = crypto.randomUUID()
    const twice = await Promise.all(
      [secretary, elsewhere].map((client) => client.command(meetingId, 'help.request', { text: 'Mất tiếng' }, id)),
    )
    expect(twice[0]).toMatchObject({ ok: true, seq: 103 })
    expect(twice[1]).toEqual(twice[0])
    elsewhere.close()
    await until('the other sees who is here', async () => {
      const { body } = await bridge.get(`/api/meetings/${meetingId}`)
      return (body as { meeting: { notices: unknown[] } }).meeting.notices.length === 50
    })
    for (const client of [chair, office, secretary, bridge]) client.close()
  } finally {
    await Promise.all([one.end('SIGTERM'), other.end('SIGTERM')])
  }
}, 240_000)

test('the Office sees a hall on another process as well: its line, its microphone, its check, also after a restart', async () => {
  const port = await freePort()
  let one = await startServer(settings(port))
  const other = await startServer(settings(await freePort()))
  try {
    const [chair, office] = await Promise.all([signIn(one.baseUrl, 'chutri'), signIn(other.baseUrl, 'vanphong')])
    const { meetingId } = await scheduleMeeting(office, chair, [{ title: 'Một' }])
    let online: Presence[] = []
    ;(await office.socket()).on('meeting:presence', (message: { online: Presence[] }) => {
      online = message.online
    })
    await office.join(meetingId)
    let hall = await signIn(one.baseUrl, 'diemcau.kontum')
    const point = () => online.find((each) => each.userId === hall.userId)
    const before = Date.now()
    const check = { camera: 'ok', microphone: 'silent', speaker: 'ok', roundTripMs: 41 }
    await hall.join(meetingId)
    expect(await hall.ask('meeting:line', { meetingId, quality: 'weak', microphone: 'off' })).toMatchObject({ ok: true })
    expect(await hall.ask('meeting:deviceCheck', { meetingId, ...check })).toMatchObject({ ok: true })
    await until('the Office sees it', () => point()?.check !== undefined && point()?.quality === 'weak')
    expect(point()).toMatchObject({ quality: 'weak', microphone: 'off', check })
    const since = Date.parse(point()?.since ?? '')
    expect(since).toBeGreaterThanOrEqual(before)
    expect(since).toBeLessThanOrEqual(Date.now())
    await one.end('SIGTERM')
    await until('it is gone', () => point() === undefined)
    one = await startServer(settings(port))
    hall = again(hall, one.baseUrl)
    await hall.join(meetingId)
    await until('it is back', () => point() !== undefined)
    expect(point()?.check).toEqual(check)
    for (const client of [chair, office, hall]) client.close()
  } finally {
    await Promise.all([one.end('SIGTERM'), other.end('SIGTERM')])
  }
}, 240_000)

describe('killed at any moment', () => {
  let server: ServerProcess
  let port: number
  const restart = async (): Promise<void> => {
    await server.end('SIGKILL')
    server = await startServer(settings(port))
  }
  beforeAll(async () => {
    port = await freePort()
    server = await startServer(settings(port))
  })
  afterAll(async () => {
    await server.end('SIGTERM')
  })

  test('twenty kills lose nothing acknowledged, do nothing twice, and leave no gap', async () => {
    const chair = await signIn(server.baseUrl, 'chutri')
    let office = await signIn(server.baseUrl, 'vanphong')
    const { meetingId } = await scheduleMeeting(office, chair, [{ title: 'Một' }])
    expect(await chair.command(meetingId, 'meeting.open')).toMatchObject({ ok: true })
    chair.close()
    const sent: { id: string; text: string; seq?: number }[] = []
    const acknowledged = new Map<string, number>()

    for (let round = 0; round < 20; round++) {
      const line = await office.socket()
      const enough = 5 + ((round * 7) % 40)
      const before = acknowledged.size
      const fresh = Array.from({ length: 60 }, (_, index) => ({ id: crypto.randomUUID(), text: `Tin ${round}-${index}` }))
      sent.push(...fresh)
      // The unanswered of the round before go out again under their ids, as a client does.
      for (const one of sent.filter(({ id }) => !acknowledged.has(id)))
        line.emit(
          'meeting:command',
          { meetingId, commandId: one.id, type: 'notice.post', text: one.text },
          (answer: { ok: boolean; seq?: number }) => {
            if (answer.ok && answer.seq !== undefined) acknowledged.set(one.id, answer.seq)
          },
        )
      await until('some are acknowledged', () => acknowledged.size >= before + enough || acknowledged.size === sent.length)
      await restart()
      office.close()
      office = again(office, server.baseUrl)
    }

    const { body } = await office.get(`/api/meetings/${meetingId}/log`)
    const { events } = body as { events: { seq: number; commandId?: string; text?: string }[] }
    expect(events.map((event) => event.seq)).toEqual(events.map((_, index) => index + 1))
    const ids = events.flatMap((event) => event.commandId ?? [])
    expect(new Set(ids).size).toBe(ids.length)
    for (const [id, seq] of acknowledged) expect(events[seq - 1]?.commandId).toBe(id)
    expect(acknowledged.size).toBeGreaterThan(100)
    expect(await verifyLog(database.sql, meetingId)).toMatchObject({ intact: true })
    office.close()
  }, 600_000)

  test('the recorded trace of two authors ends in exactly its text, killed five times on the way', async () => {
    const trace = await readTrace()
    const [chair, office] = await Promise.all([signIn(server.baseUrl, 'chutri'), signIn(server.baseUrl, 'vanphong')])
    const { meetingId, itemIds } = await scheduleMeeting(office, chair, [{ title: 'Một' }])
    const authors = await Promise.all([signIn(server.baseUrl, 'thuky'), signIn(server.baseUrl, 'thuky.2')])
    const every = Math.floor(trace.txns.length / 6)
    const texts = await typeTrace({
      trace,
      connect: (author) =>
        openMinutesLine({
          url: server.baseUrl,
          cookie: authors[author]?.cookie,
          meetingId,
          sectionId: itemIds[0] ?? '',
          before: async (socket) => void (await ask(socket, 'meeting:join', { meetingId })),
        }),
      onProgress: async (typed) => {
        if (typed % every === 0 && typed / every <= 5) await restart()
      },
    })
    expect(texts).toEqual([trace.endContent, trace.endContent])
    const { body } = await office.get(`/api/meetings/${meetingId}/minutes?section=${itemIds[0]}`)
    expect((body as { sections: { text: string }[] }).sections[0]?.text).toBe(trace.endContent)
  }, 600_000)

  test('SIGTERM in mid-meeting tells all and ends with 0; under the next process votes, floor, text and log go on where they were', async () => {
    const names = ['chutri', 'vanphong', 'thuky', 'thuky.2', 'pct.1', 'pct.2', 'pct.3', 'diemcau.kontum']
    const people = await Promise.all(names.map((name) => signIn(server.baseUrl, name)))
    const [chair, office, secretary, colleague, vice, , , hall] = people as [
      Client,
      Client,
      Client,
      Client,
      Client,
      Client,
      Client,
      Client,
    ]
    const { meetingId, itemIds } = await scheduleMeeting(office, chair, [{ title: 'Một' }])
    // Each of them with many screens, as in a hall full of tablets.
    const screens = Array.from({ length: 80 }, (_, at) => again(people[at % people.length] ?? chair, server.baseUrl))
    await Promise.all(screens.map((one) => one.join(meetingId)))
    const voteId = crypto.randomUUID()
    const accepted = async (answer: Promise<{ ok: boolean; error?: unknown }>) => expect((await answer).error).toBeUndefined()
    await accepted(chair.command(meetingId, 'meeting.open'))
    await accepted(chair.command(meetingId, 'agenda.start', { itemId: itemIds[0] }))
    await accepted(chair.command(meetingId, 'floor.grant', { userId: hall.userId, limitSeconds: 300 }))
    await accepted(chair.command(meetingId, 'vote.open', { voteId, question: 'Đồng ý?', options: ['Có', 'Không'], secret: true }))
    await accepted(vice.command(meetingId, 'vote.cast', { voteId, option: 0 }))
    await until('every screen has the first ballot', () => screens.every((one) => one.state().votes[0]?.cast.length === 1))

    const writers = [secretary, colleague].map((who) => ({ who, doc: new Y.Doc(), typed: '' }))
    const lines = await Promise.all(writers.map(({ who }) => openText(who, server.baseUrl, meetingId, itemIds[0] ?? '')))
    for (const [at, { doc }] of writers.entries()) {
      const paragraph = new Y.XmlElement('paragraph')
      paragraph.insert(0, [new Y.XmlText('')])
      doc.getXmlFragment('default').insert(0, [paragraph])
      await lines[at]?.send(Y.encodeStateAsUpdate(doc))
    }
    let isTyping = true
    const type = async (at: number) => {
      const writer = writers[at]
      const text = writer?.doc.getXmlFragment('default').get(0)
      const words = text instanceof Y.XmlElement ? text.get(0) : undefined
      if (!writer || !(words instanceof Y.XmlText)) throw new Error('no paragraph')
      for (let letter = 0; isTyping; letter++) {
        words.insert(words.length, String(letter % 10))
        writer.typed += String(letter % 10)
        const isSaved = await lines[at]?.send(Y.encodeStateAsUpdate(writer.doc)).then(
          () => true,
          () => false,
        )
        if (isSaved === false) return
      }
    }
    const typing = Promise.all([type(0), type(1)])
    await until('both type', () => writers.every(({ typed }) => typed.length > 20))

    const sockets = await Promise.all(screens.map((one) => one.socket()))
    const told = sockets.map((socket) => new Promise((resolve) => socket.once('server:restarting', resolve)))
    expect(await server.end('SIGTERM')).toBe(0)
    await Promise.all(told)
    isTyping = false
    await typing
    server = await startServer(settings(port))

    // Each screen goes on from the number it had: it is given what it missed, and no page is loaded anew.
    const back = screens.map((one) => ({ one, fresh: again(one, server.baseUrl) }))
    const answers = await Promise.all(back.map(({ one, fresh }) => fresh.join(meetingId, one.ranges.at(-1)?.to ?? 1)))
    for (const answer of answers) expect(answer).toMatchObject({ ok: true, events: [] })
    const { body } = await again(chair, server.baseUrl).get(`/api/meetings/${meetingId}`)
    expect(body).toMatchObject({
      meeting: { status: 'running', currentItemId: itemIds[0], floor: { holder: { userId: hall.userId, limitSeconds: 300 } } },
    })
    const after = (who: Client) => again(who, server.baseUrl)
    for (const who of [chair, ...people.slice(5, 7)])
      await accepted(after(who).command(meetingId, 'vote.cast', { voteId, option: 1 }))
    expect(await after(vice).command(meetingId, 'vote.cast', { voteId, option: 1 })).toMatchObject({
      error: { code: 'wrong_state' },
    })
    await accepted(after(chair).command(meetingId, 'vote.close', { voteId }))
    await accepted(after(hall).command(meetingId, 'floor.yield'))
    const { meeting } = (await after(chair).get(`/api/meetings/${meetingId}`)).body as {
      meeting: { votes: { tally: number[] }[] }
    }
    expect(meeting.votes[0]?.tally).toEqual([1, 3])
    for (const { who, doc } of writers)
      await (await openText(who, server.baseUrl, meetingId, itemIds[0] ?? '')).send(Y.encodeStateAsUpdate(doc))
    const read = (await after(secretary).get(`/api/meetings/${meetingId}/minutes?section=${itemIds[0]}`)).body
    const { sections } = read as { sections: { text: string }[] }
    expect(sections[0]?.text.split('\n').toSorted()).toEqual(writers.map(({ typed }) => typed).toSorted())
    expect(await verifyLog(database.sql, meetingId)).toMatchObject({ intact: true })
    for (const one of [...people, ...screens, ...back.map(({ fresh }) => fresh)]) one.close()
  }, 240_000)
})

const openText = (who: Client, url: string, meetingId: string, sectionId: string) =>
  openMinutesLine({
    ...{ url, meetingId, sectionId, cookie: who.cookie },
    before: async (socket) => void (await ask(socket, 'meeting:join', { meetingId })),
  })

describe('what cannot start says why in one sentence and ends with 1', () => {
  const oneSentence = (output: string) =>
    output
      .trim()
      .split('\n')
      .filter((line) => !line.endsWith('…') && !line.includes(': done in'))

  test('a taken port', async () => {
    const other = createServer()
    const port = await freePort()
    await new Promise<void>((resolve) => other.listen(port, '127.0.0.1', resolve))
    const { code, output } = await runServer(settings(port))
    other.close()
    expect(code).toBe(1)
    expect(oneSentence(output)).toEqual([expect.stringContaining(`Port ${port} is taken`)])
  })

  test('a database that is not there', async () => {
    const { code, output } = await runServer({
      ...settings(await freePort()),
      DATABASE_URL: `postgres://nobody:x@127.0.0.1:${await freePort()}/none`,
    })
    expect(code).toBe(1)
    expect(oneSentence(output)).toEqual([expect.stringContaining('DATABASE_URL')])
  })

  test('production on a database that holds demo accounts, and production with the demo', async () => {
    const production = {
      ...settings(await freePort()),
      NODE_ENV: 'production',
      APP_SECRET: 'b6c1f5f2a4d94e1f8a8f4d0b7f5e2c3d9a1b',
      PUBLIC_URL: 'https://hop.example.vn',
    }
    const onDemo = await runServer(production)
    expect(onDemo.code).toBe(1)
    expect(oneSentence(onDemo.output)).toEqual([expect.stringContaining('demo accounts')])
    const withDemo = await runServer({ ...production, DEMO: '1' })
    expect(withDemo.code).toBe(1)
    expect(oneSentence(withDemo.output)).toEqual([expect.stringContaining('DEMO')])
  })
})
