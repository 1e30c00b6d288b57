import { useWakeLock } from '@vueuse/core'
import { watch } from 'vue'
import { useMeeting } from '../stores/meeting.ts'

/**
 * The screen does not go dark in the middle of a meeting, on no face: kept on from the moment the room is there until the close, or
 * until it is left. Where the browser refuses, nothing else depends on it.
 */
export function useWakefulScreen(): void {
  const meeting = useMeeting()
  const lock = useWakeLock()
  watch(
    () => meeting.state !== null && meeting.state.status !== 'closed',
    (isOn) => void (isOn ? lock.request('screen') : lock.release()).catch(() => undefined),
    { immediate: true },
  )
}
