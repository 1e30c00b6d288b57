import type { TransactionSql } from 'postgres'
import { z } from 'zod'
import { Id } from '#domain/contract/values.ts'
import type { MeetingEvent } from '#domain/meeting/meeting.ts'
import { defineJob, enqueue } from '../jobs/queue.ts'
import { noteAcknowledged, recordDeliveries } from './deliveries.ts'

/** Draws a document's forms, so that the first who opens it need not wait. */
export const renderJob = defineJob('document.render', z.strictObject({ documentId: Id }), { attempts: 10 })
/** Sends a document to one unit by e-mail. */
export const mailJob = defineJob('document.mail', z.strictObject({ documentId: Id, unitId: Id }))
/** Tells one unit by e-mail that a document it was sent so no longer holds. */
export const recallJob = defineJob('document.recall', z.strictObject({ documentId: Id, unitId: Id }))

/** What sends documents: entering who gets one, and the work of bringing it there. */
export interface Dispatch {
  /** Enters what these events say of what was sent, in their transaction. */
  alongside: (tx: TransactionSql, events: MeetingEvent[]) => Promise<void>
  /** Sends a document that this transaction has written into the book. */
  send: (tx: TransactionSql, what: { documentId: string; unitIds: string[]; at: string }) => Promise<void>
  /** Sends nothing more of a withdrawn document, and tells whoever has it by e-mail, in the transaction that withdraws it. */
  recall: (tx: TransactionSql, what: { documentId: string; at: string }) => Promise<void>
  /** Lets go by e-mail what waited for the seal, in the transaction of the seal. */
  release: (tx: TransactionSql, documentId: string) => Promise<void>
}

/** Sending, as far as it belongs to the transaction that issues: whoever is addressed is entered then, or nothing was issued. */
export function createDispatch({ byMail, waitsForSeal }: { byMail: boolean; waitsForSeal: boolean }): Dispatch {
  const queueMail = async (tx: TransactionSql, documentId: string, unitIds: string[]): Promise<void> => {
    for (const unitId of unitIds) await enqueue(tx, mailJob, { documentId, unitId }, { key: `mail ${documentId} ${unitId}` })
  }

  const send: Dispatch['send'] = async (tx, { documentId, unitIds, at }) => {
    const { mailTo } = await recordDeliveries(tx, { documentId, unitIds, at, byMail })
    await enqueue(tx, renderJob, { documentId }, { key: `render ${documentId}` })
    if (!waitsForSeal) await queueMail(tx, documentId, mailTo)
  }

  return {
    send,
    alongside: async (tx, events) => {
      for (const event of events) {
        if (event.type === 'conclusion.acknowledged') await noteAcknowledged(tx, event)
      }
    },
    recall: async (tx, { documentId, at }) => {
      const rows = await tx<{ unit_id: string; sent_at: Date | null }[]>`
        update deliveries set given_up_at = case when sent_at is null then coalesce(given_up_at, ${at}::timestamptz) else given_up_at end
        where document_id = ${documentId} and channel = 'email' returning unit_id, sent_at`
      if (!byMail) return
      for (const { unit_id: unitId, sent_at } of rows)
        if (sent_at !== null) await enqueue(tx, recallJob, { documentId, unitId }, { key: `recall ${documentId} ${unitId}` })
    },
    release: async (tx, documentId) => {
      if (!byMail) return
      const rows = await tx<{ unit_id: string }[]>`
        select unit_id from deliveries
        where document_id = ${documentId} and channel = 'email' and sent_at is null and given_up_at is null`
      await queueMail(
        tx,
        documentId,
        rows.map((row) => row.unit_id),
      )
    },
  }
}
