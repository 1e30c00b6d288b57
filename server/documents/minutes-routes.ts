import { z } from 'zod'
import { FinalMinutes } from '#domain/contract/documents.ts'
import { Id } from '#domain/contract/values.ts'
import type { DocumentDescription } from '#domain/documents/description.ts'
import type { MeetingState } from '#domain/meeting/state.ts'
import { mayAttendItem, mayWriteMinutes } from '#domain/meeting/visibility.ts'
import type { FileFormat } from '../conclusions/layout/render-worker.ts'
import { viewerOf } from '../people/sessions.ts'
import type { Sections } from '../minutes/sections.ts'
import { noteOpened } from '../sending/deliveries.ts'
import type { Dispatch } from '../sending/queue.ts'
import { route } from '../web/http.ts'
import type { Doors } from '../web/http.ts'
import { sendFile } from './answer.ts'
import { finaliseMinutes } from './final-minutes.ts'
import { composeMinutes } from './minutes.ts'
import { officialPdf, renderedFile } from './rendered.ts'
import type { DocumentSources } from './rendered.ts'
import { mediaTypes } from './store.ts'

export interface MinutesDoors {
  documents: DocumentSources
  sections: Sections
  stateOf: (meetingId: string) => Promise<MeetingState | null>
  dispatch: Dispatch
}

const MeetingParams = z.object({ id: Id })

/** Documents kept ready for those who ask for the same one at the same time, as halls do when a meeting ends. */
const keptReady = 8

/**
 * The minutes as a document. Whoever may be in the meeting may read them; those inside every item get the official ones, once
 * they were made final, others get an excerpt from which closed items are left out.
 */
export function registerMinutesDocuments(doors: Doors, { documents, sections, stateOf, dispatch }: MinutesDoors): void {
  const { sql, store, renderer } = documents
  const ready = new Map<string, Promise<Buffer>>()

  const render = (description: DocumentDescription, format: FileFormat): Promise<Buffer> => {
    const key = `${format} ${JSON.stringify(description)}`
    const known = ready.get(key)
    if (known !== undefined) return known
    const made = renderer.renderDocument(description, format)
    ready.set(key, made)
    made.catch(() => ready.delete(key))
    const [oldest] = ready.keys()
    if (ready.size > keptReady && oldest !== undefined) ready.delete(oldest)
    return made
  }

  for (const format of ['docx', 'pdf'] as const) {
    route(
      doors,
      {
        method: 'get',
        path: `/api/meetings/:id/minutes.${format}`,
        summary: `The minutes as .${format}: a draft while the meeting goes on, the official ones once they were made final`,
        who: 'signedIn',
        params: MeetingParams,
        answers: { 200: mediaTypes[format] },
      },
      async ({ params, session, response }) => {
        const viewer = viewerOf(session)
        const state = await stateOf(params.id)
        if (state === null || !mayAttendItem(viewer, state, params.id)) return { refusal: { code: 'not_found' } }
        const seesAll = state.agenda.every((item) => mayAttendItem(viewer, state, item.id))
        const final = seesAll ? await store.minutesOf(params.id) : null
        const send = (bytes: Buffer, name: string) =>
          sendFile(response, {
            bytes,
            name,
            ending: format,
            mediaType: mediaTypes[format],
            show: format === 'pdf' ? 'inline' : 'attachment',
          })
        if (final !== null) {
          await noteOpened(sql, final.id, session.user.unitId)
          const file = format === 'pdf' ? await officialPdf(documents, final) : await renderedFile(documents, final, format)
          return send(file.bytes, final.notation ?? final.abstract)
        }
        const composed = await composeMinutes({ sql, sections }, params.id, { viewer })
        if (composed === null) return { refusal: { code: 'not_found' } }
        return send(await render(composed.description, format), composed.description.title)
      },
    )
  }

  route(
    doors,
    {
      method: 'post',
      path: '/api/meetings/:id/minutes',
      summary: 'Makes the minutes of a closed meeting final, with a number; after a change, a new version that says what changed',
      who: ['leader', 'secretary', 'office'],
      params: MeetingParams,
      answers: { 200: FinalMinutes, 201: FinalMinutes },
    },
    async ({ params, session }) => {
      const viewer = viewerOf(session)
      const state = await stateOf(params.id)
      if (state === null || !mayAttendItem(viewer, state, params.id)) return { refusal: { code: 'not_found' } }
      if (!mayWriteMinutes(viewer, state, params.id)) return { refusal: { code: 'forbidden' } }
      const outcome = await finaliseMinutes({ sql, sections, store, dispatch }, params.id)
      if ('refusal' in outcome) return outcome
      const { document, isNew } = outcome
      const body = { id: document.id, notation: document.notation ?? undefined, version: document.version, isNew }
      return { status: isNew ? (201 as const) : (200 as const), body }
    },
  )
}
