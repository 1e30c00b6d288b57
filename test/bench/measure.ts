import { fork } from 'node:child_process'
import { mkdtemp, rm } from 'node:fs/promises'
import { createServer, type AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import { pino } from 'pino'
import * as Y from 'yjs'
import { z } from 'zod'
import { startPostgres } from '#server/launch/postgres.ts'
import { silently } from '#server/launch/progress.ts'

/** What is measured, whoever serves it: the product (`adapter.mjs`) and a bare relay (`relay.mjs`) have the same two halves. */
export interface Adapter {
  /** Runs in a process of its own; `dir` is an empty folder. */
  serve: (place: { port: number; dir: string; pg: PostgresAddress | null }) => Promise<{ close: () => unknown }>
  openDoc: (where: { port: number; doc: string; full?: boolean }) => Promise<DocClient>
  openRoom: (where: { port: number; room: string }) => Promise<RoomClient>
}
export interface PostgresAddress {
  host: string
  port: number
  user: string
  password: string
  database: string
}
export interface DocClient {
  send: (update: Uint8Array) => void
  onUpdate: ((update: Uint8Array) => void) | null
  /** told how many of the client's updates are acknowledged so far */
  onAck: ((count: number) => void) | null
  bytesIn: () => number
  close: () => unknown
}
export interface RoomClient {
  /** resolves with the acknowledgement */
  emit: (event: { seq: number }) => Promise<unknown>
  onEvent: ((event: { seq: number }) => void) | null
  /** Asks for the room's whole state again (the relay: for as many bytes as are named) and resolves when it is there. */
  fetch: (bytes: number) => Promise<unknown>
  bytesIn: () => number
  close: () => unknown
}

export interface Quantiles {
  p50: number
  p95: number
}

export function quantiles(values: number[]): Quantiles {
  const sorted = [...values].sort((a, b) => a - b)
  const at = (share: number): number => sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] ?? NaN
  return { p50: at(0.5), p95: at(0.95) }
}

const author = 3_000_000_000
const sentence = 'Giao Sở Tài chính chủ trì, phối hợp các huyện rà soát dự toán, báo cáo trước ngày 30 tháng 6. '

/** One-letter updates as an editor writes them: the first makes the paragraph, each adds at its end. */
export function keystrokes(count: number): Uint8Array[] {
  const doc = new Y.Doc()
  doc.clientID = author
  const updates: Uint8Array[] = []
  doc.on('update', (update: Uint8Array) => updates.push(update))
  const text = new Y.XmlText()
  const letter = (index: number): string => sentence.charAt(index % sentence.length)
  doc.transact(() => {
    const paragraph = new Y.XmlElement('paragraph')
    paragraph.insert(0, [text])
    text.insert(0, letter(0))
    doc.getXmlFragment('default').insert(0, [paragraph])
  })
  for (let index = 1; index < count; index++) text.insert(index, letter(index))
  return updates
}

/** How many keystrokes an update reaches to, merged with its neighbours or not; paragraph and text take two clocks. */
export const keysIn = (update: Uint8Array): number => Math.max(0, (Y.parseUpdateMeta(update).to.get(author) ?? 0) - 2)

const freePort = (): Promise<number> =>
  new Promise((resolve, reject) => {
    const server = createServer().on('error', reject)
    server.listen(0, '127.0.0.1', () => {
      const { port } = server.address() as AddressInfo
      server.close(() => resolve(port))
    })
  })

const Stats = z.object({ rss: z.number(), cpuMs: z.number() })
export type Stats = z.infer<typeof Stats>

export interface Server {
  port: number
  stats: () => Promise<Stats>
  stop: () => Promise<void>
}

/** Starts one side's server in a process of its own, so that its memory and time are its own. */
export async function startServer(file: string, dir: string, pg: PostgresAddress | null): Promise<Server> {
  const port = await freePort()
  const child = fork(fileURLToPath(new URL('./host.mjs', import.meta.url)), [file, JSON.stringify({ port, dir, pg })], {
    execArgv: ['--expose-gc'],
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
  })
  const ended = new Promise<number | null>((resolve) => child.once('exit', resolve))
  const answer = (): Promise<unknown> =>
    new Promise((resolve, reject) => {
      child.once('message', resolve)
      void ended.then((code) => reject(new Error(`the server under measure ended with ${code}`)))
    })
  await answer()
  return {
    port,
    stats: async () => {
      const told = answer()
      child.send('stats')
      return Stats.parse(await told)
    },
    stop: async () => {
      child.send('close')
      await ended
    },
  }
}

/** A Postgres of its own for what `work` measures, gone afterwards. */
export async function withPostgres<T>(work: (pg: PostgresAddress) => Promise<T>): Promise<T> {
  const dataDir = await mkdtemp(path.join(tmpdir(), 'bench-postgres-'))
  const postgres = await startPostgres({ dataDir, log: pino({ level: 'silent' }), progress: silently })
  try {
    const url = new URL(postgres.url)
    return await work({
      host: url.hostname,
      port: Number(url.port),
      user: url.username,
      password: decodeURIComponent(url.password),
      database: url.pathname.slice(1),
    })
  } finally {
    await postgres.stop()
    await rm(dataDir, { recursive: true, force: true })
  }
}
