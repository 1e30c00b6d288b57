import { integer, pgTable, primaryKey, text, unique, uuid } from 'drizzle-orm/pg-core'
import type { SignatureKind } from '#domain/contract/signing.ts'
import { moment } from './columns.ts'
import { documents } from './documents.ts'
import { files } from './files.ts'
import { users } from './people.ts'

/** The electronic signatures of a document, in order: each file begins with the bytes of the one before it. */
export const signatures = pgTable(
  'signatures',
  {
    documentId: uuid('document_id')
      .notNull()
      .references(() => documents.id),
    /** 1 for the first. */
    position: integer('position').notNull(),
    kind: text('kind').$type<SignatureKind>().notNull(),
    userId: uuid('user_id')
      .notNull()
      .references(() => users.id),
    /** The name in the certificate. */
    signer: text('signer').notNull(),
    signedAt: moment('signed_at').notNull(),
    /** The file with this signature in it. */
    sha256: text('sha256')
      .notNull()
      .references(() => files.sha256),
  },
  (table) => [
    primaryKey({ columns: [table.documentId, table.position] }),
    unique('signatures_kind').on(table.documentId, table.kind),
  ],
)
