import { DocumentList, DocumentParams, DocumentQuery, WithdrawDocument } from '#domain/contract/documents.ts'
import { refuse } from '#domain/errors.ts'
import type { Command } from '#domain/meeting/meeting.ts'
import { mayAttendItem } from '#domain/meeting/visibility.ts'
import type { Actor, MeetingState, Viewer } from '#domain/meeting/state.ts'
import type { Outcome } from '../meeting/room.ts'
import { viewerOf } from '../people/sessions.ts'
import { noteOpened } from '../sending/deliveries.ts'
import { route } from '../web/http.ts'
import type { Doors } from '../web/http.ts'
import { sendFile } from './answer.ts'
import { findDocuments } from './book.ts'
import { exchangeFile } from './exchange.ts'
import { officialPdf, renderedFile } from './rendered.ts'
import type { DocumentSources } from './rendered.ts'
import { mediaTypes } from './store.ts'
import type { DocumentRecord } from './store.ts'
import { bookAsXlsx } from './workbook.ts'

export interface DocumentAccess {
  stateOf: (meetingId: string) => Promise<MeetingState | null>
  mayReadConclusion: (viewer: Viewer, conclusionId: string) => Promise<boolean>
  command: (meetingId: string, actor: Actor, command: Command) => Promise<Outcome>
}

/** Who keeps the book and who answers for what is in it: they see every document, they are inside every closed item too. */
const bookKeepers = ['leader', 'secretary', 'office'] as const

const xlsx = 'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet'

async function mayRead(
  { stateOf, mayReadConclusion }: DocumentAccess,
  viewer: Viewer,
  document: DocumentRecord,
): Promise<boolean> {
  if (bookKeepers.some((role) => role === viewer.role)) return true
  if (document.type === 'TB') {
    const answers = await Promise.all(document.conclusionIds.map((id) => mayReadConclusion(viewer, id)))
    return answers.some(Boolean)
  }
  const state = await stateOf(document.meetingId)
  return (
    state !== null && [state.meetingId, ...state.agenda.map((item) => item.id)].every((id) => mayAttendItem(viewer, state, id))
  )
}

/** The doors of the numbering book: the list, its workbook, and each document in every form. */
export function registerDocuments(doors: Doors, documents: DocumentSources, access: DocumentAccess): void {
  route(
    doors,
    {
      method: 'get',
      path: '/api/documents',
      summary: 'The numbering book, latest first; searched without diacritics, and nothing ever leaves it',
      who: bookKeepers,
      query: DocumentQuery,
      answers: { 200: DocumentList },
    },
    async ({ query }) => ({ status: 200 as const, body: { documents: await findDocuments(documents.sql, query) } }),
  )

  route(
    doors,
    {
      method: 'get',
      path: '/api/documents.xlsx',
      summary: 'The numbering book as a workbook, in the columns of the decree',
      who: bookKeepers,
      query: DocumentQuery,
      answers: { 200: xlsx },
    },
    async ({ query, response }) => {
      const bytes = await bookAsXlsx(await findDocuments(documents.sql, query))
      const name = ['Sổ văn bản đi', query.type, query.year].filter((part) => part !== undefined).join(' ')
      return sendFile(response, { bytes, name, ending: 'xlsx', mediaType: xlsx, show: 'attachment' })
    },
  )

  route(
    doors,
    {
      method: 'post',
      path: '/api/documents/:id/withdraw',
      summary: 'Takes an issued notice out of force, saying why; its number stays used and it stays in the book',
      who: ['office'],
      params: DocumentParams,
      body: WithdrawDocument,
      answers: { 204: null },
    },
    async ({ params, body: { reason }, session }) => {
      const document = await documents.store.documentOf(params.id)
      if (document === null) return { refusal: { code: 'not_found' } }
      // Minutes have versions: what was wrong in one is put right in the next, which takes its place.
      const [conclusionId] = document.conclusionIds
      if (document.type !== 'TB' || conclusionId === undefined) return refuse('wrong_state', 'minutes_not_withdrawn')
      const command = { type: 'conclusion.withdraw', conclusionId, reason } as const
      const outcome = await access.command(document.meetingId, viewerOf(session), command)
      return 'refusal' in outcome ? outcome : { status: 204 as const }
    },
  )

  for (const format of ['docx', 'pdf', 'xml'] as const) {
    route(
      doors,
      {
        method: 'get',
        path: `/api/documents/:id.${format}`,
        summary:
          format === 'xml'
            ? 'The document with its files in the shape of the national exchange format (edXML)'
            : `The document as .${format}, byte for byte the same at every reading; signed once it was signed`,
        who: 'signedIn',
        params: DocumentParams,
        answers: { 200: mediaTypes[format] },
      },
      async ({ params, session, response }) => {
        const document = await documents.store.documentOf(params.id)
        if (document === null || !(await mayRead(access, viewerOf(session), document))) return { refusal: { code: 'not_found' } }
        await noteOpened(documents.sql, document.id, session.user.unitId)
        const bytes = {
          docx: async () => (await renderedFile(documents, document, 'docx')).bytes,
          pdf: async () => (await officialPdf(documents, document)).bytes,
          xml: () => exchangeFile(documents, document),
        }
        return sendFile(response, {
          bytes: await bytes[format](),
          name: document.notation ?? document.abstract,
          ending: format,
          mediaType: mediaTypes[format],
          show: format === 'pdf' ? 'inline' : 'attachment',
        })
      },
    )
  }
}
