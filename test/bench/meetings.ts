import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import makeProduct from './adapter.mjs'
import { listeners, measureEvents, openMany } from './events.ts'
import { keystrokes, quantiles, startServer, withPostgres, type Adapter, type PostgresAddress, type Server } from './measure.ts'
import makeRelay from './relay.mjs'

/** One meeting while twenty others are live on the same server, and coming to a meeting that has gone on for long. */

const rounds = 3
const others = 20
const screensOfOther = 4
const eventEveryMs = 500
const keyEveryMs = 200
const longMeeting = 5000
/** One person may say so much in a second. */
const eventsASecond = 180
const joins = 30

const median = (values: number[]): number => quantiles(values).p50

/** Twenty meetings in which people act and type, until the answered function is called. */
async function keepLive(adapter: Adapter, { port }: Server): Promise<() => Promise<void>> {
  const meetings = await Promise.all(
    Array.from({ length: others }, async (_, index) => ({
      screens: await openMany(screensOfOther, () => adapter.openRoom({ port, room: `other ${index}` })),
      author: await adapter.openDoc({ port, doc: `other ${index}` }),
      reader: await adapter.openDoc({ port, doc: `other ${index}` }),
    })),
  )
  const keys = keystrokes(20_000)
  let isOver = false
  const acting = meetings.map(async ({ screens }, index) => {
    await wait((index * eventEveryMs) / others)
    for (let seq = 0; !isOver; seq++) {
      await screens[seq % screens.length]?.emit({ seq })
      await wait(eventEveryMs)
    }
  })
  const typing = meetings.map(async ({ author }, index) => {
    await wait((index * keyEveryMs) / others)
    for (const key of keys) {
      if (isOver) return
      author.send(key)
      await wait(keyEveryMs)
    }
  })
  return async () => {
    isOver = true
    await Promise.all([...acting, ...typing])
    for (const { screens, author, reader } of meetings) for (const client of [...screens, author, reader]) client.close()
  }
}

type Measured = Awaited<ReturnType<typeof measureEvents>>

async function measureAmidOthers(adapter: Adapter, server: Server): Promise<string[]> {
  const alone: Measured[] = []
  const amid: Measured[] = []
  await measureEvents(adapter, server, 'warm')
  for (let round = 0; round < rounds; round++) {
    alone.push(await measureEvents(adapter, server, `alone ${round}`))
    const end = await keepLive(adapter, server)
    amid.push(await measureEvents(adapter, server, `amid ${round}`))
    await end()
  }
  const row = (name: string, of: (one: Measured) => number): string => {
    const [before, now] = [median(alone.map(of)), median(amid.map(of))]
    return `  ${name}: ${before.toFixed(1)} ms alone, ${now.toFixed(1)} ms amid, ${(now / before).toFixed(2)}x`
  }
  return [
    `One meeting of ${listeners} screens, alone and amid ${others} live ones (95 of 100, median of ${rounds})`,
    row('an event to all screens', (one) => one.eventFanout.p95),
    row('a command acknowledged', (one) => one.eventAck.p95),
  ]
}

async function measureJoin(adapter: Adapter, relay: Server, first: Server, again: () => Promise<Server>): Promise<string[]> {
  const room = 'long'
  const speaker = await adapter.openRoom({ port: first.port, room })
  for (let seq = 0; seq < longMeeting; seq += eventsASecond / 10) {
    await Promise.all([
      wait(100),
      ...Array.from({ length: eventsASecond / 10 }, (_, index) => speaker.emit({ seq: seq + index })),
    ])
  }
  const raw = await makeRelay().openRoom({ port: relay.port, room })
  const product: number[] = []
  const bytes: number[] = []
  const plain: number[] = []
  for (let round = 0; round < joins; round++) {
    const before = speaker.bytesIn()
    const start = performance.now()
    await speaker.fetch(0)
    product.push(performance.now() - start)
    bytes.push(speaker.bytesIn() - before)
    const other = performance.now()
    await raw.fetch(median(bytes))
    plain.push(performance.now() - other)
  }
  speaker.close()
  raw.close()
  await first.stop()
  const server = await again()
  // Somebody comes to another meeting first: what is measured is the long one, not a process that has just begun.
  const warm = await openMany(joins, () => adapter.openRoom({ port: server.port, room: 'short' }))
  const opening = performance.now()
  const back = await adapter.openRoom({ port: server.port, room })
  const opened = performance.now() - opening
  const next = performance.now()
  const second = await adapter.openRoom({ port: server.port, room })
  const joined = performance.now() - next
  for (const client of [...warm, back, second]) client.close()
  await server.stop()
  const [ours, theirs] = [median(product), median(plain)]
  return [
    `Coming to a meeting of ${longMeeting} events`,
    `  its state, ${(median(bytes) / 1024).toFixed(1)} KiB: ${ours.toFixed(2)} ms; as many raw bytes: ${theirs.toFixed(2)} ms; ${(ours / theirs).toFixed(1)}x`,
    `  line and state after a restart: first ${opened.toFixed(1)} ms, second ${joined.toFixed(1)} ms`,
  ]
}

async function measureAll(pg: PostgresAddress): Promise<string> {
  const dir = await mkdtemp(path.join(tmpdir(), 'bench-'))
  const adapter = makeProduct()
  const start = () => startServer('./adapter.mjs', dir, pg)
  const server = await start()
  const relay = await startServer('./relay.mjs', dir, null)
  try {
    const amid = await measureAmidOthers(adapter, server)
    return [...amid, ...(await measureJoin(adapter, relay, server, start))].join('\n')
  } finally {
    await relay.stop()
    await rm(dir, { recursive: true, force: true })
  }
}

export const measureMeetings = (): Promise<string> => withPostgres(measureAll)
