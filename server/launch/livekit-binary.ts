import { execFile, spawn } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync } from 'node:fs'
import { access, chmod, constants, mkdir, open, rename, rm, writeFile } from 'node:fs/promises'
import { homedir, setPriority, tmpdir } from 'node:os'
import path from 'node:path'
import { pipeline } from 'node:stream/promises'
import { setTimeout as wait } from 'node:timers/promises'
import { promisify } from 'node:util'
import type { Logger } from 'pino'
import { projectRoot } from '../settings.ts'
import { takeLock } from './processes.ts'
import type { Progress } from './progress.ts'

const run = promisify(execFile)

const VERSION = '1.13.4'
const RELEASE = `https://github.com/livekit/livekit/releases/download/v${VERSION}`
/** SHA-256 of the release's own archives. There is none for macOS; Windows is built. */
const ARCHIVES: Record<string, { name: string; sha256: string } | undefined> = {
  'linux-x64': {
    name: `livekit_${VERSION}_linux_amd64.tar.gz`,
    sha256: '549bcbe07a92685e45dfd98d8e7cbafd0e1c91d3502fd417079162e1a3f18d17',
  },
  'linux-arm64': {
    name: `livekit_${VERSION}_linux_arm64.tar.gz`,
    sha256: '691d34c0d0095a3d5c6dfb9d7e9353a0600a3423d498136037001626d281ad64',
  },
}
const DOWNLOAD_PATIENCE_MS = 5_000
const program = process.platform === 'win32' ? 'livekit-server.exe' : 'livekit-server'

export interface LiveKitBinary {
  file: string
  version: string
}

interface Finding {
  log: Logger
  progress: Progress
  signal: AbortSignal
}

/**
 * A LiveKit server for this machine: from PATH, from the user's cache folder, downloaded, or built with Go, in this order.
 * When there is none, `why` says in one sentence what to do.
 */
export async function findLiveKitBinary(finding: Finding): Promise<LiveKitBinary | { why: string }> {
  const installed = await onPath()
  if (installed !== null) return installed
  const cached = path.join(cacheFolder(), `livekit-server-${VERSION}${process.platform === 'win32' ? '.exe' : ''}`)
  const kept = await checked(cached)
  if (kept !== null) return kept
  try {
    return await make(cached, finding)
  } catch (error) {
    if (finding.signal.aborted) return { why: 'The search for a LiveKit server was stopped.' }
    finding.log.warn({ err: error }, 'no LiveKit server could be made')
    const reason = error instanceof Error ? (error.message.trim().split('\n').at(-1) ?? '') : String(error)
    return {
      why: `No LiveKit server could be downloaded or built (${reason}): install livekit-server or Go 1.26, or set LIVEKIT_URL.`,
    }
  }
}

function cacheFolder(): string {
  const base = process.env.XDG_CACHE_HOME ?? (process.env.HOME === undefined ? undefined : path.join(homedir(), '.cache'))
  return path.join(base ?? path.join(tmpdir(), `cache-${process.getuid?.() ?? 'user'}`), 'sang-thu-nam')
}

async function onPath(): Promise<LiveKitBinary | null> {
  for (const folder of (process.env.PATH ?? '').split(path.delimiter)) {
    const found = folder === '' ? null : await checked(path.join(folder, program))
    if (found !== null) return found
  }
  return null
}

/** The program's own word that it runs here; a broken or foreign file is no program. */
async function checked(file: string): Promise<LiveKitBinary | null> {
  if (!existsSync(file)) return null
  try {
    await access(file, constants.X_OK)
    const { stdout } = await run(file, ['--version'], { timeout: 10_000 })
    return { file, version: /version (\S+)/.exec(stdout)?.[1] ?? 'unknown' }
  } catch {
    // Not for this machine, cut short, or no longer executable: the next way is tried.
    return null
  }
}

/** One process makes it, in a file of another name; all others on this machine wait and take what it made. */
async function make(cached: string, finding: Finding): Promise<LiveKitBinary> {
  await mkdir(path.dirname(cached), { recursive: true })
  const lock = await finding.progress('Waiting for another process that is making the LiveKit server', async () => {
    for (;;) {
      finding.signal.throwIfAborted()
      const taken = await takeLock(`${cached}.lock`)
      if ('release' in taken) return taken
      await wait(500, undefined, { signal: finding.signal })
    }
  })
  const fresh = `${cached}.new-${process.pid}`
  try {
    const madeMeanwhile = await checked(cached)
    if (madeMeanwhile !== null) return madeMeanwhile
    if (!(await download(fresh, finding))) await build(fresh, finding)
    const made = await checked(fresh)
    if (made === null) throw new Error('the LiveKit server that was made does not run on this machine')
    await rename(fresh, cached)
    return { ...made, file: cached }
  } finally {
    await rm(fresh, { force: true })
    await lock.release()
  }
}

