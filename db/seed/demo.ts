import { readFileSync, existsSync } from 'node:fs'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import type { Sql } from 'postgres'
import { Temporal } from 'temporal-polyfill'
import { z } from 'zod'
import { type Audience, Form, MeetingKind } from '#domain/contract/http.ts'
import { OrganisationFile, seedOrganisation } from './organisation.ts'

const timeZone = 'Asia/Ho_Chi_Minh'

const SampleMeeting = z.object({
  meeting: z.object({ title: z.string(), kind: MeetingKind, chair: z.string() }),
  agenda: z.array(
    z.object({
      title: z.string(),
      presenterUnit: z.string(),
      form: Form,
      audience: z.union([z.literal('everyone'), z.array(z.string())]),
      budgetMinutes: z.int(),
      proposals: z.array(z.string()),
    }),
  ),
})

/** What `POST /api/meetings` takes, parsed. */
export interface DemoMeeting {
  title: string
  kind: MeetingKind
  scheduledAt: string
  chairUserId: string
  unitIds: string[]
  agenda: { title: string; presenterUnitId: string; audience: Audience; form: Form; budgetMinutes: number; proposals: string[] }[]
}

/** The data files lie beside this file in the sources, and in `seed` beside the bundle. */
function readData(name: string): unknown {
  const here = path.dirname(fileURLToPath(import.meta.url))
  const candidates = [path.join(here, name), path.join(here, 'seed', name), path.join(here, '..', 'db', 'seed', name)]
  const found = candidates.find((file) => existsSync(file))
  if (found === undefined) throw new Error(`The demo's data is missing; looked for ${candidates.join(', ')}`)
  return JSON.parse(readFileSync(found, 'utf8'))
}

/** Whether anybody can sign in with a password that everybody knows: production refuses such a database. */
export async function hasDemoAccounts(sql: Sql): Promise<boolean> {
  const rows = await sql<{ found: boolean }[]>`select exists (select 1 from users where is_demo and not is_disabled) as found`
  return rows[0]?.found ?? false
}

/**
 * Puts the demo's organisation and accounts into an empty database; one that has a unit, a user or a meeting is left alone.
 * `hashPassword` hashes the password that all demo accounts share.
 */
export async function seedDemo(sql: Sql, hashPassword: () => Promise<string>): Promise<void> {
  const rows = await sql<{ used: boolean }[]>`
    select exists (select 1 from units) or exists (select 1 from users) or exists (select 1 from meetings) as used`
  if (rows[0]?.used !== false) return
  const file = OrganisationFile.parse(readData('org.json'))
  await seedOrganisation(sql, file, { passwordHash: await hashPassword(), isDemo: true })
}

/** Thursday 07:30 in Viet Nam, today's if that is still to come. */
export function comingThursday(now: Date): Date {
  const here = Temporal.Instant.fromEpochMilliseconds(now.getTime()).toZonedDateTimeISO(timeZone)
  const today = here.toPlainDate()
  const thisWeek = today.add({ days: (4 - today.dayOfWeek + 7) % 7 })
  const start = (day: Temporal.PlainDate): number => day.toZonedDateTime({ timeZone, plainTime: '07:30' }).epochMilliseconds
  const at = start(thisWeek)
  return new Date(at > now.getTime() ? at : start(thisWeek.add({ days: 7 })))
}

/** The demo's meeting: the sample session on the coming Thursday, with every unit of the database invited. */
export async function demoMeetingInput(sql: Sql, now: Date): Promise<DemoMeeting> {
  const sample = SampleMeeting.parse(readData('meeting-sample.json'))
  const units = await sql<{ id: string; code: string }[]>`select id, code from units order by sort_order, code`
  const chairs = await sql<{ id: string }[]>`select id from users where username = ${sample.meeting.chair}`
  const idOf = new Map(units.map((unit) => [unit.code, unit.id]))
  const unitId = (code: string): string => {
    const id = idOf.get(code)
    if (id === undefined) throw new Error(`the sample meeting names the unit ${code}, which is not in the database`)
    return id
  }
  const chairUserId = chairs[0]?.id
  if (chairUserId === undefined) throw new Error(`the sample meeting is chaired by ${sample.meeting.chair}, who is not there`)
  return {
    title: sample.meeting.title.normalize('NFC'),
    kind: sample.meeting.kind,
    scheduledAt: comingThursday(now).toISOString(),
    chairUserId,
    unitIds: units.map((unit) => unit.id),
    agenda: sample.agenda.map((item) => ({
      title: item.title.normalize('NFC'),
      presenterUnitId: unitId(item.presenterUnit),
      audience: item.audience === 'everyone' ? 'everyone' : item.audience.map(unitId),
      form: item.form,
      budgetMinutes: item.budgetMinutes,
      proposals: item.proposals.map((words) => words.normalize('NFC')),
    })),
  }
}
