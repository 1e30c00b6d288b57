import { startMinutesServer } from './minutes-server.ts'

/** A process of its own that serves the minutes: prints its address. For tests that kill it. */
const [databaseUrl = '', port = '0'] = process.argv.slice(2)
const server = await startMinutesServer(databaseUrl, Number(port))
process.stdout.write(`${server.url}\n`)
