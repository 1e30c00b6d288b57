import type { IncomingMessage } from 'node:http'
import express, { type Express, type NextFunction, type Request, type Response, Router } from 'express'
import helmet from 'helmet'
import type { Logger } from 'pino'
import { Registry } from 'prom-client'
import type { z } from 'zod'
import { invalidInput } from '#domain/contract/input.ts'
import type { Role } from '#domain/contract/values.ts'
import { errorStatus, type Refusal } from '#domain/errors.ts'
import type { Locale } from '#domain/messages/sentence.ts'
import type { FindSession, Session } from '../people/sessions.ts'
import type { Settings } from '../settings.ts'
import { packed, sendPacked } from './brotli.ts'
import { errorBody, refusalOfException } from './errors.ts'
import { type Documented, openApi } from './openapi.ts'

/** What every HTTP door shares. Routes are added with `route`; the order in which capabilities add theirs does not matter. */
export interface Doors {
  app: Express
  log: Logger
  metrics: Registry
  /** Until this is true everything under /api answers 503 `unavailable`. */
  ready: boolean
  /** Why the server cannot serve now, or null when it can; `/readyz` asks. */
  readiness: () => Promise<string | null>
  /** Set by people/routes.ts as soon as there is a database. */
  findSession: FindSession
  /** The asker's address, through the proxies that the settings trust. */
  addressOf: (request: IncomingMessage) => string
  /** Whether a request comes from a page of our own, or from no page at all; asked for sockets too. */
  isOwnOrigin: (request: IncomingMessage) => boolean
  /** Under which origin the asker opened us, for links that lead back. */
  originOf: (request: Request) => string
  documented: Documented[]
  api: Router
}

export interface DoorOptions {
  settings: Pick<Settings, 'production' | 'publicUrl' | 'trustProxy' | 'metricsToken'>
  log: Logger
  /** Further origins the page may connect to (LiveKit), given the host the page was opened under. */
  connectSources: (host: string) => string[]
}

const header = (request: IncomingMessage, name: string): string | undefined => {
  const value = request.headers[name]
  return Array.isArray(value) ? value[0] : value
}

const withoutDefaultPort = (host: string): string => host.toLowerCase().replace(/:(80|443)$/, '')

const hostOfUrl = (url: string | undefined): string | undefined =>
  url !== undefined && URL.canParse(url) ? withoutDefaultPort(new URL(url).host) : undefined

type Trust = (address: string, hop: number) => boolean

function proxyRules(app: Express): { addressOf: Doors['addressOf']; hostOf: (request: IncomingMessage) => string } {
  const trusts = (address: string, hop: number): boolean => {
    const trust: unknown = app.get('trust proxy fn')
    return typeof trust === 'function' && Boolean((trust as Trust)(address, hop))
  }
  const forwarded = (request: IncomingMessage, name: string): string[] =>
    (header(request, name) ?? '')
      .split(',')
      .map((part) => part.trim())
      .filter(Boolean)
  return {
    addressOf: (request) => {
      const chain = [request.socket.remoteAddress ?? '', ...forwarded(request, 'x-forwarded-for').reverse()]
      return chain.find((address, hop) => !trusts(address, hop)) ?? chain.at(-1) ?? ''
    },
    hostOf: (request) => {
      const passed = trusts(request.socket.remoteAddress ?? '', 0) ? forwarded(request, 'x-forwarded-host')[0] : undefined
      return withoutDefaultPort(passed ?? request.headers.host ?? '')
    },
  }
}

