import { setTimeout as wait } from 'node:timers/promises'
import { until } from '../kit/until.ts'
import { quantiles, type Adapter, type Server } from './measure.ts'

export const listeners = 100
const warm = 30
const events = 150

/** Opens some at a time, as people come in. */
export async function openMany<Client>(count: number, open: () => Promise<Client>): Promise<Client[]> {
  const opened: Client[] = []
  while (opened.length < count)
    opened.push(...(await Promise.all(Array.from({ length: Math.min(25, count - opened.length) }, open))))
  return opened
}

/** Ten people act in turn while a hundred screens watch. */
export async function measureEvents(adapter: Adapter, { port }: Server, room: string) {
  const screens = await openMany(listeners, () => adapter.openRoom({ port, room }))
  const sentAt: number[] = []
  const fanout: number[] = []
  const acks: number[] = []
  let heard = 0
  for (const screen of screens)
    screen.onEvent = ({ seq }) => {
      heard++
      if (seq >= warm) fanout.push(performance.now() - (sentAt[seq] ?? 0))
    }
  const answers: Promise<void>[] = []
  for (let seq = 0; seq < warm + events; seq++) {
    const start = performance.now()
    sentAt[seq] = start
    const answer = screens[seq % 10]?.emit({ seq })
    if (answer)
      answers.push(
        answer.then(() => {
          if (seq >= warm) acks.push(performance.now() - start)
        }),
      )
    await wait(12)
  }
  await Promise.all(answers)
  await until('all screens heard it', () => heard >= listeners * (warm + events), 30_000)
  for (const screen of screens) screen.close()
  return { eventFanout: quantiles(fanout), eventAck: quantiles(acks) }
}
