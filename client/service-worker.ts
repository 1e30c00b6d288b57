/**
 * Lets a page that was open here open again while the server restarts: it then shows that it is connecting, instead of the
 * browser's own error. The shell of the build is kept when the worker is installed, every other file of the build when it is
 * first used. Answers of the server (/api) are never kept.
 */

/** Written in by the build: its name, and the files without which no page is drawn. */
declare const __SHELL__: { build: string; files: string[] }

// The types of workers and of pages cannot live in one project: this is what is used of them.
interface Lasting extends Event {
  waitUntil: (work: Promise<unknown>) => void
}
interface Asking extends Lasting {
  request: Request
  respondWith: (answer: Promise<Response>) => void
}
interface Told extends Lasting {
  data: unknown
}
interface WorkerScope {
  skipWaiting: () => Promise<void>
  clients: { claim: () => Promise<void> }
  addEventListener(type: 'install' | 'activate', listener: (event: Lasting) => void): void
  addEventListener(type: 'fetch', listener: (event: Asking) => void): void
  addEventListener(type: 'message', listener: (event: Told) => void): void
}
const worker = self as unknown as WorkerScope

const { build, files } = __SHELL__
const cacheName = `build ${build}`
/** The newest build, and the one that pages opened before it still run. */
const buildsKept = 2
/** A line that is there but carries nothing must not hold the page back. */
const patienceMs = 4000

const isOfBuild = (url: URL) => url.origin === location.origin && url.pathname.startsWith('/assets/')
const isServers = (path: string) => /^\/(?:api|socket\.io|healthz|readyz|metrics)(?:\/|$)/.test(path)

async function install() {
  const cache = await caches.open(cacheName)
  await cache.addAll(files)
  await worker.skipWaiting()
}

async function activate() {
  const builds = (await caches.keys()).filter((name) => name.startsWith('build ') && name !== cacheName)
  const old = builds.slice(0, Math.max(0, builds.length - (buildsKept - 1)))
  await Promise.all(old.map((name) => caches.delete(name)))
  await worker.clients.claim()
}

async function page(request: Request): Promise<Response> {
  try {
    const answer = await fetch(request, { signal: AbortSignal.timeout(patienceMs) })
    // A proxy answers in the place of a server that is gone.
    if (answer.status < 502) return answer
    return (await caches.match('/')) ?? answer
  } catch (error) {
    const shell = await caches.match('/')
    if (shell) return shell
    throw error
  }
}

async function fileOfBuild(request: Request): Promise<Response> {
  const kept = await caches.match(request.url)
  if (kept) return kept
  const answer = await fetch(request)
  if (answer.ok) await (await caches.open(cacheName)).put(request.url, answer.clone())
  return answer
}

/** Keeps what a page had loaded before this worker was there. */
async function keep(addresses: unknown) {
  if (!Array.isArray(addresses)) return
  const cache = await caches.open(cacheName)
  for (const address of addresses)
    if (typeof address === 'string' && isOfBuild(new URL(address)) && !(await caches.match(address))) await cache.add(address)
}

worker.addEventListener('install', (event) => event.waitUntil(install()))
worker.addEventListener('activate', (event) => event.waitUntil(activate()))
worker.addEventListener('message', (event) => event.waitUntil(keep(event.data)))
worker.addEventListener('fetch', (event) => {
  const { request } = event
  const url = new URL(request.url)
  if (request.method !== 'GET' || url.origin !== location.origin || isServers(url.pathname)) return
  if (request.mode === 'navigate') event.respondWith(page(request))
  else if (isOfBuild(url)) event.respondWith(fileOfBuild(request))
})
