import { z } from 'zod'
import { LoggedEvent, MeetingSnapshot, You } from './snapshot.ts'
import { base64, HeadCount, Id, limits, Role, text, Time, UnitKind } from './values.ts'

/** Everything that is asked and answered over HTTP. Input is strict; an answer is described as it leaves. */

const Moment = z.iso.datetime()

/** Of a query or a path: digits only, `1e3` and `0x10` are not numbers here. */
export const Seq = z
  .string()
  .regex(/^\d{1,9}$/)
  .transform(Number)

// Errors

export const ErrorBody = z
  .object({ error: z.object({ code: z.string(), message: z.string(), field: z.string().optional() }) })
  .meta({ id: 'Error' })
export type ErrorBody = z.infer<typeof ErrorBody>

// People

export const Username = z
  .string()
  .max(limits.name)
  .transform((value) => value.normalize('NFC').trim().toLowerCase())
  .refine((value) => value.length > 0, { message: 'too_short' })

export const SignIn = z.strictObject({ username: Username, password: z.string().min(1).max(1000) })

export const SessionUser = z
  .object({ id: Id, username: z.string(), name: z.string(), title: z.string(), role: Role, unitId: Id })
  .meta({ id: 'User' })
export type SessionUser = z.infer<typeof SessionUser>

export const UserAnswer = z.object({ user: SessionUser })

/** Who is signed in, without an error when nobody is: the front page asks this first. */
export const SessionAnswer = z.object({
  user: SessionUser.nullable(),
  /** The one meeting that a session from a join link may reach. */
  meetingId: Id.optional(),
  /** Whether the demo page is there. */
  demo: z.boolean(),
})

/** Seals what this person's browser keeps of unsaved minutes; the same at every sign-in, and nobody else's. */
export const DraftKey = z.object({ userId: Id, key: base64(32) })

export const DemoAnswer = z.object({ accounts: z.array(SessionUser.omit({ id: true })) })

// Units

export const BridgePoint = z
  .object({
    name: z.string(),
    nameEn: z.string().optional(),
    hall: z.string().optional(),
    typicalHeadCount: z.int().optional(),
    lineProfile: z.string().optional(),
  })
  .meta({ id: 'BridgePoint' })
export type BridgePoint = z.infer<typeof BridgePoint>

export const Unit = z
  .object({
    id: Id,
    code: z.string(),
    name: z.string(),
    shortName: z.string(),
    kind: UnitKind,
    nameEn: z.string().optional(),
    symbol: z.string().optional(),
    bridgePoint: BridgePoint.optional(),
    /** There for units of the past only: they still name what was done under them. */
    isEnded: z.literal(true).optional(),
    successorId: Id.optional(),
  })
  .meta({ id: 'Unit' })
export type Unit = z.infer<typeof Unit>

export const UnitsAnswer = z.object({ units: z.array(Unit) })

// Meetings

export const MeetingKind = z.enum(['standing', 'plenary'])
export type MeetingKind = z.infer<typeof MeetingKind>
export const Form = z.enum(['inPerson', 'online', 'mixed'])
export type Form = z.infer<typeof Form>
export const Audience = z.union([z.literal('everyone'), z.array(Id).min(1).max(500)])
export type Audience = z.infer<typeof Audience>

export const NewItem = z.strictObject({
  title: text(limits.title),
  presenterUnitId: Id.optional(),
  audience: Audience.default('everyone'),
  form: Form.default('mixed'),
  budgetMinutes: z.int().min(1).max(600),
  /** What the presenting unit asks to be decided; for the minutes' desk, not in the meeting's state. */
  proposals: z
    .array(text(limits.proposal, { lines: true }))
    .max(20)
    .optional(),
})

export const CreateMeeting = z.strictObject({
  title: text(limits.title),
  kind: MeetingKind.default('standing'),
  scheduledAt: Time,
  chairUserId: Id,
  unitIds: z.array(Id).min(1).max(1000),
  agenda: z.array(NewItem).max(100),
})
export type CreateMeeting = z.infer<typeof CreateMeeting>

export const MeetingsAnswer = z.object({
  meetings: z.array(
    z.object({ id: Id, title: z.string(), status: z.enum(['scheduled', 'running', 'paused', 'closed']), scheduledAt: Moment }),
  ),
})

export const Created = z.object({ id: Id })
export const MeetingParams = z.strictObject({ id: Id })
export const MeetingAnswer = z.object({ meeting: MeetingSnapshot, you: You })
export const StateQuery = z.strictObject({ at: Seq })
export const StateAnswer = z.object({ meeting: MeetingSnapshot, seq: z.int() })
export const LogQuery = z.strictObject({ since: Seq.optional() })
export const LogAnswer = z.object({ events: z.array(LoggedEvent), head: z.object({ seq: z.int(), hash: z.string() }) })

