import fc from 'fast-check'
import type { Role, UnitKind } from '#domain/contract/values.ts'
import type { Refusal } from '#domain/errors.ts'
import {
  Command,
  decide,
  evolve,
  type CommandInput,
  type CommandType,
  type EventBody,
  type MeetingEvent,
} from '#domain/meeting/meeting.ts'
import { authorise } from '#domain/meeting/permissions.ts'
import { emptyMeeting, type Actor, type ConclusionStatus, type MeetingState } from '#domain/meeting/state.ts'
import type { Surroundings } from '#domain/meeting/surroundings.ts'

/**
 * A meeting for tests of the rules: `given(events…).when(command, actor)` answers with what happened. People, units and items
 * are fixed and have names; ids, times and numbers are the same in every run.
 */

/** A fixed id: the same number gives the same id. */
export const id = (number: number): string => `00000000-0000-7000-8000-${number.toString(16).padStart(12, '0')}`

export const meetingId = id(1)

/** `west` exists and is not invited. */
export const units = {
  head: id(10),
  finance: id(11),
  health: id(12),
  north: id(13),
  south: id(14),
  west: id(15),
} as const

const unitKinds: Record<string, UnitKind> = {
  [units.head]: 'office',
  [units.finance]: 'department',
  [units.health]: 'department',
  [units.north]: 'district',
  [units.south]: 'district',
  [units.west]: 'district',
}

const person = (number: number, role: Role, unitId: string): Actor => ({ userId: id(number), role, unitId })

/** The leader who chairs unless a test says otherwise. */
export const asChair = person(20, 'leader', units.head)
export const asVice = person(21, 'leader', units.head)
export const asSecondVice = person(22, 'leader', units.head)
export const asSecretary = person(23, 'secretary', units.head)
export const asOffice = person(24, 'office', units.head)
export const asObserver = person(25, 'observer', units.head)
export const asAdmin = person(26, 'admin', units.head)
/** Presents the closed item. */
export const asNorth = person(27, 'bridge', units.north)
/** Outside the closed item. */
export const asSouth = person(28, 'bridge', units.south)
/** In the audience of the closed item. */
export const asFinance = person(29, 'department', units.finance)
/** Outside the closed item, and never addressed by a conclusion of `arbitraryMove`. */
export const asHealth = person(30, 'department', units.health)
/** Not invited. */
export const asWest = person(31, 'bridge', units.west)

export const everybody: readonly Actor[] = [
  asChair,
  asVice,
  asSecondVice,
  asSecretary,
  asOffice,
  asObserver,
  asAdmin,
  asNorth,
  asSouth,
  asFinance,
  asHealth,
  asWest,
]

/** One person of every role; the leader chairs. */
export const oneOfEach: Record<Role, Actor> = {
  leader: asChair,
  secretary: asSecretary,
  bridge: asNorth,
  department: asFinance,
  office: asOffice,
  observer: asObserver,
  admin: asAdmin,
}

/** Three items: two for everyone, and one that is closed to all but its presenter (north) and audience (finance). */
export const items = { budget: id(40), roads: id(41), land: id(42) } as const

export const presentation = id(70)
/** An issued conclusion of another meeting. */
export const issuedElsewhere = id(71)

const scheduledAt = '2026-11-26T00:30:00.000Z'

/** The time so many seconds after the planned beginning. */
export const after = (seconds: number): string => new Date(Date.parse(scheduledAt) + seconds * 1000).toISOString()

/** What a decision needs from outside; ids count up from 1000, numbers from 1. */
export function surroundings(more: Partial<Surroundings> = {}): Surroundings {
  let ids = 1000
  let numbers = 0
  return {
    at: scheduledAt,
    newId: () => id(ids++),
    person: (userId) => everybody.find((one) => one.userId === userId),
    unit: (unitId) => {
      const kind = unitKinds[unitId]
      return kind && { kind }
    },
    leaderIds: everybody.filter((one) => one.role === 'leader').map((one) => one.userId),
    documentNumber: () => {
      numbers += 1
      return { number: numbers, notation: `${String(numbers).padStart(2, '0')}/TB-UBND`, code: `CODE${numbers}` }
    },
    secretTally: () => undefined,
    isIssuedElsewhere: (conclusionId) => conclusionId === issuedElsewhere,
    presentation: (presentationId) => (presentationId === presentation ? { title: 'Bản đồ quy hoạch', pages: 12 } : undefined),
    ...more,
  }
}

type Scheduled = Extract<EventBody, { type: 'meeting.scheduled' }>

