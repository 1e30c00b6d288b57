import { sql } from 'drizzle-orm'
import { index, integer, jsonb, pgTable, primaryKey, text, unique, uuid } from 'drizzle-orm/pg-core'
import type { DocumentFileFormat, DocumentStatus, DocumentType } from '#domain/contract/documents.ts'
import type { DocumentDescription } from '#domain/documents/description.ts'
import { moment } from './columns.ts'
import { files } from './files.ts'
import { meetings } from './meetings.ts'

/**
 * The numbering book: every official document that left a meeting. A row is written in the transaction that gives the number;
 * afterwards a trigger lets nothing of it change but its status, and nothing be deleted.
 */
export const documents = pgTable(
  'documents',
  {
    /** Of a notice: the id of its conclusion, of the first one where there are several. */
    id: uuid('id').primaryKey(),
    type: text('type').$type<DocumentType>().notNull(),
    meetingId: uuid('meeting_id')
      .notNull()
      .references(() => meetings.id),
    year: integer('year').notNull(),
    issuer: text('issuer').notNull(),
    number: integer('number'),
    notation: text('notation'),
    abstract: text('abstract').notNull(),
    signer: text('signer').notNull().default(''),
    /** The lines under "Nơi nhận", without dashes and closing signs. */
    recipients: text('recipients').array().notNull().default([]),
    status: text('status').$type<DocumentStatus>().notNull().default('valid'),
    version: integer('version').notNull().default(1),
    /** The earlier version that this one takes the place of. */
    replaces: uuid('replaces'),
    conclusionIds: uuid('conclusion_ids').array().notNull().default([]),
    /** The log's end that the document was made from. */
    headSeq: integer('head_seq').notNull(),
    headHash: text('head_hash').notNull(),
    issuedAt: moment('issued_at').notNull(),
    /** The description that every format is drawn from; null only for what was issued before descriptions were kept. */
    description: jsonb('description').$type<DocumentDescription>(),
    /** All that the document says, for the search. */
    content: text('content').notNull().default(''),
    search: text('search')
      .notNull()
      .generatedAlwaysAs(sql`plain_text(coalesce(notation, '') || ' ' || abstract || ' ' || signer || ' ' || content)`),
  },
  (table) => [
    unique('documents_number').on(table.year, table.type, table.issuer, table.number, table.version),
    unique('documents_replaces').on(table.replaces),
    index('documents_book').on(table.year, table.type),
    index('documents_meeting').on(table.meetingId),
  ],
)

/** A document in one form, made once: later readers get the same bytes. */
export const documentFiles = pgTable(
  'document_files',
  {
    documentId: uuid('document_id')
      .notNull()
      .references(() => documents.id),
    format: text('format').$type<DocumentFileFormat>().notNull(),
    sha256: text('sha256')
      .notNull()
      .references(() => files.sha256),
    createdAt: moment('created_at').notNull().defaultNow(),
  },
  (table) => [primaryKey({ columns: [table.documentId, table.format] })],
)
