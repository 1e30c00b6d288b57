// What a bridge point has to load over a weak line: its JavaScript, compressed, is under 350 kB. The editor of the minutes is
// counted apart: it comes when somebody opens the minutes. No two files of the build wait for each other.
import { readFile } from 'node:fs/promises'
import path from 'node:path'
import { pathToFileURL } from 'node:url'
import { gzipSync } from 'node:zlib'
import pino from 'pino'
import { register } from 'tsx/esm/api'
import { root } from '../steps.mjs'

const limitKb = 350
const faces = ['Bridge', 'Chair', 'Secretary', 'Department', 'Observer', 'Office', 'Projector']

/** The files that the parts named load, and those that these load by themselves; `lazily` follows what is loaded when used, too. */
function filesOf(manifest, names, lazily) {
  const seen = new Set()
  const visit = (key) => {
    const part = manifest[key]
    if (part === undefined) throw new Error(`the build has no ${key}`)
    if (seen.has(key)) return
    seen.add(key)
    part.imports?.forEach(visit)
    if (lazily(key)) part.dynamicImports?.forEach(visit)
  }
  names.forEach(visit)
  return new Set([...seen].map((key) => manifest[key].file).filter((file) => file.endsWith('.js')))
}

/** Files of which each, through others, imports itself: the order in which their code runs would be luck. */
function circles(manifest) {
  const importsOf = (key, seen) => {
    for (const next of manifest[key].imports ?? [])
      if (!seen.has(next)) {
        seen.add(next)
        importsOf(next, seen)
      }
    return seen
  }
  return Object.keys(manifest).filter((key) => importsOf(key, new Set()).has(key))
}

/** Kilobytes of JavaScript by face, from a built client. */
async function weigh(dist, manifest) {
  const sizes = new Map()
  const sizeOf = async (file) => {
    if (!sizes.has(file)) sizes.set(file, gzipSync(await readFile(path.join(dist, file))).length / 1000)
    return sizes.get(file)
  }
  const sum = async (files) => (await Promise.all([...files].map(sizeOf))).reduce((all, one) => all + one, 0)
  const video = Object.keys(manifest).find((key) => /livekit/.test(key))
  const rows = []
  for (const face of faces) {
    const page = face === 'Projector' ? 'pages/ProjectorPage.vue' : 'pages/MeetingPage.vue'
    const parts = ['index.html', page, `faces/${face}Face.vue`, ...(video === undefined ? [] : [video])]
    const start = filesOf(manifest, parts, () => false)
    const whole = filesOf(manifest, parts, (key) => key !== 'index.html' && !/^(?:_base-|pages\/)/.test(key))
    rows.push({ face, start: await sum(start), whole: await sum(whole) })
  }
  return rows
}

/** Builds the client unless it is built, weighs it, and fails when a bridge point's share is too heavy. */
export async function weighBundle(given) {
  const dist = given ?? path.join(root, 'dist', 'client')
  if (given === undefined) await buildClient()
  const manifest = JSON.parse(await readFile(path.join(dist, '.vite', 'manifest.json'), 'utf8'))
  const rows = await weigh(dist, manifest)
  const lines = rows.map(
    ({ face, start, whole }) => `${face.padEnd(12)} ${kb(start)} kB to open, ${kb(whole)} kB with all that it opens later`,
  )
  const bridge = rows.find(({ face }) => face === 'Bridge')
  if (bridge.start > limitKb) lines.push(`A bridge point has to load ${kb(bridge.start)} kB; ${limitKb} kB is the limit.`)
  const circular = circles(manifest)
  if (circular.length > 0) lines.push(`Files of the build import each other in a circle: ${circular.join(', ')}.`)
  return { code: bridge.start > limitKb || circular.length > 0 ? 1 : 0, output: lines.join('\n') }
}

async function buildClient() {
  register()
  const { ensureClient } = await import('../../server/launch/client-build.ts')
  const { silently } = await import('../../server/launch/progress.ts')
  await ensureClient({ root, log: pino({ level: 'silent' }), progress: silently })
}

const kb = (size) => size.toFixed(0).padStart(3)

if (import.meta.url === pathToFileURL(process.argv[1]).href) {
  const { code, output } = await weighBundle(process.argv[2])
  console.log(output)
  process.exitCode = code
}