/** Everybody who may attend the meeting, to put names to the ids of its state. */
export const PeopleAnswer = z.object({
  people: z.array(z.object({ userId: Id, name: z.string(), title: z.string(), role: Role, unitId: Id })),
})

/** What the presenting units propose, in the order of the agenda and of their reports. */
export const ProposalsAnswer = z.object({ proposals: z.array(z.object({ itemId: Id, text: z.string() })) })

// Minutes

export const MinutesQuery = z.strictObject({ section: Id.optional(), at: Seq.optional() })
export const MinutesAnswer = z.object({
  sections: z.array(
    z.object({
      sectionId: Id,
      title: z.string(),
      seq: z.int(),
      text: z.string(),
      doc: z.record(z.string(), z.unknown()).meta({ description: 'ProseMirror JSON' }),
    }),
  ),
})

// Join links

export const NewJoinLink = z.strictObject({ unitId: Id, expiresAt: Time.optional() })
export const JoinLinkAnswer = z.object({ id: Id, url: z.string() })
export const JoinLinksAnswer = z.object({
  links: z.array(z.object({ id: Id, unitId: Id, expiresAt: Moment, usedAt: Moment.optional(), revokedAt: Moment.optional() })),
})
export const JoinLinkParams = z.strictObject({ id: Id })
export const JoinParams = z.strictObject({ token: z.string().max(200) })
export const JoinPage = z.object({
  meeting: z.object({ id: Id, title: z.string(), scheduledAt: Moment }),
  unit: z.object({ id: Id, name: z.string(), shortName: z.string() }),
  /** Whether this very browser joined by the link before: it may come back, others may not. */
  isYours: z.boolean(),
})
export const Join = z.strictObject({ name: text(limits.name), title: text(limits.name), headCount: HeadCount })
export const JoinAnswer = z.object({ user: SessionUser, meetingId: Id })

// Conclusions

export const ConclusionParams = z.strictObject({ id: Id })
export const VerifyParams = z.strictObject({ code: z.string().max(200) })

// Administration

export const AdminUser = SessionUser.extend({
  isDisabled: z.boolean(),
  isPlenaryMember: z.boolean(),
  hasPassword: z.boolean(),
}).meta({
  id: 'AdminUser',
})
export type AdminUser = z.infer<typeof AdminUser>

export const AdminUsersAnswer = z.object({ users: z.array(AdminUser) })

const Password = z.string().min(10, { error: 'weak_password' }).max(1000)

export const NewUser = z.strictObject({
  username: Username.refine((value) => /^[a-z0-9][a-z0-9._-]{0,63}$/.test(value), { message: 'other' }),
  name: text(limits.name),
  title: text(limits.name),
  role: Role,
  unitId: Id,
  password: Password.optional(),
  isPlenaryMember: z.boolean().default(false),
})
export type NewUser = z.infer<typeof NewUser>

export const ChangeUser = z.strictObject({
  name: text(limits.name).optional(),
  title: text(limits.name).optional(),
  role: Role.optional(),
  unitId: Id.optional(),
  isDisabled: z.boolean().optional(),
  isPlenaryMember: z.boolean().optional(),
  password: Password.optional(),
})
export type ChangeUser = z.infer<typeof ChangeUser>

export const UserParams = z.strictObject({ id: Id })
export const AdminUserAnswer = z.object({ user: AdminUser })

const UnitDetails = {
  name: text(limits.title),
  shortName: text(limits.name),
  kind: UnitKind,
  nameEn: text(limits.title).optional(),
  symbol: text(50).optional(),
  order: z.int().min(0).max(1_000_000).optional(),
  bridgePoint: z
    .strictObject({ name: text(limits.name), hall: text(limits.name).optional() })
    .nullable()
    .optional(),
}

export const NewUnit = z.strictObject({
  code: z.string().regex(/^[a-z0-9][a-z0-9-]{0,39}$/),
  ...UnitDetails,
})
export type NewUnit = z.infer<typeof NewUnit>

/** `mergeInto` ends the unit today and names its successor; everything written under it stays. */
export const ChangeUnit = z.strictObject({
  name: UnitDetails.name.optional(),
  shortName: UnitDetails.shortName.optional(),
  nameEn: UnitDetails.nameEn,
  symbol: UnitDetails.symbol,
  order: UnitDetails.order,
  bridgePoint: UnitDetails.bridgePoint,
  mergeInto: Id.optional(),
  isEnded: z.boolean().optional(),
})
export type ChangeUnit = z.infer<typeof ChangeUnit>

export const UnitParams = z.strictObject({ id: Id })
export const UnitAnswer = z.object({ unit: Unit })
export const OrganisationAnswer = z.object({ units: z.int(), users: z.int() })
