import { ConclusionParams, VerifyParams } from '#domain/contract/http.ts'
import { VerifiedDocument } from '#domain/contract/verify.ts'
import { issuedWith } from '#domain/meeting/conclusion.ts'
import type { MeetingState, Viewer } from '#domain/meeting/state.ts'
import { sendFile } from '../documents/answer.ts'
import { describeConclusions } from '../documents/notice.ts'
import { renderedFile } from '../documents/rendered.ts'
import type { DocumentSources } from '../documents/rendered.ts'
import { mediaTypes } from '../documents/store.ts'
import { viewerOf } from '../people/sessions.ts'
import { noteOpened } from '../sending/deliveries.ts'
import { signedDraftOf } from '../signing/draft-store.ts'
import { route } from '../web/http.ts'
import type { Doors } from '../web/http.ts'
import { createLimit } from '../web/limits.ts'
import type { Limit } from '../web/limits.ts'
import type { Services } from '../web/services.ts'
import { readCode } from './numbers.ts'
import { verify } from './verify.ts'

export interface ConclusionOptions {
  documents: DocumentSources
  /** Whether this person may see this conclusion; false also when there is none. */
  mayReadConclusion: (viewer: Viewer, conclusionId: string) => Promise<boolean>
  stateOf: (meetingId: string) => Promise<MeetingState | null>
  /** A kept file's bytes, where this process's disk has them. */
  readFile: (sha256: string) => Promise<Buffer | null>
  /** Failed look-ups of codes per address; handed in where join links share the count. */
  failedCodes?: Limit
}

/** What guards against guessing: failed tries a minute and address. */
const failuresAMinute = 60

/** The doors of issued conclusions: their documents, for those who may see them, and the public look-up by code. */
export function registerConclusions(doors: Doors, { sql }: Services, options: ConclusionOptions): void {
  const { documents } = options
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
        const document = await documents.store.noticeOf(params.id)
        if (document === null) return { refusal: { code: 'not_found' } }
        await noteOpened(sql, document.id, session.user.unitId)
        const { bytes } = await renderedFile(documents, document, format)
        return sendFile(response, {
          bytes,
          name: document.notation ?? document.abstract,
          ending: format,
          mediaType: mediaTypes[format],
          show: format === 'pdf' ? 'inline' : 'attachment',
        })
      },
    )
  }

  for (const format of ['pdf', 'svg'] as const) {
    const mediaType = { pdf: mediaTypes.pdf, svg: 'image/svg+xml' }[format]
    route(
      doors,
      {
        method: 'get',
        path: `/api/conclusions/:id/draft.${format}`,
        summary:
          'The notice of a conclusion before its issue, as it will look, with number and date left open; the .pdf signed once it was signed',
        who: 'signedIn',
        params: ConclusionParams,
        answers: { 200: mediaType },
      },
      async ({ params, session, response }) => {
        if (!(await options.mayReadConclusion(viewerOf(session), params.id))) return { refusal: { code: 'not_found' } }
        const draft = await findDraft(options, sql, params.id)
        if (draft === null) return { refusal: { code: 'not_found' } }
        const { description, signedFile } = draft
        const signed = format === 'pdf' && signedFile !== null ? await options.readFile(signedFile) : null
        const bytes = signed ?? (await documents.renderer.renderDocument(description, format))
        return sendFile(response, { bytes, name: description.title.slice(0, 80), ending: format, mediaType, show: 'inline' })
      },
    )
  }

  route(
    doors,
    {
      method: 'get',
      path: '/api/verify/:code',
      summary: 'Whether a code belongs to an issued conclusion, what that says, and by which hashes its files are known',
      who: 'public',
      params: VerifyParams,
      answers: { 200: VerifiedDocument },
    },
    async ({ params, ip }) => {
      // Counted before the look-up, so that tries at once are counted too, and given back when it was none.
      const seconds = await failedCodes.take(ip)
      if (seconds > 0) return { refusal: { code: 'too_many_attempts', params: { seconds } } }
      const code = readCode(params.code)
      const found = code === null ? null : await verify(sql, code)
      if (found === null) return { refusal: { code: 'not_found' } }
      await failedCodes.giveBack(ip)
      return { status: 200 as const, body: found }
    },
  )
}

const isOfMeeting = async (sql: Services['sql'], conclusionId: string, meetingId: string): Promise<boolean> => {
  const rows = await sql`select 1 from conclusions where id = ${conclusionId} and meeting_id = ${meetingId}`
  return rows.length > 0
}

/** The notice with which a conclusion that was not issued yet would go out now, or as it was signed; null when there is none. */
async function findDraft({ stateOf, documents }: ConclusionOptions, sql: Services['sql'], conclusionId: string) {
  const [row] = await sql<{ meeting_id: string }[]>`select meeting_id from conclusions where id = ${conclusionId}`
  const state = row === undefined ? null : await stateOf(row.meeting_id)
  const conclusion = state?.conclusions.find((one) => one.id === conclusionId)
  if (!state || conclusion === undefined || conclusion.status === 'issued') return null
  const [first, ...rest] = issuedWith(state, conclusion)
  const signed = first === undefined || rest.length > 0 ? null : await signedDraftOf(sql, state.meetingId, conclusion)
  return {
    description:
      signed?.description ?? (await describeConclusions(sql, state, [first ?? conclusion, ...rest], documents.verifyUrl)),
    signedFile: signed?.sha256 ?? null,
  }
}
