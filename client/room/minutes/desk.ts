import { computed, nextTick, ref, shallowRef, watch } from 'vue'
import type { ConclusionAttributes } from '#domain/minutes/conclusion.ts'
import { type Conclusion, isClosedStub } from '#domain/meeting/state.ts'
import { itemTitle } from '../agenda/item-title.ts'
import { toasts } from '../../ui/toasts.ts'
import { t } from '../../i18n/index.ts'
import { clockOf } from '../../i18n/times.ts'
import { serverNow } from '../../line/clock.ts'
import { useMeeting } from '../../stores/meeting.ts'
import { usePeople } from '../../stores/people.ts'
import { focusText, readCaret } from './caret-place.ts'
import { provideEditors } from './editors.ts'
import { redraw } from './marks.ts'
import { type Passage, passageOf, putConclusion } from './passage.ts'
import { insertLine } from './insert-line.ts'

/** A conclusion being drafted: a passage of a section, or one that the chair returned. */
export interface Draft {
  sectionId: string
  passage?: Passage
  returned?: Conclusion
}

/** What was filled in for a conclusion that is not proposed yet. */
export interface FilledIn {
  text: string
  lead: string[]
  coordinating: string[]
  due: string
  product: string
}

const keyOf = ({ sectionId, passage, returned }: Draft): string => returned?.id ?? `${sectionId} ${passage?.text ?? ''}`

/** What the secretary's hands are on: the sections in their order, the one that is typed in, the conclusion being drafted. */
export function useDesk() {
  const meeting = useMeeting()
  const people = usePeople()
  const editors = provideEditors()
  /** The section whose editor has or last had the caret. */
  const focused = ref<string>()
  const draft = shallowRef<Draft>()

  const sections = computed(() => [
    { id: meeting.meetingId ?? '', heading: t('minutes.opening'), name: t('minutes.opening'), isRunning: false },
    ...(meeting.state?.agenda ?? [])
      .filter((item) => !isClosedStub(item))
      .map((item) => ({
        id: item.id,
        heading: `${item.number}. ${itemTitle(item)}`,
        name: itemTitle(item),
        isRunning: item.id === meeting.state?.currentItemId,
      })),
  ])
  const target = computed(() => focused.value ?? meeting.state?.currentItemId ?? meeting.meetingId ?? '')

  /** The editor that the desk's acts are for. */
  const editor = computed(() => editors.get(target.value)?.editor)

  /** Arrow keys go on in the neighbouring section. */
  function walk(from: string, direction: 'up' | 'down'): void {
    const index = sections.value.findIndex((one) => one.id === from) + (direction === 'up' ? -1 : 1)
    editors.get(sections.value[index]?.id ?? '')?.editor.commands.focus(direction === 'up' ? 'end' : 'start')
  }

  const show = (sectionId: string): void =>
    editors.get(sectionId)?.editor.view.dom.closest('article')?.scrollIntoView({ block: 'start' })

  function toRunning(): void {
    const id = meeting.state?.currentItemId
    if (id === undefined) return
    show(id)
    editors.get(id)?.editor.commands.focus('end')
  }

  function speakerNow(): string {
    const speaker = meeting.holder
    if (speaker === undefined) return ''
    const representative = meeting.state?.attendance.find((one) => one.unitId === speaker.unitId)?.representative
    return representative
      ? `${representative.title} ${representative.name}`
      : `${people.personTitle(speaker.userId)} ${people.personName(speaker.userId)}`
  }

  /** "08:52 – Giám đốc Sở Tài chính: " on a line of its own. */
  function stamp(): void {
    const who = speakerNow()
    if (editor.value) insertLine(editor.value, `${clockOf(serverNow())} – ${who}${who === '' ? '' : ': '}`)
  }

  /** What was filled in and put away, until it is proposed: Escape throws no words away. */
  const putAway = new Map<string, FilledIn>()
  const filledIn = computed(() => (draft.value ? putAway.get(keyOf(draft.value)) : undefined))

  /** A conclusion that is being filled in keeps its passage: it is proposed or put away first. */
  function beginConclusion(): void {
    if (draft.value) return
    const one = editors.get(target.value)
    readCaret(one?.editor)
    if (one) draft.value = { sectionId: target.value, passage: passageOf(one.editor) }
  }

  const revise = (returned: Conclusion): void => {
    draft.value ??= { sectionId: returned.itemId, returned }
  }

  function cancelDraft(words?: FilledIn): void {
    const sectionId = draft.value?.sectionId
    if (draft.value && words) {
      putAway.set(keyOf(draft.value), words)
      toasts.info(t('minutes.form.putAway'), t('minutes.form.putAwayHint'))
    }
    draft.value = undefined
    if (sectionId !== undefined) void nextTick(() => focusText(editors.get(sectionId)?.editor))
  }

  /** The log has it: its block takes the passage's place, and the hands go on below. */
  function afterProposed(attributes: ConclusionAttributes, text: string): void {
    const { sectionId, passage } = draft.value ?? {}
    if (draft.value) putAway.delete(keyOf(draft.value))
    draft.value = undefined
    const one = editors.get(sectionId ?? '')
    if (!one) return
    if (passage) putConclusion(one.editor, passage, attributes, text)
    void nextTick(() => focusText(one.editor))
  }

  /** A conclusion belongs to an item; what is typed under the opening goes to the running one. */
  const draftItemId = computed(() => {
    const { sectionId = '' } = draft.value ?? {}
    return sectionId === meeting.meetingId ? (meeting.state?.currentItemId ?? sections.value[1]?.id ?? '') : sectionId
  })

  // The passage stays marked while its form is filled in.
  watch(draft, (now, before) => {
    for (const { sectionId, passage } of [before, now].filter((one) => one !== undefined)) {
      const one = editors.get(sectionId)
      if (!one) continue
      one.marks.passage = sectionId === now?.sectionId ? (now.passage ?? undefined) : undefined
      if (passage) redraw(one.editor)
    }
  })

  watch(
    () => meeting.state?.currentItemId,
    (id) => {
      // Whoever is typing is not moved away.
      if (id === undefined || [...editors.values()].some(({ editor }) => editor.isFocused)) return
      focused.value = undefined
      show(id)
    },
  )

  return {
    ...{ sections, editors, editor, focused, target, walk, toRunning, stamp },
    ...{ draft, draftItemId, filledIn, beginConclusion, revise, cancelDraft, afterProposed },
  }
}
