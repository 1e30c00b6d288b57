import path from 'node:path'
import { z } from 'zod'
import { ConclusionParams, VerifyAnswer, VerifyParams } from '#domain/contract/http.ts'
import type { Viewer } from '#domain/meeting/state.ts'
import { createFileStore } from '../files/store.ts'
import type { FileStore } from '../files/store.ts'
import { viewerOf } from '../people/sessions.ts'
import { route } from '../web/http.ts'
import type { Doors } from '../web/http.ts'
import { createLimit } from '../web/limits.ts'
import type { Limit } from '../web/limits.ts'
import type { Services } from '../web/services.ts'
import { findDocument, mediaTypes, verify } from './document.ts'
import type { DocumentSources, StateAt } from './document.ts'
import { createDocumentRenderer } from './layout/renderer.ts'
import type { DocumentFormat } from './layout/render-worker.ts'
import { readCode } from './numbers.ts'

export interface ConclusionOptions {
  stateAt: StateAt
  /** Whether this person may see this conclusion; false also when there is none. */
  mayReadConclusion: (viewer: Viewer, conclusionId: string) => Promise<boolean>
  files?: FileStore
  /** Failed look-ups of codes per address; handed in where join links share the count. */
  failedCodes?: Limit
}

/** What guards against guessing: failed tries a minute and address. */
const failuresAMinute = 60

/** A file name that every browser and disk takes: `12-TB-UBND.pdf`. */
const fileName = (notation: string, format: DocumentFormat): string => `${notation.replace(/[^\p{L}\p{N}-]+/gu, '-')}.${format}`

const disposition = (kind: 'inline' | 'attachment', name: string): string =>
  `${kind}; filename="${name.replace(/[^\x20-\x7e]/g, '_')}"; filename*=UTF-8''${encodeURIComponent(name)}`

/** The doors of issued conclusions: their documents, for those who may see them, and the public look-up by code. */
export function registerConclusions(
  doors: Doors,
  { settings, sql }: Services,
  options: ConclusionOptions,
): { close: () => Promise<void> } {
  const renderer = createDocumentRenderer()
  const baseUrl = settings.publicUrl ?? `http://${settings.host}:${settings.port}`
  const sources: DocumentSources = {
    sql,
    files: options.files ?? createFileStore(path.join(settings.dataDir, 'files')),
    renderer,
    stateAt: options.stateAt,
    verifyUrl: (code) => `${baseUrl}/verify/${code}`,
  }
  const failedCodes = options.failedCodes ?? createLimit({ points: failuresAMinute, seconds: 60 })

  for (const format of ['docx', 'pdf'] as const) {
    route(
      doors,
      {
        method: 'get',
        path: `/api/conclusions/:id.${format}`,
        summary: `The issued conclusion as .${format}, byte for byte the same at every reading`,
        who: 'signedIn',
        joinSession: 'allowed',
        params: ConclusionParams,
        answers: { 200: mediaTypes[format] },
      },
      async ({ params, session, response }) => {
        const isOtherMeeting = session.meetingId !== undefined && !(await isOfMeeting(sql, params.id, session.meetingId))
        if (isOtherMeeting || !(await options.mayReadConclusion(viewerOf(session), params.id)))
          return { refusal: { code: 'not_found' } }
        const document = await findDocument(sources, params.id, format)
        if (document === null) return { refusal: { code: 'not_found' } }
        response.setHeader('Content-Type', mediaTypes[format])
        response.setHeader(
          'Content-Disposition',
          disposition(format === 'pdf' ? 'inline' : 'attachment', fileName(document.notation, format)),
        )
        response.setHeader('Cache-Control', 'private, no-cache')
        response.status(200).end(document.bytes)
        return undefined
      },
    )
  }

  route(
    doors,
    {
      method: 'get',
      path: '/api/verify/:code',
      summary: 'Whether a code belongs to an issued conclusion, and what that says',
      who: 'public',
      params: VerifyParams,
      answers: { 200: VerifyAnswer.extend({ correctedBy: z.string().optional() }) },
    },
    async ({ params, ip }) => {
      // Counted before the look-up, so that tries at once are counted too, and given back when it was none.
      const seconds = await failedCodes.take(ip)
      if (seconds > 0) return { refusal: { code: 'too_many_attempts', params: { seconds } } }
      const code = readCode(params.code)
      const found = code === null ? null : await verify(sql, code)
      if (found === null) return { refusal: { code: 'not_found' } }
      await failedCodes.giveBack(ip)
      return { status: 200 as const, body: { valid: true, ...found } }
    },
  )

  return { close: renderer.close }
}

const isOfMeeting = async (sql: Services['sql'], conclusionId: string, meetingId: string): Promise<boolean> => {
  const rows = await sql`select 1 from conclusions where id = ${conclusionId} and meeting_id = ${meetingId}`
  return rows.length > 0
}
