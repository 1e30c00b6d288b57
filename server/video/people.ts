import type { Sql } from 'postgres'
import type { Role } from '#domain/contract/values.ts'
import type { Viewer } from '#domain/meeting/state.ts'

export interface Person extends Viewer {
  name: string
}

/** Who is behind an identity, with today's role and unit; a disabled account is nobody. Read again after a few seconds. */
export interface People {
  find(userIds: string[]): Promise<Map<string, Person>>
  forget(userId: string): void
}

const freshMs = 3_000

export function readPeople(sql: Sql): People {
  const known = new Map<string, { until: number; person: Person | null }>()
  return {
    async find(userIds) {
      const now = performance.now()
      const missing = [...new Set(userIds)].filter((id) => (known.get(id)?.until ?? 0) <= now)
      if (missing.length > 0) {
        const rows = await sql<{ id: string; name: string; role: Role; unit_id: string }[]>`
          select id, name, role, unit_id from users where id = any(${missing}::uuid[]) and not is_disabled`
        for (const id of missing) known.set(id, { until: now + freshMs, person: null })
        for (const { id, name, role, unit_id } of rows)
          known.set(id, { until: now + freshMs, person: { userId: id, role, unitId: unit_id, name } })
        if (known.size > 5_000) for (const [id, { until }] of known) if (until <= now) known.delete(id)
      }
      const found = new Map<string, Person>()
      for (const id of userIds) {
        const person = known.get(id)?.person
        if (person) found.set(id, person)
      }
      return found
    },
    forget: (userId) => void known.delete(userId),
  }
}
