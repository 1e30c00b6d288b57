import { BridgesTask, startSyntheticBridges, type BridgesReport } from './synthetic-bridges.ts'
import type { TakeSeat } from './synthetic-seat.ts'

/** A process of its own for the synthetic bridge points: takes one task from its parent, ends when the parent lets go of it. */
const report = (message: BridgesReport): void => {
  if (process.connected) process.send?.(message)
}

/** Null where this machine has no media library, or must do without. */
async function loadMedia(withVideo: boolean): Promise<{ takeSeat: TakeSeat; dispose: () => Promise<void> } | null> {
  if (!withVideo) return null
  try {
    const [{ takeSeat }, { dispose }] = await Promise.all([import('./synthetic-seat.ts'), import('@livekit/rtc-node')])
    return { takeSeat, dispose }
  } catch (error) {
    report({ type: 'say', line: 'this machine has no library for synthetic pictures', details: { error: String(error) } })
    return null
  }
}

async function run(task: BridgesTask, isOver: Promise<void>): Promise<void> {
  const media = await loadMedia(task.withVideo)
  const bridges = startSyntheticBridges(task, media?.takeSeat ?? null, report)
  await isOver
  await bridges.stop()
  await media?.dispose()
}

const isOver = new Promise<void>((resolve) => process.once('disconnect', resolve))
// Ctrl-C reaches the whole group; when to end is the parent's word.
process.on('SIGINT', () => undefined)
process.once('message', (message) => {
  run(BridgesTask.parse(message), isOver).then(
    () => process.exit(0),
    (error: unknown) => {
      report({ type: 'say', line: 'the synthetic bridge points failed', details: { error: String(error) } })
      process.exit(1)
    },
  )
})
void isOver.then(() => setTimeout(() => process.exit(0), 1_500))
