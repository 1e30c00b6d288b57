import { spawn, type ChildProcess } from 'node:child_process'
import { createServer } from 'node:net'
import type { AddressInfo } from 'node:net'
import path from 'node:path'
import { fileURLToPath } from 'node:url'

/** The server as people start it: a process of its own, which can be killed. */
export interface ServerProcess {
  baseUrl: string
  port: number
  process: ChildProcess
  output: () => string
  /** Sends the signal and waits for the end; gives the exit code, or the signal's name. */
  end: (signal: NodeJS.Signals) => Promise<number | string>
}

const root = path.dirname(path.dirname(path.dirname(fileURLToPath(import.meta.url))))

/** A port that is free now, for a server that must come back under the same address. */
export const freePort = (): Promise<number> =>
  new Promise((resolve, reject) => {
    const probe = createServer()
    probe.once('error', reject)
    probe.listen(0, '127.0.0.1', () => {
      const { port } = probe.address() as AddressInfo
      probe.close(() => resolve(port))
    })
  })

/** Starts the server and waits for its line; throws with its output when it ends before. */
export async function startServer(env: Record<string, string>): Promise<ServerProcess> {
  const { process: child, output } = run(env)
  const port = Number(env.PORT)
  await new Promise<void>((resolve, reject) => {
    child.stdout?.on('data', () => {
      if (output().includes('Sáng Thứ Năm:')) resolve()
    })
    child.once('exit', (code) => reject(new Error(`the server ended with ${code}: ${output()}`)))
  })
  return { baseUrl: `http://127.0.0.1:${port}`, port, process: child, output, end: (signal) => endOf(child, signal) }
}

/** Starts the server and waits for its end, for what must not start; gives code and output. */
export async function runServer(env: Record<string, string>): Promise<{ code: number | string; output: string }> {
  const { process: child, output } = run(env)
  const code = await new Promise<number | string>((resolve) =>
    child.once('exit', (exit, signal) => resolve(exit ?? signal ?? '')),
  )
  return { code, output: output() }
}

function run(env: Record<string, string>) {
  const child = spawn(process.execPath, [path.join(root, 'scripts', 'start.mjs')], {
    cwd: root,
    env: { PATH: process.env.PATH, HOME: process.env.HOME, LIVEKIT_URL: 'off', ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  let text = ''
  child.stdout.on('data', (data: Buffer) => (text += data.toString()))
  child.stderr.on('data', (data: Buffer) => (text += data.toString()))
  return { process: child, output: () => text }
}

const endOf = (child: ChildProcess, signal: NodeJS.Signals): Promise<number | string> =>
  new Promise((resolve) => {
    if (child.exitCode !== null || child.signalCode !== null) return resolve(child.exitCode ?? child.signalCode ?? '')
    child.once('exit', (code, by) => resolve(code ?? by ?? ''))
    child.kill(signal)
  })