export const scheduled = (more: Partial<Scheduled> = {}): EventBody => ({
  type: 'meeting.scheduled',
  title: 'Họp giao ban sáng Thứ Năm',
  kind: 'standing',
  scheduledAt,
  chairUserId: asChair.userId,
  unitIds: [units.finance, units.health, units.north, units.south],
  agenda: [
    {
      id: items.budget,
      number: 1,
      title: 'Dự toán ngân sách năm 2027',
      presenterUnitId: units.finance,
      audience: 'everyone',
      form: 'inPerson',
      budgetSeconds: 1800,
    },
    {
      id: items.roads,
      number: 2,
      title: 'Đường tuần tra biên giới',
      presenterUnitId: units.south,
      audience: 'everyone',
      form: 'online',
      budgetSeconds: 1200,
    },
    {
      id: items.land,
      number: 3,
      title: 'Giải phóng mặt bằng',
      presenterUnitId: units.north,
      audience: [units.finance],
      form: 'online',
      budgetSeconds: 900,
    },
  ],
  ...more,
})

export const opened: EventBody = { type: 'meeting.opened' }
export const paused: EventBody = { type: 'meeting.paused' }
export const resumed: EventBody = { type: 'meeting.resumed' }
export const closed: EventBody = { type: 'meeting.closed' }
export const started = (itemId: string): EventBody => ({ type: 'agenda.started', itemId })
export const finished = (itemId: string): EventBody => ({ type: 'agenda.finished', itemId })
export const removed = (who: Actor): EventBody => ({ type: 'participant.removed', userId: who.userId })

export const requested = (
  who: Actor,
  kind: 'speak' | 'reply' | 'pointOfOrder',
  requestId: string,
  itemId?: string,
): EventBody => ({ type: 'floor.requested', requestId, userId: who.userId, unitId: who.unitId, kind, itemId })

export const granted = (who: Actor, more: { limitSeconds?: number; itemId?: string } = {}): EventBody => ({
  type: 'floor.granted',
  userId: who.userId,
  unitId: who.unitId,
  kind: 'speak',
  ...more,
})

export const voteOpened = (voteId: string, more: { secret?: boolean; itemId?: string; eligible?: string[] } = {}): EventBody => ({
  type: 'vote.opened',
  voteId,
  question: 'Thống nhất phương án trình?',
  options: ['Tán thành', 'Không tán thành', 'Không biểu quyết'],
  secret: false,
  eligible: [asChair.userId, asVice.userId, asSecondVice.userId],
  ...more,
})

export const voteCast = (voteId: string, who: Actor, option?: number): EventBody => ({
  type: 'vote.cast',
  voteId,
  userId: who.userId,
  option,
})

const wording = (conclusionId: string, itemId: string) => ({
  conclusionId,
  itemId,
  text: 'Giao Sở Tài chính chủ trì, hoàn thiện phương án.',
  leadUnitId: units.finance,
  coordinatingUnitIds: [units.south],
  dueDate: '2026-12-15',
})

export const proposed = (conclusionId: string, itemId: string = items.budget): EventBody => ({
  type: 'conclusion.proposed',
  ...wording(conclusionId, itemId),
})
export const approved = (conclusionId: string, itemId: string = items.budget): EventBody => ({
  type: 'conclusion.approved',
  conclusionId,
  itemId,
})
export const issued = (conclusionId: string, itemId: string = items.budget, number = 1): EventBody => ({
  type: 'conclusion.issued',
  ...wording(conclusionId, itemId),
  proposedAt: after(60),
  proposedBy: asSecretary.userId,
  approvedBy: asChair.userId,
  number,
  notation: `0${number}/TB-UBND`,
  code: `CODE${number}`,
})

/** The command that proposes what `proposed` says. */
export const proposal = (conclusionId: string, itemId: string = items.budget) => ({
  type: 'conclusion.propose' as const,
  ...wording(conclusionId, itemId),
})

/** An event of `given` that happens at a time of its own, in seconds after the planned beginning. */
export const at = (seconds: number, body: EventBody, actor: Actor = asChair) => ({ seconds, body, actor })
type Given = EventBody | ReturnType<typeof at>

export interface Room {
  state: MeetingState
  log: MeetingEvent[]
  when(command: CommandInput, actor: Actor, around?: Partial<Surroundings>): Outcome
}

/** What a command did. `refusal` or `events`, never both; `state` and `log` go on from there. */
export interface Outcome extends Room {
  events?: EventBody[]
  ballot?: { voteId: string; option: number }
  refusal?: Refusal
}

