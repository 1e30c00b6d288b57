import { date, index, integer, pgTable, primaryKey, text, uuid } from 'drizzle-orm/pg-core'
import type { ConclusionStatus } from '#domain/meeting/state.ts'
import { moment } from './columns.ts'
import { meetings } from './meetings.ts'

/** Conclusions as the log last left them. Those of one notice share number and code; the book of documents gives a number once. */
export const conclusions = pgTable(
  'conclusions',
  {
    id: uuid('id').primaryKey(),
    meetingId: uuid('meeting_id')
      .notNull()
      .references(() => meetings.id),
    itemId: uuid('item_id').notNull(),
    text: text('text').notNull(),
    leadUnitId: uuid('lead_unit_id').notNull(),
    coordinatingUnitIds: uuid('coordinating_unit_ids').array().notNull(),
    dueDate: date('due_date'),
    product: text('product'),
    corrects: uuid('corrects'),
    status: text('status').$type<ConclusionStatus>().notNull(),
    number: integer('number'),
    type: text('type').notNull().default('TB'),
    issuer: text('issuer'),
    year: integer('year'),
    notation: text('notation'),
    code: text('code'),
    hash: text('hash'),
    issuedAt: moment('issued_at'),
    issuedSeq: integer('issued_seq'),
    acknowledgedBy: uuid('acknowledged_by').array().notNull().default([]),
  },
  (table) => [
    index('conclusions_number').on(table.year, table.type, table.issuer, table.number),
    index('conclusions_code').on(table.code),
    index('conclusions_meeting').on(table.meetingId),
  ],
)

/** The last number given; its row is locked while the next is taken, so a refused issue leaves no gap. */
export const documentNumbers = pgTable(
  'document_numbers',
  {
    year: integer('year').notNull(),
    type: text('type').notNull(),
    issuer: text('issuer').notNull(),
    lastNumber: integer('last_number').notNull(),
  },
  (table) => [primaryKey({ columns: [table.year, table.type, table.issuer] })],
)
