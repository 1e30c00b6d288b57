import { isChangeOrigin } from '@tiptap/extension-collaboration'
import { type EditorState, Plugin, PluginKey } from '@tiptap/pm/state'
import { Decoration, DecorationSet } from '@tiptap/pm/view'
import { type Editor, Extension } from '@tiptap/core'
import { readCaret } from './caret-place.ts'
import { type Passage, rangeOf } from './passage.ts'

/** A stretch of the text. */
export interface Range {
  from: number
  to: number
}

/** A passage with a comment. */
export interface CommentMark extends Range {
  isCurrent: boolean
}

/** What is drawn over the text and is not part of it. Whoever changes it calls `redraw`. */
export interface Marks {
  found: Range[]
  current: Range | undefined
  /** The words that become a conclusion. */
  passage: Passage | undefined
  /** The passages that have a comment, where they stand now. */
  comments: ((state: EditorState) => CommentMark[]) | undefined
  /** Who wrote each text block, in reading order; undefined while nobody asks. */
  authors: (() => (string | undefined)[]) | undefined
}

export const noMarks = (): Marks => ({
  found: [],
  current: undefined,
  passage: undefined,
  comments: undefined,
  authors: undefined,
})

const key = new PluginKey<DecorationSet>('marks')
const settleMs = 400

export const redraw = (editor: Editor): void => {
  if (editor.isDestroyed || editor.view.composing) return
  // A caret that a key has just moved, and that is not read yet, would be put back where it was.
  readCaret(editor)
  editor.view.dispatch(editor.state.tr.setMeta(key, true))
}

/** Draws the marks, and again a moment after own typing and at once after others' (which renews the whole text). */
export const marksOf = (marks: Marks) =>
  Extension.create({
    name: 'marks',
    addProseMirrorPlugins() {
      const { editor } = this
      let settling: ReturnType<typeof setTimeout> | undefined
      return [
        new Plugin({
          key,
          state: {
            init: (_, state) => draw(state, marks),
            apply: (tr, drawn, _, state) => {
              if (tr.getMeta(key) === true || (tr.docChanged && isChangeOrigin(tr))) return draw(state, marks)
              return tr.docChanged ? drawn.map(tr.mapping, tr.doc) : drawn
            },
          },
          props: { decorations: (state) => key.getState(state) },
          view: () => ({
            update: (view, before) => {
              if (marks.authors === undefined || view.state.doc === before.doc) return
              clearTimeout(settling)
              settling = setTimeout(() => redraw(editor), settleMs)
            },
            destroy: () => clearTimeout(settling),
          }),
        }),
      ]
    },
  })

function draw(state: EditorState, marks: Marks): DecorationSet {
  const size = state.doc.content.size
  const found = marks.found
    .filter((one) => one.to <= size)
    .map((one) => rangeMark(state, one, one === marks.current ? 'found current' : 'found'))
  const passage = marks.passage && rangeOf(state, marks.passage)
  const commented = (marks.comments?.(state) ?? []).map((one) =>
    rangeMark(state, one, one.isCurrent ? 'commented current' : 'commented'),
  )
  return DecorationSet.create(state.doc, [
    ...found,
    ...commented,
    ...(passage ? [rangeMark(state, passage, 'passage')] : []),
    ...authorMarks(state, marks.authors?.() ?? []),
  ])
}

/** A range that is one whole block is marked as a block. */
function rangeMark(state: EditorState, { from, to }: Range, name: string): Decoration {
  const node = state.doc.nodeAt(from)
  const isBlock = node?.isBlock === true && node.nodeSize === to - from
  return isBlock ? Decoration.node(from, to, { class: name }) : Decoration.inline(from, to, { class: name })
}

/** Each block bears its author; the name is shown where the author changes. */
function authorMarks(state: EditorState, authors: (string | undefined)[]): Decoration[] {
  const drawn: Decoration[] = []
  let line = 0
  let last: string | undefined
  state.doc.descendants((node, position) => {
    if (!node.isTextblock) return
    const author = authors[line++]
    if (author === undefined) return
    drawn.push(
      Decoration.node(position, position + node.nodeSize, {
        title: author,
        ...(author === last ? {} : { 'data-author': author }),
      }),
    )
    last = author
  })
  return drawn
}
