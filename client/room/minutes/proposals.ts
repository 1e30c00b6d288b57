import { onScopeDispose, shallowRef, watch } from 'vue'
import { ProposalsAnswer } from '#domain/contract/http.ts'
import { api } from '../../line/api.ts'
import { onLive } from '../../line/socket.ts'
import { useMeeting } from '../../stores/meeting.ts'

/** What the presenting units propose under each item. Without them (no line, none written) the desk goes on as it is. */
export function useProposals(): (itemId: string) => string[] {
  const meeting = useMeeting()
  const proposals = shallowRef<{ itemId: string; text: string }[]>([])
  let isLoaded = false

  async function load(): Promise<void> {
    const id = meeting.meetingId
    if (id === undefined || isLoaded) return
    try {
      const answer = await api.get(`/api/meetings/${id}/proposals`, ProposalsAnswer)
      proposals.value = answer.proposals
      isLoaded = true
    } catch {
      // Asked again when the line is back.
      isLoaded = false
    }
  }
  onScopeDispose(onLive(() => void load()))
  watch(
    () => meeting.meetingId,
    () => {
      proposals.value = []
      isLoaded = false
      void load()
    },
    { immediate: true },
  )
  return (itemId) => proposals.value.filter((one) => one.itemId === itemId).map((one) => one.text)
}
