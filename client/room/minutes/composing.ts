import { Extension } from '@tiptap/vue-3'
import { Plugin } from '@tiptap/pm/state'

/** The browser still settles the text for a moment after a word is done. */
const settleMs = 60

/**
 * While a word is being composed what others type waits: a change in the same paragraph would break the word under the
 * caret. `hold` and `release` belong to the document's line; sending goes on.
 */
export const composing = (gate: { hold: () => void; release: () => void }) =>
  Extension.create({
    name: 'composing',
    addProseMirrorPlugins() {
      let settling: ReturnType<typeof setTimeout> | undefined
      return [
        new Plugin({
          props: {
            handleDOMEvents: {
              compositionstart: () => {
                clearTimeout(settling)
                gate.hold()
                return false
              },
              compositionend: (view) => {
                clearTimeout(settling)
                const settle = (): void => {
                  if (view.composing) settling = setTimeout(settle, settleMs)
                  else gate.release()
                }
                settling = setTimeout(settle, settleMs)
                return false
              },
            },
          },
          view: () => ({
            destroy: () => {
              clearTimeout(settling)
              gate.release()
            },
          }),
        }),
      ]
    },
  })
