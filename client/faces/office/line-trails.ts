import { onBeforeUnmount, onMounted, shallowRef } from 'vue'
import { lineSampleSeconds, type LineSample } from '#domain/contract/points.ts'
import { ask, LineLost, onLive } from '../../line/socket.ts'
import { useMeeting } from '../../stores/meeting.ts'

/** How each person's line has been over the last minutes, as the server knows it, whenever this board was opened. */
export function useLineTrails() {
  const meeting = useMeeting()
  const trails = shallowRef<ReadonlyMap<string, LineSample[]>>(new Map())

  async function look() {
    const { meetingId } = meeting
    if (meetingId === undefined) return
    try {
      const answer = await ask('point:lines', { meetingId })
      if (answer.ok) trails.value = new Map(answer.lines.map((one) => [one.userId, one.samples]))
    } catch (error) {
      // What is known stays on the screen until the line is back.
      if (!(error instanceof LineLost)) throw error
    }
  }

  let timer: ReturnType<typeof setInterval> | undefined
  const stop = onLive(() => void look())
  onMounted(() => {
    void look()
    timer = setInterval(() => void look(), lineSampleSeconds * 1000)
  })
  onBeforeUnmount(() => {
    stop()
    clearInterval(timer)
  })
  return trails
}
