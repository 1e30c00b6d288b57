/** Two taps of one nervous finger: so soon after each other, and so near. */
const soonMs = 400
const nearPx = 32

/** What is tapped: the button as it stands there, and by its words what it would do. */
type Tapped = Pick<Element, 'textContent'> | null
interface Tap {
  x: number
  y: number
  at: number
  button: Tapped
  words: string
}
let last: Tap | undefined

const wordsOf = (button: Tapped): string => button?.textContent ?? ''
const isOther = (tap: Tap, button: Tapped): boolean => tap.button !== button || tap.words !== wordsOf(button)

/**
 * Whether this tap is the second half of a double tap on a place where by now another act stands: the answer comes within a
 * blink, and "start item 2" must not become "start item 3", nor "ask to speak" its opposite. The same button with the same words
 * may be tapped as often as one likes; keys are not taps.
 */
export function isSecondTap(event: Pick<MouseEvent, 'detail' | 'clientX' | 'clientY' | 'timeStamp'>, button: Tapped): boolean {
  if (event.detail === 0) return false
  const tap = { x: event.clientX, y: event.clientY, at: event.timeStamp, button, words: wordsOf(button) }
  if (
    last !== undefined &&
    tap.at - last.at < soonMs &&
    Math.hypot(tap.x - last.x, tap.y - last.y) < nearPx &&
    isOther(last, button)
  )
    return true
  last = tap
  return false
}

/** For how long a button that has just come, or has just been given other words, still lies under a finger that meant another. */
export function restMs(button: Element | null): number {
  if (last === undefined || button === null) return 0
  const left = soonMs - (performance.now() - last.at)
  if (left <= 0 || !isOther(last, button)) return 0
  const box = button.getBoundingClientRect()
  const isUnder =
    last.x > box.left - nearPx && last.x < box.right + nearPx && last.y > box.top - nearPx && last.y < box.bottom + nearPx
  return isUnder ? left : 0
}
