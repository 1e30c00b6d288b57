// What the tests need beside the packages: Chromium, poppler-utils (pages of PDFs), veraPDF (PDF/A, where Java is), and a LiveKit
// server. Each is looked for on
// the machine first, then fetched in the way the machine offers; what cannot be had is named and the tests say the rest.
import { spawnSync } from 'node:child_process'
import { accessSync, constants, existsSync } from 'node:fs'
import { homedir } from 'node:os'
import path from 'node:path'
import { binOf, root } from './steps.mjs'

const chromiumNames = ['chromium', 'chromium-browser', 'google-chrome-stable', 'google-chrome']
const macChrome = '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome'

/** Resolves to `{ chromium, missing }`: the browser's file if there is one, and the names of what could not be had. */
export async function ensureTools() {
  const missing = []
  const chromium = await ensureChromium()
  if (chromium === undefined) missing.push('Chromium (install it, or name it in CHROMIUM=/path/to/chromium)')
  if (!onPath('pdftoppm')) aptInstall('poppler-utils')
  if (!onPath('pdftoppm')) missing.push('poppler-utils (pdftoppm)')
  const verapdf = ensureVeraPdf()
  if (verapdf === undefined) missing.push('veraPDF (needs Java and Maven); PDF/A is checked by the files’ own word only')
  else process.env.VERAPDF_JAR = verapdf
  const livekit = await ensureLiveKit()
  if (livekit !== undefined) missing.push(`a LiveKit server: ${livekit}`)
  return { chromium, missing }
}

async function ensureChromium() {
  const found = findChromium() ?? (await playwrightChromium())
  if (found !== undefined) return found
  aptInstall('chromium')
  const installed = findChromium()
  if (installed !== undefined) return installed
  console.log('… downloading Chromium')
  run(process.execPath, [binOf('playwright-core'), 'install', 'chromium'])
  return playwrightChromium()
}

function findChromium() {
  const named = process.env.CHROMIUM
  if (named && existsSync(named)) return named
  for (const name of chromiumNames) {
    const file = onPath(name)
    if (file) return file
  }
  return existsSync(macChrome) ? macChrome : undefined
}

async function playwrightChromium() {
  const { chromium } = await import('playwright-core')
  const file = chromium.executablePath()
  return file && existsSync(file) ? file : undefined
}

const verapdfVersion = '1.28.2'

/** Maven's local copy, fetched once; resolves to nothing where Java or Maven is missing or the copy cannot be had. */
function ensureVeraPdf() {
  if (!onPath('java')) return undefined
  const name = 'greenfield-apps'
  const folder = path.join(homedir(), '.m2', 'repository', 'org', 'verapdf', 'apps', name, verapdfVersion)
  const jar = path.join(folder, `${name}-${verapdfVersion}.jar`)
  if (existsSync(jar)) return jar
  const maven = onPath('mvn')
  if (!maven) return undefined
  console.log('… fetching veraPDF')
  run(maven, [
    '--batch-mode',
    '--quiet',
    'dependency:get',
    `-Dartifact=org.verapdf.apps:${name}:${verapdfVersion}`,
    '-Dtransitive=false',
  ])
  return existsSync(jar) ? jar : undefined
}

/** Builds or fetches the server once, by the app's own way of doing it; resolves to why there is none. */
async function ensureLiveKit() {
  const { register } = await import('tsx/esm/api')
  const unregister = register()
  try {
    const { default: pino } = await import('pino')
    const { findLiveKitBinary } = await import('../server/launch/livekit-binary.ts')
    const { progressTo } = await import('../server/launch/progress.ts')
    const binary = await findLiveKitBinary({
      log: pino({ level: 'silent' }),
      progress: progressTo((line) => console.log(line)),
      signal: AbortSignal.timeout(10 * 60_000),
    })
    return 'file' in binary ? undefined : (binary.why ?? 'none was found')
  } catch (error) {
    return error.message
  } finally {
    await unregister()
  }
}

function aptInstall(name) {
  if (process.getuid?.() !== 0 || !onPath('apt-get')) return
  console.log(`… installing ${name}`)
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' }
  const install = ['install', '--yes', '--no-install-recommends', name]
  if (run('apt-get', install, env)) return
  // A fresh machine has no list of packages yet.
  run('apt-get', ['update'], env)
  run('apt-get', install, env)
}

function run(file, args, env = process.env) {
  const { status, stderr, error } = spawnSync(file, args, { cwd: root, env, encoding: 'utf8', timeout: 10 * 60_000 })
  if (status === 0) return true
  console.log(`  ${path.basename(file)} ${args.join(' ')}: ${error?.message ?? stderr.trim().split('\n').at(-1)}`)
  return false
}

function onPath(name) {
  for (const folder of (process.env.PATH ?? '').split(path.delimiter)) {
    const file = path.join(folder, name)
    try {
      accessSync(file, constants.X_OK)
      return file
    } catch {
      continue
    }
  }
  return undefined
}
