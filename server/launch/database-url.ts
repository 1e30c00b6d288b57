import path from 'node:path'
import type { Logger } from 'pino'
import postgres from 'postgres'
import type { Settings } from '../settings.ts'
import { startPostgres } from './postgres.ts'
import { readIfThere } from './processes.ts'
import { silently } from './progress.ts'

/**
 * For commands beside the server: the database of the settings. An embedded one that runs for the server is used as it is;
 * one that does not run is started for as long as the work takes.
 */
export async function withDatabaseUrl<T>(settings: Settings, log: Logger, work: (url: string) => Promise<T>): Promise<T> {
  if (settings.databaseUrl !== undefined) return work(settings.databaseUrl)
  const running = await runningUrl(path.join(settings.dataDir, 'postgres'))
  if (running !== null) return work(running)
  const embedded = await startPostgres({ dataDir: settings.dataDir, log, progress: silently })
  try {
    return await work(embedded.url)
  } finally {
    await embedded.stop()
  }
}

/** The address of the cluster's Postgres when it answers now, from its own pid file and password. */
async function runningUrl(cluster: string): Promise<string | null> {
  const [pidFile, password] = await Promise.all([
    readIfThere(path.join(cluster, 'postmaster.pid')),
    readIfThere(path.join(cluster, 'password')),
  ])
  const port = pidFile?.split('\n')[3]?.trim()
  if (port === undefined || password === null) return null
  const url = `postgres://postgres:${encodeURIComponent(password.trim())}@127.0.0.1:${port}/postgres`
  const probe = postgres(url, { max: 1, connect_timeout: 3, onnotice: () => undefined })
  try {
    await probe`select 1`
    return url
  } catch {
    // Nobody answers there: the file is of an earlier run.
    return null
  } finally {
    await probe.end({ timeout: 1 })
  }
}
