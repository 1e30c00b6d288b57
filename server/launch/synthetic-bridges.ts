import { fork, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { createRequire } from 'node:module'
import { fileURLToPath, pathToFileURL } from 'node:url'
import type { Logger } from 'pino'
import type { Sql } from 'postgres'
import { z } from 'zod'
import { startSyntheticBridge, Behaviour, SyntheticUnit } from './synthetic-bridge.ts'
import type { TakeSeat } from './synthetic-seat.ts'

/** What the process of the synthetic bridge points is told when it starts; it stops when the channel closes. */
export const BridgesTask = z.object({
  baseUrl: z.string(),
  meetingId: z.string(),
  units: z.array(SyntheticUnit),
  behaviour: Behaviour,
  seed: z.int(),
  withVideo: z.boolean(),
})
export type BridgesTask = z.infer<typeof BridgesTask>

/** What it tells: how many of its points are in the room, and how many are seen there. */
export const BridgesReport = z.discriminatedUnion('type', [
  z.object({ type: z.literal('count'), joined: z.int(), seen: z.int() }),
  z.object({ type: z.literal('say'), line: z.string(), details: z.record(z.string(), z.unknown()).optional() }),
])
export type BridgesReport = z.infer<typeof BridgesReport>

/** All points of a meeting in this very process; `synthetic-bridges-worker.ts` is where that is. */
export function startSyntheticBridges(
  { baseUrl, meetingId, units, behaviour, seed }: BridgesTask,
  takeSeat: TakeSeat | null,
  report: (report: BridgesReport) => void,
): { stop(): Promise<void> } {
  const points = units.map((unit, index) =>
    startSyntheticBridge({
      ...{ baseUrl, meetingId, unit, index, behaviour, takeSeat },
      random: randomFrom(seed + index),
      say: (line, details) => report({ type: 'say', line, details }),
    }),
  )
  const timer = setInterval(() => {
    const count = (is: (point: (typeof points)[number]) => boolean) => points.filter(is).length
    report({ type: 'count', joined: count((point) => point.isJoined), seen: count((point) => point.isSeen) })
  }, 500)
  return {
    async stop() {
      clearInterval(timer)
      await Promise.all(points.map((point) => point.stop()))
    },
  }
}

/** Numbers from 0 to 1 that are the same for the same seed (mulberry32). */
function randomFrom(seed: number): () => number {
  let state = seed >>> 0
  return () => {
    state = (state + 0x6d2b79f5) >>> 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
}

interface BridgesState {
  state: 'off' | 'starting' | 'on'
  meetingId?: string
  /** How many points there are to be, are in the room, and are seen there. */
  points: number
  joined: number
  seen: number
}

/** The switch of the demo: ten halls come to life in a process of their own, so that what fails there fails there only. */
export interface SyntheticBridges {
  readonly state: BridgesState
  /** Without a meeting, the demo's next one. False when there is no such meeting or no bridge point in it. */
  start(options?: { meetingId?: string; behaviour?: Behaviour; seed?: number }): Promise<boolean>
  stop(): Promise<void>
}

interface ControlOptions {
  sql: Sql
  log: Logger
  /** Where this server listens, known once it does. */
  baseUrl: () => string
  withVideo?: boolean
}

const off: BridgesState = { state: 'off', points: 0, joined: 0, seen: 0 }
const farewellMs = 2_500

export function createSyntheticBridges({ sql, log, baseUrl, withVideo = true }: ControlOptions): SyntheticBridges {
  let child: ChildProcess | undefined
  let state = off
  let turn: Promise<unknown> = Promise.resolve()

  const begin = async (options: { meetingId?: string; behaviour?: Behaviour; seed?: number }): Promise<boolean> => {
    const meetingId = options.meetingId ?? (await nextDemoMeeting(sql))
    const units = meetingId === undefined ? [] : await bridgePointsOf(sql, meetingId)
    if (meetingId === undefined || units.length === 0) return false
    if (child && state.meetingId === meetingId) return true
    await end()
    const started = spawnProcess()
    child = started
    state = { state: 'starting', meetingId, points: units.length, joined: 0, seen: 0 }
    started.on('message', (message) => {
      const report = BridgesReport.safeParse(message).data
      if (child !== started || !report) return
      if (report.type === 'say') log.debug(report.details, report.line)
      else state = { ...state, state: report.joined === 0 ? 'starting' : 'on', joined: report.joined, seen: report.seen }
    })
    started.stderr?.on('data', (bytes: Buffer) =>
      log.debug({ text: bytes.toString('utf8').slice(0, 2_000) }, 'synthetic bridges'),
    )
    started.on('error', (error) => log.warn({ err: error }, 'the synthetic bridge points could not be started'))
    started.on('exit', (code, signal) => {
      if (child !== started) return
      child = undefined
      state = off
      log.warn({ code, signal }, 'the synthetic bridge points ended')
    })
    const { behaviour = 'lively', seed = 1 } = options
    started.send({ baseUrl: baseUrl(), meetingId, units, behaviour, seed, withVideo } satisfies BridgesTask)
    return true
  }

  const end = async (): Promise<void> => {
    const old = child
    child = undefined
    state = off
    if (!old || old.pid === undefined || old.exitCode !== null || old.signalCode !== null) return
    const gone = once(old, 'exit')
    const timer = setTimeout(() => old.kill('SIGKILL'), farewellMs)
    if (old.connected) old.disconnect()
    await gone
    clearTimeout(timer)
  }

  /** One after another: two presses at once are two presses. */
  const inTurn = <T>(work: () => Promise<T>): Promise<T> => {
    const next = turn.then(work, work)
    turn = next.catch(() => undefined)
    return next
  }

  return {
    get state() {
      return state
    },
    start: (options = {}) => inTurn(() => begin(options)),
    stop: () => inTurn(end),
  }
}

/** From the sources the process runs as TypeScript too; in the built server it is the file beside the bundle. */
function spawnProcess(): ChildProcess {
  const isSource = import.meta.url.endsWith('.ts')
  const file = new URL(isSource ? './synthetic-bridges-worker.ts' : './synthetic-bridges-worker.js', import.meta.url)
  const loader = isSource ? ['--import', pathToFileURL(createRequire(import.meta.url).resolve('tsx')).href] : []
  const { PATH, HOME } = process.env
  return fork(fileURLToPath(file), {
    execArgv: loader,
    // The media library writes its own log to stdout, line upon line.
    stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
    env: { PATH, HOME, NODE_ENV: 'production' },
  })
}

/** The demo's meeting that comes next, or is on; the last one once all are closed. */
export async function nextDemoMeeting(sql: Sql): Promise<string | undefined> {
  const rows = await sql<{ id: string }[]>`
    select id from meetings where is_demo order by status = 'closed', scheduled_at, id limit 1`
  return rows[0]?.id
}

async function bridgePointsOf(sql: Sql, meetingId: string): Promise<SyntheticUnit[]> {
  const rows = await sql<{ code: string; name: string; head: unknown; bridge_point: unknown }[]>`
    select un.code, un.short_name as name, un.head, un.bridge_point
    from meetings m join units un on un.id = any(m.unit_ids)
    join users u on u.unit_id = un.id and u.role = 'bridge' and u.is_demo and not u.is_disabled
    where m.id = ${meetingId} and u.username = 'diemcau.' || un.code
    order by un.sort_order, un.code`
  return rows.map(({ code, name, head, bridge_point }) => {
    const person = Head.safeParse(head).data
    const hall = Hall.safeParse(bridge_point).data
    return {
      code,
      name,
      subtitle: 'Điểm cầu trực tuyến',
      representative: person ?? { name, title: 'Đại diện đơn vị' },
      headCount: hall?.typicalHeadCount ?? 8,
    }
  })
}

const Head = z.object({ name: z.string().min(1), title: z.string().min(1) })
const Hall = z.object({ typicalHeadCount: z.int().min(1).optional() })
