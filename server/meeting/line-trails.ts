import { lineSampleSeconds, type LineSample, type LineTrail } from '#domain/contract/points.ts'
import type { Presence } from '#domain/contract/socket.ts'

/** How the lines of a meeting have been over the last minutes, as this process heard of them; forgotten with it. */
export interface LineTrails {
  /** What is known now. Between two calls everything is as it was. */
  note(meetingId: string, online: Presence[]): void
  of(meetingId: string): LineTrail[]
}

interface Trail {
  past: LineSample[]
  slot: number
  now: LineSample
}

const kept = 30
const severity: Record<LineSample, number> = { away: 5, lost: 4, weak: 3, fair: 2, good: 1, unknown: 0 }
const worse = (a: LineSample, b: LineSample): LineSample => (severity[a] >= severity[b] ? a : b)

export function createLineTrails(clock: () => number = Date.now): LineTrails {
  const meetings = new Map<string, Map<string, Trail>>()
  const slotNow = () => Math.floor(clock() / (lineSampleSeconds * 1000))

  /** What stood at the end of a slot stands for those in which nothing was heard. */
  const upTo = (trail: Trail, slot: number): Trail => {
    if (slot <= trail.slot) return trail
    const ended = Array.from({ length: Math.min(kept, slot - trail.slot) }, () => trail.now)
    return { past: [...trail.past, ...ended].slice(1 - kept), slot, now: trail.now }
  }

  return {
    note: (meetingId, online) => {
      const trails = meetings.get(meetingId) ?? new Map<string, Trail>()
      const samples = new Map<string, LineSample>(online.map((one) => [one.userId, one.quality ?? 'unknown']))
      const slot = slotNow()
      for (const userId of new Set([...trails.keys(), ...samples.keys()])) {
        const before = trails.get(userId)
        const now = samples.get(userId) ?? 'away'
        if (before === undefined) trails.set(userId, { past: [], slot, now })
        else {
          const trail = upTo(before, slot)
          trails.set(userId, { ...trail, now: before.slot === slot ? worse(trail.now, now) : now })
        }
        const trail = trails.get(userId)
        if (trail?.now === 'away' && trail.past.length === kept - 1 && trail.past.every((one) => one === 'away'))
          trails.delete(userId)
      }
      if (trails.size > 0) meetings.set(meetingId, trails)
      else meetings.delete(meetingId)
    },
    of: (meetingId) =>
      [...(meetings.get(meetingId) ?? [])].map(([userId, trail]) => {
        const { past, now } = upTo(trail, slotNow())
        return { userId, samples: [...past, now] }
      }),
  }
}
