import type { Page } from 'playwright-core'

interface Shift {
  value: number
  moved: string[]
}

/** From now on what moves on the page without a hand on it is written down. */
export const watchStillness = (page: Page): Promise<void> =>
  page.evaluate(() => {
    const shifts: Shift[] = []
    Reflect.set(window, 'layoutShifts', shifts)
    type Entry = PerformanceEntry & { value: number; hadRecentInput: boolean; sources: { node: Node | null }[] }
    const nameOf = (node: Node | null) => {
      const element = node instanceof Element ? node : node?.parentElement
      return element
        ? `${element.tagName.toLowerCase()}.${element.className} ${element.textContent?.trim().slice(0, 30) ?? ''}`
        : '?'
    }
    new PerformanceObserver((list) => {
      for (const entry of list.getEntries() as Entry[])
        if (!entry.hadRecentInput) shifts.push({ value: entry.value, moved: entry.sources.map((source) => nameOf(source.node)) })
    }).observe({ type: 'layout-shift' })
  })

/** How much has moved since, as the browser counts it, and what moved most. */
export async function movement(page: Page): Promise<{ sum: number; worst: string[] }> {
  const shifts = await page.evaluate(() => Reflect.get(window, 'layoutShifts') as Shift[])
  const worst = shifts.toSorted((a, b) => b.value - a.value).slice(0, 6)
  return {
    sum: shifts.reduce((all, one) => all + one.value, 0),
    worst: worst.map((one) => `${one.value.toFixed(4)} ${one.moved.join(' | ')}`),
  }
}
