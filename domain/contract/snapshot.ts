import { z } from 'zod'
import { Day, Id, Role } from './values.ts'

/**
 * The state of a meeting as it goes over the wire: what `GET /api/meetings/:id` and `meeting:join` answer. The rules work on
 * the types in `meeting/state.ts`; this is their description for whoever reads the contract.
 */

const Moment = z.iso.datetime()
const Seconds = z.int().min(0)
const Audience = z.union([z.literal('everyone'), z.array(Id)])
const Form = z.enum(['inPerson', 'online', 'mixed'])
const RequestKind = z.enum(['speak', 'reply', 'pointOfOrder'])

const clock = {
  id: Id,
  number: z.int(),
  status: z.enum(['pending', 'running', 'done', 'deferred']),
  budgetSeconds: Seconds,
  usedSeconds: Seconds,
  startedAt: Moment.optional(),
  finishedAt: Moment.optional(),
  clockSince: Moment.optional(),
  expectedAt: Moment.optional(),
}

const OpenItem = z.object({
  ...clock,
  title: z.string(),
  presenterUnitId: Id.optional(),
  audience: Audience,
  form: Form,
  deferReason: z.string().optional(),
})

const ClosedItem = z.object({ ...clock, closed: z.literal(true) })

const Floor = z.object({
  holder: z
    .object({
      userId: Id,
      unitId: Id,
      kind: RequestKind,
      itemId: Id.optional(),
      since: Moment,
      limitSeconds: Seconds.optional(),
      usedSeconds: Seconds,
      clockSince: Moment.optional(),
    })
    .optional(),
  queue: z.array(z.object({ requestId: Id, userId: Id, unitId: Id, kind: RequestKind, at: Moment })),
  speaking: z.array(z.object({ unitId: Id, userId: Id, itemId: Id.optional(), seconds: z.number(), turns: z.int() })),
})

const Attendance = z.object({
  unitId: Id,
  representative: z.object({ name: z.string(), title: z.string() }),
  headCount: z.int(),
  checkedInAt: Moment,
  leftAt: Moment.optional(),
  leftBy: z.enum(['person', 'line']).optional(),
})

const Vote = z.object({
  id: Id,
  itemId: Id.optional(),
  question: z.string(),
  options: z.array(z.string()),
  secret: z.boolean(),
  status: z.enum(['open', 'closed']),
  eligible: z.array(Id),
  cast: z.array(Id),
  choices: z.record(z.string(), z.int()).optional(),
  tally: z.array(z.int()).optional(),
  result: z.enum(['passed', 'failed', 'advisory', 'noQuorum']).optional(),
})

const Conclusion = z.object({
  id: Id,
  itemId: Id,
  text: z.string(),
  leadUnitId: Id,
  coordinatingUnitIds: z.array(Id),
  dueDate: Day.optional(),
  product: z.string().optional(),
  corrects: Id.optional(),
  status: z.enum(['proposed', 'approved', 'returned', 'issued']),
  proposedAt: Moment,
  proposedBy: Id,
  approvedBy: Id.optional(),
  remark: z.string().optional(),
  number: z.int().optional(),
  notation: z.string().optional(),
  code: z.string().optional(),
  hash: z.string().optional(),
  issuedAt: Moment.optional(),
  withdrawn: z.object({ at: Moment, reason: z.string() }).optional(),
  acknowledgedBy: z.array(Id),
})

export const MeetingSnapshot = z
  .object({
    meetingId: Id,
    title: z.string(),
    kind: z.enum(['standing', 'plenary']),
    status: z.enum(['scheduled', 'running', 'paused', 'closed']),
    scheduledAt: Moment,
    openedAt: Moment.optional(),
    closedAt: Moment.optional(),
    pausedAt: Moment.optional(),
    chairUserId: Id,
    unitIds: z.array(Id),
    conclusionsTogether: z.boolean().optional(),
    agenda: z.array(z.union([ClosedItem, OpenItem])),
    currentItemId: Id.optional(),
    floor: Floor,
    attendance: z.array(Attendance),
    votes: z.array(Vote),
    conclusions: z.array(Conclusion),
    stage: z.object({
      pinnedUserId: Id.optional(),
      presenting: z.object({ presentationId: Id, title: z.string(), pages: z.int(), page: z.int(), userId: Id }).optional(),
    }),
    notices: z.array(z.object({ id: Id, text: z.string(), level: z.enum(['info', 'warning']), at: Moment, userId: Id })),
    help: z.array(
      z.object({ requestId: Id, userId: Id, unitId: Id, text: z.string(), at: Moment, resolvedAt: Moment.optional() }),
    ),
    participants: z.object({ muted: z.array(Id), removed: z.array(Id), mutedOutside: z.array(Id).optional() }),
  })
  .meta({ id: 'Meeting' })

/** Who the asker is in this meeting. */
export const You = z.object({ userId: Id, name: z.string(), title: z.string(), role: Role, unitId: Id }).meta({ id: 'You' })

/** An event as stored: flat fields beside the common ones. */
export const LoggedEvent = z
  .looseObject({
    seq: z.int(),
    at: Moment,
    actor: z.union([z.object({ userId: Id, role: Role, unitId: Id.optional() }), z.object({ system: z.literal(true) })]),
    type: z.string(),
    commandId: Id.optional(),
    prevHash: z.string(),
    hash: z.string(),
  })
  .meta({ id: 'LoggedEvent' })
