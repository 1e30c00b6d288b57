import { pino } from 'pino'
import { createApp } from './app.ts'
import { LaunchError } from './launch/launch-error.ts'
import { progressTo } from './launch/progress.ts'
import { readSettings, SettingsError } from './settings.ts'

/** The process: settings, the app, signals. The only file that ends the process. */

const say = (line: string): void => void process.stdout.write(`${line}\n`)
const fail = (sentence: string): never => {
  process.stderr.write(`${sentence}\n`)
  process.exit(1)
}

async function main(): Promise<void> {
  const settings = readSettings(process.env)
  const log = pino(
    { level: process.env.LOG_LEVEL === undefined ? 'warn' : settings.logLevel },
    pino.destination({ fd: 2, sync: true }),
  )
  const app = createApp(settings, { log, progress: progressTo(say) })

  let isStopping = false
  const stop = (): void => {
    if (isStopping) return
    isStopping = true
    say('Đang dừng… / Stopping…')
    // Whatever hangs, the process is gone within ten seconds, and everything acknowledged is on disk.
    setTimeout(() => process.exit(0), 9500).unref()
    app.close().then(
      () => process.exit(0),
      (error: unknown) => {
        log.error({ err: error }, 'stopping failed')
        process.exit(1)
      },
    )
  }
  process.on('SIGINT', stop)
  process.on('SIGTERM', stop)

  const { port } = await app.listen()
  say(
    `Sáng Thứ Năm: ${settings.publicUrl ?? `http://${settings.host.includes(':') ? `[${settings.host}]` : settings.host}:${port}`}`,
  )
  const { livekit } = app
  if (!livekit) return
  const sayVideo = (state: typeof livekit.state, why?: string): void => {
    if (state === 'ready') say('Video is there.')
    if (state === 'away' && why !== undefined) say(`The room is open without video: ${why}`)
  }
  sayVideo(livekit.state, livekit.why)
  livekit.onState(sayVideo)
}

main().catch((error: unknown) => {
  if (error instanceof SettingsError || error instanceof LaunchError) fail(error.message)
  fail(error instanceof Error ? (error.stack ?? error.message) : String(error))
})
