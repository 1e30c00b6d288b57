import { findItem, isClosedItem, isClosedStub, type MeetingState, type Viewer } from './state.ts'
import { mayAttendItem, mayAttendMeeting } from './visibility.ts'

/**
 * Picture and sound: who may be in which media room, and what they may send there. Derived from the state alone, so the
 * token a person is given, the right the video server holds and the button on the screen never disagree.
 * M1  A meeting has one media room; a closed item has its own while it runs, and those outside it have none.
 * M2  Who holds the floor may use the microphone; the chair always may. Who is muted may not.
 * M3  Leaders, secretary, Office, bridge points and departments may show their camera; observer and admin only watch.
 * M4  The presenting unit, the holder of the floor, chair, secretary and Office may share their screen; its sound goes with
 *     the right to the microphone, so that no one is heard without it.
 * M5  Who is removed, who is not invited, and everybody after the close has no media room.
 */
export type MediaSource = 'camera' | 'microphone' | 'screen_share' | 'screen_share_audio'

export interface MediaRights {
  room: string
  /** In the order of `MediaSource`, each once; empty: may only watch and listen. */
  canPublish: MediaSource[]
  canSubscribe: boolean
}

const closedItemRoom = (meetingId: string, itemId: string): string => `${meetingId}:${itemId}`

/** The one media room that is in use now; none after the close. */
export function mediaRoomOf(state: MeetingState): string | null {
  if (state.status === 'closed') return null
  const item = findItem(state, state.currentItemId)
  return item && isClosedItem(item) ? closedItemRoom(state.meetingId, item.id) : state.meetingId
}

/** Every media room the meeting may ever have had, as far as this state knows. */
export const mediaRoomsOf = (state: MeetingState): string[] => [
  state.meetingId,
  ...state.agenda.filter(isClosedItem).map((item) => closedItemRoom(state.meetingId, item.id)),
]

/** The meeting that a media room belongs to, or null for a name that is none of ours. */
export function meetingOfMediaRoom(room: string): string | null {
  return /^([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})(?::[0-9a-f-]{36})?$/.exec(room)?.[1] ?? null
}

const shows: Viewer['role'][] = ['leader', 'secretary', 'office', 'bridge', 'department']

/** Null: no media room for this person now. */
export function mediaRightsFor(viewer: Viewer, state: MeetingState): MediaRights | null {
  const room = mediaRoomOf(state)
  if (room === null || !mayAttendMeeting(viewer, state) || state.participants.removed.includes(viewer.userId)) return null
  if (state.currentItemId !== undefined && !mayAttendItem(viewer, state, state.currentItemId)) return null
  return { room, canPublish: sourcesFor(viewer, state), canSubscribe: true }
}

function sourcesFor(viewer: Viewer, state: MeetingState): MediaSource[] {
  if (!shows.includes(viewer.role)) return []
  const isChair = viewer.userId === state.chairUserId
  const holdsFloor = viewer.userId === state.floor.holder?.userId
  const maySpeak = (isChair || holdsFloor) && !state.participants.muted.includes(viewer.userId)
  const mayShare = isChair || holdsFloor || viewer.role === 'secretary' || viewer.role === 'office' || presents(viewer, state)
  return [
    'camera',
    ...(maySpeak ? (['microphone'] as const) : []),
    ...(mayShare ? (['screen_share'] as const) : []),
    ...(mayShare && maySpeak ? (['screen_share_audio'] as const) : []),
  ]
}

function presents(viewer: Viewer, state: MeetingState): boolean {
  const item = findItem(state, state.currentItemId)
  if (item === undefined || isClosedStub(item)) return false
  return item.presenterUnitId === viewer.unitId && (viewer.role === 'bridge' || viewer.role === 'department')
}