export function createDoors({ settings, log, connectSources }: DoorOptions): Doors {
  const app = express()
  app.disable('x-powered-by')
  app.disable('etag')
  app.set('trust proxy', settings.trustProxy)
  const { addressOf, hostOf } = proxyRules(app)
  const publicHost = hostOfUrl(settings.publicUrl)

  const doors: Doors = {
    app,
    log,
    metrics: new Registry(),
    ready: false,
    readiness: () => Promise.resolve('The server is starting.'),
    findSession: () => Promise.resolve(null),
    addressOf,
    isOwnOrigin: (request) => {
      const site = header(request, 'sec-fetch-site')
      if (site === 'cross-site' || site === 'same-site') return false
      const origin = header(request, 'origin')
      if (origin === undefined) return true
      const from = hostOfUrl(origin)
      return from !== undefined && (from === hostOf(request) || from === publicHost)
    },
    originOf: (request) => `${request.protocol}://${hostOf(request)}`,
    documented: [],
    api: Router(),
  }

  app.use(
    securityHeaders(settings.production, (request) => {
      const host = hostOf(request)
      return /^[\w.:[\]-]+$/.test(host) ? [`ws://${host}`, `wss://${host}`, ...connectSources(host)] : []
    }),
  )
  app.use(
    '/api',
    (request, response, next) => {
      response.setHeader('Cache-Control', 'no-store')
      if (!doors.ready) answerRefusal(request, response, { code: 'unavailable' })
      else if (!isSafe(request.method) && !doors.isOwnOrigin(request))
        answerRefusal(request, response, { code: 'forbidden', reason: 'foreign_origin' })
      else next()
    },
    express.json({ limit: 1024 * 1024, type: 'application/json' }),
    doors.api,
    (request: Request, response: Response) => answerRefusal(request, response, { code: 'not_found' }),
  )
  doors.api.get('/openapi.json', (_request, response) => {
    response.json(openApi(doors.documented))
  })
  app.use('/api', (error: unknown, request: Request, response: Response, next: NextFunction) => {
    if (response.headersSent) return next(error)
    const refusal = refusalOfBody(error)
    if (refusal) return answerRefusal(request, response, refusal)
    const unexpected = refusalOfException(error, log)
    answerRefusal(request, response, unexpected.refusal, unexpected.status)
  })
  return doors
}

/** A form of a foreign page can send text and forms, but not JSON. */
const isJson = (type: string | undefined): boolean => type === undefined || /^application\/json\s*(;|$)/i.test(type)

const isSafe = (method: string): boolean => method === 'GET' || method === 'HEAD' || method === 'OPTIONS'

function securityHeaders(production: boolean, connect: (request: IncomingMessage) => string[]) {
  return helmet({
    contentSecurityPolicy: {
      useDefaults: false,
      directives: {
        defaultSrc: ["'self'"],
        baseUri: ["'none'"],
        objectSrc: ["'none'"],
        formAction: ["'self'"],
        frameAncestors: ["'self'"],
        scriptSrc: ["'self'"],
        scriptSrcAttr: ["'none'"],
        // The editor and the components put style elements into the page; scripts they do not.
        styleSrc: ["'self'", "'unsafe-inline'"],
        imgSrc: ["'self'", 'data:', 'blob:'],
        mediaSrc: ["'self'", 'blob:'],
        fontSrc: ["'self'", 'data:'],
        workerSrc: ["'self'", 'blob:'],
        connectSrc: ["'self'", (request) => connect(request).join(' ')],
      },
    },
    strictTransportSecurity: production,
    referrerPolicy: { policy: 'no-referrer' },
  })
}

/** What express says of a body that it could not read. */
function refusalOfBody(error: unknown): Refusal | null {
  const type: unknown = typeof error === 'object' && error !== null ? Reflect.get(error, 'type') : undefined
  if (type === 'entity.too.large') return { code: 'too_large', params: { megabytes: 1 } }
  if (typeof type === 'string' && /^(entity|encoding|charset|request)\./.test(type))
    return { code: 'invalid_input', reason: 'not_json' }
  if (error instanceof URIError) return { code: 'not_found' }
  return null
}

export function localeOf(request: Request): Locale {
  return request.acceptsLanguages('vi', 'en') === 'en' ? 'en' : 'vi'
}

/** Answers a refusal in the asker's language; for handlers that write their answer themselves. */
export function answerRefusal(request: Request, response: Response, refusal: Refusal, status?: number): void {
  const wait = refusal.params?.seconds
  if (refusal.code === 'too_many_attempts' && wait !== undefined) response.setHeader('Retry-After', String(wait))
  response.status(status ?? errorStatus[refusal.code]).json(errorBody(refusal, localeOf(request)))
}

const slotPattern = /^[a-z0-9]{1,8}$/

/**
 * The name of the window's session cookie: several roles can be signed in side by side in one browser, each window with its
 * own slot. `null` for a slot that cannot be one.
 */
export function slotOf(given: unknown): string | null {
  if (given === undefined || given === '') return ''
  return typeof given === 'string' && slotPattern.test(given) ? given : null
}

type Who = 'public' | 'signedIn' | readonly Role[]
type Schema = z.ZodType
/** `null`: no body. A text: the media type of bytes that the handler writes itself. */
type Answers = Readonly<Record<number, Schema | null | string>>

interface RouteSpec<W extends Who, P extends Schema, Q extends Schema, B extends Schema, A extends Answers> {
  method: 'get' | 'post' | 'put' | 'patch' | 'delete'
  /** From the root, as express writes it: `/api/meetings/:id`. */
  path: `/api/${string}`
  summary: string
  who: W
  params?: P
  query?: Q
  body?: B
  /** The body is a file stream that the handler reads itself (multipart/form-data). */
  isUpload?: boolean
  /**
   * A session from a join link reaches only routes under its own meeting's path; `allowed` opens another route to it, which
   * then looks at `session.meetingId` itself.
   */
  joinSession?: 'allowed'
  answers: A
}

