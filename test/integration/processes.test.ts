import { mkdtemp, rm } from 'node:fs/promises'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
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
    await until('the other sees who is here', async () => {
      const { body } = await bridge.get(`/api/meetings/${meetingId}`)
      return (body as { meeting: { notices: unknown[] } }).meeting.notices.length === 50
    })
    for (const client of [chair, office, secretary, bridge]) client.close()
  } finally {
    await Promise.all([one.end('SIGTERM'), other.end('SIGTERM')])
  }
}, 120_000)

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
    const check = { camera: 'ok', microphone: 'silent', speaker: 'ok', roundTripMs: 41 }
    await hall.join(meetingId)
    expect(await hall.ask('meeting:line', { meetingId, quality: 'weak', microphone: 'off' })).toMatchObject({ ok: true })
    expect(await hall.ask('meeting:deviceCheck', { meetingId, ...check })).toMatchObject({ ok: true })
    await until('the Office sees it', () => point()?.check !== undefined && point()?.quality === 'weak')
    expect(point()).toMatchObject({ quality: 'weak', microphone: 'off', check })
    expect(Date.now() - Date.parse(point()?.since ?? '')).toBeLessThan(60_000)
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
}, 120_000)

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
  }, 60_000)
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
  }, 180_000)

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
  }, 240_000)

  test('SIGTERM tells the clients, ends with 0 within ten seconds, and keeps what was said', async () => {
    const chair = await signIn(server.baseUrl, 'chutri')
    const office = await signIn(server.baseUrl, 'vanphong')
    const { meetingId } = await scheduleMeeting(office, chair, [{ title: 'Một' }])
    await chair.join(meetingId)
    const line = await chair.socket()
    const told = new Promise((resolve) => line.once('server:restarting', resolve))
    expect(await chair.command(meetingId, 'meeting.open')).toMatchObject({ ok: true })
    const began = performance.now()
    expect(await server.end('SIGTERM')).toBe(0)
    expect(performance.now() - began).toBeLessThan(10_000)
    await told
    server = await startServer(settings(port))
    expect(await again(chair, server.baseUrl).join(meetingId)).toMatchObject({ snapshot: { status: 'running' } })
  }, 60_000)
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
