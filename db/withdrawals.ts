import { pgTable, text, uuid } from 'drizzle-orm/pg-core'
import { moment } from './columns.ts'
import { documents } from './documents.ts'
import { users } from './people.ts'

/** The documents that were taken out of force: why, by whom and when. What was withdrawn is not put back. */
export const withdrawals = pgTable('withdrawals', {
  documentId: uuid('document_id')
    .primaryKey()
    .references(() => documents.id),
  reason: text('reason').notNull(),
  userId: uuid('user_id').references(() => users.id),
  at: moment('at').notNull(),
})
