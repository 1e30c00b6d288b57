/** The entry file this page was built with; none while developing. */
const own = document.querySelector<HTMLScriptElement>('script[type="module"][src*="/assets/"]')?.getAttribute('src')

/** Loads the page again when the server serves another build than this one: an unattended wall has nobody to do it. */
export async function reloadAfterDeploy(): Promise<void> {
  if (own === undefined || own === null) return
  try {
    const response = await fetch('/', { cache: 'no-store' })
    if (!response.ok) return
    const served = /<script[^>]+src="([^"]*\/assets\/[^"]+)"/.exec(await response.text())?.[1]
    if (served !== undefined && served !== own) location.reload()
  } catch {
    // The line went again: the next time it is back asks again.
    return
  }
}
