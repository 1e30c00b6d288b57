import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import type { Logger } from 'pino'
import { MeetingParams } from '#domain/contract/http.ts'
import { refuse } from '#domain/errors.ts'
import { nameFile } from '../documents/answer.ts'
import { attend, mayReadLog } from '../meeting/routes.ts'
import type { Rooms } from '../meeting/rooms.ts'
import { route, type Doors } from '../web/http.ts'
import { meetingArchive, type ArchiveSources } from './archive.ts'
import { zipOf } from './zip.ts'

/** The door to all that a meeting leaves behind, in one file: for those who may read its log, who are inside every item. */
export function registerArchive(doors: Doors, log: Logger, rooms: Rooms, sources: ArchiveSources): void {
  route(
    doors,
    {
      method: 'get',
      path: '/api/meetings/:id/archive.zip',
      summary: 'Log, tables, minutes, issued documents and shown files of the meeting, in open formats',
      who: ['leader', 'secretary', 'office'],
      params: MeetingParams,
      answers: { 200: 'application/zip' },
    },
    async ({ params, session, response }) => {
      const found = await attend(rooms, session, params.id)
      if ('refusal' in found) return found
      const { state } = found.room
      if (!mayReadLog(found.viewer, state)) return refuse('forbidden')
      nameFile(response, { name: state.title, ending: 'zip', mediaType: 'application/zip', show: 'attachment' })
      try {
        await pipeline(
          Readable.from(zipOf(meetingArchive(sources, state), new Date(state.closedAt ?? state.scheduledAt))),
          response,
        )
      } catch (error) {
        // The first bytes are on their way: a file that breaks off is all that can still be said.
        log.warn({ err: error, meetingId: params.id }, 'an archive was broken off')
        response.destroy()
      }
      return undefined
    },
  )
}
