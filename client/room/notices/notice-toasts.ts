import { onBeforeUnmount } from 'vue'
import { secondsBetween } from '#domain/meeting/agenda.ts'
import type { MeetingEvent } from '#domain/meeting/meeting.ts'
import { t } from '../../i18n/index.ts'
import { serverNow } from '../../line/clock.ts'
import { useMeeting } from '../../stores/meeting.ts'
import { usePeople } from '../../stores/people.ts'
import { toasts } from '../../ui/toasts.ts'

const freshSeconds = 30

/** Calls `tell` with what happens from now on, while the component lives; what is read long after it happened is no news. */
function useNews(tell: (event: MeetingEvent) => void): void {
  const stop = useMeeting().onEvent((event) => {
    if (secondsBetween(event.at, new Date(serverNow()).toISOString()) <= freshSeconds) tell(event)
  })
  onBeforeUnmount(stop)
}

/** Shows notices as they arrive, for faces without room for the list; what was posted long before is only in the list. */
export function useNoticeToasts(): void {
  const meeting = useMeeting()
  const people = usePeople()
  useNews((event) => {
    if (event.type !== 'notice.posted' || event.userId === meeting.you?.userId) return
    const show = event.level === 'warning' ? toasts.warning : toasts.info
    show(event.text, people.personName(event.userId))
  })
}

/** Says who chairs from now on: the buttons of one person change under the eyes, and the desk has to write it down. */
export function useChairToasts(): void {
  const meeting = useMeeting()
  const people = usePeople()
  useNews((event) => {
    if (event.type !== 'chair.handedOver') return
    if (event.userId === meeting.you?.userId) toasts.good(t('room.chair.yours'), t('room.chair.yoursHint'))
    else toasts.info(t('room.chair.handedOverTo', { name: people.personName(event.userId) }))
  })
}
