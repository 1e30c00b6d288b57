import type { Sql } from 'postgres'
import { v7 as uuid } from 'uuid'
import { enterFile } from './entry.ts'

export interface Presentation {
  id: string
  meetingId: string
  itemId?: string
  title: string
  sha256: string
  pages: number
}

interface Row {
  id: string
  meeting_id: string
  item_id: string | null
  title: string
  sha256: string
  pages: number
}

const fromRow = (row: Row): Presentation => ({
  id: row.id,
  meetingId: row.meeting_id,
  ...(row.item_id === null ? {} : { itemId: row.item_id }),
  title: row.title,
  sha256: row.sha256,
  pages: row.pages,
})

export async function findPresentation(sql: Sql, id: string): Promise<Presentation | null> {
  const [row] = await sql<Row[]>`select id, meeting_id, item_id, title, sha256, pages from presentations where id = ${id}`
  return row === undefined ? null : fromRow(row)
}

export async function presentationsOf(sql: Sql, meetingId: string): Promise<Presentation[]> {
  const rows = await sql<Row[]>`
    select id, meeting_id, item_id, title, sha256, pages from presentations where meeting_id = ${meetingId} order by created_at, id`
  return rows.map(fromRow)
}

export async function addPresentation(
  sql: Sql,
  given: Omit<Presentation, 'id'> & { size: number; uploadedBy: string },
): Promise<Presentation> {
  const id = uuid()
  await sql.begin(async (tx) => {
    await enterFile(tx, given, 'application/pdf')
    await tx`
      insert into presentations (id, meeting_id, item_id, title, sha256, pages, uploaded_by)
      values (${id}, ${given.meetingId}, ${given.itemId ?? null}, ${given.title}, ${given.sha256}, ${given.pages}, ${given.uploadedBy})`
  })
  const { meetingId, itemId, title, sha256, pages } = given
  return { id, meetingId, ...(itemId === undefined ? {} : { itemId }), title, sha256, pages }
}