/** The meeting after these events; those without a time of their own happen a minute after the one before. */
export function given(...history: Given[]): Room {
  const log: MeetingEvent[] = []
  let seconds = -60
  for (const one of history) {
    const { body, actor, ...own } = 'body' in one ? one : { body: one, actor: asChair }
    seconds = 'seconds' in own ? own.seconds : seconds + 60
    log.push({ ...body, seq: log.length + 1, at: after(seconds), actor: { ...actor } })
  }
  return room(log.reduce(evolve, emptyMeeting(meetingId)), log, after(seconds + 60))
}

function room(state: MeetingState, log: MeetingEvent[], now: string): Room {
  return {
    state,
    log,
    when: (input, actor, more = {}) => {
      const around = surroundings({ at: now, ...more })
      const command = Command.parse(input)
      const refusal = authorise(state, command, actor)
      const decision = refusal ? { refusal } : decide(state, command, actor, around)
      if ('refusal' in decision) return { ...room(state, log, now), refusal: decision.refusal }
      const made = decision.events.map((body, index): MeetingEvent => ({
        ...body,
        seq: log.length + index + 1,
        at: around.at,
        actor: { ...actor },
      }))
      const next = new Date(Date.parse(around.at) + 60_000).toISOString()
      return { ...room(made.reduce(evolve, state), [...log, ...made], next), ...decision }
    },
  }
}

/** Equal as JSON: members that are `undefined` do not count. */
export function isSameJson(one: unknown, other: unknown): boolean {
  if (one === other) return true
  if (typeof one !== 'object' || typeof other !== 'object' || one === null || other === null) return false
  if (Array.isArray(one) || Array.isArray(other)) {
    if (!Array.isArray(one) || !Array.isArray(other) || one.length !== other.length) return false
    return one.every((entry, index) => isSameJson(entry, other[index]))
  }
  const left: Record<string, unknown> = { ...one }
  const right: Record<string, unknown> = { ...other }
  return [...new Set([...Object.keys(left), ...Object.keys(right)])].every((key) => isSameJson(left[key], right[key]))
}

/** What a text of a closed item says in `arbitraryMove`, so that a leak is found by looking for it. */
export const canary = 'CHIM-HOANG-YEN'

const insertedItems = [id(43), id(44), id(45)]
const pools = {
  items: [items.budget, items.roads, items.land, ...insertedItems],
  votes: [id(50), id(51), id(52), id(53)],
  conclusions: [id(60), id(61), id(62), id(63)],
} as const

/** A random act, as plain data; `commandOf` makes it a command for the state it meets. */
export interface Move {
  actor: Actor
  /** Whether somebody acts whom the act fits, where the state names them; else `actor` does. */
  isFitting: boolean
  type: CommandType
  waitMs: number
  numbers: [number, number, number, number]
  isOn: boolean
}

// Acts that carry a meeting on are drawn more often, so that random meetings get far.
const drawn: Record<CommandType, number> = {
  'meeting.open': 3,
  'meeting.pause': 1,
  'meeting.resume': 3,
  'meeting.close': 1,
  'chair.handOver': 1,
  'attendance.checkIn': 2,
  'attendance.checkOut': 1,
  'agenda.start': 5,
  'agenda.finish': 2,
  'agenda.extend': 2,
  'agenda.defer': 1,
  'agenda.insert': 2,
  'agenda.reorder': 2,
  'floor.request': 9,
  'floor.withdraw': 2,
  'floor.yield': 2,
  'floor.grant': 5,
  'floor.revoke': 1,
  'floor.reorder': 2,
  'participant.mute': 2,
  'participant.remove': 2,
  'participant.readmit': 3,
  'stage.pin': 3,
  'presentation.show': 2,
  'presentation.turn': 1,
  'presentation.hide': 1,
  'vote.open': 3,
  'vote.cast': 6,
  'vote.close': 2,
  'conclusion.propose': 8,
  'conclusion.approve': 9,
  'conclusion.return': 3,
  'conclusion.issue': 9,
  'conclusion.acknowledge': 14,
  'conclusion.withdraw': 2,
  'notice.post': 1,
  'help.request': 1,
  'help.resolve': 1,
}

/** In which state a conclusion takes which act. */
const ripeFor: Partial<Record<CommandType, ConclusionStatus>> = {
  'conclusion.propose': 'returned',
  'conclusion.approve': 'proposed',
  'conclusion.return': 'proposed',
  'conclusion.issue': 'approved',
  'conclusion.acknowledge': 'issued',
  'conclusion.withdraw': 'issued',
}

