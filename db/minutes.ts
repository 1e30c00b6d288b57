import { bigint, index, integer, pgTable, primaryKey, uuid } from 'drizzle-orm/pg-core'
import { bytea, moment } from './columns.ts'

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
