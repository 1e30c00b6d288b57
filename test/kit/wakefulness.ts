import type { BrowserContext, Page } from 'playwright-core'

/** Notes when a page of the context wants its screen kept on: a browser under test has no screen, and refuses. */
export async function rememberScreenLocks(context: BrowserContext): Promise<void> {
  await context.addInitScript(() => {
    // Pages that came by another scheme than https have none.
    if (!('wakeLock' in navigator)) return
    const request = navigator.wakeLock.request.bind(navigator.wakeLock)
    navigator.wakeLock.request = (type) => {
      Reflect.set(window, 'wantsItsScreenOn', true)
      return request(type)
    }
  })
}

/** Whether the page has asked that its screen does not go dark. */
export const wantsItsScreenOn = (page: Page): Promise<boolean> => page.evaluate(() => 'wantsItsScreenOn' in window)
