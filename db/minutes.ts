import { bigint, index, integer, pgTable, primaryKey, text, uuid } from 'drizzle-orm/pg-core'
import { bytea, moment } from './columns.ts'
import { meetings } from './meetings.ts'

/** A section's id is its agenda item's; the opening's is the meeting's. `seq` counts its updates. */
export const minutesSections = pgTable(
  'minutes_sections',
  {
    sectionId: uuid('section_id').primaryKey(),
    meetingId: uuid('meeting_id').notNull(),
    seq: integer('seq').notNull().default(0),
  },
  (table) => [index('minutes_sections_meeting').on(table.meetingId)],
)

/** Every update ever acknowledged; kept for good, they are the section's history. */
export const minutesUpdates = pgTable(
  'minutes_updates',
  {
    sectionId: uuid('section_id').notNull(),
    seq: integer('seq').notNull(),
    userId: uuid('user_id').notNull(),
    data: bytea('data').notNull(),
    at: moment('at').notNull(),
  },
  (table) => [primaryKey({ columns: [table.sectionId, table.seq] })],
)

/** The whole section after update `seq`, so that opening it does not replay everything. */
export const minutesSnapshots = pgTable(
  'minutes_snapshots',
  {
    sectionId: uuid('section_id').notNull(),
    seq: integer('seq').notNull(),
    data: bytea('data').notNull(),
  },
  (table) => [primaryKey({ columns: [table.sectionId, table.seq] })],
)

/** Which person a Yjs author id belongs to: whoever used it first. */
export const minutesAuthors = pgTable(
  'minutes_authors',
  {
    sectionId: uuid('section_id').notNull(),
    clientId: bigint('client_id', { mode: 'number' }).notNull(),
    userId: uuid('user_id').notNull(),
  },
  (table) => [primaryKey({ columns: [table.sectionId, table.clientId] })],
)

/** What the desk says about a passage: beside the text, for its writers only. The passage is kept as Yjs relative positions. */
export const minutesComments = pgTable(
  'minutes_comments',
  {
    id: uuid('id').primaryKey(),
    meetingId: uuid('meeting_id')
      .notNull()
      .references(() => meetings.id),
    sectionId: uuid('section_id').notNull(),
    anchorFrom: bytea('anchor_from').notNull(),
    anchorTo: bytea('anchor_to').notNull(),
    quote: text('quote').notNull(),
    text: text('text').notNull(),
    userId: uuid('user_id').notNull(),
    at: moment('at').notNull().defaultNow(),
    resolvedBy: uuid('resolved_by'),
    resolvedAt: moment('resolved_at'),
    /** Counts its changes: whoever holds two copies keeps the later. */
    version: integer('version').notNull().default(1),
  },
  (table) => [index('minutes_comments_meeting').on(table.meetingId)],
)

export const minutesCommentAnswers = pgTable(
  'minutes_comment_answers',
  {
    id: uuid('id').primaryKey(),
    commentId: uuid('comment_id')
      .notNull()
      .references(() => minutesComments.id),
    text: text('text').notNull(),
    userId: uuid('user_id').notNull(),
    at: moment('at').notNull().defaultNow(),
  },
  (table) => [index('minutes_comment_answers_comment').on(table.commentId)],
)
