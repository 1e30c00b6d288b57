import { z } from 'zod'
import { locale, t } from '../i18n/index.ts'
import { slot } from './slot.ts'

/**
 * A call that was refused, or that did not get through (`code` `network`). `message` is a sentence for people in the
 * language of the screen; `field` names the input at fault.
 */
export class ApiError extends Error {
  readonly code: string
  readonly status: number
  readonly field: string | undefined

  constructor(code: string, message: string, status: number, field?: string) {
    super(message)
    this.name = 'ApiError'
    this.code = code
    this.status = status
    this.field = field
  }
}

const ErrorBody = z.object({ error: z.object({ code: z.string(), message: z.string(), field: z.string().optional() }) })

type Method = 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE'

interface Call {
  /** Sent as JSON. */
  body?: unknown
  /** Sent as it is: a file, a form. */
  raw?: BodyInit
  headers?: Record<string, string>
  signal?: AbortSignal
  /** Another window's session, for signing it in before it opens. */
  slot?: string
}

let onNotSignedIn: () => void = () => undefined

/** The session store listens here: a call that found no session asks to sign in again over the page. */
export function whenNotSignedIn(listener: () => void): void {
  onNotSignedIn = listener
}

async function answerOf(method: Method, path: string, call: Call): Promise<Response> {
  const headers: Record<string, string> = { accept: 'application/json', 'accept-language': locale.value, ...call.headers }
  const callSlot = call.slot ?? slot
  if (callSlot !== '') headers['x-session-slot'] = callSlot
  if (call.body !== undefined) headers['content-type'] = 'application/json'
  try {
    return await fetch(path, {
      method,
      headers,
      body: call.body === undefined ? (call.raw ?? null) : JSON.stringify(call.body),
      credentials: 'same-origin',
      ...(call.signal ? { signal: call.signal } : {}),
    })
  } catch (cause) {
    if (cause instanceof DOMException && cause.name === 'AbortError') throw cause
    throw new ApiError('network', t('common.error.network'), 0)
  }
}

async function jsonOf(response: Response): Promise<unknown> {
  if (response.status === 204) return undefined
  const text = await response.text()
  if (text === '') return undefined
  try {
    return JSON.parse(text)
  } catch {
    throw new ApiError('unexpected', t('common.error.unexpected'), response.status)
  }
}

async function request(method: Method, path: string, call: Call): Promise<unknown> {
  const response = await answerOf(method, path, call)
  if (response.ok) return jsonOf(response)
  const body: unknown = await jsonOf(response).catch(() => undefined)
  const parsed = ErrorBody.safeParse(body)
  const error = parsed.success
    ? new ApiError(parsed.data.error.code, parsed.data.error.message, response.status, parsed.data.error.field)
    : new ApiError('unexpected', t('common.error.unexpected'), response.status)
  if (error.code === 'not_signed_in') onNotSignedIn()
  throw error
}

/** Calls the server and checks the answer by its schema: `await api.get('/api/units', Units)`. Throws `ApiError`. */
export const api = {
  async get<T extends z.ZodType>(path: string, answer: T, call: Call = {}): Promise<z.output<T>> {
    return answer.parse(await request('GET', path, call))
  },
  async post<T extends z.ZodType>(path: string, answer: T, body?: unknown, call: Call = {}): Promise<z.output<T>> {
    return answer.parse(await request('POST', path, { ...call, body }))
  },
  async put<T extends z.ZodType>(path: string, answer: T, body?: unknown, call: Call = {}): Promise<z.output<T>> {
    return answer.parse(await request('PUT', path, { ...call, body }))
  },
  async patch<T extends z.ZodType>(path: string, answer: T, body?: unknown, call: Call = {}): Promise<z.output<T>> {
    return answer.parse(await request('PATCH', path, { ...call, body }))
  },
  async remove(path: string, call: Call = {}): Promise<void> {
    await request('DELETE', path, call)
  },
  /** Sends a file or a form as it is. */
  async upload<T extends z.ZodType>(
    path: string,
    answer: T,
    raw: BodyInit,
    headers: Record<string, string> = {},
  ): Promise<z.output<T>> {
    return answer.parse(await request('POST', path, { raw, headers }))
  },
}

/** For answers nobody reads. */
export const Nothing = z.unknown()
