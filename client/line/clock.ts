import { ref, readonly } from 'vue'

/**
 * The server's clock on this screen. Every answer with a `serverTime` is a sample; of the recent ones the one with the
 * shortest round trip is believed, because its error is at most half of that. No screen ever counts by its own clock.
 */
interface Sample {
  roundTrip: number
  offset: number
}

const samples: Sample[] = []
const maxSamples = 12

/** Milliseconds to add to this machine's monotonic clock to get the server's time. */
let offset = Date.now() - performance.now()
let lastShown = 0

/** The server's time in milliseconds. Small corrections never make it run backwards. */
export function serverNow(): number {
  const time = performance.now() + offset
  if (time < lastShown && lastShown - time < 2000) return lastShown
  lastShown = time
  return time
}

/** `sentAt` and `receivedAt` by `performance.now()`. */
export function addClockSample(serverTime: string, sentAt: number, receivedAt: number): void {
  const roundTrip = receivedAt - sentAt
  samples.push({ roundTrip, offset: new Date(serverTime).getTime() - (sentAt + roundTrip / 2) })
  if (samples.length > maxSamples) samples.shift()
  const best = samples.reduce((one, other) => (other.roundTrip <= one.roundTrip ? other : one))
  const isFirst = samples.length === 1
  if (isFirst || Math.abs(best.offset - offset) > Math.max(20, best.roundTrip / 2)) offset = best.offset
  if (isFirst) tick()
}

/** After a sleep or a change of network old samples mean nothing. */
export function forgetClockSamples(): void {
  samples.length = 0
}

const second = ref(Math.floor(serverNow() / 1000) * 1000)

/** The server's time, cut to the second: all screens change at the same moment. For clocks and countdowns in figures. */
export const now = readonly(second)

let timer: ReturnType<typeof setTimeout> | undefined

function tick(): void {
  clearTimeout(timer)
  const time = serverNow()
  second.value = Math.floor(time / 1000) * 1000
  timer = setTimeout(tick, 250 - (time % 250) + 2)
}

tick()
document.addEventListener('visibilitychange', () => {
  if (!document.hidden) tick()
})
