import type { Sql } from 'postgres'

export interface Verified {
  number: string
  issuedAt: string
  issuer: string
  hash: string
  text: string
  /** The notation of the latest notice that puts this one right. */
  correctedBy?: string
}

/** What anybody who holds a code may know of an issued conclusion: what its paper says, and whether it still stands. */
export async function verify(sql: Sql, code: string): Promise<Verified | null> {
  const [row] = await sql<
    { notation: string; issued_at: Date; issuer: string; hash: string; text: string; corrected_by: string | null }[]
  >`
    select one.notation, one.issued_at, one.issuer, one.hash, one.text,
      (select later.notation from conclusions later where later.corrects = one.id and later.status = 'issued'
       order by later.issued_at desc limit 1) as corrected_by
    from conclusions one where one.code = ${code} and one.status = 'issued'`
  if (row === undefined) return null
  return {
    number: row.notation,
    issuedAt: row.issued_at.toISOString(),
    issuer: row.issuer,
    hash: row.hash,
    text: row.text,
    ...(row.corrected_by === null ? {} : { correctedBy: row.corrected_by }),
  }
}
