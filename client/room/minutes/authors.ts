import { onScopeDispose, ref, watch } from 'vue'
import { MinutesAuthors } from '#domain/contract/minutes.ts'
import { linesOf } from '#domain/minutes/text.ts'
import { api } from '../../line/api.ts'
import { problemOf } from '../../line/problem.ts'
import { toasts } from '../../ui/toasts.ts'
import { useMeeting } from '../../stores/meeting.ts'
import { usePeople } from '../../stores/people.ts'
import type { Editors, SectionEditor } from './editors.ts'
import { redraw } from './marks.ts'

/** Who wrote each line, shown in the text of all sections while it is on. */
export function useAuthors(editors: Editors) {
  const meeting = useMeeting()
  const people = usePeople()
  const isOn = ref(false)
  /** Whose the author ids are, as far as it was asked or seen; a number is asked once. */
  const userIds = new Map<number, string>()
  const asked = new Set<number>()

  const note = ({ section }: SectionEditor): void => {
    userIds.set(section.doc.clientID, meeting.you?.userId ?? '')
    for (const [client, state] of section.awareness.getStates()) {
      const user: unknown = state.user
      if (typeof user === 'object' && user !== null && 'userId' in user && typeof user.userId === 'string')
        userIds.set(client, user.userId)
    }
  }

  function namesIn(one: SectionEditor): (string | undefined)[] {
    note(one)
    const lines = linesOf(one.section.doc)
    const strangers = lines.map((line) => line.author).filter((id) => id !== undefined && !userIds.has(id) && !asked.has(id))
    if (strangers.length > 0) void ask(one, strangers)
    return lines.map(({ author }) => {
      const userId = author === undefined ? undefined : userIds.get(author)
      return userId === undefined ? undefined : people.personName(userId)
    })
  }

  async function ask(one: SectionEditor, strangers: (number | undefined)[]): Promise<void> {
    for (const id of strangers) if (id !== undefined) asked.add(id)
    try {
      const path = `/api/meetings/${meeting.meetingId ?? ''}/minutes/authors?section=${one.section.sectionId}`
      const answer = await api.get(path, MinutesAuthors)
      for (const { clientId, userId } of answer.authors) userIds.set(clientId, userId)
    } catch (error) {
      toasts.warning(problemOf(error))
    }
    redraw(one.editor)
  }

  watch([isOn, () => [...editors.values()]], ([on], [was]) => {
    if (!on && !was) return
    asked.clear()
    for (const one of editors.values()) {
      one.marks.authors = on ? () => namesIn(one) : undefined
      redraw(one.editor)
    }
  })
  onScopeDispose(() => (isOn.value = false))
  return isOn
}
