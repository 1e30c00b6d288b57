import { defineStore } from 'pinia'
import { computed, ref, shallowReactive } from 'vue'
import { lineState } from '../line/socket.ts'
import { useMeeting } from './meeting.ts'
import { openMinutesSection, type OpenSection } from './minutes-section.ts'

export type { OpenSection } from './minutes-section.ts'

/**
 * The sections of the minutes that this window has open. The saved state counts what is not acknowledged, so it never says
 * more than is true: a section whose draft has not been compared with the server's yet is not called saved.
 */
export const useMinutes = defineStore('minutes', () => {
  const meeting = useMeeting()
  const open = shallowReactive(new Map<string, OpenSection>())
  const users = new Map<string, number>()
  /** The last refusal, in words, until something is saved again. */
  const problem = ref<string>()
  /** The page is being loaded anew for a newer build: nobody is asked whether to leave. */
  const isReloading = ref(false)

  const unsaved = computed(() => [...open.values()].reduce((sum, section) => sum + section.unsaved, 0))
  const savedState = computed<'saved' | 'saving' | 'offline' | 'loading'>(() => {
    if (lineState.value !== 'live') return 'offline'
    if (unsaved.value > 0) return 'saving'
    return [...open.values()].some((section) => section.state === 'loading') ? 'loading' : 'saved'
  })

  /** Several parts of a page may open the same section; it is closed when the last has closed it. */
  function openSection(sectionId: string, mayWrite: boolean): OpenSection {
    const { meetingId } = meeting
    if (meetingId === undefined) throw new Error('no meeting is open')
    const section =
      open.get(sectionId) ??
      openMinutesSection({
        ...{ meetingId, sectionId, mayWrite },
        userId: meeting.you?.userId ?? '',
        onProblem: (words) => (problem.value = words),
        onReload: () => (isReloading.value = true),
      })
    open.set(sectionId, section)
    users.set(sectionId, (users.get(sectionId) ?? 0) + 1)
    return section
  }

  function closeSection(sectionId: string): void {
    const left = (users.get(sectionId) ?? 1) - 1
    users.set(sectionId, left)
    if (left > 0) return
    open.get(sectionId)?.close()
    open.delete(sectionId)
  }

  return { openSection, closeSection, unsaved, savedState, problem, isReloading }
})
