import { createDocument, type ZodOpenApiOperationObject, type ZodOpenApiPathsObject } from 'zod-openapi'
import { z } from 'zod'
import { ErrorBody } from '#domain/contract/http.ts'
import { errorStatus } from '#domain/errors.ts'

/** What a route says of itself; the same object that express was given. */
export interface Documented {
  method: 'get' | 'post' | 'put' | 'patch' | 'delete'
  path: string
  summary: string
  who: 'public' | 'signedIn' | readonly string[]
  params?: z.ZodType
  query?: z.ZodType
  body?: z.ZodType
  isUpload?: boolean
  answers: Readonly<Record<number, z.ZodType | null | string>>
}

const phrases: Record<number, string> = { 200: 'OK', 201: 'Created', 204: 'Done, nothing to say' }

function operation(route: Documented): ZodOpenApiOperationObject {
  const responses: ZodOpenApiOperationObject['responses'] = {}
  for (const [status, answer] of Object.entries(route.answers)) {
    const description = phrases[Number(status)] ?? status
    if (answer === null) responses[`${Number(status)}` as '200'] = { description }
    else if (typeof answer === 'string')
      responses[`${Number(status)}` as '200'] = {
        description,
        content: { [answer]: { schema: { type: 'string', format: 'binary' } } },
      }
    else responses[`${Number(status)}` as '200'] = { description, content: { 'application/json': { schema: answer } } }
  }
  responses.default = {
    description: `A refusal; codes and statuses: ${Object.entries(errorStatus)
      .map(([code, status]) => `${code} ${status}`)
      .join(', ')}`,
    content: { 'application/json': { schema: ErrorBody } },
  }
  const parameters = {
    ...(route.params instanceof z.ZodObject ? { path: route.params } : {}),
    ...(route.query instanceof z.ZodObject ? { query: route.query } : {}),
  }
  return {
    summary: route.summary,
    ...(route.who === 'public' ? { security: [] } : {}),
    ...(typeof route.who === 'string' ? {} : { description: `Roles: ${route.who.join(', ')}.` }),
    ...(Object.keys(parameters).length > 0 ? { requestParams: parameters } : {}),
    ...(route.body ? { requestBody: { required: true, content: { 'application/json': { schema: route.body } } } } : {}),
    ...(route.isUpload
      ? { requestBody: { required: true, content: { 'multipart/form-data': { schema: { type: 'object' as const } } } } }
      : {}),
    responses,
  }
}

let made: { count: number; document: unknown } | undefined

/** OpenAPI 3.1 of all routes, from the schemas that validate; made once and again when a route was added. */
export function openApi(routes: readonly Documented[]): unknown {
  if (made?.count === routes.length) return made.document
  const paths: ZodOpenApiPathsObject = {}
  for (const route of routes) {
    const path = route.path.replace(/:(\w+)/g, '{$1}')
    paths[path] = { ...paths[path], [route.method]: operation(route) }
  }
  const document = createDocument(
    {
      openapi: '3.1.0',
      info: {
        title: 'Sáng Thứ Năm',
        version: '1',
        description:
          'Times are UTC ISO-8601 with milliseconds, days are Viet Nam days, ids are UUIDs. Refusals are in Vietnamese, or in English by Accept-Language.',
      },
      security: [{ session: [] }],
      components: { securitySchemes: { session: { type: 'apiKey', in: 'cookie', name: 'sid' } } },
      paths,
    },
    { allowEmptySchema: { transform: { output: true }, custom: true } },
  )
  made = { count: routes.length, document }
  return document
}
