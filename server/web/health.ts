import { timingSafeEqual } from 'node:crypto'
import type { IncomingMessage } from 'node:http'
import { collectDefaultMetrics, Histogram } from 'prom-client'
import type { Sql } from 'postgres'
import { codeOf } from './errors.ts'
import type { Doors } from './http.ts'

const isLoopback = (address: string): boolean => address === '::1' || /^(::ffff:)?127\./.test(address)

/** A proxy on this machine that we were not told to trust makes everybody look local; its header gives it away. */
const cameDirectly = (request: IncomingMessage): boolean =>
  request.headers['x-forwarded-for'] === undefined && request.headers.forwarded === undefined

function hasToken(given: string | undefined, token: string | undefined): boolean {
  if (token === undefined || token === '' || given === undefined) return false
  const [one, other] = [Buffer.from(given), Buffer.from(`Bearer ${token}`)]
  return one.length === other.length && timingSafeEqual(one, other)
}

/**
 * `/healthz` while the process is up, `/readyz` when it can serve, `/metrics` for this machine or the bearer of the token; for
 * everybody else there is no such page.
 */
export function registerHealth(doors: Doors, options: { metricsToken?: string }): void {
  collectDefaultMetrics({ register: doors.metrics })
  const requests = new Histogram({
    name: 'http_request_seconds',
    help: 'Time to answer a request, by route',
    labelNames: ['method', 'route', 'status'] as const,
    buckets: [0.005, 0.02, 0.05, 0.1, 0.25, 0.5, 1, 2.5],
    registers: [doors.metrics],
  })

  doors.api.use((request, response, next) => {
    const stop = requests.startTimer({ method: request.method })
    response.on('finish', () => {
      const matched: unknown = request.route
      const path: unknown = typeof matched === 'object' && matched !== null ? Reflect.get(matched, 'path') : undefined
      stop({ route: typeof path === 'string' ? path : 'none', status: String(response.statusCode) })
    })
    next()
  })
  doors.app.get('/healthz', (_request, response) => {
    response.setHeader('Cache-Control', 'no-store')
    response.json({ ok: true })
  })
  doors.app.get('/readyz', async (_request, response) => {
    response.setHeader('Cache-Control', 'no-store')
    const reason = await doors.readiness()
    response.status(reason === null ? 200 : 503).json(reason === null ? { ready: true } : { ready: false, reason })
  })
  doors.app.get('/metrics', async (request, response, next) => {
    const isLocal = isLoopback(doors.addressOf(request)) && cameDirectly(request)
    if (!isLocal && !hasToken(request.headers.authorization, options.metricsToken)) return next('route')
    response.type(doors.metrics.contentType).send(await doors.metrics.metrics())
  })
  // The page's catch-all must not answer for a hidden /metrics.
  doors.app.get('/metrics', (_request, response) => {
    response.status(404).end()
  })
}

/** Ready means: the database answers within two seconds. The migrations ran before anybody could ask this. */
export function databaseReadiness(sql: Sql): () => Promise<string | null> {
  return async () => {
    let timer: NodeJS.Timeout | undefined
    const late = new Promise<string>((resolve) => {
      timer = setTimeout(() => resolve('The database does not answer within 2 s.'), 2000)
    })
    const asked = sql`select 1`.then(
      () => null,
      (error: unknown) => `The database does not answer (${codeOf(error) ?? 'unknown error'}).`,
    )
    try {
      return await Promise.race([asked, late])
    } finally {
      clearTimeout(timer)
    }
  }
}
