import type { Logger } from 'pino'
import type { Sql } from 'postgres'
import { z } from 'zod'
import { poke } from '#db/poke.ts'
import {
  CommentAnswer,
  CommentParams,
  CommentResolution,
  CommentsAnswer,
  NewComment,
  NewCommentAnswer,
} from '#domain/contract/comments.ts'
import { MeetingParams } from '#domain/contract/http.ts'
import { Id } from '#domain/contract/values.ts'
import { refuse, type Refusal } from '#domain/errors.ts'
import type { Actor } from '#domain/meeting/state.ts'
import { everyoneIn } from '../meeting/fanout.ts'
import type { RoomServer } from '../meeting/socket.ts'
import { viewerOf } from '../people/sessions.ts'
import { type Doors, route } from '../web/http.ts'
import { CommentStore } from './comment-store.ts'

interface Needs {
  sql: Sql
  log: Logger
  io: RoomServer
  /** Why somebody may not write a section now, or null: whoever may not write it does not know that it has comments. */
  mayWrite: (actor: Actor, meetingId: string, sectionId: string) => Promise<Refusal | null>
  /** Resolves when what any process acknowledged before is known here, so that who was removed there is asked for as removed. */
  catchUp: (meetingId: string) => Promise<void>
}

const channel = 'minutes_comments'
const Changed = z.object({ meetingId: Id, commentId: Id })

/** The desk's comments over HTTP, and live to the other desks, over all processes. */
export async function registerMinutesComments(
  doors: Doors,
  { sql, log, io, mayWrite, catchUp }: Needs,
): Promise<{ close: () => Promise<void> }> {
  const store = new CommentStore(sql)
  /** `mayWrite`, by what any process knows. */
  const mayWriteNow: Needs['mayWrite'] = async (actor, meetingId, sectionId) => {
    await catchUp(meetingId)
    return mayWrite(actor, meetingId, sectionId)
  }

  /** To those in the meeting on this process who may write the section, asked anew each time. */
  const deliver = async (meetingId: string, commentId: string): Promise<void> => {
    const ids = io.sockets.adapter.rooms.get(everyoneIn(meetingId))
    const comment = ids && (await store.find(meetingId, commentId))
    if (!comment) return
    await catchUp(meetingId)
    for (const id of ids) {
      const socket = io.sockets.sockets.get(id)
      if (!socket) continue
      const { userId, role, unitId } = socket.data.you
      const refusal = await mayWrite({ userId, role, unitId }, meetingId, comment.sectionId)
      if (!refusal) socket.emit('minutes:comment', { meetingId, comment })
    }
  }

  const listening = await sql.listen(channel, (payload) => {
    const hear = async (): Promise<void> => {
      const { meetingId, commentId } = Changed.parse(JSON.parse(payload))
      await deliver(meetingId, commentId)
    }
    hear().catch((error: unknown) => log.warn({ err: error }, 'a comment was not told to the other desks'))
  })

  /** What is lost here, the desks read again when their line is back. */
  const tell = (meetingId: string, commentId: string): void => {
    poke(sql, channel, JSON.stringify({ meetingId, commentId })).catch((error: unknown) =>
      log.debug({ err: error }, 'a comment was not told'),
    )
  }

  /** The comment, for whoever may write its section; for others it does not exist. */
  const writable = async (actor: Actor, meetingId: string, commentId: string) => {
    const refusal = await mayWriteNow(actor, meetingId, meetingId)
    if (refusal) return { refusal }
    const comment = await store.find(meetingId, commentId)
    if (!comment || (await mayWrite(actor, meetingId, comment.sectionId))) return refuse('not_found')
    return { comment }
  }

  /** As it is after the change, told to the other desks. */
  const changed = async (meetingId: string, commentId: string) => {
    tell(meetingId, commentId)
    const comment = await store.find(meetingId, commentId)
    return comment ? { comment } : refuse('not_found')
  }

  route(
    doors,
    {
      method: 'get',
      path: '/api/meetings/:id/minutes/comments',
      summary: "The desk's comments on the sections that the asker may write",
      who: 'signedIn',
      params: MeetingParams,
      answers: { 200: CommentsAnswer },
    },
    async ({ params, session }) => {
      const actor = viewerOf(session)
      const refusal = await mayWriteNow(actor, params.id, params.id)
      if (refusal) return { refusal }
      const all = await store.ofMeeting(params.id)
      const refusals = await Promise.all(all.map((one) => mayWrite(actor, params.id, one.sectionId)))
      return { status: 200, body: { comments: all.filter((_, index) => refusals[index] === null) } }
    },
  )

  route(
    doors,
    {
      method: 'post',
      path: '/api/meetings/:id/minutes/comments',
      summary: 'Puts a comment on a passage of the minutes; the same one sent again is there once',
      who: 'signedIn',
      params: MeetingParams,
      body: NewComment,
      answers: { 201: CommentAnswer },
    },
    async ({ params, body, session }) => {
      const actor = viewerOf(session)
      const refusal = await mayWriteNow(actor, params.id, body.sectionId)
      if (refusal) return { refusal }
      const made = await store.add(params.id, actor.userId, body)
      if ('refusal' in made) return made
      tell(params.id, made.comment.id)
      return { status: 201, body: made }
    },
  )

  route(
    doors,
    {
      method: 'post',
      path: '/api/meetings/:id/minutes/comments/:commentId/answers',
      summary: 'Answers a comment that is not resolved',
      who: 'signedIn',
      params: CommentParams,
      body: NewCommentAnswer,
      answers: { 201: CommentAnswer },
    },
    async ({ params, body, session }) => {
      const actor = viewerOf(session)
      const found = await writable(actor, params.id, params.commentId)
      if ('refusal' in found) return found
      const refusal = await store.answer(params.commentId, actor.userId, body)
      if (refusal) return { refusal }
      const after = await changed(params.id, params.commentId)
      return 'refusal' in after ? after : { status: 201, body: after }
    },
  )

  route(
    doors,
    {
      method: 'put',
      path: '/api/meetings/:id/minutes/comments/:commentId/resolution',
      summary: 'Resolves a comment, or opens it again',
      who: 'signedIn',
      params: CommentParams,
      body: CommentResolution,
      answers: { 200: CommentAnswer },
    },
    async ({ params, body, session }) => {
      const actor = viewerOf(session)
      const found = await writable(actor, params.id, params.commentId)
      if ('refusal' in found) return found
      await store.resolve(params.commentId, actor.userId, body.isResolved)
      const after = await changed(params.id, params.commentId)
      return 'refusal' in after ? after : { status: 200, body: after }
    },
  )

  return { close: () => listening.unlisten() }
}
