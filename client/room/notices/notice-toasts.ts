import { onBeforeUnmount } from 'vue'
import { secondsBetween } from '#domain/meeting/agenda.ts'
import { serverNow } from '../../line/clock.ts'
import { useMeeting } from '../../stores/meeting.ts'
import { usePeople } from '../../stores/people.ts'
import { toasts } from '../../ui/toasts.ts'

const freshSeconds = 30

/** Shows notices as they arrive, for faces without room for the list; what was posted long before is only in the list. */
export function useNoticeToasts(): void {
  const meeting = useMeeting()
  const people = usePeople()
  const stop = meeting.onEvent((event) => {
    if (event.type !== 'notice.posted' || event.userId === meeting.you?.userId) return
    if (secondsBetween(event.at, new Date(serverNow()).toISOString()) > freshSeconds) return
    const show = event.level === 'warning' ? toasts.warning : toasts.info
    show(event.text, people.personName(event.userId))
  })
  onBeforeUnmount(stop)
}
