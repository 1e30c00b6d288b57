import { defineStore } from 'pinia'
import { computed, ref, shallowRef } from 'vue'
import { SessionAnswer, UserAnswer, type SessionUser } from '#domain/contract/http.ts'
import { api, Nothing, whenNotSignedIn } from '../line/api.ts'
import { closeLine, onSessionEnded, openLine } from '../line/socket.ts'
import { forgetWaiting, waitingMeetings } from './outbox.ts'

/**
 * Who is signed in in this window. When the session ends in the middle, `hasEnded` asks to sign in over the page: nothing of
 * the page is thrown away, the line opens again, and what was not acknowledged is sent. What only writers need is loaded when it
 * is: a hall on a weak line waits for none of it.
 */
export const useSession = defineStore('session', () => {
  const user = shallowRef<SessionUser | null>(null)
  const isDemo = ref(false)
  const isKnown = ref(false)
  const hasEnded = ref(false)
  /** The one meeting that a session from a join link may reach. */
  const onlyMeetingId = ref<string>()

  const isSignedIn = computed(() => user.value !== null)

  /** Asks the server who this is; signed out is an answer, not an error. */
  async function refresh() {
    const answer = await api.get('/api/session', SessionAnswer)
    user.value = answer.user
    isDemo.value = answer.demo
    onlyMeetingId.value = answer.meetingId
    isKnown.value = true
    hasEnded.value = false
  }

  /** Signs in; as somebody else than before, the page starts afresh, because what it shows was for the other's eyes. */
  async function signIn(username: string, password: string) {
    const before = user.value
    const answer = await api.post('/api/session', UserAnswer, { username, password })
    if (before && before.id !== answer.user.id) {
      forgetWaiting()
      location.assign('/')
      return
    }
    accept(answer.user)
  }

  /** Somebody was signed in by another door: a join link. */
  function accept(who: SessionUser, meetingId?: string) {
    user.value = who
    onlyMeetingId.value = meetingId
    isKnown.value = true
    if (hasEnded.value) {
      hasEnded.value = false
      openLine()
    }
  }

  /** What this browser holds of this person that has not arrived: unsaved sections stay, sealed for them; acts are given up. */
  async function unsent(): Promise<{ sections: number; acts: boolean }> {
    const { countDrafts } = await import('./drafts.ts')
    return { sections: user.value ? await countDrafts(user.value.id) : 0, acts: waitingMeetings() > 0 }
  }

  async function signOut() {
    const { forgetKeys } = await import('../line/seal.ts')
    await api.remove('/api/session')
    closeLine()
    forgetKeys()
    forgetWaiting()
    user.value = null
    onlyMeetingId.value = undefined
    hasEnded.value = false
  }

  /** Signs another window in before it opens; this window stays who it is. */
  async function signInWindow(username: string, password: string, windowSlot: string) {
    await api.post('/api/session', Nothing, { username, password }, { slot: windowSlot })
  }

  function noteEnd() {
    if (user.value) hasEnded.value = true
  }

  whenNotSignedIn(noteEnd)
  onSessionEnded(noteEnd)

  return { user, isDemo, isKnown, isSignedIn, hasEnded, onlyMeetingId, refresh, signIn, signInWindow, unsent, signOut, accept }
})
