import { sql } from 'drizzle-orm'
import { boolean, index, integer, jsonb, pgTable, primaryKey, text, uuid } from 'drizzle-orm/pg-core'
import type { MeetingKind, MeetingStatus } from '#domain/meeting/state.ts'
import { bytea, moment } from './columns.ts'

/** One row per meeting; `headSeq` and `headHash` are the end of its log, written under this row's lock. */
export const meetings = pgTable(
  'meetings',
  {
    id: uuid('id').primaryKey(),
    title: text('title').notNull(),
    kind: text('kind').$type<MeetingKind>().notNull(),
    status: text('status').$type<MeetingStatus>().notNull(),
    scheduledAt: moment('scheduled_at').notNull(),
    chairUserId: uuid('chair_user_id').notNull(),
    unitIds: uuid('unit_ids').array().notNull(),
    headSeq: integer('head_seq').notNull().default(0),
    headHash: text('head_hash')
      .notNull()
      .default(sql`repeat('0', 64)`),
    isDemo: boolean('is_demo').notNull().default(false),
    createdBy: uuid('created_by'),
    createdAt: moment('created_at').notNull().defaultNow(),
  },
  (table) => [index('meetings_scheduled').on(table.scheduledAt)],
)

/** The log. `event` is the canonical JSON that is hashed, byte for byte; a trigger refuses every change of a row. */
export const events = pgTable(
  'events',
  {
    meetingId: uuid('meeting_id')
      .notNull()
      .references(() => meetings.id),
    seq: integer('seq').notNull(),
    at: moment('at').notNull(),
    type: text('type').notNull(),
    event: text('event').notNull(),
    prevHash: text('prev_hash').notNull(),
    hash: text('hash').notNull(),
  },
  (table) => [primaryKey({ columns: [table.meetingId, table.seq] })],
)

/** Ids of accepted commands, so that the same command is done once however often it arrives. */
export const commands = pgTable('commands', {
  commandId: uuid('command_id').primaryKey(),
  meetingId: uuid('meeting_id').notNull(),
  userId: uuid('user_id').notNull(),
  seq: integer('seq').notNull(),
})

export const meetingSnapshots = pgTable(
  'meeting_snapshots',
  {
    meetingId: uuid('meeting_id').notNull(),
    seq: integer('seq').notNull(),
    state: jsonb('state').notNull(),
  },
  (table) => [primaryKey({ columns: [table.meetingId, table.seq] })],
)

/** The sealed running count of a secret ballot: one value that is overwritten, so no row or order tells who chose what. */
export const ballotBoxes = pgTable('ballot_boxes', {
  meetingId: uuid('meeting_id').notNull(),
  voteId: uuid('vote_id').primaryKey(),
  sealed: bytea('sealed').notNull(),
})

export const attendance = pgTable(
  'attendance',
  {
    meetingId: uuid('meeting_id').notNull(),
    unitId: uuid('unit_id').notNull(),
    representativeName: text('representative_name').notNull(),
    representativeTitle: text('representative_title').notNull(),
    headCount: integer('head_count').notNull(),
    checkedInAt: moment('checked_in_at').notNull(),
    leftAt: moment('left_at'),
  },
  (table) => [primaryKey({ columns: [table.meetingId, table.unitId] })],
)

/** Who is on the line, by process and device. Worth nothing after a crash, therefore unlogged (see its migration). */
export const presence = pgTable(
  'presence',
  {
    processId: uuid('process_id').notNull(),
    meetingId: uuid('meeting_id').notNull(),
    userId: uuid('user_id').notNull(),
    unitId: uuid('unit_id').notNull(),
    deviceId: text('device_id').notNull(),
    quality: text('quality'),
    microphone: text('microphone'),
    since: moment('since').notNull().defaultNow(),
    seenAt: moment('seen_at').notNull(),
  },
  (table) => [
    primaryKey({ columns: [table.processId, table.meetingId, table.userId, table.deviceId] }),
    index('presence_meeting').on(table.meetingId),
  ],
)

export const deviceChecks = pgTable(
  'device_checks',
  {
    meetingId: uuid('meeting_id').notNull(),
    userId: uuid('user_id').notNull(),
    result: jsonb('result').notNull(),
    at: moment('at').notNull(),
  },
  (table) => [primaryKey({ columns: [table.meetingId, table.userId] })],
)

/** A PDF put up for a meeting; `itemId` ties it to an item, whose audience then bounds who may see it. */
export const presentations = pgTable(
  'presentations',
  {
    id: uuid('id').primaryKey(),
    meetingId: uuid('meeting_id')
      .notNull()
      .references(() => meetings.id),
    itemId: uuid('item_id'),
    title: text('title').notNull(),
    sha256: text('sha256').notNull(),
    pages: integer('pages').notNull(),
    uploadedBy: uuid('uploaded_by').notNull(),
    createdAt: moment('created_at').notNull().defaultNow(),
  },
  (table) => [index('presentations_meeting').on(table.meetingId)],
)

/** What the presenting unit proposes under an item: a start for the words of a conclusion. Beside the log; only the desk reads it. */
export const agendaProposals = pgTable(
  'agenda_proposals',
  {
    meetingId: uuid('meeting_id')
      .notNull()
      .references(() => meetings.id),
    itemId: uuid('item_id').notNull(),
    position: integer('position').notNull(),
    text: text('text').notNull(),
  },
  (table) => [primaryKey({ columns: [table.itemId, table.position] }), index('agenda_proposals_meeting').on(table.meetingId)],
)
