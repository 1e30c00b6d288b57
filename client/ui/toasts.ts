import { toast } from 'vue-sonner'

/**
 * Short words that pass: done, refused, came back. What must not be missed is a Banner; what was refused stands next to its
 * button as well.
 */
export const toasts = {
  info: (text: string, hint?: string) => toast(text, hint === undefined ? {} : { description: hint }),
  good: (text: string, hint?: string) => toast.success(text, hint === undefined ? {} : { description: hint }),
  warning: (text: string, hint?: string) => toast.warning(text, hint === undefined ? {} : { description: hint }),
  /** A refusal: stays longer, so that it can be read. */
  refused: (text: string) => toast.error(text, { duration: 8000 }),
  /** Done, with its opposite at hand for five seconds. */
  withUndo: (text: string, label: string, undo: () => void) => toast(text, { duration: 5000, action: { label, onClick: undo } }),
}
