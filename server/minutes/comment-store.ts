import type { Sql } from 'postgres'
import type { MinutesComment, NewComment, NewCommentAnswer } from '#domain/contract/comments.ts'
import { refuse, type Refusal } from '#domain/errors.ts'

interface Row {
  id: string
  section_id: string
  anchor_from: Uint8Array
  anchor_to: Uint8Array
  quote: string
  text: string
  user_id: string
  at: Date
  resolved_by: string | null
  resolved_at: Date | null
  version: number
  answers: { id: string; userId: string; text: string; at: string }[] | null
}

const base64 = (bytes: Uint8Array): string => Buffer.from(bytes).toString('base64')

const toComment = (row: Row): MinutesComment => ({
  id: row.id,
  sectionId: row.section_id,
  from: base64(row.anchor_from),
  to: base64(row.anchor_to),
  quote: row.quote,
  text: row.text,
  userId: row.user_id,
  at: new Date(row.at).toISOString(),
  answers: (row.answers ?? []).map((one) => ({ ...one, at: new Date(one.at).toISOString() })),
  ...(row.resolved_by === null || row.resolved_at === null
    ? {}
    : { resolved: { userId: row.resolved_by, at: new Date(row.resolved_at).toISOString() } }),
  version: row.version,
})

/** The desk's comments in Postgres. Who may see or change them is the doors' to ask. */
export class CommentStore {
  private readonly sql: Sql

  constructor(sql: Sql) {
    this.sql = sql
  }

  /** Oldest first. */
  async ofMeeting(meetingId: string): Promise<MinutesComment[]> {
    return (await this.read(meetingId)).map(toComment)
  }

  async find(meetingId: string, commentId: string): Promise<MinutesComment | null> {
    const [row] = await this.read(meetingId, commentId)
    return row ? toComment(row) : null
  }

  /** Writes it once; the same one sent again is what is there. */
  async add(meetingId: string, userId: string, comment: NewComment): Promise<{ comment: MinutesComment } | { refusal: Refusal }> {
    const { commentId, sectionId, from, to, quote, text } = comment
    await this.sql`
      insert into minutes_comments (id, meeting_id, section_id, anchor_from, anchor_to, quote, text, user_id)
      values (${commentId}, ${meetingId}, ${sectionId}, ${Buffer.from(from, 'base64')}, ${Buffer.from(to, 'base64')},
        ${quote}, ${text}, ${userId})
      on conflict (id) do nothing`
    const stored = await this.find(meetingId, commentId)
    if (stored?.userId !== userId || stored.sectionId !== sectionId) return refuse('conflict', 'comment_exists')
    return { comment: stored }
  }

  /** Adds an answer once; a resolved comment takes none. */
  async answer(commentId: string, userId: string, { answerId, text }: NewCommentAnswer): Promise<Refusal | null> {
    return this.sql.begin(async (tx) => {
      const [comment] = await tx<{ resolved_at: Date | null }[]>`
        select resolved_at from minutes_comments where id = ${commentId} for update`
      const [known] = await tx<{ comment_id: string; user_id: string }[]>`
        select comment_id, user_id from minutes_comment_answers where id = ${answerId}`
      if (known) {
        const isSame = known.comment_id === commentId && known.user_id === userId
        return isSame ? null : refuse('conflict', 'comment_exists').refusal
      }
      if (!comment) return refuse('not_found').refusal
      if (comment.resolved_at !== null) return refuse('wrong_state', 'comment_resolved').refusal
      await tx`
        insert into minutes_comment_answers (id, comment_id, text, user_id) values (${answerId}, ${commentId}, ${text}, ${userId})`
      await tx`update minutes_comments set version = version + 1 where id = ${commentId}`
      return null
    })
  }

  /** Resolves it or takes that back; what it is already it stays, by whom it was. */
  async resolve(commentId: string, userId: string, isResolved: boolean): Promise<void> {
    await this.sql`
      update minutes_comments
      set version = version + 1,
        resolved_by = ${isResolved ? userId : null},
        resolved_at = case when ${isResolved} then now() end
      where id = ${commentId} and (resolved_at is not null) <> ${isResolved}`
  }

  private read(meetingId: string, commentId: string | null = null): Promise<Row[]> {
    return this.sql<Row[]>`
      select id, section_id, anchor_from, anchor_to, quote, text, user_id, at, resolved_by, resolved_at, version,
        (select json_agg(json_build_object('id', answer.id, 'userId', answer.user_id, 'text', answer.text, 'at', answer.at)
            order by answer.at, answer.id)
          from minutes_comment_answers as answer where answer.comment_id = comment.id) as answers
      from minutes_comments as comment
      where meeting_id = ${meetingId} and (${commentId}::uuid is null or id = ${commentId}::uuid)
      order by at, id`
  }
}
