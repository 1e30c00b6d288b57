// npm run build: the client into dist/client and the server into dist/server, ready for `node dist/server/main.js`.
import { cp, readdir, rm } from 'node:fs/promises'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import { build } from 'esbuild'
import pino from 'pino'
import { register } from 'tsx/esm/api'

const root = path.dirname(path.dirname(fileURLToPath(import.meta.url)))
const output = path.join(root, 'dist', 'server')

register()
const { ensureClient } = await import('../server/launch/client-build.ts')
const { progressTo } = await import('../server/launch/progress.ts')

await ensureClient({ root, log: pino(), progress: progressTo((line) => console.log(line)) })
await buildServer()
console.log('Built dist/client and dist/server.')

async function buildServer() {
  await rm(output, { recursive: true, force: true })
  await build({
    entryPoints: await entryPoints(),
    entryNames: '[name]',
    outdir: output,
    bundle: true,
    splitting: true,
    platform: 'node',
    format: 'esm',
    target: 'node20',
    packages: 'external',
    sourcemap: true,
    logLevel: 'warning',
  })
  // What the code reads at run time lies beside the bundle.
  await cp(path.join(root, 'db', 'migrations'), path.join(output, 'migrations'), { recursive: true })
  for (const name of await readdir(path.join(root, 'db', 'seed')))
    if (name.endsWith('.json')) await cp(path.join(root, 'db', 'seed', name), path.join(output, 'seed', name))
}

/** The server, the commands (files named …-command.ts and the administrator's), and every thread (…-worker.ts). */
async function entryPoints() {
  const files = await readdir(path.join(root, 'server'), { recursive: true })
  const isEntry = (file) => file === 'main.ts' || /-(worker|command)\.ts$/.test(file) || file.endsWith('create-admin.ts')
  return files.filter(isEntry).map((file) => path.join(root, 'server', file))
}
