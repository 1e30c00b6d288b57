import type { Sql, TransactionSql } from 'postgres'
import type { MeetingEvent } from '#domain/meeting/meeting.ts'
import type { MeetingState } from '#domain/meeting/state.ts'
import { yearOf } from '#domain/documents/dates.ts'

/**
 * The read models that other screens query, written in the transaction of the events they follow from: the meeting's row,
 * attendance, conclusions. They hold nothing that the log does not.
 */
export async function project(tx: TransactionSql, events: MeetingEvent[], state: MeetingState, issuer: string): Promise<void> {
  const touched = { meeting: false, units: new Set<string>(), conclusions: new Map<string, number>() }
  for (const event of events) {
    if (event.type.startsWith('meeting.') || event.type === 'chair.handedOver') touched.meeting = true
    else if (event.type.startsWith('attendance.') && 'unitId' in event) touched.units.add(event.unitId)
    else if ('conclusionId' in event) touched.conclusions.set(event.conclusionId, event.seq)
  }
  const { meetingId } = state
  const work: Promise<unknown>[] = []
  if (touched.meeting)
    work.push(tx`update meetings set status = ${state.status}, chair_user_id = ${state.chairUserId} where id = ${meetingId}`)
  for (const row of state.attendance.filter((one) => touched.units.has(one.unitId)))
    work.push(tx`
      insert into attendance (meeting_id, unit_id, representative_name, representative_title, head_count, checked_in_at, left_at)
      values (${meetingId}, ${row.unitId}, ${row.representative.name}, ${row.representative.title}, ${row.headCount},
        ${row.checkedInAt}, ${row.leftAt ?? null})
      on conflict (meeting_id, unit_id) do update set representative_name = excluded.representative_name,
        representative_title = excluded.representative_title, head_count = excluded.head_count, left_at = excluded.left_at`)
  for (const one of state.conclusions.filter((known) => touched.conclusions.has(known.id))) {
    const issuedSeq = events.find((event) => event.type === 'conclusion.issued' && event.conclusionId === one.id)?.seq ?? null
    work.push(tx`
      insert into conclusions (id, meeting_id, item_id, text, lead_unit_id, coordinating_unit_ids, due_date, product, corrects,
        status, number, issuer, year, notation, code, hash, issued_at, issued_seq, acknowledged_by)
      values (${one.id}, ${meetingId}, ${one.itemId}, ${one.text}, ${one.leadUnitId}, ${one.coordinatingUnitIds}::uuid[],
        ${one.dueDate ?? null}, ${one.product ?? null}, ${one.corrects ?? null}, ${one.status}, ${one.number ?? null},
        ${one.number === undefined ? null : issuer}, ${one.issuedAt === undefined ? null : yearOf(one.issuedAt)},
        ${one.notation ?? null}, ${one.code ?? null}, ${one.hash ?? null}, ${one.issuedAt ?? null}, ${issuedSeq},
        ${one.acknowledgedBy}::uuid[])
      on conflict (id) do update set text = excluded.text, lead_unit_id = excluded.lead_unit_id, item_id = excluded.item_id,
        coordinating_unit_ids = excluded.coordinating_unit_ids, due_date = excluded.due_date, product = excluded.product,
        corrects = excluded.corrects, status = excluded.status, number = excluded.number, issuer = excluded.issuer,
        year = excluded.year, notation = excluded.notation, code = excluded.code, hash = excluded.hash,
        issued_at = excluded.issued_at, issued_seq = coalesce(excluded.issued_seq, conclusions.issued_seq),
        acknowledged_by = excluded.acknowledged_by`)
  }
  await Promise.all(work)
}

/** Stores a folded state, so that a long meeting opens as fast as a new one. Said twice, it is the same. */
export async function storeSnapshot(sql: Sql, state: MeetingState, seq: number): Promise<void> {
  await sql`
    insert into meeting_snapshots (meeting_id, seq, state) values (${state.meetingId}, ${seq}, ${JSON.stringify(state)}::text::jsonb)
    on conflict do nothing`
}
