import { Plugin } from '@tiptap/pm/state'
import type { EditorView } from '@tiptap/pm/view'
import { type Editor, Extension } from '@tiptap/core'
import { yCursorPluginKey } from '@tiptap/y-tiptap'

/** Those that change the text where the caret is, by the editor's own hand. */
const changingKeys = new Set(['Enter', 'Backspace', 'Delete'])
/** Those that only move the caret. */
const movingKeys = new Set(['Home', 'End', 'PageUp', 'PageDown', 'ArrowUp', 'ArrowDown', 'ArrowLeft', 'ArrowRight'])

/**
 * A key acts where the caret is, however fast keys follow each other and whatever others type meanwhile. The browser moves the
 * caret for Home, End or a click at once but says so later: after keys that wait already (Enter right after End would split the
 * text where the caret was before), and after what others typed, which would put the caret back where the editor knew it last.
 */
export const caretPlace = (section: { settle: (() => void) | undefined }) =>
  Extension.create({
    name: 'caretPlace',
    onCreate() {
      section.settle = () => readCaret(this.editor)
    },
    onDestroy() {
      section.settle = undefined
    },
    /** What draws the carets of others knows nothing of where this one has gone. */
    dispatchTransaction({ transaction, next }) {
      if (transaction.getMeta(yCursorPluginKey) !== undefined) {
        readCaret(this.editor)
        const { doc, selection } = this.editor.state
        if (transaction.doc === doc && !transaction.selection.eq(selection)) transaction.setSelection(selection)
      }
      next(transaction)
    },
    addProseMirrorPlugins: () => [
      new Plugin({
        props: {
          handleDOMEvents: {
            keydown: (view, event) => {
              // A key of an input method: the text is not settled.
              if (view.composing || event.isComposing || event.keyCode === 229) return false
              if (movingKeys.has(event.key)) movesByHand(view)
              else if (changingKeys.has(event.key) && !event.ctrlKey && !event.metaKey) read(view)
              return false
            },
          },
        },
      }),
    ],
  })

/** The editor reads the caret when it hears this, and does nothing when it is where it was. */
const read = (view: EditorView): boolean => view.dom.ownerDocument.dispatchEvent(new Event('selectionchange'))

/**
 * In the first moments after the text got the keys, the editor takes a caret that comes to the very beginning for the browser's
 * doing, and puts it back, unless a finger or a mouse was there: Home in that moment would be lost.
 */
const movesByHand = (view: EditorView): boolean => view.dom.dispatchEvent(new Event('touchmove'))

/** For an act of the page on what is selected: what was selected by keys a moment ago counts. */
export function readCaret(editor: Editor | undefined): void {
  if (editor && !editor.view.composing) read(editor.view)
}

/**
 * The keys are back in the text, where its caret was. At once: the library waits for a frame, and would then put back a caret
 * that a click or a key has moved meanwhile.
 */
export function focusText(editor: Editor | undefined, { scrolls = true } = {}): void {
  if (!editor || editor.isDestroyed || editor.view.hasFocus()) return
  editor.view.focus()
  if (scrolls) editor.commands.scrollIntoView()
}
