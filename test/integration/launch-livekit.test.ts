import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import http from 'node:http'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { dispose, Room } from '@livekit/rtc-node'
import { AccessToken, RoomServiceClient } from 'livekit-server-sdk'
import pino from 'pino'
import { afterAll, afterEach, describe, expect, test } from 'vitest'
import { z } from 'zod'
import { findLiveKit } from '#server/launch/livekit.ts'
import { findLiveKitBinary } from '#server/launch/livekit-binary.ts'
import { processAt } from '#server/launch/processes.ts'
import { silently } from '#server/launch/progress.ts'
import { readSettings } from '#server/settings.ts'
import { until } from '../kit/until.ts'

const log = pino({ level: 'silent' })
// A machine without one would build it for minutes; `npm start` does that once.
const binary = await findLiveKitBinary({ log, progress: silently, signal: AbortSignal.abort() })
const isInstalled = 'file' in binary
const undo: (() => Promise<unknown>)[] = []

afterEach(async () => {
  for (const step of undo.splice(0).reverse()) await step()
})
afterAll(() => dispose())

async function freshFolder(): Promise<string> {
  const folder = await mkdtemp(path.join(tmpdir(), 'room-livekit-'))
  undo.push(() => rm(folder, { recursive: true, force: true }))
  return folder
}

async function find(dataDir: string, env: Record<string, string> = {}, webhookUrl = 'http://127.0.0.1:9/webhook') {
  const livekit = await findLiveKit({
    settings: readSettings({ DATA_DIR: dataDir, ...env }),
    log,
    progress: silently,
    webhookUrl,
  })
  undo.push(() => livekit.stop())
  return livekit
}

const Running = z.object({ pid: z.number(), port: z.number() })
async function runningIn(dataDir: string) {
  return Running.parse(JSON.parse(await readFile(path.join(dataDir, 'livekit', 'running.json'), 'utf8')))
}

/** Receives what LiveKit reports, as the server will. */
async function startListener() {
  const received: { path: string; authorization: string; body: string }[] = []
  const server = http.createServer((request, response) => {
    let body = ''
    request.on('data', (chunk: Buffer) => {
      body += chunk.toString()
    })
    request.on('end', () => {
      received.push({ path: request.url ?? '', authorization: request.headers.authorization ?? '', body })
      response.end()
    })
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  undo.push(async () => {
    server.close()
    server.closeAllConnections()
    await once(server, 'close')
  })
  const address = server.address()
  return { received, url: `http://127.0.0.1:${typeof address === 'object' ? address?.port : ''}/hook` }
}

async function startElsewhere(dataDir: string) {
  const owner = spawn(process.execPath, ['--import', 'tsx', path.resolve('test/kit/livekit-owner.ts'), dataDir], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  undo.push(() => end(owner))
  let printed = ''
  owner.stdout.on('data', (chunk: Buffer) => {
    printed += chunk.toString()
  })
  await until('LiveKit is ready elsewhere', () => printed.includes('"ready"'))
  return owner
}

async function end(owner: ChildProcess): Promise<void> {
  if (owner.exitCode !== null || owner.signalCode !== null) return
  owner.kill('SIGTERM')
  await once(owner, 'exit')
}

describe('LiveKit', () => {
  test('off and unreachable servers are away with a reason, and nothing throws', async () => {
    const off = await find(await freshFolder(), { LIVEKIT_URL: 'off' })
    expect([off.state, off.why]).toEqual(['away', 'Video is switched off (LIVEKIT_URL=off).'])
    const far = await find(await freshFolder(), {
      LIVEKIT_URL: 'ws://127.0.0.1:9',
      LIVEKIT_API_KEY: 'k',
      LIVEKIT_API_SECRET: 's',
    })
    expect(far.state).toBe('starting')
    await until('it is known to be away', () => far.state === 'away')
    expect(far.why).toContain('does not answer')
  })

  test.runIf(isInstalled)(
    'a person joins, the join is reported, and stopping ends it although somebody is in the room',
    async () => {
      const folder = await freshFolder()
      const { received, url } = await startListener()
      const livekit = await find(folder, {}, url)
      expect(livekit.state).toBe('starting')
      await until('video is ready', () => livekit.state === 'ready')

      const token = new AccessToken(livekit.apiKey, livekit.apiSecret, { identity: 'somebody' })
      token.addGrant({ roomJoin: true, room: 'thursday' })
      const room = new Room()
      await room.connect(livekit.url, await token.toJwt(), { autoSubscribe: true, dynacast: false })
      undo.push(() => room.disconnect())
      const rooms = new RoomServiceClient(livekit.httpUrl, livekit.apiKey, livekit.apiSecret)
      const inside = await until('the room has a person', async () => {
        const people = await rooms.listParticipants('thursday')
        return people.length > 0 && people
      })
      expect(inside.map((person) => person.identity)).toEqual(['somebody'])
      const report = await until('the join is reported', () => received.find(({ body }) => body.includes('participant_joined')))
      expect(report.authorization).not.toBe('')

      const { pid } = await runningIn(folder)
      await livekit.stop()
      expect(processAt(pid)).toBeNull()
    },
  )

  test.runIf(isInstalled)('is started again after it was killed, at the same address', async () => {
    const folder = await freshFolder()
    const livekit = await find(folder)
    await until('video is ready', () => livekit.state === 'ready')
    const before = livekit.url
    const states: string[] = []
    livekit.onState((state) => states.push(state))
    process.kill((await runningIn(folder)).pid, 'SIGKILL')
    await until('it went and came back', () => states[0] === 'away' && states.at(-1) === 'ready')
    expect(livekit.url).toBe(before)
  })

  test.runIf(isInstalled)('an orphan of a killed owner is ended and replaced', async () => {
    const folder = await freshFolder()
    const owner = await startElsewhere(folder)
    const { pid: orphan } = await runningIn(folder)
    owner.kill('SIGKILL')
    await once(owner, 'exit')
    expect(processAt(orphan)).not.toBeNull()
    const livekit = await find(folder)
    await until('video is ready', () => livekit.state === 'ready' && processAt(orphan) === null)
    expect((await runningIn(folder)).pid).not.toBe(orphan)
  })

  test.runIf(isInstalled)('two processes on one data folder share it; when its keeper stops the other takes over', async () => {
    const folder = await freshFolder()
    const owner = await startElsewhere(folder)
    const { pid, port } = await runningIn(folder)
    const livekit = await find(folder)
    await until('the shared one is ready', () => livekit.state === 'ready')
    expect(livekit.url).toBe(`ws://127.0.0.1:${port}`)
    await end(owner)
    expect(processAt(pid)).toBeNull()
    await until('taken over', async () => (await runningIn(folder)).pid !== pid && livekit.state === 'ready')
  })
})
