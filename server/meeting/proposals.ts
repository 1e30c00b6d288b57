import type { Sql, TransactionSql } from 'postgres'

/** What the presenting units propose under the items of a meeting: kept beside the log, for the minutes' desk alone. */

export async function keepProposals(
  tx: TransactionSql,
  meetingId: string,
  items: { id: string; proposals?: string[] }[],
): Promise<void> {
  const rows = items.flatMap(({ id, proposals = [] }) => proposals.map((text, position) => ({ itemId: id, position, text })))
  if (rows.length === 0) return
  await tx`
    insert into agenda_proposals (meeting_id, item_id, position, text)
    select ${meetingId}::uuid, given.item_id, given.position, given.text
    from unnest(${rows.map((row) => row.itemId)}::uuid[], ${rows.map((row) => row.position)}::int[], ${rows.map((row) => row.text)}::text[])
      as given (item_id, position, text)`
}

/** In the order of each item's report. Who may see which is the door's to ask. */
export async function readProposals(sql: Sql, meetingId: string): Promise<{ itemId: string; text: string }[]> {
  const rows = await sql<{ item_id: string; text: string }[]>`
    select item_id, text from agenda_proposals where meeting_id = ${meetingId} order by item_id, position`
  return rows.map((row) => ({ itemId: row.item_id, text: row.text }))
}
