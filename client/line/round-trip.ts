import { ask, lineState } from './socket.ts'

const tries = 7

/** One trip to the server and back; before somebody is signed in there is no line, and the plain way is as good. */
async function trip(): Promise<number> {
  const begun = performance.now()
  if (lineState.value === 'live') {
    const isAnswered = await ask('clock:ping', {}).then(
      (answer) => answer.ok,
      () => false,
    )
    if (isAnswered) return performance.now() - begun
  }
  const again = performance.now()
  await fetch('/healthz', { cache: 'no-store' })
  return performance.now() - again
}

export function medianOf(values: readonly number[]): number | undefined {
  const sorted = [...values].sort((one, other) => one - other)
  return sorted[Math.floor(sorted.length / 2)]
}

/** The line's round trip in whole milliseconds: the median of several, so that one hiccup says nothing. */
export async function roundTripMs(): Promise<number | undefined> {
  const measured: number[] = []
  for (let turn = 0; turn < tries; turn++) {
    const ms = await trip().catch(() => undefined)
    if (ms !== undefined) measured.push(ms)
  }
  const median = medianOf(measured)
  return median === undefined ? undefined : Math.round(median)
}

/** Whether picture and sound can be had from here: the server lends a token, and its video server answers this machine. */
export async function isMediaReached(meetingId: string): Promise<boolean> {
  const answer = await ask('video:token', { meetingId, sound: 'spare' })
  if (!answer.ok) return false
  // The answer itself is another origin's and stays unread; that there is one is what we ask.
  await fetch(answer.url.replace(/^ws/, 'http'), { mode: 'no-cors', cache: 'no-store' })
  return true
}
