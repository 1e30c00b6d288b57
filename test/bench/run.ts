import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import { until } from '../kit/until.ts'
import makeProduct from './adapter.mjs'
import { measureDocuments } from './documents.ts'
import { listeners, measureEvents, openMany } from './events.ts'
import { measureFaces } from './faces.ts'
import { measureMeetings } from './meetings.ts'
import { walkFaces } from './walks.ts'
import { measureWeakLine } from './weak-line.ts'
import {
  keysIn,
  keystrokes,
  quantiles,
  startServer,
  withPostgres,
  type Adapter,
  type PostgresAddress,
  type Quantiles,
  type Server,
} from './measure.ts'
import makeRelay from './relay.mjs'

/**
 * npm run bench: the product beside a plain relay of the same bytes, in the same run on the same machine, so that the ratio
 * says more than the times. The server has a process of its own; all clients share this one. `npm run bench -- documents faces`
 * measures only these (`wire`, `meetings`, `documents`, `faces`); `walks` and `weak-line` (as root on Linux) only when asked.
 */

const warm = 30
const keys = 250
const viewers = 50
const joins = 30

interface Result {
  fanout: Quantiles
  updateAck: Quantiles
  eventFanout: Quantiles
  eventAck: Quantiles
  join: Quantiles
  cpuPerKey: number
  memory: number
}

/** One author types at a steady rate while many read. */
async function measureTyping(adapter: Adapter, server: Server, doc: string) {
  const { port } = server
  const author = await adapter.openDoc({ port, doc })
  const readers = await openMany(viewers, () => adapter.openDoc({ port, doc }))
  const updates = keystrokes(warm + keys)
  const sentAt: number[] = []
  const fanout: number[] = []
  const acks: number[] = []
  let acknowledged = 0
  const seen = readers.map(() => 0)
  readers.forEach((reader, index) => {
    reader.onUpdate = (update) => {
      const now = performance.now()
      const reached = keysIn(update)
      for (let key = Math.max(seen[index] ?? 0, warm); key < reached; key++) fanout.push(now - (sentAt[key] ?? now))
      seen[index] = Math.max(seen[index] ?? 0, reached)
    }
  })
  author.onAck = (count) => {
    const now = performance.now()
    for (let key = Math.max(acknowledged, warm); key < count; key++) acks.push(now - (sentAt[key] ?? now))
    acknowledged = count
  }
  let before = await server.stats()
  for (const [key, update] of updates.entries()) {
    if (key === warm) before = await server.stats()
    sentAt[key] = performance.now()
    author.send(update)
    await wait(16)
  }
  await until(
    'all readers have the text',
    () => seen.every((count) => count >= updates.length) && acknowledged >= updates.length,
    30_000,
  )
  const after = await server.stats()
  const join: number[] = []
  for (let count = 0; count < joins; count++) {
    const start = performance.now()
    const reader = await adapter.openDoc({ port, doc, full: true })
    join.push(performance.now() - start)
    reader.close()
  }
  for (const client of [author, ...readers]) client.close()
  return {
    fanout: quantiles(fanout),
    updateAck: quantiles(acks),
    join: quantiles(join),
    cpuPerKey: (after.cpuMs - before.cpuMs) / keys,
    memory: after.rss / 2 ** 20,
  }
}

async function measure(adapter: Adapter, file: string, pg: PostgresAddress | null): Promise<Result> {
  const dir = await mkdtemp(path.join(tmpdir(), 'bench-'))
  const server = await startServer(file, dir, pg)
  try {
    const typing = await measureTyping(adapter, server, 'bench typing')
    return { ...typing, ...(await measureEvents(adapter, server, 'bench events')) }
  } finally {
    await server.stop()
    await rm(dir, { recursive: true, force: true })
  }
}

function report(product: Result, relay: Result): string {
  const row = (name: string, one: number, other: number, unit: string): string =>
    `${name.padEnd(54)}${one.toFixed(2).padStart(9)}${other.toFixed(2).padStart(9)} ${unit.padEnd(3)}${(one / other).toFixed(1).padStart(7)}x`
  const pair = (name: string, one: Quantiles, other: Quantiles): string[] => [
    row(`${name}, median`, one.p50, other.p50, 'ms'),
    row(`${name}, 95 of 100`, one.p95, other.p95, 'ms'),
  ]
  return [
    `${''.padEnd(54)}${'product'.padStart(9)}${'relay'.padStart(9)}${'ratio'.padStart(12)}`,
    ...pair(`a key to ${viewers} readers`, product.fanout, relay.fanout),
    ...pair('a key acknowledged (product: on disk)', product.updateAck, relay.updateAck),
    ...pair('a reader joins (product: and has the text)', product.join, relay.join),
    ...pair(`an event to ${listeners} screens`, product.eventFanout, relay.eventFanout),
    ...pair('a command acknowledged (product: on disk)', product.eventAck, relay.eventAck),
    row('server time per key', product.cpuPerKey, relay.cpuPerKey, 'ms'),
    row('memory of the server', product.memory, relay.memory, 'MB'),
  ].join('\n')
}

async function measureWire(): Promise<string> {
  return withPostgres(async (pg) => {
    const relay = await measure(makeRelay(), './relay.mjs', null)
    const product = await measure(makeProduct(), './adapter.mjs', pg)
    return report(product, relay)
  })
}

const parts = {
  wire: measureWire,
  meetings: measureMeetings,
  documents: measureDocuments,
  faces: measureFaces,
  walks: walkFaces,
  'weak-line': measureWeakLine,
}
const given = process.argv.slice(2)
const asked = given.length > 0 ? given : ['wire', 'meetings', 'documents', 'faces']
for (const [name, part] of Object.entries(parts)) if (asked.includes(name)) process.stdout.write(`${await part()}\n\n`)
