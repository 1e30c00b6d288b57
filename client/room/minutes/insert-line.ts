import type { Editor } from '@tiptap/vue-3'

/** Writes words where the caret is, on a line of their own, and leaves the caret behind them. */
export function insertLine(editor: Editor, words: string): void {
  editor
    .chain()
    .focus()
    .command(({ tr, state }) => {
      if (state.selection.$from.parent.textContent !== '') tr.split(state.selection.to)
      tr.insertText(words)
      return true
    })
    .run()
}
