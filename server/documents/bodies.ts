import type { Sql, TransactionSql } from 'postgres'
import { committeeAsIssuer } from '#domain/documents/issuing.ts'
import type { IssuingBody } from '#domain/documents/issuing.ts'

export interface UnitRow {
  id: string
  name: string
  kind: string
  group_code: string | null
  symbol: string | null
  place_name: string | null
  head: { name?: string; title?: string } | null
}

export interface Bodies {
  committee?: UnitRow
  office?: UnitRow
  issuer: IssuingBody
}

/** The committee that issues and its Office, as they were on that day. */
export async function findBodies(sql: Sql | TransactionSql, on: Date): Promise<Bodies> {
  const rows = await sql<UnitRow[]>`
    select id, name, kind, group_code, symbol, place_name, head from units
    where group_code in ('committee', 'office')
      and (valid_from is null or valid_from <= (${on}::timestamptz at time zone 'Asia/Ho_Chi_Minh')::date)
      and (valid_to is null or valid_to >= (${on}::timestamptz at time zone 'Asia/Ho_Chi_Minh')::date)
    order by sort_order, code`
  const committee = rows.find((row) => row.group_code === 'committee')
  return {
    committee,
    office: rows.find((row) => row.group_code === 'office'),
    issuer: committeeAsIssuer({
      name: committee?.name ?? 'Ủy ban nhân dân tỉnh',
      symbol: committee?.symbol,
      placeName: committee?.place_name,
    }),
  }
}

/**
 * The body that issues the documents of this server's committee: its `name` is the number series' issuer, its `symbol` the end of
 * the notation.
 */
export const findIssuer = async (sql: Sql, on: Date): Promise<IssuingBody> => (await findBodies(sql, on)).issuer

/** Units by their ids, whether or not they still exist. */
export async function findUnits(sql: Sql | TransactionSql, ids: string[]): Promise<Map<string, UnitRow>> {
  const rows = await sql<UnitRow[]>`
    select id, name, kind, group_code, symbol, place_name, head from units where id = any(${ids}::uuid[])`
  return new Map(rows.map((row) => [row.id, row]))
}

export interface PersonRow {
  id: string
  name: string
  title: string
  role: string
}

export async function findPersons(sql: Sql | TransactionSql, ids: string[]): Promise<Map<string, PersonRow>> {
  const rows = await sql<PersonRow[]>`select id, name, title, role from users where id = any(${ids}::uuid[])`
  return new Map(rows.map((row) => [row.id, row]))
}