const number = fc.nat(1_000_000)

/** Mostly by those who may, now and then by anybody. */
const arbitraryActor = fc.oneof(
  { weight: 4, arbitrary: fc.constantFrom(asChair, asChair, asSecretary, asOffice) },
  { weight: 4, arbitrary: fc.constantFrom(...everybody) },
)

const arbitraryType = fc.oneof(
  ...Command.options.map(({ shape }) => ({ weight: drawn[shape.type.value], arbitrary: fc.constant(shape.type.value) })),
)

export const arbitraryMove: fc.Arbitrary<Move> = fc.record({
  actor: arbitraryActor,
  isFitting: fc.boolean(),
  type: arbitraryType,
  waitMs: fc.nat(120_000),
  numbers: fc.tuple(number, number, number, number),
  isOn: fc.boolean(),
})

/** Who makes the move: the holder yields, the addressed acknowledge, the eligible vote; mostly. */
export function actorOf(move: Move, state: MeetingState): Actor {
  if (!move.isFitting) return move.actor
  const isChair = (who: Actor) => who.userId === state.chairUserId
  const fits: Partial<Record<CommandType, (who: Actor) => boolean>> = {
    'floor.yield': (who) => who.userId === state.floor.holder?.userId,
    'floor.withdraw': (who) => state.floor.queue.some((one) => one.userId === who.userId),
    'vote.cast': (who) => state.votes.some((one) => one.status === 'open' && one.eligible.includes(who.userId)),
    'conclusion.acknowledge': (who) =>
      state.conclusions.some(
        (one) => one.status === 'issued' && [one.leadUnitId, ...one.coordinatingUnitIds].includes(who.unitId),
      ),
    'conclusion.withdraw': (who) => who.role === 'office',
    'help.resolve': (who) => who.role === 'office',
    'chair.handOver': isChair,
    'conclusion.approve': isChair,
    'conclusion.return': isChair,
    'agenda.defer': isChair,
    'conclusion.propose': (who) => who.role === 'secretary' || who.role === 'office',
    'conclusion.issue': (who) => isChair(who) || who.role === 'secretary',
    'attendance.checkIn': (who) => state.unitIds.includes(who.unitId),
    'attendance.checkOut': (who) => state.attendance.some((one) => one.unitId === who.unitId),
  }
  const fit = everybody.filter(fits[move.type] ?? (move.numbers[2] % 2 === 0 ? isChair : (who) => who === move.actor))
  return fit[move.numbers[3] % fit.length] ?? move.actor
}

