import { index, pgTable, primaryKey, text, uuid } from 'drizzle-orm/pg-core'
import type { DeliveryChannel } from '#domain/contract/deliveries.ts'
import { moment } from './columns.ts'
import { documents } from './documents.ts'
import { units } from './people.ts'

/** Who was sent a document, by which way, and what became of it there. Written in the transaction that issues the document. */
export const deliveries = pgTable(
  'deliveries',
  {
    documentId: uuid('document_id')
      .notNull()
      .references(() => documents.id),
    unitId: uuid('unit_id')
      .notNull()
      .references(() => units.id),
    channel: text('channel').$type<DeliveryChannel>().notNull(),
    /** Where an e-mail goes to. */
    address: text('address'),
    sentAt: moment('sent_at'),
    /** The Message-ID under which the mail server took it. */
    messageId: text('message_id'),
    /** Why it was not sent yet, as the mail server said it. */
    problem: text('problem'),
    /** Nothing more is tried. */
    givenUpAt: moment('given_up_at'),
    openedAt: moment('opened_at'),
    acknowledgedAt: moment('acknowledged_at'),
  },
  (table) => [
    primaryKey({ columns: [table.documentId, table.unitId, table.channel] }),
    index('deliveries_unit').on(table.unitId),
  ],
)
