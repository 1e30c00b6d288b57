import type { ServerToClient } from '#domain/contract/socket.ts'
import type { MeetingEvent } from '#domain/meeting/meeting.ts'
import { isClosedItem, type MeetingState, type Viewer } from '#domain/meeting/state.ts'
import { eventFor, viewerClass } from '#domain/meeting/visibility.ts'
import type { Frames } from '../web/frames.ts'

type Message = Parameters<ServerToClient['meeting:events']>[0]

/**
 * Sends what was committed to everyone in the meeting, each what they may see. Filtered once per class of viewer and encoded
 * once per class; where all see the same, once for all.
 */
export interface Fanout {
  /** A viewer came to the meeting through this process. */
  enter(meetingId: string, viewer: Viewer): { rooms: string[] }
  leave(meetingId: string, viewer: Viewer): void
  deliver(meetingId: string, events: MeetingEvent[], state: MeetingState): void
}

const roomOf = (meetingId: string, viewerClass: string): string => `meeting:${meetingId}:${viewerClass}`

/** Every socket that is in a meeting. */
export const everyoneIn = (meetingId: string): string => `meeting:${meetingId}`

export function createFanout(frames: Pick<Frames, 'emit'>): Fanout {
  const classes = new Map<string, Map<string, { viewer: Viewer; count: number }>>()

  return {
    enter: (meetingId, viewer) => {
      const inMeeting = classes.get(meetingId) ?? new Map<string, { viewer: Viewer; count: number }>()
      classes.set(meetingId, inMeeting)
      const name = viewerClass(viewer)
      const one = inMeeting.get(name)
      inMeeting.set(name, { viewer, count: (one?.count ?? 0) + 1 })
      return { rooms: [everyoneIn(meetingId), roomOf(meetingId, name)] }
    },
    leave: (meetingId, viewer) => {
      const inMeeting = classes.get(meetingId)
      const name = viewerClass(viewer)
      const one = inMeeting?.get(name)
      if (!inMeeting || !one) return
      if (one.count > 1) inMeeting.set(name, { ...one, count: one.count - 1 })
      else inMeeting.delete(name)
      if (inMeeting.size === 0) classes.delete(meetingId)
    },
    deliver: (meetingId, events, state) => {
      const first = events[0]
      const last = events.at(-1)
      const inMeeting = classes.get(meetingId)
      if (!first || !last || !inMeeting) return
      const send = (room: string, some: MeetingEvent[]) =>
        frames.emit(room, 'meeting:events', (): Message => ({ meetingId, from: first.seq, to: last.seq, events: some }))
      if (!state.agenda.some(isClosedItem)) return send(everyoneIn(meetingId), events)
      const seen = [...inMeeting].map(([name, { viewer }]) => ({
        name,
        events: events.map((event) => eventFor(viewer, event, state)),
      }))
      if (seen.every((one) => one.events.every((event, index) => event === events[index])))
        return send(everyoneIn(meetingId), events)
      for (const one of seen)
        send(
          roomOf(meetingId, one.name),
          one.events.filter((event) => event !== null),
        )
    },
  }
}
