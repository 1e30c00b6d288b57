import { z } from 'zod'
import { MinutesQuery } from '#domain/contract/http.ts'
import { MinutesAuthors, MinutesHistory, MinutesHistoryQuery, MinutesReadings } from '#domain/contract/minutes.ts'
import { Id } from '#domain/contract/values.ts'
import type { Viewer } from '#domain/meeting/state.ts'
import { viewerOf } from '../people/sessions.ts'
import { type Doors, route } from '../web/http.ts'
import { type ConclusionTexts, readSection, type SectionName } from './reader.ts'
import type { Sections } from './sections.ts'

export interface MinutesReadAccess {
  /** The sections that this person may read, in the agenda's order, with today's titles; null when the meeting is not theirs. */
  sectionsOf: (viewer: Viewer, meetingId: string) => Promise<SectionName[] | null>
  /** The log's wording of every conclusion that was proposed, by its id. */
  conclusionTexts: (meetingId: string) => Promise<ConclusionTexts>
}

const Params = z.object({ id: Id })

export const registerMinutesRoutes = (doors: Doors, sections: Sections, access: MinutesReadAccess): void => {
  const readable = async (viewer: Viewer, meetingId: string, sectionId?: string): Promise<SectionName[] | null> => {
    const all = await access.sectionsOf(viewer, meetingId)
    if (!all || sectionId === undefined) return all
    const one = all.filter((section) => section.sectionId === sectionId)
    return one.length === 0 ? null : one
  }

  route(
    doors,
    {
      method: 'get',
      path: '/api/meetings/:id/minutes',
      summary: 'The minutes that the asker may read, as they are or as they were after an update of the section',
      who: 'signedIn',
      params: Params,
      query: MinutesQuery,
      answers: { 200: MinutesReadings },
    },
    async ({ params, query, session }) => {
      if (query.at !== undefined && query.section === undefined) return { refusal: { code: 'invalid_input', field: 'section' } }
      const names = await readable(viewerOf(session), params.id, query.section)
      if (!names) return { refusal: { code: 'not_found' } }
      const conclusions = await access.conclusionTexts(params.id)
      const readings = await Promise.all(names.map((name) => readSection(sections, params.id, name, conclusions, query.at)))
      const body: z.infer<typeof MinutesReadings> = { sections: [] }
      for (const answer of readings) {
        if ('refusal' in answer) return answer
        body.sections.push(answer.reading)
      }
      return { status: 200 as const, body }
    },
  )

  route(
    doors,
    {
      method: 'get',
      path: '/api/meetings/:id/minutes/history',
      summary: 'Who changed a section when; neighbouring changes of one person within a minute are one',
      who: 'signedIn',
      params: Params,
      query: MinutesHistoryQuery,
      answers: { 200: MinutesHistory },
    },
    async ({ params, query, session }) => {
      if (!(await readable(viewerOf(session), params.id, query.section))) return { refusal: { code: 'not_found' } }
      const changes = await sections.store.changes(query.section)
      return {
        status: 200 as const,
        body: { changes: changes.map(({ seq, at, userId }) => ({ seq, at: at.toISOString(), userId })) },
      }
    },
  )

  route(
    doors,
    {
      method: 'get',
      path: '/api/meetings/:id/minutes/authors',
      summary: "Whose the author ids of a section's document are",
      who: 'signedIn',
      params: Params,
      query: MinutesHistoryQuery,
      answers: { 200: MinutesAuthors },
    },
    async ({ params, query, session }) => {
      if (!(await readable(viewerOf(session), params.id, query.section))) return { refusal: { code: 'not_found' } }
      const authors = [...(await sections.store.authors(query.section))]
      return { status: 200 as const, body: { authors: authors.map(([clientId, userId]) => ({ clientId, userId })) } }
    },
  )
}
