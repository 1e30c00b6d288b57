import { computed } from 'vue'
import { forecast } from '#domain/meeting/agenda.ts'
import { now } from '../../line/clock.ts'
import { useMeeting } from '../../stores/meeting.ts'

const callUpMs = 10 * 60_000

/** What still comes and when, by the forecast: our own item, and whether it is time to get ready. */
export function useOurTurn() {
  const meeting = useMeeting()
  const expected = computed(() =>
    meeting.state === null ? new Map<string, string>() : forecast(meeting.state, new Date(now.value).toISOString()).expectedAt,
  )
  const pending = computed(() => meeting.state?.agenda.filter((item) => item.status === 'pending') ?? [])
  const ours = computed(() =>
    pending.value.find((item) => 'presenterUnitId' in item && item.presenterUnitId === meeting.you?.unitId),
  )
  const oursAt = computed(() => (ours.value ? expected.value.get(ours.value.id) : undefined))
  const isSoon = computed(
    () => meeting.state?.status === 'running' && oursAt.value !== undefined && Date.parse(oursAt.value) - now.value < callUpMs,
  )
  return { expected, pending, ours, oursAt, isSoon }
}