/** The move as a command: ids from small pools, so that most name something that is there. */
export function commandOf(move: Move, state: MeetingState): CommandInput {
  const [first, second, third, fourth] = move.numbers
  const from = <T>(pool: readonly [T, ...T[]] | readonly T[], index: number): T => {
    const one = pool[index % pool.length]
    if (one === undefined) throw new Error('a pool is empty')
    return one
  }
  const order = (ids: string[]) => {
    const left = [...ids]
    const made: string[] = []
    for (let rest = first; left.length > 0; rest = Math.floor(rest / 7) + second) made.push(...left.splice(rest % left.length, 1))
    return move.isOn || made.length === 0 ? made : made.slice(third % 2)
  }
  const isClosed = (itemId: string | undefined) =>
    state.agenda.some((one) => one.id === itemId && (!('audience' in one) || one.audience !== 'everyone'))
  const words = (itemId: string | undefined) => `Nội dung ${first}${isClosed(itemId) ? ` ${canary}` : ''}`

  const userId = from(everybody, first).userId
  const itemId = from(pools.items, first)
  const unitId = from(Object.values(units), first)
  const voteId = from(pools.votes, first)
  const ripe = state.conclusions.filter((one) => one.status === ripeFor[move.type] && one.acknowledgedBy.length < 2)
  const conclusionId = ripe.length > 0 && fourth % 4 > 0 ? from(ripe, first).id : from(pools.conclusions, first)

  switch (move.type) {
    case 'meeting.open':
    case 'meeting.pause':
    case 'meeting.resume':
    case 'floor.yield':
    case 'floor.revoke':
    case 'presentation.hide':
      return { type: move.type }
    case 'meeting.close':
      return { type: first % 3 === 0 ? 'meeting.close' : 'meeting.resume' }
    case 'chair.handOver':
    case 'participant.mute':
    case 'participant.remove':
      return { type: move.type, userId }
    case 'participant.readmit':
      return { type: move.type, userId: state.participants.removed[0] ?? userId }
    case 'attendance.checkIn':
      return {
        type: move.type,
        unitId: move.isOn ? unitId : undefined,
        representative: { name: 'Y Thị Bích Thọ', title: 'Phó Giám đốc' },
        headCount: 1 + (second % 30),
      }
    case 'attendance.checkOut':
      return { type: move.type, unitId: move.isOn ? unitId : undefined }
    case 'agenda.start':
      return { type: move.type, itemId }
    case 'agenda.finish':
      return { type: move.type, itemId: (move.isOn ? state.currentItemId : undefined) ?? itemId }
    case 'agenda.extend':
      return { type: move.type, itemId, minutes: 1 + (second % 30) }
    case 'agenda.defer':
      return { type: move.type, itemId, reason: move.isOn ? words(itemId) : undefined }
    case 'agenda.insert': {
      const audience = move.isOn ? ('everyone' as const) : [units.finance, units.south].slice(0, second % 3)
      return {
        type: move.type,
        itemId: from(insertedItems, first),
        title: move.isOn ? 'Nội dung thêm' : `Nội dung kín ${canary}`,
        presenterUnitId: third % 3 === 0 ? undefined : move.isOn ? units.south : units.north,
        audience,
        budgetMinutes: 1 + (second % 45),
        position: fourth % 2 === 0 ? undefined : third % 6,
      }
    }
    case 'agenda.reorder':
      return { type: move.type, itemIds: order(state.agenda.filter((one) => one.status === 'pending').map((one) => one.id)) }
    case 'floor.request':
      return { type: move.type, kind: from(['speak', 'reply', 'pointOfOrder'], first) }
    case 'floor.withdraw':
      return { type: move.type, kind: move.isOn ? undefined : from(['speak', 'reply', 'pointOfOrder'], first) }
    case 'floor.grant':
      return { type: move.type, userId, limitSeconds: move.isOn ? 180 : undefined }
    case 'floor.reorder':
      return { type: move.type, requestIds: order(state.floor.queue.map((one) => one.requestId)) }
    case 'stage.pin':
      return { type: move.type, userId: second % 4 === 0 ? null : userId }
    case 'presentation.show':
      return { type: move.type, presentationId: presentation, page: 1 + (first % 12) }
    case 'presentation.turn':
      return { type: move.type, page: 1 + (first % 13) }
    case 'vote.open':
      return {
        type: move.type,
        voteId,
        question: words(state.currentItemId),
        options: ['Tán thành', 'Không tán thành', 'Không biểu quyết'].slice(0, 2 + (second % 2)),
        secret: move.isOn,
      }
    case 'vote.cast':
      return { type: move.type, voteId: state.votes.find((one) => one.status === 'open')?.id ?? voteId, option: second % 3 }
    case 'vote.close':
      return { type: move.type, voteId: state.votes.find((one) => one.status === 'open')?.id ?? voteId }
    case 'conclusion.propose': {
      const known = state.conclusions.find((one) => one.id === conclusionId)
      const about = known && third % 4 > 0 ? known.itemId : from(pools.items, second)
      return {
        type: move.type,
        conclusionId,
        itemId: about,
        text: words(about),
        leadUnitId: from([units.finance, units.south, units.north, units.west], third),
        coordinatingUnitIds: move.isOn ? [units.south, units.north] : [],
        dueDate: move.isOn ? '2026-12-15' : undefined,
        product: move.isOn ? words(about) : undefined,
        corrects: fourth % 5 === 0 ? issuedElsewhere : undefined,
      }
    }
    case 'conclusion.approve':
    case 'conclusion.return': {
      const one = state.conclusions.find((known) => known.id === conclusionId)
      return { type: move.type, conclusionId, remark: move.isOn ? words(one?.itemId) : undefined }
    }
    case 'conclusion.issue':
    case 'conclusion.acknowledge':
      return { type: move.type, conclusionId }
    case 'conclusion.withdraw': {
      const one = state.conclusions.find((known) => known.id === conclusionId)
      return { type: move.type, conclusionId, reason: words(one?.itemId) }
    }
    case 'notice.post':
      return { type: move.type, text: 'Còn năm phút', level: move.isOn ? 'info' : 'warning' }
    case 'help.request':
      return { type: move.type, text: move.isOn ? 'Không có tiếng' : '' }
    case 'help.resolve':
      return { type: move.type, requestId: from([...state.help.map((one) => one.requestId), id(999)], first) }
  }
}
