import { onBeforeUpdate, onUpdated, type Ref } from 'vue'

/** The scale's own time, which is nothing for those who want no motion. */
const lengthOf = (element: Element): number => {
  const text = getComputedStyle(element).getPropertyValue('--time-move').trim()
  return Number.parseFloat(text) * (text.endsWith('ms') ? 1 : 1000)
}

/**
 * What an update moves inside `frame` glides to its new place, so that the eye can follow it and nothing jumps from under a
 * finger. Only what bears `data-glide` moves by itself; the value names it over the update, also when it is drawn anew.
 */
export function useGlide(frame: Readonly<Ref<HTMLElement | null>>): void {
  let before = new Map<string, DOMRect>()

  const parts = () => [...(frame.value?.querySelectorAll<HTMLElement>('[data-glide]') ?? [])]
  const nameOf = (part: HTMLElement) => part.dataset.glide ?? ''

  onBeforeUpdate(() => {
    before = new Map(parts().map((part) => [nameOf(part), part.getBoundingClientRect()]))
  })
  onUpdated(() => {
    const duration = frame.value ? lengthOf(frame.value) : 0
    for (const part of parts()) {
      const from = before.get(nameOf(part))
      const to = part.getBoundingClientRect()
      const [x, y] = from ? [from.left - to.left, from.top - to.top] : [0, 0]
      const start = from ? { transform: `translate(${x}px, ${y}px)` } : { opacity: 0 }
      if (!from || x !== 0 || y !== 0) part.animate([start, {}], { duration, easing: 'ease-out' })
    }
  })
}
