import { computed, nextTick, onScopeDispose, ref, shallowRef, watch } from 'vue'
import type { MinutesComment } from '#domain/contract/comments.ts'
import { toasts } from '../../ui/toasts.ts'
import { t } from '../../i18n/index.ts'
import { useMeeting } from '../../stores/meeting.ts'
import { followComments } from '../../stores/minutes-comments.ts'
import { usePeople } from '../../stores/people.ts'
import { focusText, readCaret } from './caret-place.ts'
import { type KeptPassage, keptPassage, placeOfComment } from './comment-place.ts'
import type { useDesk } from './desk.ts'
import type { SectionEditor } from './editors.ts'
import type { ShownWords } from './find.ts'
import { type Range, redraw } from './marks.ts'

/** Where a comment's passage is; `unknown` until its section is there. */
export type CommentPlace = Range | 'gone' | 'unknown'

const settleMs = 200

/** The desk's comments beside the text: whose passage stands where, which one the caret is in, which one is being written. */
export function useComments(desk: ReturnType<typeof useDesk>) {
  const meeting = useMeeting()
  const people = usePeople()
  const line = followComments(announce)
  const isOpen = ref(false)
  /** The passage that a comment is being written on. */
  const draft = shallowRef<KeptPassage & { sectionId: string }>()
  /** The comment that the caret is in, or that was asked for. */
  const currentId = ref<string>()
  /** The comment whose answer is to be written, anew with each press of the key. */
  const asked = shallowRef<{ id: string }>()
  const places = shallowRef<ReadonlyMap<string, CommentPlace>>(new Map())

  const open = computed(() => line.comments.value.filter((one) => one.resolved === undefined))
  const resolved = computed(() => line.comments.value.filter((one) => one.resolved !== undefined))
  /** By section, in the order of the text. */
  const bySection = computed(() =>
    desk.sections.value
      .map(({ id, heading }) => ({ id, heading, comments: inOrder(open.value.filter((one) => one.sectionId === id)) }))
      .filter(({ comments }) => comments.length > 0),
  )

  const startOf = ({ id }: MinutesComment): number => {
    const place = places.value.get(id)
    return typeof place === 'object' ? place.from : Infinity
  }
  const inOrder = (comments: MinutesComment[]): MinutesComment[] =>
    comments.toSorted((one, other) => {
      const [from, to] = [startOf(one), startOf(other)]
      return from === to ? one.at.localeCompare(other.at) : from - to
    })

  const shownWords: ShownWords = (block) => {
    const id: unknown = block.attrs.conclusionId
    return meeting.state?.conclusions.find((one) => one.id === id)?.text
  }
  const rangeOf = (one: SectionEditor, comment: MinutesComment): Range | undefined =>
    placeOfComment(one.editor.state, comment, shownWords)

  function placeNow(comment: MinutesComment): CommentPlace {
    const one = desk.editors.get(comment.sectionId)
    if (one?.section.state !== 'ready') return 'unknown'
    return rangeOf(one, comment) ?? 'gone'
  }

  function look(): void {
    places.value = new Map(line.comments.value.map((one) => [one.id, placeNow(one)]))
  }

  function lookAgain(): void {
    look()
    for (const [sectionId, one] of desk.editors)
      if (open.value.some((comment) => comment.sectionId === sectionId)) redraw(one.editor)
  }

  /** The open comment whose passage the caret is in; of several the shortest. */
  function commentAtCaret(sectionId: string): MinutesComment | undefined {
    const one = desk.editors.get(sectionId)
    if (!one) return undefined
    const { head } = one.editor.state.selection
    const here = open.value.filter((comment) => comment.sectionId === sectionId)
    const [nearest] = here
      .flatMap((comment) => {
        const place = rangeOf(one, comment)
        return place && place.from <= head && head <= place.to ? [{ comment, length: place.to - place.from }] : []
      })
      .toSorted((a, b) => a.length - b.length)
    return nearest?.comment
  }

  /** What others say is told in passing: nothing moves under the hands. */
  function announce(comment: MinutesComment): void {
    const said = comment.answers.at(-1) ?? comment
    if (comment.resolved || said.userId === meeting.you?.userId) return
    const words = said === comment ? 'minutes.comments.arrived' : 'minutes.comments.answered'
    toasts.info(t(words, { name: people.personName(said.userId) }), said.text)
  }

  let settling: ReturnType<typeof setTimeout> | undefined
  const lookSoon = (): void => {
    clearTimeout(settling)
    settling = setTimeout(lookAgain, settleMs)
  }
  const heard = new Map<SectionEditor, () => void>()
  watch(
    () => [...desk.editors.values()],
    (editors) => {
      for (const one of editors.filter((known) => !heard.has(known))) {
        const { sectionId } = one.section
        const onCaret = (): void => {
          if (isOpen.value && !draft.value) currentId.value = commentAtCaret(sectionId)?.id
        }
        one.marks.comments = () =>
          open.value
            .filter((comment) => comment.sectionId === sectionId)
            .flatMap((comment) => {
              const place = rangeOf(one, comment)
              return place ? [{ ...place, isCurrent: comment.id === currentId.value }] : []
            })
        one.editor.on('update', lookSoon)
        one.editor.on('selectionUpdate', onCaret)
        heard.set(one, () => one.editor.off('update', lookSoon).off('selectionUpdate', onCaret))
      }
      for (const [one, end] of heard) {
        if (editors.includes(one)) continue
        end()
        heard.delete(one)
      }
    },
    { immediate: true },
  )
  watch(
    () => [line.comments.value, currentId.value, ...[...desk.editors.values()].map((one) => one.section.state)],
    () => {
      look()
      for (const one of desk.editors.values()) redraw(one.editor)
    },
  )
  // Closed by whichever key or button: the hands are back in the text.
  watch(isOpen, (is) => {
    if (is) return
    currentId.value = undefined
    asked.value = undefined
    void nextTick(() => focusText(desk.editor.value))
  })
  onScopeDispose(() => {
    clearTimeout(settling)
    for (const end of heard.values()) end()
  })

  /** Its key: in a passage with a comment it leads there, elsewhere it begins one. */
  function begin(): void {
    const sectionId = desk.target.value
    readCaret(desk.editors.get(sectionId)?.editor)
    const state = desk.editors.get(sectionId)?.editor.state
    const there = state?.selection.empty === true ? commentAtCaret(sectionId) : undefined
    const passage = state && !there ? keptPassage(state) : undefined
    if (!there && !passage && open.value.length === 0 && state) toasts.info(t('minutes.comments.noPassage'))
    isOpen.value = true
    draft.value = passage && { ...passage, sectionId }
    currentId.value = there?.id
    asked.value = there && { id: there.id }
  }

  function cancel(): void {
    draft.value = undefined
    void nextTick(() => focusText(desk.editor.value))
  }

  /** Puts the caret behind the passage. */
  function show(comment: MinutesComment): void {
    const one = desk.editors.get(comment.sectionId)
    const place = one && rangeOf(one, comment)
    if (place) one.editor.chain().focus().setTextSelection(place.to).scrollIntoView().run()
  }

  return {
    ...{ isOpen, draft, currentId, asked, places, open, resolved, bySection, state: line.state },
    ...{ begin, cancel, show, load: line.load, add: line.add, answer: line.answer, resolve: line.resolve },
  }
}
