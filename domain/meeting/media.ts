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
 * M6  Of several devices of a person one carries the sound: the one that took it last, else the one that came first. The
 *     others may not use a microphone, whoever has the floor.
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

/** A device in a media room, by what the video server knows of it; times are milliseconds since 1970. */
export interface MediaDevice {
  identity: string
  joinedAt: number
  sound?: SoundMark | undefined
}

/** Since when a device has carried the sound, or `spare`: it carries it only while the person has no other device there. */
export type SoundMark = number | 'spare'

const rankOf = ({ sound }: MediaDevice): number => (sound === 'spare' ? -1 : (sound ?? 0))

/** Which of one person's devices carries the sound. Server and screens ask the same, so that they agree without a word. */
export function soundDeviceOf(devices: readonly MediaDevice[]): string | undefined {
  const [first] = [...devices].sort(
    (one, other) => rankOf(other) - rankOf(one) || one.joinedAt - other.joinedAt || (one.identity < other.identity ? -1 : 1),
  )
  return first?.identity
}

/** The attribute under which the video server keeps a device's `SoundMark`. */
export const soundAttribute = 'sound'

export function readSoundMark(attributes: Readonly<Record<string, string>>): SoundMark | undefined {
  const mark = attributes[soundAttribute]
  if (mark === undefined || mark === 'spare') return mark
  return /^\d{1,15}$/.test(mark) ? Number(mark) : undefined
}

/** What is left of a person's rights on a device that does not carry the sound. */
export const withoutMicrophone = (rights: MediaRights): MediaRights => ({
  ...rights,
  canPublish: rights.canPublish.filter((source) => source !== 'microphone'),
})
