import type { Page } from 'playwright-core'
import { settled } from './browser.ts'

/**
 * Every text that can be seen on the page and is smaller than `minPx` or stands out less than `minContrast` from what is behind
 * it, as `words: what is wrong`. What is switched off is not meant to be read from afar.
 */
export async function hardToRead(page: Page, minPx: number, minContrast = 7): Promise<string[]> {
  await settled(page)
  return page.evaluate(
    ([px, ratio]) => {
      type Colour = [red: number, green: number, blue: number, alpha: number]
      const canvas = new OffscreenCanvas(1, 1).getContext('2d', { willReadFrequently: true })
      const colourOf = (text: string): Colour => {
        if (canvas === null) throw new Error('no canvas')
        canvas.clearRect(0, 0, 1, 1)
        canvas.fillStyle = text
        canvas.fillRect(0, 0, 1, 1)
        const [red = 0, green = 0, blue = 0, alpha = 0] = canvas.getImageData(0, 0, 1, 1).data
        return [red, green, blue, alpha / 255]
      }
      const over = (top: Colour, below: Colour): Colour => {
        const mix = (at: 0 | 1 | 2) => top[at] * top[3] + below[at] * (1 - top[3])
        return [mix(0), mix(1), mix(2), 1]
      }
      const luminance = (colour: Colour) => {
        const part = (value: number) => (value / 255 <= 0.04045 ? value / 255 / 12.92 : ((value / 255 + 0.055) / 1.055) ** 2.4)
        return 0.2126 * part(colour[0]) + 0.7152 * part(colour[1]) + 0.0722 * part(colour[2])
      }
      const parents = (element: Element): Element[] => {
        const all: Element[] = []
        for (let one: Element | null = element; one; one = one.parentElement) all.push(one)
        return all
      }
      const behind = (element: Element): Colour =>
        parents(element)
          .reverse()
          .reduce<Colour>((ground, one) => over(colourOf(getComputedStyle(one).backgroundColor), ground), [255, 255, 255, 1])

      const found: string[] = []
      const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT)
      for (let node = walker.nextNode(); node; node = walker.nextNode()) {
        const words = node.textContent?.trim() ?? ''
        const element = node.parentElement
        if (words === '' || element === null || element.closest('.said-only, [aria-disabled="true"], script, style')) continue
        const range = document.createRange()
        range.selectNodeContents(node)
        const box = range.getBoundingClientRect()
        const isInView = box.width > 1 && box.bottom > 0 && box.right > 0 && box.top < innerHeight && box.left < innerWidth
        if (!isInView || !element.checkVisibility({ opacityProperty: true, visibilityProperty: true })) continue
        const style = getComputedStyle(element)
        const size = Number.parseFloat(style.fontSize)
        const opacity = parents(element).reduce((product, one) => product * Number(getComputedStyle(one).opacity), 1)
        const ground = behind(element)
        const [red, green, blue, alpha] = colourOf(style.color)
        const ink = over([red, green, blue, alpha * opacity], ground)
        const [light = 0, dark = 0] = [luminance(ink), luminance(ground)].sort((a, b) => b - a)
        const contrast = (light + 0.05) / (dark + 0.05)
        const said = words.slice(0, 40)
        if (size < px - 0.5) found.push(`${said}: ${size.toFixed(1)} px`)
        if (contrast < ratio - 0.05) found.push(`${said}: contrast ${contrast.toFixed(1)}`)
      }
      return [...new Set(found)]
    },
    [minPx, minContrast] as const,
  )
}
