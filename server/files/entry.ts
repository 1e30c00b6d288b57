import type { Sql, TransactionSql } from 'postgres'
import type { StoredFile } from './store.ts'

/** Enters a file of the file store in the database, for rows that refer to it; one that is known stays as it is. */
export async function enterFile(sql: Sql | TransactionSql, { sha256, size }: StoredFile, mediaType: string): Promise<void> {
  await sql`insert into files (sha256, size, media_type) values (${sha256}, ${size}, ${mediaType}) on conflict do nothing`
}
