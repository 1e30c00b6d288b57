import type { Sql, TransactionSql } from 'postgres'
import type { Delivery, DeliveryChannel } from '#domain/contract/deliveries.ts'

/** The list of who was sent a document; it is written with the document, so nobody is forgotten whatever happens after. */

/** Enters the units to which a document goes, once each: into their room now, and by e-mail where that is on and they have an address. */
export async function recordDeliveries(
  tx: TransactionSql,
  { documentId, unitIds, at, byMail }: { documentId: string; unitIds: string[]; at: string; byMail: boolean },
): Promise<{ mailTo: string[] }> {
  await tx`
    insert into deliveries (document_id, unit_id, channel, sent_at)
    select ${documentId}, unit_id, 'product', ${at}::timestamptz from unnest(${unitIds}::uuid[]) as unit_id
    on conflict do nothing`
  if (!byMail) return { mailTo: [] }
  const rows = await tx<{ unit_id: string }[]>`
    insert into deliveries (document_id, unit_id, channel, address)
    select ${documentId}, id, 'email', email from units where id = any(${unitIds}::uuid[]) and email is not null
    on conflict do nothing returning unit_id`
  return { mailTo: rows.map((row) => row.unit_id) }
}

/** Somebody of the unit has seen the document; the first time counts. */
export async function noteOpened(sql: Sql, documentId: string, unitId: string): Promise<void> {
  await sql`
    update deliveries set opened_at = now()
    where document_id = ${documentId} and unit_id = ${unitId} and channel = 'product' and opened_at is null`
}

/**
 * The unit has acknowledged a conclusion, in the transaction of that event. Who acknowledges has seen it; a notice of several is
 * acknowledged when all in it are that address the unit.
 */
export async function noteAcknowledged(
  tx: TransactionSql,
  { conclusionId, unitId, at }: { conclusionId: string; unitId: string; at: string },
): Promise<void> {
  await tx`
    update deliveries set opened_at = coalesce(opened_at, ${at}::timestamptz),
      acknowledged_at = case when exists (
        select from documents join conclusions on conclusions.id = any(documents.conclusion_ids)
        where documents.id = deliveries.document_id and not ${unitId}::uuid = any(conclusions.acknowledged_by)
          and ${unitId}::uuid = any(array[lead_unit_id] || coordinating_unit_ids)) then null else ${at}::timestamptz end
    where unit_id = ${unitId} and channel = 'product' and acknowledged_at is null
      and document_id in (select id from documents where ${conclusionId} = any(conclusion_ids))`
}

interface Row {
  unit_id: string
  name: string
  channel: DeliveryChannel
  address: string | null
  sent_at: Date | null
  problem: string | null
  given_up_at: Date | null
  opened_at: Date | null
  acknowledged_at: Date | null
}

/** Everybody whom a document was sent to, in the order of the units. */
export async function deliveriesOf(sql: Sql, documentId: string): Promise<Delivery[]> {
  const rows = await sql<Row[]>`
    select unit_id, units.name, channel, address, sent_at, problem, given_up_at, opened_at, acknowledged_at
    from deliveries join units on units.id = unit_id
    where document_id = ${documentId} order by units.sort_order, units.code, channel desc`
  return rows.map((row) => ({
    unitId: row.unit_id,
    unitName: row.name,
    channel: row.channel,
    address: row.address ?? undefined,
    sentAt: row.sent_at?.toISOString(),
    problem: row.problem ?? undefined,
    isGivenUp: row.given_up_at !== null,
    openedAt: row.opened_at?.toISOString(),
    acknowledgedAt: row.acknowledged_at?.toISOString(),
  }))
}
