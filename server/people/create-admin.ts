import { createInterface } from 'node:readline'
import { stdin, stdout } from 'node:process'
import pino from 'pino'
import type { Sql } from 'postgres'
import { v7 as uuid } from 'uuid'
import { NewUser } from '#domain/contract/http.ts'
import { openDatabase } from '#db/client.ts'
import { migrate } from '#db/migrate.ts'
import { today } from '#db/today.ts'
import { LaunchError } from '../launch/launch-error.ts'
import { startPostgres } from '../launch/postgres.ts'
import { progressTo } from '../launch/progress.ts'
import { readSettings, SettingsError } from '../settings.ts'
import { codeOf, isDatabaseAway } from '../web/errors.ts'
import { hashPassword } from './passwords.ts'

/** Makes the first administrator: `npm run admin:create -- <username>`. Of an administrator who exists it sets the password. */

class UsageError extends Error {
  override name = 'UsageError'
}

const usage = 'Use: npm run admin:create -- <username>; the password is asked for, or read from standard input.'

const say = (line: string): void => {
  stdout.write(`${line}\n`)
}

async function readLine(): Promise<string> {
  const lines = createInterface({ input: stdin, crlfDelay: Infinity })
  for await (const line of lines) {
    lines.close()
    return line
  }
  return ''
}

/** Asks without showing what is typed. */
function ask(question: string): Promise<string> {
  stdout.write(question)
  return new Promise((resolve, reject) => {
    let typed = ''
    const finish = (act: () => void): void => {
      stdin.off('data', onData)
      stdin.setRawMode(false)
      stdin.pause()
      stdout.write('\n')
      act()
    }
    const onData = (chunk: string): void => {
      for (const letter of chunk) {
        if (letter === '\r' || letter === '\n' || letter === '\u0004') {
          finish(() => {
            resolve(typed)
          })
          return
        }
        if (letter === '\u0003') {
          finish(() => {
            reject(new UsageError('Nothing was changed.'))
          })
          return
        }
        typed = letter === '\u007f' || letter === '\b' ? [...typed].slice(0, -1).join('') : typed + letter
      }
    }
    stdin.setEncoding('utf8').setRawMode(true).resume().on('data', onData)
  })
}

async function readPassword(): Promise<string> {
  if (!stdin.isTTY) return readLine()
  const password = await ask('Password (at least 10 characters): ')
  if ((await ask('Again: ')) !== password) throw new UsageError('The two passwords differ; nothing was changed.')
  return password
}

function readUsername(args: string[]): string {
  if (args.length !== 1) throw new UsageError(usage)
  const parsed = NewUser.shape.username.safeParse(args[0])
  if (!parsed.success)
    throw new UsageError(
      'A username has letters a to z, digits, points, hyphens and underlines, and begins with a letter or digit.',
    )
  return parsed.data
}

async function createAdmin(sql: Sql, username: string, password: string): Promise<string> {
  const passwordHash = await hashPassword(password)
  return sql.begin(async (tx) => {
    await tx`lock table units, users in share row exclusive mode`
    const known = (await tx<{ id: string; role: string }[]>`select id, role from users where username = ${username}`)[0]
    if (known && known.role !== 'admin')
      throw new UsageError(`The username ${username} is taken by an account that is no administrator; choose another one.`)
    if (known) {
      await tx`update users set password_hash = ${passwordHash}, is_disabled = false, is_demo = false where id = ${known.id}`
      return `The administrator ${username} has a new password.`
    }
    const offices = await tx<{ id: string }[]>`
      select id from units where kind = 'office' and (valid_to is null or valid_to >= ${today(tx)})
      order by code <> 'vpubnd', sort_order limit 1`
    const unitId = offices[0]?.id ?? uuid()
    // An empty database: the Office is there from the start, and a file that is loaded later gives it its own names.
    if (!offices[0])
      await tx`
        insert into units (id, code, name, short_name, kind)
        values (${unitId}, 'vpubnd', 'Văn phòng Ủy ban nhân dân tỉnh', 'Văn phòng UBND tỉnh', 'office')`
    await tx`
      insert into users (id, username, name, title, role, unit_id, password_hash)
      values (${uuid()}, ${username}, 'Quản trị hệ thống', 'Quản trị', 'admin', ${unitId}, ${passwordHash})`
    return `The administrator ${username} can sign in.`
  })
}

async function run(): Promise<void> {
  const username = readUsername(process.argv.slice(2))
  const settings = readSettings(process.env)
  const password = await readPassword()
  if (!NewUser.shape.password.safeParse(password).success || password === '')
    throw new UsageError('A password has at least 10 characters; nothing was changed.')
  const embedded =
    settings.databaseUrl === undefined
      ? await startPostgres({ dataDir: settings.dataDir, log: pino({ level: 'silent' }), progress: progressTo(say) })
      : null
  try {
    const url = settings.databaseUrl ?? embedded?.url ?? ''
    await migrate(url)
    const database = openDatabase(url, { max: 1 })
    try {
      say(await createAdmin(database.sql, username, password))
    } finally {
      await database.close()
    }
  } finally {
    await embedded?.stop()
  }
}

function explain(error: unknown): string {
  if (error instanceof UsageError || error instanceof SettingsError || error instanceof LaunchError) return error.message
  if (isDatabaseAway(error)) return 'The database cannot be reached: look at DATABASE_URL, and whether Postgres runs.'
  const code = codeOf(error)
  if (code === '28P01' || code === '28000') return 'The database refuses the user or the password of DATABASE_URL.'
  if (code === '3D000') return 'The database that DATABASE_URL names does not exist.'
  return `It did not work: ${error instanceof Error ? error.message : String(error)}`
}

try {
  await run()
} catch (error) {
  process.stderr.write(`${explain(error)}\n`)
  process.exitCode = 1
}
