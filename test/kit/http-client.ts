import { ErrorBody } from '#domain/contract/http.ts'
import type { z } from 'zod'

export interface Answer {
  status: number
  headers: Headers
  /** The JSON of the body, or its text, or undefined when it is empty. */
  body: unknown
  /** The code of a refusal; undefined when it was none. */
  code: string | undefined
}

export interface HttpClient {
  request: (method: string, path: string, body?: unknown, headers?: Record<string, string>) => Promise<Answer>
  get: (path: string, headers?: Record<string, string>) => Promise<Answer>
  post: (path: string, body?: unknown, headers?: Record<string, string>) => Promise<Answer>
  patch: (path: string, body?: unknown) => Promise<Answer>
  remove: (path: string) => Promise<Answer>
  signIn: (username: string, password?: string) => Promise<Answer>
  /** The Cookie header it sends. */
  cookie: () => string
  /** A window of the same browser: it shares the cookies and has a session of its own. */
  window: (slot: string) => HttpClient
}

/** A browser as far as HTTP goes: it keeps cookies. `address` is what a trusted proxy would say of where it is. */
export function createHttpClient(
  url: string,
  options: { slot?: string; jar?: Map<string, string>; address?: string } = {},
): HttpClient {
  const jar = options.jar ?? new Map<string, string>()
  const cookie = () => [...jar].map(([name, value]) => `${name}=${value}`).join('; ')
  const request: HttpClient['request'] = async (method, path, body, headers = {}) => {
    const response = await fetch(`${url}${path}`, {
      method,
      redirect: 'manual',
      headers: {
        ...(jar.size > 0 ? { cookie: cookie() } : {}),
        ...(options.slot === undefined ? {} : { 'x-session-slot': options.slot }),
        ...(options.address === undefined ? {} : { 'x-forwarded-for': options.address }),
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
        ...headers,
      },
      ...(body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) }),
    })
    for (const line of response.headers.getSetCookie()) {
      const [, name = '', value = ''] = /^([^=]+)=([^;]*)/.exec(line) ?? []
      if (value === '') jar.delete(name)
      else jar.set(name, value)
    }
    const text = await response.text()
    const isJson = response.headers.get('content-type')?.startsWith('application/json') === true
    const parsed: unknown = isJson ? JSON.parse(text) : text === '' ? undefined : text
    const refusal = ErrorBody.safeParse(parsed)
    return { status: response.status, headers: response.headers, body: parsed, code: refusal.data?.error.code }
  }
  return {
    request,
    get: (path, headers) => request('GET', path, undefined, headers),
    post: (path, body = {}, headers = {}) => request('POST', path, body, headers),
    patch: (path, body) => request('PATCH', path, body),
    remove: (path) => request('DELETE', path),
    signIn: (username, password = 'demo') => request('POST', '/api/session', { username, password }),
    cookie,
    window: (slot) => createHttpClient(url, { ...options, slot, jar }),
  }
}

/** The answer's body by its schema; fails the test with the whole answer when it is another. */
export function bodyOf<T extends z.ZodType>(answer: Answer, schema: T): z.output<T> {
  const parsed = schema.safeParse(answer.body)
  if (!parsed.success)
    throw new Error(`${answer.status}: ${JSON.stringify(answer.body)} is not as expected: ${parsed.error.message}`)
  return parsed.data
}
