import { readFile } from 'node:fs/promises'
import path from 'node:path'
import { MeetingParams } from '#domain/contract/http.ts'
import { invalidInput } from '#domain/contract/input.ts'
import {
  PageParams,
  PageQuery,
  PresentationAnswer,
  PresentationFields,
  presentationLimits,
  PresentationsAnswer,
} from '#domain/contract/presentations.ts'
import type { Refusal } from '#domain/errors.ts'
import type { Viewer } from '#domain/meeting/state.ts'
import { viewerOf } from '../people/sessions.ts'
import { route } from '../web/http.ts'
import type { Doors } from '../web/http.ts'
import type { Services } from '../web/services.ts'
import { createPageImages, NoRendererError, UnreadablePdfError } from './pages.ts'
import { addPresentation, findPresentation, presentationsOf } from './presentations.ts'
import type { Presentation } from './presentations.ts'
import { createFileStore } from './store.ts'
import type { FileStore } from './store.ts'
import { receiveFile } from './upload.ts'

export interface PresentationOptions {
  /** Why this person may not bring a presentation into this meeting (under this item, when one is named), or null. */
  mayPresent: (actor: Viewer, meetingId: string, itemId: string | undefined) => Promise<Refusal | null>
  /** Whether this person may see the pages. */
  mayView: (viewer: Viewer, presentation: Presentation) => Promise<boolean>
  files?: FileStore
}

const answerOf = ({ id, title, pages, itemId }: Presentation) => ({
  id,
  title,
  pages,
  ...(itemId === undefined ? {} : { itemId }),
})

const titleFromName = (name: string): string =>
  path
    .basename(name)
    .replace(/\.pdf$/i, '')
    .slice(0, 400)

/** What a person is told when a PDF cannot be drawn; anything else is a fault of ours. */
const refusalOf = (error: unknown): { refusal: Refusal } => {
  if (error instanceof NoRendererError) return { refusal: { code: 'unavailable', reason: 'no_pdf_renderer' } }
  if (error instanceof UnreadablePdfError) return { refusal: { code: 'invalid_input', reason: 'pdf_unreadable', field: 'file' } }
  throw error
}

/** The doors of presentations: bring a PDF, see what was brought, get a page as a picture of the size a screen needs. */
export function registerPresentations(doors: Doors, { settings, sql }: Services, options: PresentationOptions): void {
  const files = options.files ?? createFileStore(path.join(settings.dataDir, 'files'))
  const pages = createPageImages(path.join(settings.dataDir, 'pages'))

  route(
    doors,
    {
      method: 'post',
      path: '/api/meetings/:id/presentations',
      summary: 'Brings a PDF into a meeting: a form with the file, and title and itemId before it when wanted',
      who: 'signedIn',
      params: MeetingParams,
      isUpload: true,
      answers: { 201: PresentationAnswer },
    },
    async ({ params, session, request }) => {
      const actor = viewerOf(session)
      const barred = await options.mayPresent(actor, params.id, undefined)
      if (barred !== null) {
        request.resume()
        return { refusal: barred }
      }
      const upload = await receiveFile(request, files, { maxBytes: presentationLimits.bytes, mediaType: 'application/pdf' })
      if ('refusal' in upload) return upload
      const named = { ...upload.fields, title: upload.fields.title ?? titleFromName(upload.name) }
      const fields = PresentationFields.safeParse(named)
      if (!fields.success) return invalidInput(fields.error)
      const barredFromItem =
        fields.data.itemId === undefined ? null : await options.mayPresent(actor, params.id, fields.data.itemId)
      if (barredFromItem !== null) return { refusal: barredFromItem }

      const { sha256, size } = upload.file
      let count: number
      try {
        count = await pages.countPages(files.pathOf(sha256))
      } catch (error) {
        return refusalOf(error)
      }
      if (count > presentationLimits.pages) return { refusal: { code: 'invalid_input', reason: 'too_many_pages', field: 'file' } }
      const { title = '', itemId } = fields.data
      const added = await addPresentation(sql, {
        meetingId: params.id,
        title,
        ...(itemId === undefined ? {} : { itemId }),
        sha256,
        size,
        pages: count,
        uploadedBy: actor.userId,
      })
      return { status: 201 as const, body: answerOf(added) }
    },
  )

  route(
    doors,
    {
      method: 'get',
      path: '/api/meetings/:id/presentations',
      summary: 'The presentations of a meeting that the asker may see',
      who: 'signedIn',
      params: MeetingParams,
      answers: { 200: PresentationsAnswer },
    },
    async ({ params, session }) => {
      const all = await presentationsOf(sql, params.id)
      const seen = await Promise.all(all.map((one) => options.mayView(viewerOf(session), one)))
      return { status: 200 as const, body: { presentations: all.filter((_, at) => seen[at]).map(answerOf) } }
    },
  )

  route(
    doors,
    {
      method: 'get',
      path: '/api/presentations/:id/pages/:page',
      summary: 'One page as a picture; its longer side is about `width` pixels',
      who: 'signedIn',
      joinSession: 'allowed',
      params: PageParams,
      query: PageQuery,
      answers: { 200: 'image/jpeg' },
    },
    async ({ params, query, session, response }) => {
      const one = await findPresentation(sql, params.id)
      const isOtherMeeting = session.meetingId !== undefined && session.meetingId !== one?.meetingId
      if (one === null || isOtherMeeting || params.page < 1 || params.page > one.pages) return { refusal: { code: 'not_found' } }
      if (!(await options.mayView(viewerOf(session), one))) return { refusal: { code: 'not_found' } }
      let image: string
      try {
        image = await pages.imageOf(one.sha256, files.pathOf(one.sha256), params.page, query.width)
      } catch (error) {
        return refusalOf(error)
      }
      // A page of a stored file never changes; only this person's browser may keep it.
      response.setHeader('Cache-Control', 'private, max-age=31536000, immutable')
      response.setHeader('Content-Type', 'image/jpeg')
      response.status(200).end(await readFile(image))
      return undefined
    },
  )
}
