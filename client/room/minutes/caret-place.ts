import { Plugin } from '@tiptap/pm/state'
import type { EditorView } from '@tiptap/pm/view'
import { type Editor, Extension } from '@tiptap/core'

/** Those that change the text where the caret is, by the editor's own hand. */
const keys = new Set(['Enter', 'Backspace', 'Delete'])

/**
 * A key acts where the caret is, however fast keys follow each other. The browser moves the caret for Home, End or a click at
 * once but says so later, after keys that wait already: Enter right after End would split the text where the caret was before.
 */
export const caretPlace = Extension.create({
  name: 'caretPlace',
  addProseMirrorPlugins: () => [
    new Plugin({
      props: {
        handleDOMEvents: {
          keydown: (view, event) => {
            // A key of an input method: the text is not settled.
            if (view.composing || event.isComposing || event.keyCode === 229) return false
            if (!keys.has(event.key) || event.ctrlKey || event.metaKey) return false
            read(view)
            return false
          },
        },
      },
    }),
  ],
})

/** The editor reads the caret when it hears this, and does nothing when it is where it was. */
const read = (view: EditorView): boolean => view.dom.ownerDocument.dispatchEvent(new Event('selectionchange'))

/** For an act of the page on what is selected: what was selected by keys a moment ago counts. */
export function readCaret(editor: Editor | undefined): void {
  if (editor && !editor.view.composing) read(editor.view)
}
