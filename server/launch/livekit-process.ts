import { spawn, type ChildProcess } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import dgram from 'node:dgram'
import { once } from 'node:events'
import { link, mkdir, open, rename, rm, stat, writeFile } from 'node:fs/promises'
import { isIP } from 'node:net'
import { networkInterfaces } from 'node:os'
import path from 'node:path'
import { z } from 'zod'
import { isFileError } from './launch-error.ts'
import { findLiveKitBinary, type LiveKitBinary } from './livekit-binary.ts'
import { keepHandle, pause, watchHealth, type LiveKitHandle, type LiveKitKeeper } from './livekit-handle.ts'
import type { Logger } from 'pino'
import type { Settings } from '../settings.ts'
import type { Progress } from './progress.ts'
import { endProcess, endWithUs, freePort, processAt, readIfThere, takeLock } from './processes.ts'

const LOG_LIMIT = 10 * 1024 * 1024
/** Alive but silent for so long: it is ended and started again. */
const HUNG_MS = 20_000
/** It ignores one SIGTERM while somebody is in a room. */
const FAREWELL = [
  { signal: 'SIGTERM', patienceMs: 1_000 },
  { signal: 'SIGTERM', patienceMs: 3_500 },
  { signal: 'SIGKILL', patienceMs: 1_000 },
] satisfies { signal: NodeJS.Signals; patienceMs: number }[]

const Keys = z.object({ apiKey: z.string(), apiSecret: z.string().min(32) })
type Keys = z.infer<typeof Keys>
const Ports = z.object({ port: z.number(), tcpPort: z.number(), udpPort: z.number() })
type Ports = z.infer<typeof Ports>
const Running = Ports.extend({ pid: z.number() })

export interface LiveKitOptions {
  settings: Settings
  log: Logger
  progress: Progress
  /** where LiveKit reports who came and went; only a server of ours is told */
  webhookUrl: string
}

interface Place {
  folder: string
  keys: string
  running: string
  config: string
  log: string
  lock: string
}

/**
 * A LiveKit server of our own for this data folder, kept running. Several processes on one data folder share one server: one
 * keeps it, the others use it, and one of them takes over when the keeper goes.
 */
export async function runLocalLiveKit(options: LiveKitOptions): Promise<LiveKitHandle> {
  const place = placesIn(path.join(options.settings.dataDir, 'livekit'))
  await mkdir(place.folder, { recursive: true, mode: 0o700 })
  const keys = await readOrMakeKeys(place)
  let work: Promise<void> = Promise.resolve()
  const keeper = keepHandle({ url: '', httpUrl: '', isDirect: true, ...keys }, () => work)
  setPorts(keeper, options, (await readRunning(place)) ?? { port: 7880, tcpPort: 7881, udpPort: 7882 })
  work = keepOrShare(place, keys, keeper, options).catch((error: unknown) => {
    options.log.error({ err: error }, 'the video server cannot be kept')
    keeper.tell('away', `The video server cannot be kept (${error instanceof Error ? error.message : String(error)}).`)
  })
  return keeper.handle
}

function placesIn(folder: string): Place {
  return {
    folder,
    keys: path.join(folder, 'keys.json'),
    running: path.join(folder, 'running.json'),
    config: path.join(folder, 'config.yaml'),
    log: path.join(folder, 'livekit.log'),
    lock: path.join(folder, 'livekit.lock'),
  }
}

async function readOrMakeKeys(place: Place): Promise<Keys> {
  const fresh = `${place.keys}.${process.pid}`
  await writeFile(
    fresh,
    JSON.stringify({ apiKey: `room${randomBytes(6).toString('hex')}`, apiSecret: randomBytes(32).toString('hex') }),
    {
      mode: 0o600,
    },
  )
  try {
    // Of several processes that start together one makes them, all read the same.
    await link(fresh, place.keys).catch((error: unknown) => {
      if (!isFileError(error, 'EEXIST')) throw error
    })
    const kept = Keys.safeParse(parseJson(await readIfThere(place.keys)))
    if (kept.success) return kept.data
    await rename(fresh, place.keys)
    return Keys.parse(parseJson(await readIfThere(place.keys)))
  } finally {
    await rm(fresh, { force: true })
  }
}

async function readRunning(place: Place) {
  return Running.safeParse(parseJson(await readIfThere(place.running))).data ?? null
}

function parseJson(text: string | null): unknown {
  try {
    return text === null ? null : JSON.parse(text)
  } catch {
    // Half-written: as good as none.
    return null
  }
}

