import { z } from 'zod'
import { base64, Id, limits, text } from './values.ts'

/**
 * What the desk says about a passage of the minutes: beside the text and never in it, for those who may write the section and
 * never for its readers. Ids are the client's, so that what is sent twice is there once.
 */

/** A Yjs relative position is two or three numbers. */
const Anchor = base64(64).min(1)

export const NewComment = z.strictObject({
  commentId: Id,
  sectionId: Id,
  /** The passage's first and last letter, as Yjs relative positions. */
  from: Anchor,
  to: Anchor,
  /** Its words: what is shown of it, and how it is found again after its letters were written anew. */
  quote: text(limits.quote, { lines: true }),
  text: text(limits.comment, { lines: true }),
})
export type NewComment = z.infer<typeof NewComment>

export const NewCommentAnswer = z.strictObject({ answerId: Id, text: text(limits.comment, { lines: true }) })
export type NewCommentAnswer = z.infer<typeof NewCommentAnswer>

export const CommentResolution = z.strictObject({ isResolved: z.boolean() })

export const CommentParams = z.strictObject({ id: Id, commentId: Id })

export const MinutesComment = z
  .object({
    id: Id,
    sectionId: Id,
    from: z.string(),
    to: z.string(),
    quote: z.string(),
    text: z.string(),
    userId: Id,
    at: z.iso.datetime(),
    answers: z.array(z.object({ id: Id, userId: Id, text: z.string(), at: z.iso.datetime() })),
    resolved: z.object({ userId: Id, at: z.iso.datetime() }).optional(),
    /** Counts its changes: of two copies the higher one is the later. */
    version: z.int(),
  })
  .meta({ id: 'MinutesComment' })
export type MinutesComment = z.infer<typeof MinutesComment>

export const CommentAnswer = z.object({ comment: MinutesComment })
export const CommentsAnswer = z.object({ comments: z.array(MinutesComment) })

/** Server to client: a comment is new or has changed. Only to those in the meeting who may write its section. */
export interface MinutesCommentMessage {
  meetingId: string
  comment: MinutesComment
}
