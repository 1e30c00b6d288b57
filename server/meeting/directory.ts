import type { Sql } from 'postgres'
import { today } from '#db/today.ts'
import type { Role, UnitKind } from '#domain/contract/values.ts'

/** A person as the meetings need to know them. */
export interface Person {
  userId: string
  name: string
  title: string
  role: Role
  unitId: string
}

/**
 * Who there is and which units there are, read at most every few seconds: a room asks for every command, and a change by the
 * administrator ends the sessions it concerns anyway.
 */
export interface Directory {
  people: Map<string, Person>
  units: Map<string, { kind: UnitKind; isEnded: boolean }>
  leaderIds: string[]
}

const freshMs = 2000

export function createDirectory(sql: Sql): () => Promise<Directory> {
  let known: { at: number; directory: Promise<Directory> } | undefined

  const read = async (): Promise<Directory> => {
    const [people, units] = await Promise.all([
      sql<{ id: string; name: string; title: string; role: Role; unit_id: string; is_disabled: boolean }[]>`
        select id, name, title, role, unit_id, is_disabled from users order by sort_order, username`,
      sql<{ id: string; kind: UnitKind; is_ended: boolean }[]>`
        select id, kind, coalesce(valid_to < ${today(sql)}, false) as is_ended from units`,
    ])
    const active = people.filter((one) => !one.is_disabled)
    return {
      people: new Map(
        active.map((one) => [one.id, { userId: one.id, name: one.name, title: one.title, role: one.role, unitId: one.unit_id }]),
      ),
      units: new Map(units.map((one) => [one.id, { kind: one.kind, isEnded: one.is_ended }])),
      leaderIds: active.filter((one) => one.role === 'leader').map((one) => one.id),
    }
  }

  return () => {
    const now = Date.now()
    if (known && now - known.at < freshMs) return known.directory
    const directory = read()
    const reading = { at: now, directory }
    known = reading
    directory.catch(() => {
      if (known === reading) known = undefined
    })
    return directory
  }
}
