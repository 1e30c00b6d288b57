// npm start: the server runs from its sources in this very process, so that signals reach it.
// npm run dev (--dev): the same, restarted on changes, beside vite's own server on port 5173.
import { spawn } from 'node:child_process'
import { createRequire } from 'node:module'
import path from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'

const [major = 0, minor = 0] = process.versions.node.split('.').map(Number)
if (major < 20 || (major === 20 && minor < 19)) {
  console.error(`Sáng Thứ Năm needs Node 20.19 or newer; this is Node ${process.versions.node}.`)
  process.exit(1)
}

const root = path.dirname(path.dirname(fileURLToPath(import.meta.url)))
const main = path.join(root, 'server', 'main.ts')

try {
  createRequire(import.meta.url).resolve('tsx')
} catch {
  console.error('The packages are not installed: run npm ci first.')
  process.exit(1)
}

if (process.argv.includes('--dev')) await startDevelopment()
else await startHere()

async function startHere() {
  const { register } = await import('tsx/esm/api')
  register()
  await import(pathToFileURL(main).href)
}

function startDevelopment() {
  const bin = (name) => createRequire(import.meta.url).resolve(name)
  const vite = path.join(path.dirname(bin('vite/package.json')), 'bin', 'vite.js')
  const children = [
    spawn(process.execPath, [bin('tsx/cli'), 'watch', '--clear-screen=false', main], { cwd: root, stdio: 'inherit' }),
    spawn(process.execPath, [vite], {
      cwd: root,
      stdio: 'inherit',
      env: { ...process.env, DEV_SERVER: `http://127.0.0.1:${process.env.PORT ?? 3000}` },
    }),
  ]
  const stop = (signal) => children.forEach((child) => child.kill(signal))
  for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, () => stop(signal))
  for (const child of children) child.on('exit', () => stop('SIGTERM'))
}
