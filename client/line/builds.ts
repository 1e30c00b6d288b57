import { readonly, ref } from 'vue'
import { onLive } from './socket.ts'

/** The entry file this page was built with; none while developing. */
const own = document.querySelector<HTMLScriptElement>('script[type="module"][src*="/assets/"]')?.getAttribute('src')

const isOutdated = ref(false)
/** Whether the server now serves another build than this page. It stays true until the page is loaded again. */
export const hasNewBuild = readonly(isOutdated)

async function look(): Promise<void> {
  try {
    const response = await fetch('/', { cache: 'no-store' })
    if (!response.ok) return
    const served = /<script[^>]+src="([^"]*\/assets\/[^"]+)"/.exec(await response.text())?.[1]
    if (served !== undefined && served !== own) isOutdated.value = true
  } catch {
    // The line went again: the next time it is back asks again.
    return
  }
}

/** A room opens first: what is only needed later waits for its line, or for a page without one, and then for a quiet moment. */
const patienceMs = 5000
const whenCalm = (work: () => void): void => {
  const soon = () => {
    clearTimeout(late)
    stop()
    if ('requestIdleCallback' in window) requestIdleCallback(work, { timeout: patienceMs })
    else setTimeout(work, patienceMs)
  }
  const stop = onLive(soon)
  const late = setTimeout(soon, patienceMs)
}

const mostTries = 12

/** Tries again until the page is kept: the line may go while the worker, or what it keeps, is on its way. */
async function keepPage(triesLeft = mostTries): Promise<void> {
  const again = () => {
    if (triesLeft > 1) whenCalm(() => void keepPage(triesLeft - 1))
  }
  try {
    const { installing } = await navigator.serviceWorker.register('/service-worker.js')
    installing?.addEventListener('statechange', () => {
      if (installing.state === 'redundant' && navigator.serviceWorker.controller === null) again()
    })
  } catch {
    again()
  }
}

/** Lets the page be opened again without a server, and notices each new build as soon as the line is back from its start. */
export function followBuilds(): void {
  if (own === undefined || own === null) return
  onLive(() => void look())
  if (!('serviceWorker' in navigator)) return
  whenCalm(() => void keepPage())
  void navigator.serviceWorker.ready.then((registration) => {
    registration.active?.postMessage(performance.getEntriesByType('resource').map((entry) => entry.name))
  })
}
