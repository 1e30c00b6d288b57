import { pino } from 'pino'
import { openDatabase } from '#db/client.ts'
import { withDatabaseUrl } from '../launch/database-url.ts'
import { LaunchError } from '../launch/launch-error.ts'
import { readSettings, SettingsError } from '../settings.ts'
import { verifyLog } from './verify.ts'

/**
 * `npm run verify -- <meeting id>`: checks the chain of a meeting's log from the outside and names the first broken link.
 * Ends with 0 when it is intact, with 1 when it is broken or cannot be read.
 */
const say = (line: string): void => void process.stdout.write(`${line}\n`)

async function main(): Promise<number> {
  const meetingId = process.argv[2]
  if (meetingId === undefined || !/^[0-9a-f-]{36}$/i.test(meetingId)) {
    say('Say which meeting: npm run verify -- <meeting id>')
    return 1
  }
  return withDatabaseUrl(readSettings(process.env), pino({ level: 'silent' }), async (url) => {
    const database = openDatabase(url, { max: 2 })
    try {
      const verdict = await verifyLog(database.sql, meetingId)
      if (verdict === null) say(`There is no meeting ${meetingId}.`)
      else if (verdict.intact) say(`Intact: ${verdict.seq} events, head ${verdict.hash}`)
      else say(`Broken at event ${verdict.seq}: ${verdict.why}.`)
      return verdict?.intact === true ? 0 : 1
    } finally {
      await database.close()
    }
  })
}

main().then(
  (code) => {
    process.exitCode = code
  },
  (error: unknown) => {
    say(error instanceof SettingsError || error instanceof LaunchError ? error.message : String(error))
    process.exitCode = 1
  },
)
