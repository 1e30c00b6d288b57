import type { EventType, MeetingEvent } from './meeting.ts'
import { addressedUnitIds } from './conclusion.ts'
import { findItem, isClosedStub, type AgendaItem, type Conclusion, type MeetingState, type Viewer } from './state.ts'

/**
 * Who sees what: a row per event. The rule in one sentence: a closed item leaves no trace for those outside but that it is
 * there, when, and how long; and for every viewer, folding the events they may see equals their snapshot.
 */

const attendsAll = ['leader', 'secretary', 'office', 'observer', 'admin']
const insideAll = ['leader', 'secretary', 'office']

/** Whether the meeting exists for this person at all. */
export const mayAttendMeeting = (viewer: Viewer, state: MeetingState): boolean =>
  attendsAll.includes(viewer.role) || state.unitIds.includes(viewer.unitId)

const isInsideItem = (viewer: Viewer, item: AgendaItem): boolean => {
  if (isClosedStub(item)) return false
  if (item.audience === 'everyone' || insideAll.includes(viewer.role)) return true
  if (viewer.role !== 'bridge' && viewer.role !== 'department') return false
  return item.presenterUnitId === viewer.unitId || item.audience.includes(viewer.unitId)
}

/** Whether the person is inside the item; without an item, whatever is not said under a closed one is for all. */
export const isInside = (viewer: Viewer, state: MeetingState, itemId: string | undefined): boolean => {
  const item = findItem(state, itemId)
  return item === undefined || isInsideItem(viewer, item)
}

/** Whether the person may attend this item, or read its section of the minutes (`itemId` = the meeting's id: the opening). */
export function mayAttendItem(viewer: Viewer, state: MeetingState, itemId: string): boolean {
  if (!mayAttendMeeting(viewer, state) || state.participants.removed.includes(viewer.userId)) return false
  if (itemId === state.meetingId) return true
  const item = findItem(state, itemId)
  return item !== undefined && isInsideItem(viewer, item)
}

/** The meeting's units whose people may be in every item of it, and so may have its whole minutes. */
export const unitsInsideAll = (state: MeetingState): string[] =>
  state.unitIds.filter((unitId) => state.agenda.every((item) => isInsideItem({ userId: '', role: 'department', unitId }, item)))

/** The chair's desk writes the minutes: secretaries, the chair, the Office. */
export const mayWriteMinutes = (actor: Viewer, state: MeetingState, itemId: string): boolean =>
  mayAttendItem(actor, state, itemId) &&
  (actor.role === 'secretary' || actor.role === 'office' || actor.userId === state.chairUserId)

type Sight = (viewer: Viewer, event: MeetingEvent, state: MeetingState) => MeetingEvent | null

const everyone: Sight = (_viewer, event) => event

/** For those inside the item it happened under. */
const inside: Sight = (viewer, event, state) =>
  isInside(viewer, state, 'itemId' in event ? event.itemId : undefined) ? event : null

/** As `inside`, and for the units an issued conclusion addresses, who get no remark of the chair's desk. */
const insideOrAddressed: Sight = (viewer, event, state) => {
  if (inside(viewer, event, state)) return event
  const one = 'conclusionId' in event ? state.conclusions.find((known) => known.id === event.conclusionId) : undefined
  if (!one || !reaches(one, viewer)) return null
  return event.type === 'conclusion.issued' ? { ...event, remark: undefined } : event
}

/** An issued conclusion of a closed item reaches the units it addresses. */
const reaches = (one: Conclusion, viewer: Viewer): boolean =>
  one.status === 'issued' &&
  (viewer.role === 'bridge' || viewer.role === 'department') &&
  addressedUnitIds(one).includes(viewer.unitId)

/** Whether the person sees this conclusion as it stands. */
export const seesConclusion = (viewer: Viewer, state: MeetingState, one: Conclusion): boolean =>
  isInside(viewer, state, one.itemId) || reaches(one, viewer)

