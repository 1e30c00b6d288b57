import { useEventListener, useMutationObserver } from '@vueuse/core'
import type { Ref } from 'vue'

/**
 * A button often goes with its act, and the keyboard would stand nowhere. When what had the focus under `root` is taken away,
 * `giveTo` says where the hands go on. Who has pressed beside everything wants no focus, and gets none.
 */
export function useFocusKept(root: Readonly<Ref<HTMLElement | null>>, giveTo: () => void): void {
  let last: EventTarget | null = null
  useEventListener(root, 'focusin', (event) => {
    last = event.target
  })
  useEventListener(document, 'pointerdown', () => {
    last = null
  })
  useMutationObserver(
    root,
    () => {
      if (!(last instanceof Element) || last.isConnected || document.activeElement !== document.body) return
      last = null
      giveTo()
    },
    { childList: true, subtree: true },
  )
}
