import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { chmod, chown, mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import pino from 'pino'
import postgres from 'postgres'
import { afterEach, describe, expect, test } from 'vitest'
import { z } from 'zod'
import { processAt } from '#server/launch/processes.ts'
import { startPostgres } from '#server/launch/postgres.ts'
import { silently } from '#server/launch/progress.ts'
import { until } from '../kit/until.ts'

const isRoot = process.getuid?.() === 0
const nobody = 65534
const Spoken = z.object({ url: z.string().default(''), error: z.string().optional() })
const undo: (() => Promise<unknown>)[] = []

afterEach(async () => {
  for (const step of undo.splice(0).reverse()) await step()
})

async function freshFolder(): Promise<string> {
  const folder = await mkdtemp(path.join(tmpdir(), 'room-launch-'))
  await chmod(folder, 0o755)
  undo.push(() => rm(folder, { recursive: true, force: true }))
  return folder
}

async function start(dataDir: string) {
  const running = await startPostgres({ dataDir, log: pino({ level: 'silent' }), progress: silently })
  undo.push(() => running.stop())
  return running
}

async function query(url: string, text: string) {
  const sql = postgres(url, { max: 1, onnotice: () => undefined })
  try {
    return await sql.unsafe(text)
  } finally {
    await sql.end()
  }
}

async function postmasterOf(dataDir: string): Promise<number> {
  return Number((await readFile(path.join(dataDir, 'postgres', 'postmaster.pid'), 'utf8')).split('\n')[0])
}

/** Starts the database in a process of its own, which can be killed. */
async function startElsewhere(dataDir: string, how: { as?: number; env?: Record<string, string> } = {}) {
  const script = path.resolve('test/kit/postgres-owner.ts')
  const owner = spawn(process.execPath, ['--import', 'tsx', script, dataDir], {
    stdio: ['ignore', 'pipe', 'inherit'],
    env: { ...process.env, ...how.env },
    ...(how.as === undefined ? {} : { uid: how.as, gid: how.as }),
  })
  undo.push(() => end(owner))
  let printed = ''
  owner.stdout.on('data', (chunk: Buffer) => {
    printed += chunk.toString()
  })
  const line = await until('the owner speaks', () => (printed.includes('\n') ? printed : null), 60_000)
  return { owner, ...Spoken.parse(JSON.parse(line)) }
}

async function end(owner: ChildProcess): Promise<void> {
  if (owner.exitCode !== null || owner.signalCode !== null) return
  owner.kill('SIGTERM')
  await once(owner, 'exit')
}

describe('embedded Postgres', () => {
  test('starts in an empty folder, refuses a second owner, stops without a trace and starts again with its rows', async () => {
    const folder = await freshFolder()
    const first = await start(folder)
    await query(first.url, 'create table kept (n int); insert into kept values (7)')

    await expect(start(folder)).rejects.toThrow(/already running on the data folder/)
    expect(await query(first.url, 'select n from kept')).toEqual([{ n: 7 }])

    const pid = await postmasterOf(folder)
    await first.stop()
    expect(processAt(pid)).toBeNull()

    const second = await start(folder)
    expect(await query(second.url, 'select n from kept')).toEqual([{ n: 7 }])
    expect(await query(second.url, 'show synchronous_commit')).toEqual([{ synchronous_commit: 'on' }])
  })

  test('takes over from an owner that was killed, with every committed row', async () => {
    const folder = await freshFolder()
    const { owner, url } = await startElsewhere(folder)
    await query(url, 'create table kept (n int); insert into kept values (1)')
    const orphan = await postmasterOf(folder)
    owner.kill('SIGKILL')
    await once(owner, 'exit')
    expect(processAt(orphan)?.name).toBe('postgres')

    const taken = await start(folder)
    expect(processAt(orphan)).toBeNull()
    expect(await query(taken.url, 'select n from kept')).toEqual([{ n: 1 }])
  })

  test('is there again, at the same address, after its server process was killed', async () => {
    const { url } = await start(await freshFolder()).then(async (running) => {
      await query(running.url, 'create table kept (n int); insert into kept values (3)')
      return running
    })
    const [row] = await query(url, "select pg_read_file('postmaster.pid') as file")
    process.kill(Number(String(row?.file).split('\n')[0]), 'SIGKILL')
    const rows = await until('Postgres is back', () => query(url, 'select n from kept').catch(() => null))
    expect(rows).toEqual([{ n: 3 }])
  })

  test('a postmaster.pid with the number of a stranger does not stop it, nor the stranger', async () => {
    const folder = await freshFolder()
    await (await start(folder)).stop()
    const stranger = spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)'], { stdio: 'ignore' })
    undo.push(() => end(stranger))
    await writeFile(path.join(folder, 'postgres', 'postmaster.pid'), `${stranger.pid}\n${folder}/postgres\n`)
    const running = await start(folder)
    expect(await query(running.url, 'select 1 as n')).toEqual([{ n: 1 }])
    expect(stranger.exitCode).toBeNull()
    expect(stranger.signalCode).toBeNull()
  })

  test('a half-made folder is set aside, not deleted', async () => {
    const folder = await freshFolder()
    await mkdir(path.join(folder, 'postgres', 'base'), { recursive: true })
    await writeFile(path.join(folder, 'postgres', 'PG_VERSION'), '18\n')
    await mkdir(path.join(folder, 'postgres.new-1', 'base'), { recursive: true })
    const running = await start(folder)
    expect(await query(running.url, 'select 1 as n')).toEqual([{ n: 1 }])
    const names = await readdir(folder)
    expect(names.filter((name) => name.startsWith('postgres.half-made-'))).toHaveLength(1)
    expect(names.filter((name) => name.startsWith('postgres.new-'))).toEqual([])
  })

  test('says in one sentence why a folder cannot be used', async () => {
    const folder = await freshFolder()
    await writeFile(path.join(folder, 'file'), '')
    await expect(start(path.join(folder, 'file', 'data'))).rejects.toThrow(/a file stands in its place/)
    const running = await start(folder)
    await running.stop()
    await writeFile(path.join(folder, 'postgres', 'PG_VERSION'), '12\n')
    await expect(start(folder)).rejects.toThrow(/was made by Postgres 12/)
  })

  test.runIf(isRoot)('runs for an ordinary user, whose folder root then uses too', async () => {
    const folder = await freshFolder()
    await chown(folder, nobody, nobody)
    const theirs = await startElsewhere(folder, { as: nobody })
    await query(theirs.url, 'create table kept (n int); insert into kept values (5)')
    await end(theirs.owner)
    const ours = await start(folder)
    expect(await query(ours.url, 'select n from kept')).toEqual([{ n: 5 }])
  })

  test.runIf(isRoot)('runs for root where user namespaces are forbidden', async () => {
    const folder = await freshFolder()
    const { url, error } = await startElsewhere(folder, { env: { PATH: '/nowhere' } })
    expect(error).toBeUndefined()
    expect(await query(url, 'select 1 as n')).toEqual([{ n: 1 }])
  })
})