/** `state` is the meeting at or after the event. */
export const visibility: Record<EventType, Sight> = {
  'meeting.scheduled': (viewer, event) =>
    event.type === 'meeting.scheduled'
      ? {
          ...event,
          agenda: event.agenda.map((item) => {
            if ('closed' in item || isInsideItem(viewer, { ...item, status: 'pending', usedSeconds: 0 })) return item
            return { id: item.id, number: item.number, closed: true as const, budgetSeconds: item.budgetSeconds }
          }),
        }
      : event,
  'meeting.opened': everyone,
  'meeting.paused': everyone,
  'meeting.resumed': everyone,
  'meeting.closed': everyone,
  'chair.handedOver': everyone,
  'attendance.checkedIn': everyone,
  'attendance.checkedOut': everyone,
  'attendance.left': everyone,
  'attendance.returned': everyone,
  'agenda.started': everyone,
  'agenda.finished': everyone,
  'agenda.extended': everyone,
  'agenda.deferred': (viewer, event, state) => {
    if (event.type !== 'agenda.deferred' || isInside(viewer, state, event.itemId)) return event
    const { reason: _hidden, ...rest } = event
    return rest
  },
  'agenda.inserted': (viewer, event, state) => {
    if (event.type !== 'agenda.inserted' || isInside(viewer, state, event.itemId)) return event
    const { seq, at, actor, commandId, type, itemId, number, budgetMinutes, position } = event
    return { seq, at, actor, commandId, type, itemId, number, budgetMinutes, position, closed: true }
  },
  'agenda.reordered': everyone,
  'floor.requested': inside,
  'floor.withdrawn': inside,
  'floor.yielded': inside,
  'floor.granted': inside,
  'floor.revoked': inside,
  'floor.reordered': inside,
  'participant.muted': inside,
  'participant.removed': everyone,
  'participant.readmitted': everyone,
  'stage.pinned': inside,
  'presentation.shown': inside,
  'presentation.turned': inside,
  'presentation.hidden': inside,
  'vote.opened': inside,
  'vote.cast': inside,
  'vote.closed': inside,
  'conclusion.proposed': inside,
  'conclusion.approved': inside,
  'conclusion.returned': inside,
  'conclusion.issued': insideOrAddressed,
  'conclusion.acknowledged': insideOrAddressed,
  'conclusion.withdrawn': insideOrAddressed,
  'notice.posted': everyone,
  'help.requested': everyone,
  'help.resolved': everyone,
}

/** The event as this viewer may see it, or null; nobody sees one of a later version. `state` is any later state of the same meeting. */
export const eventFor: Sight = (viewer, event, state) =>
  Object.hasOwn(visibility, event.type) ? visibility[event.type](viewer, event, state) : null

/** The meeting as this viewer may see it. */
export function snapshotFor(viewer: Viewer, state: MeetingState): MeetingState {
  const sees = (itemId: string | undefined) => isInside(viewer, state, itemId)
  const hasFloor = sees(state.currentItemId)
  const { muted, removed, mutedOutside } = state.participants
  return {
    ...state,
    agenda: state.agenda.map((item) => (isInsideItem(viewer, item) ? item : stubOf(item))),
    floor: {
      holder: hasFloor ? state.floor.holder : undefined,
      queue: hasFloor ? state.floor.queue : [],
      speaking: state.floor.speaking.filter((one) => sees(one.itemId)),
    },
    votes: state.votes.filter((vote) => sees(vote.itemId)),
    conclusions: state.conclusions
      .filter((one) => seesConclusion(viewer, state, one))
      .map((one) => (sees(one.itemId) ? one : { ...one, remark: undefined })),
    stage: hasFloor ? state.stage : {},
    participants: hasFloor ? state.participants : { muted: mutedOutside ?? muted, removed },
  }
}

function stubOf(item: AgendaItem): AgendaItem {
  if (isClosedStub(item)) return item
  const { id, number, status, budgetSeconds, usedSeconds, startedAt, finishedAt, clockSince, expectedAt } = item
  return { id, number, closed: true, status, budgetSeconds, usedSeconds, startedAt, finishedAt, clockSince, expectedAt }
}

/**
 * Viewers of one class see the same of everything, so a fan-out filters and encodes once per class.
 * Rooms with few closed items have three classes and one per unit.
 */
export const viewerClass = (viewer: Viewer): string =>
  insideAll.includes(viewer.role)
    ? 'inside'
    : viewer.role === 'observer' || viewer.role === 'admin'
      ? 'outside'
      : `unit:${viewer.unitId}`
