import type { LineReport } from '#domain/contract/socket.ts'
import { ask } from '../line/socket.ts'

type Quality = LineReport['quality']
type Report = Omit<LineReport, 'meetingId'>

/** The video server's words for a line. */
const words: Record<string, Quality | undefined> = { excellent: 'good', good: 'fair', poor: 'weak', lost: 'lost' }
const ranks: Quality[] = ['good', 'fair', 'weak', 'lost']
const steadyMs = 6_000

/**
 * What the Office sees of this screen's line and microphone. Better news is told at once, worse news when it lasts, so that
 * a dip rings no bell. A report that is lost on the way is made good by the next one.
 */
export function lineReport(meetingId: () => string | undefined) {
  let told: Report = { quality: 'good' }
  let worse: ReturnType<typeof setTimeout> | undefined

  function tell(report: Report): void {
    const id = meetingId()
    if (id === undefined) return
    told = report
    ask('meeting:line', { meetingId: id, ...report }).catch(() => undefined)
  }

  return {
    quality(serversWord: string): void {
      const quality = words[serversWord]
      if (quality === undefined) return
      clearTimeout(worse)
      if (ranks.indexOf(quality) <= ranks.indexOf(told.quality)) tell({ ...told, quality })
      else worse = setTimeout(() => tell({ ...told, quality }), steadyMs)
    },
    microphone: (microphone: Report['microphone']): void => tell({ ...told, microphone }),
  }
}
