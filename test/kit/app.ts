import pino from 'pino'
import { createApp } from '#server/app.ts'
import { readSettings } from '#server/settings.ts'
import type { TestDatabase } from './postgres.ts'

export interface TestApp {
  url: string
  port: number
  close: () => Promise<void>
}

/** The real server in this process, on a free port and a database of the test's own; no video unless `env` asks for it. */
export async function startTestApp(database: TestDatabase, env: Record<string, string> = {}): Promise<TestApp> {
  const settings = readSettings({ PORT: '0', LIVEKIT_URL: 'off', DATABASE_URL: database.url, ...env })
  const app = createApp(settings, { log: pino({ level: process.env.TEST_LOG_LEVEL ?? 'silent' }) })
  const { port } = await app.listen()
  return { url: `http://127.0.0.1:${port}`, port, close: () => app.close() }
}
