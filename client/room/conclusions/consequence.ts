import { issuedWith } from '#domain/meeting/conclusion.ts'
import type { Conclusion } from '#domain/meeting/state.ts'
import { t } from '../../i18n/index.ts'
import { useMeeting } from '../../stores/meeting.ts'

/** What issuing this conclusion brings about, in words: where a meeting's conclusions go out together, one press takes them all. */
export function issueConsequence(one: Conclusion): string {
  const { state } = useMeeting()
  const n = state ? issuedWith(state, one).length : 1
  return n > 1 ? t('room.conclusions.issueTogether', { n }) : t('room.conclusions.issueConsequence')
}
