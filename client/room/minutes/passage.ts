import { Fragment, type Node as TextNode } from '@tiptap/pm/model'
import { type EditorState, TextSelection } from '@tiptap/pm/state'
import type { Editor } from '@tiptap/vue-3'
import type { ConclusionAttributes } from '#domain/minutes/conclusion.ts'
import { type Anchor, anchorAt, positionOf } from './sync-state.ts'

/** Words on their way to a conclusion, and where they stand; they may move while the form is filled in. */
export interface Passage {
  text: string
  from: Anchor | undefined
  to: Anchor | undefined
}

/** The selection, or the paragraph that the caret is in. */
export function passageOf(editor: Editor): Passage {
  const { state } = editor
  const { selection, doc } = state
  const { $from } = selection
  const isWhole = selection.empty && $from.parent.isTextblock
  const from = isWhole ? $from.start() : selection.from
  const to = isWhole ? $from.end() : selection.to
  return { text: doc.textBetween(from, to, '\n', '\n').trim(), from: anchorAt(state, from), to: anchorAt(state, to) }
}

/** Where the passage stands now; undefined when somebody deleted it. */
export function rangeOf(state: EditorState, passage: Passage): { from: number; to: number } | undefined {
  if (!passage.from || !passage.to) return undefined
  const from = positionOf(state, passage.from)
  const to = positionOf(state, passage.to)
  return from === undefined || to === undefined || to < from ? undefined : { from, to }
}

/**
 * Puts the block of a proposed conclusion in the passage's place, whole and in one transaction, and the caret on a new line
 * below. A passage inside a list or a table stays, and the block follows it. Undo leaves the block: it is not typing.
 */
export function putConclusion(editor: Editor, passage: Passage, attributes: ConclusionAttributes, text: string): void {
  const { state } = editor
  const { conclusion, paragraph, hardBreak } = state.schema.nodes
  if (!conclusion || !paragraph || !hardBreak) return
  const lines = text.split('\n').map((line) => (line === '' ? [] : [state.schema.text(line)]))
  const words = lines.flatMap((line, index) => (index === 0 ? line : [hardBreak.create(), ...line]))
  const { from, to, before, after } = placeOf(state, passage)
  const block = conclusion.create(attributes, words)
  const pieces = [...before, block, paragraph.create(), ...after]
  const tr = state.tr.replaceWith(from, to, Fragment.from(pieces))
  const belowBlock = from + [...before, block].reduce((size, node) => size + node.nodeSize, 0) + 1
  editor.view.dispatch(tr.setSelection(TextSelection.create(tr.doc, belowBlock)).setMeta('addToHistory', false).scrollIntoView())
}

interface Place {
  from: number
  to: number
  /** What of the first and the last paragraph is not in the passage, and stays. */
  before: TextNode[]
  after: TextNode[]
}

function placeOf(state: EditorState, passage: Passage): Place {
  const { doc } = state
  const range = rangeOf(state, passage) ?? { from: state.selection.to, to: state.selection.to }
  const $from = doc.resolve(range.from)
  const $to = doc.resolve(range.to)
  if ($to.depth === 0) return { from: range.to, to: range.to, before: [], after: [] }
  const end = $to.after(1)
  const isPlain = [$from, $to].every(({ depth, parent }) => depth === 1 && parent.type.name !== 'conclusion')
  if (!isPlain || range.from === range.to) return { from: end, to: end, before: [], after: [] }
  const before = $from.parent.copy($from.parent.content.cut(0, $from.parentOffset))
  const after = $to.parent.copy($to.parent.content.cut($to.parentOffset))
  return {
    from: $from.before(1),
    to: end,
    before: before.content.size > 0 ? [before] : [],
    after: after.content.size > 0 ? [after] : [],
  }
}
