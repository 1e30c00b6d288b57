import type { Representative, Role } from '#domain/contract/values.ts'

/**
 * A meeting as the fold of its events. The same shape is the snapshot on the wire; what a viewer may not see is left out
 * there (`visibility.ts`). Seconds are whole; times are ISO-8601 in UTC with milliseconds.
 *
 * Clocks: `usedSeconds` counts up to the last stop; while `clockSince` is there the clock runs since that time.
 */

export type MeetingKind = 'standing' | 'plenary'
export type MeetingStatus = 'scheduled' | 'running' | 'paused' | 'closed'
export type Audience = 'everyone' | string[]
export type Form = 'inPerson' | 'online' | 'mixed'
export type ItemStatus = 'pending' | 'running' | 'done' | 'deferred'
export type RequestKind = 'speak' | 'reply' | 'pointOfOrder'

interface ItemClock {
  id: string
  /** The printed number; it stays when the order changes. */
  number: number
  status: ItemStatus
  budgetSeconds: number
  usedSeconds: number
  startedAt?: string
  finishedAt?: string
  clockSince?: string
  /** When the item is expected to begin, as far as the log knew at its last event; `forecast` in agenda.ts keeps it current. */
  expectedAt?: string
}

export interface OpenItem extends ItemClock {
  title: string
  presenterUnitId?: string
  audience: Audience
  form: Form
  deferReason?: string
}

/** What those outside see of a closed item: no title, no presenter, no audience. */
export interface ClosedItem extends ItemClock {
  closed: true
}

export type AgendaItem = OpenItem | ClosedItem

export interface FloorHolder {
  userId: string
  unitId: string
  kind: RequestKind
  /** The item that ran when the floor was given. */
  itemId?: string
  since: string
  limitSeconds?: number
  usedSeconds: number
  clockSince?: string
}

export interface FloorRequest {
  requestId: string
  userId: string
  unitId: string
  kind: RequestKind
  at: string
}

/** Total speaking time of one person under one item. */
export interface SpeakingTime {
  unitId: string
  userId: string
  itemId?: string
  seconds: number
  turns: number
}

export interface Attendance {
  unitId: string
  representative: Representative
  headCount: number
  checkedInAt: string
  leftAt?: string
  /** Why `leftAt` is there: said by a person, or noticed by the system after the line was gone for the grace time. */
  leftBy?: 'person' | 'line'
}

export interface Vote {
  id: string
  itemId?: string
  question: string
  options: string[]
  secret: boolean
  status: 'open' | 'closed'
  eligible: string[]
  cast: string[]
  /** Who chose what, in an open vote only. */
  choices?: Record<string, number>
  tally?: number[]
  result?: VoteResult
}

/** `passed` and `failed` by the meeting's rule; `advisory` where the conclusion is the chair's alone; `noQuorum` where too few voted. */
export type VoteResult = 'passed' | 'failed' | 'advisory' | 'noQuorum'

export type ConclusionStatus = 'proposed' | 'approved' | 'returned' | 'issued'

export interface Conclusion {
  id: string
  itemId: string
  text: string
  leadUnitId: string
  coordinatingUnitIds: string[]
  dueDate?: string
  product?: string
  corrects?: string
  status: ConclusionStatus
  proposedAt: string
  proposedBy: string
  approvedBy?: string
  remark?: string
  number?: number
  notation?: string
  code?: string
  hash?: string
  issuedAt?: string
  /** Its notice no longer holds. */
  withdrawn?: { at: string; reason: string }
  acknowledgedBy: string[]
}

export interface Notice {
  id: string
  text: string
  level: 'info' | 'warning'
  at: string
  userId: string
}

export interface HelpCall {
  requestId: string
  userId: string
  unitId: string
  text: string
  at: string
  resolvedAt?: string
}

/** A PDF shown to everyone page by page; `page` counts from 1. */
export interface Presentation {
  presentationId: string
  title: string
  pages: number
  page: number
  userId: string
}

export interface MeetingState {
  meetingId: string
  title: string
  kind: MeetingKind
  status: MeetingStatus
  scheduledAt: string
  openedAt?: string
  closedAt?: string
  pausedAt?: string
  chairUserId: string
  unitIds: string[]
  /** All approved conclusions are issued in one notice; without it each in its own. */
  conclusionsTogether?: boolean
  agenda: AgendaItem[]
  currentItemId?: string
  floor: { holder?: FloorHolder; queue: FloorRequest[]; speaking: SpeakingTime[] }
  attendance: Attendance[]
  votes: Vote[]
  conclusions: Conclusion[]
  stage: { pinnedUserId?: string; presenting?: Presentation }
  notices: Notice[]
  help: HelpCall[]
  /**
   * `mutedOutside` is there while a closed item runs, for those inside: who is muted as far as those outside know. It stands
   * again when the item ends.
   */
  participants: { muted: string[]; removed: string[]; mutedOutside?: string[] }
}

/** Who acts: a person with their role and unit, or the system itself. */
export interface Actor {
  userId: string
  role: Role
  unitId: string
}

/** Who looks: what is sent to them depends on this alone, and on the state. */
export type Viewer = Actor

export const isClosedStub = (item: AgendaItem): item is ClosedItem => 'closed' in item

/** Whether an item is closed, seen from inside or outside. */
export const isClosedItem = (item: AgendaItem): boolean => isClosedStub(item) || item.audience !== 'everyone'

export const findItem = (state: MeetingState, itemId: string | undefined): AgendaItem | undefined =>
  itemId === undefined ? undefined : state.agenda.find((item) => item.id === itemId)

/** A meeting before its first event. */
export const emptyMeeting = (meetingId: string): MeetingState => ({
  meetingId,
  title: '',
  kind: 'standing',
  status: 'scheduled',
  scheduledAt: '1970-01-01T00:00:00.000Z',
  chairUserId: '',
  unitIds: [],
  agenda: [],
  floor: { queue: [], speaking: [] },
  attendance: [],
  votes: [],
  conclusions: [],
  stage: {},
  notices: [],
  help: [],
  participants: { muted: [], removed: [] },
})
