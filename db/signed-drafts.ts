import { index, jsonb, pgTable, text, uuid } from 'drizzle-orm/pg-core'
import type { DocumentDescription } from '#domain/documents/description.ts'
import { moment } from './columns.ts'
import { conclusions } from './conclusions.ts'
import { files } from './files.ts'
import { users } from './people.ts'

/**
 * Notices that were signed before their number and date were given. One counts only with the approval it was signed for: a row whose
 * approval did not come about, or was of other words, is never used.
 */
export const signedDrafts = pgTable(
  'signed_drafts',
  {
    /** The id of the command that approved the conclusion. */
    approval: uuid('approval').primaryKey(),
    conclusionId: uuid('conclusion_id')
      .notNull()
      .references(() => conclusions.id),
    /** SHA-256 over what the conclusion said. */
    wording: text('wording').notNull(),
    /** What was drawn and signed; number, date and code are open in it. */
    description: jsonb('description').$type<DocumentDescription>().notNull(),
    userId: uuid('user_id')
      .notNull()
      .references(() => users.id),
    /** The name in the certificate. */
    signer: text('signer').notNull(),
    signedAt: moment('signed_at').notNull(),
    /** The file with the signature in it. */
    sha256: text('sha256')
      .notNull()
      .references(() => files.sha256),
  },
  (table) => [index('signed_drafts_conclusion').on(table.conclusionId)],
)
