import type { Browser, Page } from 'playwright-core'

/** What a hall's screen shows and plays, and how its line is cut. */

/** On a machine that is slow at the moment a hall gives its pictures up, for ten seconds, then twenty, then forty. */
export const pictureMs = 150_000

/** Whether any video on the page presents a new frame within a second and a half. */
export const showsNewFrame = (page: Page): Promise<boolean> =>
  page.evaluate(() =>
    Promise.race([
      ...[...document.querySelectorAll('video')].map(
        (video) => new Promise<boolean>((resolve) => video.requestVideoFrameCallback(() => resolve(true))),
      ),
      new Promise<boolean>((resolve) => setTimeout(() => resolve(false), 1500)),
    ]),
  )

/** How many voices the page plays. */
export const voices = (page: Page): Promise<number> => page.locator('audio').count()

/**
 * Cuts the line of a browser's only page and gives back how to mend it. The browser fires its `offline` event, and its network
 * process is held still: no byte of HTTP, web sockets or WebRTC goes in or out, as with a cable that is pulled.
 */
export async function cutLine(browser: Browser, page: Page): Promise<() => Promise<void>> {
  const [ofBrowser, ofPage] = await Promise.all([browser.newBrowserCDPSession(), page.context().newCDPSession(page)])
  const { processInfo } = await ofBrowser.send('SystemInfo.getProcessInfo')
  const network = processInfo.find(({ type }) => type === 'network.mojom.NetworkService')
  if (!network) throw new Error('this browser has no network process of its own')
  const set = (offline: boolean) =>
    ofPage.send('Network.emulateNetworkConditions', { offline, latency: 0, downloadThroughput: -1, uploadThroughput: -1 })
  await ofPage.send('Network.enable')
  await set(true)
  process.kill(network.id, 'SIGSTOP')
  return async () => {
    process.kill(network.id, 'SIGCONT')
    await set(false)
    await Promise.all([ofBrowser.detach(), ofPage.detach()])
  }
}
