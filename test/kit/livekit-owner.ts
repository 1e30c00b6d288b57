import pino from 'pino'
import { findLiveKit } from '#server/launch/livekit.ts'
import { progressTo } from '#server/launch/progress.ts'
import { readSettings } from '#server/settings.ts'

/** A process of its own that keeps a local LiveKit: prints every state, stops it on SIGTERM. For tests that kill it. */
const [dataDir = '', level = 'silent'] = process.argv.slice(2)
const say = (line: unknown) => process.stdout.write(`${JSON.stringify(line)}\n`)
const livekit = await findLiveKit({
  settings: readSettings({ ...process.env, DATA_DIR: dataDir }),
  log: pino({ level }),
  progress: progressTo((step) => say({ step })),
  webhookUrl: 'http://127.0.0.1:9/webhook',
})
livekit.onState((state, why) => say({ state, why, url: livekit.url, httpUrl: livekit.httpUrl, version: livekit.version }))
process.on('SIGTERM', () => {
  void livekit.stop().then(() => process.exit(0))
})
setInterval(() => undefined, 60_000)