type AnswerOf<A extends Answers> = {
  [S in keyof A & number]: A[S] extends Schema ? { status: S; body: z.input<A[S]> } : { status: S }
}[keyof A & number]

export interface Call<W extends Who, P extends Schema, Q extends Schema, B extends Schema> {
  params: z.output<P>
  query: z.output<Q>
  body: z.output<B>
  session: W extends 'public' ? Session | null : Session
  slot: string
  ip: string
  locale: Locale
  request: Request
  response: Response
}

type Handler<W extends Who, P extends Schema, Q extends Schema, B extends Schema, A extends Answers> = (
  call: Call<W, P, Q, B>,
) => Promise<AnswerOf<A> | { refusal: Refusal } | undefined> | AnswerOf<A> | { refusal: Refusal } | undefined

const parse = (schema: Schema | undefined, value: unknown): { value: unknown } | { refusal: Refusal } => {
  if (!schema) return { value: undefined }
  const parsed = schema.safeParse(value)
  return parsed.success ? { value: parsed.data } : invalidInput(parsed.error)
}

/** Who may call, before anything else is looked at. */
function admit(
  who: Who,
  session: Session | null,
  spec: { path: string; joinSession?: 'allowed' },
  request: Request,
): Refusal | null {
  if (who === 'public') return null
  if (!session) return { code: 'not_signed_in' }
  if (session.meetingId !== undefined && spec.joinSession !== 'allowed') {
    if (!spec.path.startsWith('/api/meetings/:id') || request.params.id !== session.meetingId) return { code: 'not_found' }
  }
  return who === 'signedIn' || who.includes(session.user.role) ? null : { code: 'forbidden' }
}

/** From here on the time a weak line takes is worth more than the processor's. */
const worthCompressing = 4096

/** Long answers (the units, the people of a meeting) go out packed; none of that length carries a secret of the session. */
async function answerJson(request: Request, response: Response, body: unknown): Promise<void> {
  const text = JSON.stringify(body)
  response.type('json')
  if (text.length >= worthCompressing && request.acceptsEncodings('br')) sendPacked(response, await packed(text, 4))
  else response.send(text)
}

/**
 * Adds a route to express and to the OpenAPI document from the same schemas. The handler gets parsed values and answers with
 * a status and a body, with a refusal, or with nothing when it wrote to `response` itself. A path that cannot be right is
 * `not_found`; query and body are `invalid_input` with their field.
 */
export function route<
  W extends Who,
  A extends Answers,
  P extends Schema = z.ZodUndefined,
  Q extends Schema = z.ZodUndefined,
  B extends Schema = z.ZodUndefined,
>(doors: Doors, spec: RouteSpec<W, P, Q, B, A>, handler: Handler<W, P, Q, B, NoInfer<A>>): void {
  doors.documented.push(spec)
  doors.api[spec.method](spec.path.slice('/api'.length), async (request, response) => {
    const { slot: slotInQuery, ...query } = request.query
    const slot = slotOf(request.headers['x-session-slot'] ?? slotInQuery)
    const session = slot === null ? null : await doors.findSession(request.headers.cookie, slot)
    const refused = (refusal: Refusal): void => answerRefusal(request, response, refusal)

    const barred = admit(spec.who, session, spec, request)
    if (barred) return refused(barred)
    if (!isSafe(request.method) && !spec.isUpload && !isJson(request.headers['content-type']))
      return refused({ code: 'invalid_input', reason: 'not_json' })
    const params = parse(spec.params, request.params)
    if ('refusal' in params) return refused({ code: 'not_found' })
    const parsedQuery = parse(spec.query, query)
    if ('refusal' in parsedQuery) return refused(parsedQuery.refusal)
    const body = parse(spec.body, request.body ?? {})
    if ('refusal' in body) return refused(body.refusal)

    // The values were parsed by the very schemas that give their types.
    const call = {
      params: params.value,
      query: parsedQuery.value,
      body: body.value,
      session,
      slot: slot ?? '',
      ip: doors.addressOf(request),
      locale: localeOf(request),
      request,
      response,
    } as Call<W, P, Q, B>
    const answer = await handler(call)
    if (answer === undefined) return
    if ('refusal' in answer) return refused(answer.refusal)
    response.status(answer.status)
    if ('body' in answer) await answerJson(request, response, answer.body)
    else response.end()
  })
}
