import { useIdle, useIntervalFn } from '@vueuse/core'
import { hasNewBuild } from '../line/builds.ts'
import { useMeeting } from '../stores/meeting.ts'
import { usePreferences } from '../stores/preferences.ts'
import { isTyping } from '../ui/useKeys.ts'

const lookEveryMs = 2000
const stillMs = 60_000

/**
 * After a deploy the room loads itself again: the wall at once; the others when nothing was pressed for a minute, no field and no
 * question is open, and nobody speaks from here. What is typed and pressed outlives it.
 */
export function useNewBuild(): void {
  const meeting = useMeeting()
  const preferences = usePreferences()
  const { idle } = useIdle(stillMs, { events: ['pointerdown', 'keydown', 'wheel', 'touchstart'] })

  const isFree = () =>
    preferences.face === 'projector' ||
    (idle.value && !meeting.hasFloor && !isTyping(document.activeElement) && !document.querySelector('[data-holds-keys]'))

  useIntervalFn(() => {
    if (hasNewBuild.value && isFree()) location.reload()
  }, lookEveryMs)
}
