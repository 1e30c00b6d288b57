import { onBeforeUnmount, onMounted } from 'vue'

/** A key of a face. `keys` as in `aria-keyshortcuts`: `N`, `Control+Enter`, `Alt+ArrowDown`, `?`. */
export interface KeyBinding {
  keys: string
  /** What it does, for the help sheet. */
  label: string
  run: () => void
  /** Works while typing too; for keys with Control or Alt only. */
  whileTyping?: boolean
}

const typingRoles = new Set(['textbox', 'combobox', 'searchbox', 'spinbutton'])
const typingInputs = new Set(['checkbox', 'radio', 'button', 'submit', 'range', 'color', 'file'])

/** Whether keys now belong to a field. */
export function isTyping(target: EventTarget | null): boolean {
  if (!(target instanceof HTMLElement)) return false
  if (target.isContentEditable || target.tagName === 'TEXTAREA' || target.tagName === 'SELECT') return true
  if (target instanceof HTMLInputElement) return !typingInputs.has(target.type)
  return typingRoles.has(target.getAttribute('role') ?? '')
}

/** The letter by its place too: an input method that composes hides it from `key`. */
function hasKey(event: KeyboardEvent, key: string): boolean {
  if (event.key.toLowerCase() === key.toLowerCase()) return true
  if (key === 'Space') return event.key === ' '
  return /^[a-z]$/i.test(key) && event.code === `Key${key.toUpperCase()}`
}

function fits(event: KeyboardEvent, keys: string): boolean {
  const parts = keys === '+' ? ['+'] : keys.split('+')
  const key = parts.at(-1) ?? ''
  const wants = (name: string) => parts.slice(0, -1).includes(name)
  if (event.ctrlKey !== wants('Control') || event.altKey !== wants('Alt') || event.metaKey !== wants('Meta')) return false
  const isSign = key.length === 1 && !/[a-z0-9]/i.test(key)
  if (!isSign && event.shiftKey !== wants('Shift')) return false
  return hasKey(event, key)
}

/**
 * Binds a face's keys for the life of the component. Keys rest while someone types, while a word is composed, while a
 * dialog is open, and do not repeat when held down.
 */
export function useKeys(bindings: () => readonly KeyBinding[]): void {
  function onKeyDown(event: KeyboardEvent) {
    if (event.defaultPrevented || event.isComposing || event.repeat) return
    const inField = isTyping(event.target)
    const hasDialog = document.querySelector('[data-holds-keys]') !== null
    for (const binding of bindings()) {
      if (!fits(event, binding.keys)) continue
      if (inField && binding.whileTyping !== true) return
      if (hasDialog && binding.whileTyping !== true) return
      event.preventDefault()
      binding.run()
      return
    }
  }
  onMounted(() => window.addEventListener('keydown', onKeyDown))
  onBeforeUnmount(() => window.removeEventListener('keydown', onKeyDown))
}