/** False when there is no release for this machine or it cannot be reached; throws when what came is not what was pinned. */
async function download(fresh: string, { log, progress, signal }: Finding): Promise<boolean> {
  const archive = ARCHIVES[`${process.platform}-${process.arch}`]
  if (archive === undefined) return false
  const packed = `${fresh}.tar.gz`
  try {
    return await progress(`Downloading LiveKit ${VERSION}`, async () => {
      const answer = await reach(`${RELEASE}/${archive.name}`, signal)
      if (!answer.ok) throw new Error(`the download answered ${answer.status}`)
      const content = Buffer.from(await answer.arrayBuffer())
      if (createHash('sha256').update(content).digest('hex') !== archive.sha256)
        throw new ChecksumMismatch(`${archive.name} is not the file that was pinned`)
      await writeFile(packed, content)
      await unpack(packed, fresh)
      return true
    })
  } catch (error) {
    if (signal.aborted || error instanceof ChecksumMismatch) throw error
    log.info({ reason: error instanceof Error ? error.message : String(error) }, 'LiveKit could not be downloaded; trying Go')
    return false
  } finally {
    await rm(packed, { force: true })
  }
}

class ChecksumMismatch extends Error {}

/** The patience is for the answer to begin; a slow line may take its time for the rest. */
async function reach(address: string, signal: AbortSignal): Promise<Response> {
  const impatient = new AbortController()
  const timer = setTimeout(() => {
    impatient.abort(new Error('no answer'))
  }, DOWNLOAD_PATIENCE_MS)
  try {
    return await fetch(address, { signal: AbortSignal.any([signal, impatient.signal]) })
  } finally {
    clearTimeout(timer)
  }
}

async function unpack(packed: string, fresh: string): Promise<void> {
  const file = await open(fresh, 'w', 0o755)
  const tar = spawn('tar', ['-xzOf', packed, program], { stdio: ['ignore', 'pipe', 'ignore'] })
  await pipeline(tar.stdout, file.createWriteStream())
  await chmod(fresh, 0o755)
}

async function build(fresh: string, { progress, signal }: Finding): Promise<void> {
  const recipe = path.join(projectRoot, 'server', 'launch', 'livekit')
  if (!existsSync(path.join(recipe, 'go.mod'))) throw new Error('the recipe to build it is not part of this installation')
  if (!(await hasGo())) throw new Error('Go is not installed')
  await progress(`Building LiveKit ${VERSION} with Go, once on this machine; the room is open meanwhile`, () =>
    goBuild(recipe, fresh, signal),
  )
}

async function hasGo(): Promise<boolean> {
  return run('go', ['version']).then(
    () => true,
    () => false,
  )
}

function goBuild(recipe: string, fresh: string, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const args = ['build', '-trimpath', '-ldflags=-s -w', '-o', fresh, 'github.com/livekit/livekit-server/cmd/server']
    // A group of its own, so that the compilers under it end with it.
    const go = spawn('go', args, { cwd: recipe, detached: true, stdio: ['ignore', 'ignore', 'pipe'] })
    // The room is open meanwhile and needs the processor first.
    if (go.pid !== undefined) setPriority(go.pid, 10)
    let said = ''
    go.stderr.on('data', (chunk: Buffer) => {
      said = (said + chunk.toString()).slice(-4_000)
    })
    const stop = () => {
      if (go.pid !== undefined) killGroup(go.pid)
    }
    signal.addEventListener('abort', stop, { once: true })
    process.once('exit', stop)
    go.once('error', reject)
    go.once('close', (code) => {
      signal.removeEventListener('abort', stop)
      process.off('exit', stop)
      if (code === 0) resolve()
      else reject(new Error(said.trim() === '' ? `go build ended with ${code}` : said))
    })
  })
}

function killGroup(pid: number): void {
  try {
    process.kill(process.platform === 'win32' ? pid : -pid, 'SIGTERM')
  } catch {
    // Already gone.
  }
}