async function keepOrShare(place: Place, keys: Keys, keeper: LiveKitKeeper, options: LiveKitOptions): Promise<void> {
  let shared: AbortController | undefined
  while (!keeper.signal.aborted) {
    const lock = await takeLock(place.lock)
    if ('release' in lock) {
      shared?.abort()
      try {
        await keep(place, keys, keeper, options)
      } finally {
        await lock.release()
      }
      return
    }
    const running = await readRunning(place)
    if (running !== null) setPorts(keeper, options, running)
    if (shared === undefined) {
      shared = new AbortController()
      const both = AbortSignal.any([shared.signal, keeper.signal])
      void watchHealth(
        () => keeper.facts.httpUrl,
        both,
        (isWell) => {
          if (isWell) keeper.tell('ready')
          else keeper.tell('away', 'The video server that another process keeps does not answer.')
        },
      )
    }
    await pause(1_000, keeper.signal)
  }
}

async function keep(place: Place, keys: Keys, keeper: LiveKitKeeper, options: LiveKitOptions): Promise<void> {
  const { log, progress } = options
  await endOrphan(place, options)
  const binary = await findLiveKitBinary({ log, progress, signal: keeper.signal })
  if ('why' in binary) {
    keeper.tell('away', binary.why)
    return
  }
  keeper.facts.version = binary.version
  let pauseMs = 200
  while (!keeper.signal.aborted) {
    const begun = performance.now()
    await runOnce(place, keys, binary, keeper, options)
    if (keeper.signal.aborted) return
    keeper.tell('away', 'The video server ended and is being started again.')
    pauseMs = performance.now() - begun > 60_000 ? 200 : Math.min(pauseMs * 2, 10_000)
    await pause(pauseMs, keeper.signal)
  }
}

/** One life of the server, from its start to its end. */
async function runOnce(
  place: Place,
  keys: Keys,
  binary: LiveKitBinary,
  keeper: LiveKitKeeper,
  options: LiveKitOptions,
): Promise<void> {
  const listen = listenFor(options.settings.host)
  const ports = await choosePorts(listen.bind[0] ?? '', await readRunning(place))
  await writeFile(place.config, configuration(ports, keys, listen, options.webhookUrl), { mode: 0o600 })
  setPorts(keeper, options, ports)
  const child = await launch(place, binary)
  if (child.pid === undefined) return
  const pid = child.pid
  const ended = new AbortController()
  child.once('exit', () => {
    ended.abort()
  })
  try {
    // Whole or not at all: by it the next process finds what a killed one left running, and those that share it its address.
    const fresh = `${place.running}.${process.pid}`
    await writeFile(fresh, JSON.stringify({ ...ports, pid }))
    await rename(fresh, place.running)
    let hung: NodeJS.Timeout | undefined
    void watchHealth(
      () => keeper.facts.httpUrl,
      AbortSignal.any([ended.signal, keeper.signal]),
      (isWell) => {
        clearTimeout(hung)
        if (isWell) {
          options.log.info({ url: keeper.facts.url, version: binary.version }, 'video is ready')
          keeper.tell('ready')
          return
        }
        keeper.tell('away', 'The video server does not answer.')
        hung = setTimeout(() => void endProcess(pid, [{ signal: 'SIGKILL', patienceMs: 1_000 }]), HUNG_MS)
      },
    )
    if (isRunning(child)) await Promise.race([once(child, 'exit'), aborted(keeper.signal)])
    clearTimeout(hung)
    if (!keeper.signal.aborted)
      options.log.warn({ code: child.exitCode, signal: child.signalCode }, 'the video server ended by itself')
  } finally {
    if (isRunning(child)) await endProcess(pid, FAREWELL)
  }
}

function isRunning(child: ChildProcess): boolean {
  return child.pid !== undefined && child.exitCode === null && child.signalCode === null
}

async function aborted(signal: AbortSignal): Promise<void> {
  if (!signal.aborted) await once(signal, 'abort')
}

async function launch(place: Place, binary: LiveKitBinary): Promise<ChildProcess> {
  const size = (await stat(place.log).catch(() => null))?.size ?? 0
  if (size > LOG_LIMIT) await rename(place.log, `${place.log}.1`)
  const output = await open(place.log, 'a', 0o600)
  try {
    // Detached: Ctrl-C in the terminal must not reach it before the room has said goodbye.
    const child = spawn(binary.file, ['--config', place.config], {
      detached: true,
      stdio: ['ignore', output.fd, output.fd],
      env: { PATH: process.env.PATH, HOME: process.env.HOME, SystemRoot: process.env.SystemRoot },
    })
    child.on('error', () => undefined)
    // Nothing in it is worth waiting for when we crash.
    endWithUs(child, 'SIGKILL')
    child.unref()
    return child
  } finally {
    await output.close()
  }
}

