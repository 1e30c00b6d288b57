import type { CommandInput, CommandType } from '#domain/meeting/meeting.ts'
import type { MeetingState } from '#domain/meeting/state.ts'
import { toasts } from '../ui/toasts.ts'
import { t } from '../i18n/index.ts'
import { problemOf } from '../line/problem.ts'
import { useMeeting } from '../stores/meeting.ts'
import type { Fields } from '../stores/outbox.ts'

/** An order put back: as it was, without those who have gone, with newcomers at the end. */
const orderAsBefore = (before: string[], now: string[]): string[] => [
  ...before.filter((id) => now.includes(id)),
  ...now.filter((id) => !before.includes(id)),
]

const pendingIds = (state: MeetingState) => state.agenda.filter((item) => item.status === 'pending').map((item) => item.id)
const requestIds = (state: MeetingState) => state.floor.queue.map((one) => one.requestId)

/**
 * What takes an act back, where the rules have it and no other button is its opposite; undefined where what is done stays done.
 * `before` is the room as it was, `now` as it is when somebody thinks better of it.
 */
export function oppositeOf(done: CommandInput, before: MeetingState, now: MeetingState): CommandInput | undefined {
  switch (done.type) {
    case 'agenda.reorder':
      return { type: 'agenda.reorder', itemIds: orderAsBefore(pendingIds(before), pendingIds(now)) }
    case 'floor.reorder':
      return { type: 'floor.reorder', requestIds: orderAsBefore(requestIds(before), requestIds(now)) }
    case 'stage.pin':
      return { type: 'stage.pin', userId: before.stage.pinnedUserId ?? null }
    case 'participant.remove':
      return { type: 'participant.readmit', userId: done.userId }
    case 'presentation.hide':
      return before.stage.presenting && { type: 'presentation.show', ...before.stage.presenting }
    default:
      return undefined
  }
}

/** Sends an act and, once it is in the log, offers to take it back for a few seconds, if it can be. */
export async function sendWithUndo<T extends CommandType>(type: T, fields: Fields<T>): Promise<number> {
  const meeting = useMeeting()
  const before = meeting.state
  const seq = await meeting.send(type, fields)
  // A type with its own fields is a command; the compiler cannot see it for all types at once.
  const done = { type, ...fields } as unknown as CommandInput
  if (before === null || oppositeOf(done, before, before) === undefined) return seq
  toasts.withUndo(t(`common.act.${type}`), t('common.button.undo'), () => {
    const opposite = meeting.state === null ? undefined : oppositeOf(done, before, meeting.state)
    if (opposite === undefined) return
    const { type: back, ...how } = opposite
    meeting.send(back, how).catch((error: unknown) => toasts.refused(problemOf(error)))
  })
  return seq
}
