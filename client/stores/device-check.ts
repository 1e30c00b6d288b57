import { defineStore } from 'pinia'
import { watch } from 'vue'
import type { DeviceCheck } from '#domain/contract/socket.ts'
import { ask, lineState } from '../line/socket.ts'
import { useMeeting } from './meeting.ts'

/** What the front room found, on its way to the Office: it waits until the meeting is joined and the line is there. */
export const useDeviceCheck = defineStore('device-check', () => {
  const meeting = useMeeting()
  let due: DeviceCheck | undefined

  async function send(): Promise<void> {
    const check = due
    if (!check || meeting.phase !== 'ready' || meeting.meetingId !== check.meetingId || lineState.value !== 'live') return
    due = undefined
    try {
      await ask('meeting:deviceCheck', check)
    } catch {
      // The line went before the answer came: told twice does no harm, not at all would.
      due ??= check
    }
  }
  watch(() => [meeting.phase, meeting.meetingId, lineState.value], send)

  return {
    tell: (check: DeviceCheck): void => {
      due = check
      void send()
    },
  }
})
