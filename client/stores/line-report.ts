import type { LineReport } from '#domain/contract/socket.ts'
import { ask } from '../line/socket.ts'
import { afterTime, afterWord, lineIsGood, steadyMs, type Quality } from '../line/steady-quality.ts'

type Report = Omit<LineReport, 'meetingId'>

/** The video server's words for a line. */
const words: Record<string, Quality | undefined> = { excellent: 'good', good: 'fair', poor: 'weak', lost: 'lost' }

/**
 * What the Office sees of this screen's line and microphone, worse news when it lasts. A report that is lost on the way is made
 * good by the next one.
 */
export function lineReport(meetingId: () => string | undefined) {
  let microphone: Report['microphone']
  let line = lineIsGood
  let timer: ReturnType<typeof setTimeout> | undefined

  function tell(): void {
    const id = meetingId()
    if (id === undefined) return
    const report = { quality: line.told, ...(microphone === undefined ? {} : { microphone }) }
    ask('meeting:line', { meetingId: id, ...report }).catch(() => undefined)
  }

  function turn(next: typeof line): void {
    clearTimeout(timer)
    const isNews = next.told !== line.told || next.worse === undefined
    line = next
    if (isNews) tell()
    if (next.worse === undefined) return
    const left = next.worse.since + steadyMs - performance.now()
    timer = setTimeout(() => turn(afterTime(line, performance.now())), left)
  }

  return {
    quality(serversWord: string): void {
      const quality = words[serversWord]
      if (quality !== undefined) turn(afterWord(line, quality, performance.now()))
    },
    microphone(now: Report['microphone']): void {
      microphone = now
      tell()
    },
  }
}
