import type { Sql } from 'postgres'
import { v7 as uuid } from 'uuid'
import { today } from '#db/today.ts'
import type { BridgePoint, ChangeUnit, NewUnit, Unit } from '#domain/contract/http.ts'
import { type Refusal, refuse } from '#domain/errors.ts'
import { codeOf } from '../web/errors.ts'

interface Row {
  id: string
  code: string
  name: string
  short_name: string
  kind: Unit['kind']
  name_en: string | null
  symbol: string | null
  bridge_point: BridgePoint | null
  is_ended: boolean
  successor_id: string | null
}

const toUnit = (row: Row): Unit => ({
  id: row.id,
  code: row.code,
  name: row.name,
  shortName: row.short_name,
  kind: row.kind,
  ...(row.name_en === null ? {} : { nameEn: row.name_en }),
  ...(row.symbol === null ? {} : { symbol: row.symbol }),
  ...(row.bridge_point === null ? {} : { bridgePoint: row.bridge_point }),
  ...(row.is_ended ? { isEnded: true as const } : {}),
  ...(row.successor_id === null ? {} : { successorId: row.successor_id }),
})

const columns = (sql: Sql) => sql`
  id, code, name, short_name, kind, name_en, symbol, bridge_point, coalesce(valid_to < ${today(sql)}, false) as is_ended, successor_id`

/** All units in their order, those of the past too: they still name what was done under them. */
export async function listUnits(sql: Sql): Promise<Unit[]> {
  const rows = await sql<Row[]>`select ${columns(sql)} from units order by is_ended, sort_order, code`
  return rows.map(toUnit)
}

export async function findUnit(sql: Sql, id: string): Promise<Unit | null> {
  const rows = await sql<Row[]>`select ${columns(sql)} from units where id = ${id}`
  return rows[0] ? toUnit(rows[0]) : null
}

export async function createUnit(sql: Sql, unit: NewUnit): Promise<{ unit: Unit } | { refusal: Refusal }> {
  const taken = await sql`
    select 1 from units where code = ${unit.code} and (valid_to is null or valid_to >= ${today(sql)})`
  if (taken.count > 0) return refuse('conflict', 'already_exists', { field: 'code' })
  try {
    const rows = await sql<Row[]>`
      insert into units (id, code, name, short_name, kind, name_en, symbol, sort_order, bridge_point, valid_from)
      values (${uuid()}, ${unit.code}, ${unit.name}, ${unit.shortName}, ${unit.kind}, ${unit.nameEn ?? null},
        ${unit.symbol ?? null}, ${unit.order ?? 1000}, ${unit.bridgePoint ? sql.json(unit.bridgePoint) : null}, ${today(sql)})
      returning ${columns(sql)}`
    return rows[0] ? { unit: toUnit(rows[0]) } : refuse('not_found')
  } catch (error) {
    if (codeOf(error) === '23505') return refuse('conflict', 'already_exists', { field: 'code' })
    throw error
  }
}

/**
 * Renames a unit from now on, ends it, or merges it into another. A unit that ends has yesterday as its last day, so that it
 * is gone from the lists at once; it is never deleted.
 */
export async function changeUnit(sql: Sql, id: string, change: ChangeUnit): Promise<{ unit: Unit } | { refusal: Refusal }> {
  if (change.mergeInto !== undefined) {
    const successor = await findUnit(sql, change.mergeInto)
    if (!successor || successor.isEnded || successor.id === id)
      return refuse('invalid_input', 'unknown_unit', { field: 'mergeInto' })
  }
  const ends = change.mergeInto !== undefined || change.isEnded === true
  const rows = await sql<Row[]>`
    update units set
      name = coalesce(${change.name ?? null}, name),
      short_name = coalesce(${change.shortName ?? null}, short_name),
      name_en = coalesce(${change.nameEn ?? null}, name_en),
      symbol = coalesce(${change.symbol ?? null}, symbol),
      sort_order = coalesce(${change.order ?? null}, sort_order),
      bridge_point = ${change.bridgePoint === undefined ? sql`bridge_point` : change.bridgePoint === null ? null : sql.json(change.bridgePoint)},
      valid_to = ${ends ? sql`${today(sql)} - 1` : change.isEnded === false ? null : sql`valid_to`},
      successor_id = ${change.mergeInto ?? (change.isEnded === false ? null : sql`successor_id`)}
    where id = ${id} returning ${columns(sql)}`
  return rows[0] ? { unit: toUnit(rows[0]) } : refuse('not_found')
}
