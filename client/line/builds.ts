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

/** Lets the page be opened again without a server, and notices each new build as soon as the line is back from its start. */
export function followBuilds(): void {
  if (own === undefined || own === null) return
  onLive(() => void look())
  if (!('serviceWorker' in navigator)) return
  void navigator.serviceWorker.register('/service-worker.js')
  void navigator.serviceWorker.ready.then((registration) => {
    registration.active?.postMessage(performance.getEntriesByType('resource').map((entry) => entry.name))
  })
}
