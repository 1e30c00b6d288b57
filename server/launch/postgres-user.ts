import { execFile, type ExecFileOptions } from 'node:child_process'
import { chown, lstat, readFile, readdir } from 'node:fs/promises'
import path from 'node:path'
import { promisify } from 'node:util'
import { LaunchError } from './launch-error.ts'

const run = promisify(execFile)

/**
 * Under which name Postgres runs. It refuses root, so root either looks like somebody else to it (a user namespace, files
 * stay root's) or becomes somebody else (files change owner).
 */
export type RunAs = { kind: 'self' } | { kind: 'namespace' } | { kind: 'user'; uid: number; gid: number }

/** Only what Postgres needs: its own PG* variables would turn it aside, and our secrets are none of its business. */
const environment: Record<string, string | undefined> = {
  PATH: process.env.PATH,
  SystemRoot: process.env.SystemRoot,
  TEMP: process.env.TEMP,
  LC_ALL: 'C',
  TZ: 'UTC',
}

export function commandLine(as: RunAs, program: string, args: string[]) {
  const options = { env: environment, ...(as.kind === 'user' ? { uid: as.uid, gid: as.gid } : {}) }
  if (as.kind !== 'namespace') return { program, args, options }
  return { program: 'unshare', args: ['--user', '--map-user=1000', '--map-group=1000', program, ...args], options }
}

/** Chooses the name for a cluster folder that may or may not be there yet, and checks that it can work there. */
export async function chooseUser(postgres: string, cluster: string): Promise<RunAs> {
  const me = process.getuid?.()
  if (me === undefined) return { kind: 'self' }
  const owner = await ownerOf(cluster)
  if (me !== 0) {
    if (owner !== null && owner.uid !== me)
      throw new LaunchError(
        `The database in ${cluster} belongs to another user (uid ${owner.uid}): start as that user, or choose another DATA_DIR.`,
      )
    return { kind: 'self' }
  }
  if (owner !== null && owner.uid !== 0) return { kind: 'user', ...owner }
  if (await works(commandLine({ kind: 'namespace' }, postgres, ['--version']))) return { kind: 'namespace' }
  for (const user of await unprivilegedUsers()) {
    const as: RunAs = { kind: 'user', ...user }
    const mayRun = await works(commandLine(as, postgres, ['--version']))
    if (mayRun && (await works(commandLine(as, '/bin/sh', ['-c', 'cd "$0"', path.dirname(cluster)])))) return as
  }
  throw new LaunchError(
    'Postgres does not run as root, and neither a user namespace nor the users postgres and nobody can reach this folder: start as an ordinary user, move the project out of a private home, or set DATABASE_URL.',
  )
}

/** Gives a folder with all that is in it to the user who will run Postgres there. */
export async function handOver(as: RunAs, folder: string): Promise<void> {
  if (as.kind !== 'user') return
  if ((await ownerOf(folder))?.uid === as.uid) return
  for (const entry of await readdir(folder, { recursive: true })) await chown(path.join(folder, entry), as.uid, as.gid)
  // Last: an interrupted hand-over is recognised by the folder's own owner.
  await chown(folder, as.uid, as.gid)
}

async function ownerOf(folder: string): Promise<{ uid: number; gid: number } | null> {
  const entry = await lstat(folder).catch(() => null)
  return entry === null ? null : { uid: entry.uid, gid: entry.gid }
}

async function unprivilegedUsers(): Promise<{ uid: number; gid: number }[]> {
  const lines = (await readFile('/etc/passwd', 'utf8').catch(() => '')).split('\n').map((line) => line.split(':'))
  return ['postgres', 'nobody'].flatMap((name) => {
    const found = lines.find((fields) => fields[0] === name)
    return found === undefined ? [] : [{ uid: Number(found[2]), gid: Number(found[3]) }]
  })
}

async function works(command: { program: string; args: string[]; options: ExecFileOptions }): Promise<boolean> {
  try {
    await run(command.program, command.args, command.options)
    return true
  } catch {
    // Whatever the reason (no unshare, forbidden, unreadable): this way is closed.
    return false
  }
}
