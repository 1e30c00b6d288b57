import { Extension } from '@tiptap/vue-3'
import { Plugin } from '@tiptap/pm/state'
import type { EditorState } from '@tiptap/pm/state'
import { undoManagerOf } from './sync-state.ts'

/** Whoever rests this long in the middle of a word begins a new step. */
const restMs = 10_000

/**
 * Undo takes back a word, not its keys, whichever way the input method writes it: a step ends where a word begins, where the
 * caret was moved, and where something was pasted.
 */
export const UndoSteps = Extension.create({
  name: 'undoSteps',
  onCreate() {
    const manager = undoManagerOf(this.editor.state)
    if (manager) manager.captureTimeout = restMs
  },
  addProseMirrorPlugins: () => [
    new Plugin({
      props: {
        handleTextInput: (view, from, to, text) => {
          if (!view.composing && from === to && text.trim() !== '' && isWordStart(view.state, from)) endStep(view.state)
          return false
        },
        handlePaste: (view) => {
          endStep(view.state)
          return false
        },
        handleDOMEvents: {
          compositionstart: (view) => {
            endStep(view.state)
            return false
          },
        },
      },
      view: () => ({
        update: ({ state, composing }, before) => {
          if (!composing && state.doc === before.doc && !state.selection.eq(before.selection)) endStep(state)
        },
      }),
    }),
  ],
})

const endStep = (state: EditorState): void => undoManagerOf(state)?.stopCapturing()

function isWordStart(state: EditorState, position: number): boolean {
  const { parent, parentOffset } = state.doc.resolve(position)
  return parentOffset === 0 || /\s$/.test(parent.textBetween(parentOffset - 1, parentOffset, undefined, ' '))
}