/** After a kill -9 of ours its LiveKit lives on, with keys and ports that are ours. */
async function endOrphan(place: Place, { log }: LiveKitOptions): Promise<void> {
  const running = await readRunning(place)
  if (running === null) return
  const found = processAt(running.pid)
  if (found === null || !found.name.startsWith('livekit-server') || !found.args.includes(place.config)) return
  log.warn({ pid: running.pid }, 'a video server of an earlier run is still there; stopping it')
  await endProcess(running.pid, FAREWELL)
}

interface Listening {
  bind: string[]
  nodeIp: string
  isLoopback: boolean
}

function listenFor(host: string): Listening {
  if (host === 'localhost' || host === '::1' || host.startsWith('127.'))
    return { bind: ['127.0.0.1'], nodeIp: '127.0.0.1', isLoopback: true }
  const isWildcard = host === '0.0.0.0' || host === '::' || isIP(host) !== 4
  if (isWildcard) return { bind: [host === '::' ? '::' : '0.0.0.0'], nodeIp: firstAddress(), isLoopback: false }
  return { bind: [host, '127.0.0.1'], nodeIp: host, isLoopback: false }
}

function firstAddress(): string {
  const all = Object.values(networkInterfaces()).flatMap((addresses) => addresses ?? [])
  return all.find((address) => address.family === 'IPv4' && !address.internal)?.address ?? '127.0.0.1'
}

/**
 * The addresses that browsers are told for sound and picture. `node_ip` puts one address in the place of all: of a machine with
 * several it then names one and listens at another, and nobody from outside is ever heard. So it stands only where there is one.
 */
function reachableAt({ isLoopback, bind, nodeIp }: Listening) {
  if (isLoopback) return { node_ip: nodeIp, interfaces: { includes: ['lo', 'lo0'] }, ips: { includes: ['127.0.0.1/32'] } }
  const isOne = isIP(bind[0] ?? '') === 4 && bind[0] === nodeIp
  return isOne ? { ips: { includes: [`${nodeIp}/32`, '127.0.0.1/32'] } } : {}
}

/** LiveKit reads YAML, of which JSON is a part. */
function configuration(ports: Ports, keys: Keys, listen: Listening, webhookUrl: string): string {
  return JSON.stringify(
    {
      port: ports.port,
      bind_addresses: listen.bind,
      rtc: {
        tcp_port: ports.tcpPort,
        udp_port: ports.udpPort,
        use_external_ip: false,
        enable_loopback_candidate: true,
        ...reachableAt(listen),
      },
      keys: { [keys.apiKey]: keys.apiSecret },
      webhook: { api_key: keys.apiKey, urls: [webhookUrl] },
      logging: { level: 'warn', json: true },
    },
    null,
    2,
  )
}

/** The ports of the last time, when they are free: clients that lost the server come back to the same address. */
async function choosePorts(host: string, last: Ports | null): Promise<Ports> {
  const port = await freePort(host, last?.port ?? 7880)
  return { port, tcpPort: await freePort('0.0.0.0', last?.tcpPort ?? 7881), udpPort: await freeUdpPort(last?.udpPort ?? 7882) }
}

async function freeUdpPort(preferred: number): Promise<number> {
  const probe = dgram.createSocket('udp4')
  try {
    const bound = once(probe, 'listening')
    probe.bind({ port: preferred, address: '0.0.0.0', exclusive: true })
    await bound
    return probe.address().port
  } catch (error) {
    if (preferred === 0 || !isFileError(error, 'EADDRINUSE', 'EACCES')) throw error
    return await freeUdpPort(0)
  } finally {
    probe.close()
  }
}

function setPorts(keeper: LiveKitKeeper, { settings }: LiveKitOptions, { port }: Ports): void {
  const listen = listenFor(settings.host)
  const address = (hostname: string) => `ws://${hostname.includes(':') ? `[${hostname}]` : hostname}:${port}`
  keeper.facts.url = address(listen.nodeIp)
  keeper.facts.httpUrl = `http://127.0.0.1:${port}`
  keeper.facts.urlFor = (hostname) => address(listen.isLoopback || hostname === undefined ? listen.nodeIp : hostname)
}
