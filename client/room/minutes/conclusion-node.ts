import type { Node as TextNode } from '@tiptap/pm/model'
import { type EditorState, Plugin, Selection, TextSelection, type Transaction } from '@tiptap/pm/state'
import type { EditorView } from '@tiptap/pm/view'
import { Extension, VueNodeViewRenderer } from '@tiptap/vue-3'
import { Conclusion } from '#domain/minutes/conclusion.ts'
import ConclusionBlock from './ConclusionBlock.vue'

/** Whether the log knows a block's conclusion; then its words are the log's, and nobody types in it. */
export type IsLogged = (conclusionId: string) => boolean

/** The conclusion as a block that draws the log's words and state once it is proposed. */
export const ConclusionNode = Conclusion.extend({ addNodeView: () => VueNodeViewRenderer(ConclusionBlock) })

/** The caret walks around logged blocks, and deleting beside one does not touch it. Before all other keys: those would. */
export const loggedBlocks = (isLogged: IsLogged) =>
  Extension.create({
    name: 'loggedBlocks',
    priority: 1000,
    addProseMirrorPlugins() {
      const { editor } = this
      return [
        new Plugin({
          appendTransaction: (_, before, state) => (editor.view.composing ? null : stepOut(before, state, isLogged)),
          props: { handleKeyDown: (view, event) => guardEdges(view, event, isLogged) },
        }),
      ]
    },
  })

const isLoggedBlock = (node: TextNode | null | undefined, isLogged: IsLogged): boolean => {
  const id: unknown = node?.type.name === 'conclusion' ? node.attrs.conclusionId : undefined
  return typeof id === 'string' && id !== '' && isLogged(id)
}

/** A caret that came to stand in a logged block goes on to the next text that can be typed in. */
function stepOut(before: EditorState, state: EditorState, isLogged: IsLogged): Transaction | null {
  const { selection } = state
  if (!(selection instanceof TextSelection) || !selection.empty || !isLoggedBlock(selection.$head.parent, isLogged)) return null
  const direction = selection.head >= before.selection.head ? 1 : -1
  const outside = textBeside(state, direction, isLogged) ?? textBeside(state, direction === 1 ? -1 : 1, isLogged)
  return outside ? state.tr.setSelection(outside) : null
}

/** The next place, up or down, where text can be typed. */
export function textBeside(state: EditorState, direction: 1 | -1, isLogged: IsLogged): Selection | null {
  let { $head } = state.selection
  for (;;) {
    const edge = direction === 1 ? $head.after() : $head.before()
    const found = Selection.findFrom(state.doc.resolve(edge), direction, true)
    if (!found || !isLoggedBlock(found.$head.parent, isLogged)) return found
    $head = found.$head
  }
}

/** At the edges of a logged block: deleting does not melt the text into it, and below a last one a line is begun. */
function guardEdges(view: EditorView, event: KeyboardEvent, isLogged: IsLogged): boolean {
  if (view.composing || event.isComposing || event.ctrlKey || event.metaKey || event.altKey) return false
  const { selection, doc } = view.state
  const { $head } = selection
  if (!selection.empty || !$head.parent.isTextblock || $head.depth !== 1) return false
  const index = $head.index(0)
  const isAtStart = $head.parentOffset === 0
  const isAtEnd = $head.parentOffset === $head.parent.content.size
  const isBelow = isLoggedBlock(doc.maybeChild(index + 1), isLogged)
  if (event.key === 'Backspace' && isAtStart && isLoggedBlock(doc.maybeChild(index - 1), isLogged)) {
    if ($head.parent.content.size === 0 && hasOtherText(doc, index, isLogged))
      view.dispatch(view.state.tr.delete($head.before(), $head.after()).scrollIntoView())
    return true
  }
  if (event.key === 'Delete' && isAtEnd && isBelow) return true
  if (!['ArrowDown', 'ArrowRight'].includes(event.key) || !isAtEnd || !isBelow || event.shiftKey) return false
  if (hasOtherText(doc, index, isLogged, index + 1)) return false
  const paragraph = view.state.schema.nodes.paragraph?.create()
  if (!paragraph) return false
  const tr = view.state.tr.insert(doc.content.size, paragraph)
  view.dispatch(tr.setSelection(Selection.atEnd(tr.doc)).scrollIntoView())
  return true
}

/** Whether a block beside the one at `except`, from `from` on, can be typed in. */
function hasOtherText(doc: TextNode, except: number, isLogged: IsLogged, from = 0): boolean {
  for (let index = from; index < doc.childCount; index++)
    if (index !== except && !isLoggedBlock(doc.child(index), isLogged)) return true
  return false
}
