import type { Sql, TransactionSql } from 'postgres'
import { v7 as uuid } from 'uuid'
import { z } from 'zod'
import { BridgePoint } from '#domain/contract/http.ts'
import { Day, Role, UnitKind } from '#domain/contract/values.ts'
import { today } from '../today.ts'

/**
 * A file that describes an organisation: its units, and people if it names any. Further keys (recipient groups, fields of
 * work) belong to other parts of the system and are passed over here.
 */
const Unit = z.object({
  code: z.string().min(1).max(40),
  name: z.string().min(1).max(500),
  shortName: z.string().min(1).max(200),
  nameEn: z.string().max(500).optional(),
  kind: UnitKind,
  group: z.string().max(40).optional(),
  symbol: z.string().max(50).optional(),
  slug: z.string().max(200).optional(),
  email: z.string().max(320).optional(),
  order: z.int().min(0),
  head: z.object({ name: z.string(), title: z.string() }).optional(),
  bridgePoint: BridgePoint.optional(),
  localityType: z.string().max(40).optional(),
  placeName: z.string().max(200).optional(),
  validFrom: Day.optional(),
  validTo: Day.nullish(),
})

const Person = z.object({
  username: z.string().min(1).max(64),
  name: z.string().min(1).max(200),
  title: z.string().min(1).max(200),
  role: Role,
  unit: z.string(),
})

export const OrganisationFile = z.object({
  validFrom: Day.optional(),
  units: z.array(Unit).min(1).max(5000),
  people: z.array(Person).max(20_000).default([]),
  plenaryMembers: z.array(z.string()).default([]),
  /** Units of before and what they became. */
  successors: z.array(z.object({ from: z.array(z.string()), to: z.string() })).default([]),
})
export type OrganisationFile = z.infer<typeof OrganisationFile>

export interface LoadOptions {
  /** For new accounts; without it nobody can sign in to them until an administrator sets a password. */
  passwordHash?: string
  isDemo?: boolean
}

const nfc = (text: string | undefined): string | null => text?.normalize('NFC') ?? null

/**
 * Loads a file into the database, also over an organisation that is there. A unit is known by its code: one that exists keeps
 * its id and takes the new names; units that became another one end the day before the file begins and point to it; units the
 * file does not name stay as they are. People who exist are left alone.
 */
export async function seedOrganisation(
  sql: Sql,
  file: OrganisationFile,
  options: LoadOptions = {},
): Promise<{ units: number; users: number }> {
  return sql.begin(async (tx) => {
    await tx`lock table units in share row exclusive mode`
    const idOf = await loadUnits(tx, file)
    await endPredecessors(tx, file, idOf)
    const users = await loadPeople(tx, file, idOf, options)
    return { units: file.units.length, users }
  })
}

async function loadUnits(tx: TransactionSql, file: OrganisationFile): Promise<Map<string, string>> {
  const known = await tx<{ id: string; code: string }[]>`select id, code from units where successor_id is null`
  const idOf = new Map(known.map((unit) => [unit.code, unit.id]))
  for (const unit of file.units) {
    const id = idOf.get(unit.code) ?? uuid()
    idOf.set(unit.code, id)
    await tx`
      insert into units (id, code, name, short_name, name_en, kind, group_code, symbol, slug, email, sort_order, head,
        bridge_point, locality_type, place_name, valid_from, valid_to)
      values (${id}, ${unit.code}, ${nfc(unit.name)}, ${nfc(unit.shortName)}, ${unit.nameEn ?? null}, ${unit.kind},
        ${unit.group ?? null}, ${nfc(unit.symbol)}, ${unit.slug ?? null}, ${unit.email ?? null}, ${unit.order},
        ${unit.head ? tx.json(unit.head) : null}, ${unit.bridgePoint ? tx.json(unit.bridgePoint) : null},
        ${nfc(unit.localityType)}, ${nfc(unit.placeName)}, ${unit.validFrom ?? file.validFrom ?? null}, ${unit.validTo ?? null})
      on conflict (id) do update set name = excluded.name, short_name = excluded.short_name,
        name_en = coalesce(excluded.name_en, units.name_en), kind = excluded.kind, group_code = excluded.group_code,
        symbol = excluded.symbol, slug = excluded.slug, email = excluded.email, sort_order = excluded.sort_order,
        head = coalesce(excluded.head, units.head), bridge_point = coalesce(excluded.bridge_point, units.bridge_point),
        locality_type = excluded.locality_type, place_name = excluded.place_name, valid_to = excluded.valid_to`
  }
  return idOf
}

async function endPredecessors(tx: TransactionSql, file: OrganisationFile, idOf: Map<string, string>): Promise<void> {
  for (const { from, to } of file.successors) {
    const successor = idOf.get(to)
    const old = from.filter((code) => code !== to)
    if (successor === undefined || old.length === 0) continue
    await tx`
      update units set successor_id = ${successor},
        valid_to = coalesce(${file.validFrom ?? null}::date, ${today(tx)}) - 1
      where code in ${tx(old)} and successor_id is null and id <> ${successor}`
  }
}

async function loadPeople(
  tx: TransactionSql,
  file: OrganisationFile,
  idOf: Map<string, string>,
  options: LoadOptions,
): Promise<number> {
  const plenary = new Set(file.plenaryMembers)
  let made = 0
  for (const [order, person] of file.people.entries()) {
    const unitId = idOf.get(person.unit)
    if (unitId === undefined) throw new z.ZodError([unknownUnit(order)])
    const rows = await tx`
      insert into users (id, username, name, title, role, unit_id, password_hash, is_demo, is_plenary_member, sort_order)
      values (${uuid()}, ${person.username.normalize('NFC').toLowerCase()}, ${nfc(person.name)}, ${nfc(person.title)},
        ${person.role}, ${unitId}, ${options.passwordHash ?? null}, ${options.isDemo ?? false},
        ${plenary.has(person.username)}, ${order})
      on conflict (username) do nothing`
    made += rows.count
  }
  return made
}

const unknownUnit = (order: number): z.core.$ZodIssue => ({
  code: 'custom',
  path: ['people', order, 'unit'],
  message: 'unknown_unit',
  input: undefined,
})
