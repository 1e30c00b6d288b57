import { defineStore } from 'pinia'
import { computed, ref, shallowRef, watch } from 'vue'
import type { PointCall } from '#domain/contract/points.ts'
import { LineLost, ask, onMessage } from '../line/socket.ts'
import { Refused } from '../line/problem.ts'
import { useMeeting } from './meeting.ts'

/** A ring that nobody answered is over after this time. */
export const ringMs = 60_000

/** Calls from the desk to single points: the one that rings here, and those this person made. They are in no log. */
export const useCalls = defineStore('calls', () => {
  const meeting = useMeeting()
  const ringing = shallowRef<PointCall>()
  const made = ref(new Map<string, PointCall>())
  let over: ReturnType<typeof setTimeout> | undefined

  onMessage('point:called', ({ meetingId, call }) => {
    if (meetingId !== meeting.meetingId) return
    if (call.by.userId === meeting.you?.userId) made.value.set(call.userId, call)
    if (call.userId !== meeting.you?.userId) return
    if (call.answeredAt !== undefined && call.callId !== ringing.value?.callId) return
    clearTimeout(over)
    ringing.value = call.answeredAt === undefined ? call : undefined
    over = setTimeout(() => (ringing.value = undefined), ringMs)
  })
  watch(
    () => meeting.meetingId,
    () => {
      clearTimeout(over)
      ringing.value = undefined
      made.value.clear()
    },
  )

  const meetingId = (): string => {
    if (meeting.meetingId === undefined) throw new LineLost()
    return meeting.meetingId
  }

  /** Rings on every screen of this person; rejects with the reason where it cannot. */
  async function call(userId: string, text = ''): Promise<void> {
    const answer = await ask('point:call', { meetingId: meetingId(), userId, text })
    if (!answer.ok) throw new Refused(answer.error)
  }

  /** Says that the ring was heard; it ends on all screens of this person. */
  async function answer(): Promise<void> {
    const callId = ringing.value?.callId
    if (callId === undefined) return
    const said = await ask('point:answer', { meetingId: meetingId(), callId })
    ringing.value = undefined
    if (!said.ok) throw new Refused(said.error)
  }

  return { ringing: computed(() => ringing.value), made, call, answer }
})
