import type { LocalTrack, RemoteTrack } from 'livekit-client'
import type { LineLook } from './weak-line.ts'

/** The tracks of a media room that tell how the line does. */
export interface WatchedTracks {
  received: RemoteTrack[]
  /** Pictures on the screen that should move: cameras, not shared screens. */
  moving: RemoteTrack[]
  /** The own camera tells what the way out carries. */
  sent: LocalTrack | undefined
}

/** What a track's report says, as far as it is asked here; a browser may leave any of it out. */
interface Figures {
  packetsReceived: number
  packetsLost: number
  bytesReceived: number
  framesDecoded: number
  roundTripMs: number
  availableKbps: number | undefined
  isLimited: boolean
}

const troubleLoss = 0.02
const troubleRoundTripMs = 600
/** With this much lost, what arrives is what the line carries. */
const fullLoss = 0.1

/** Looks at a line again and again; each look compares with the one before. */
export function watchLine(): (tracks: WatchedTracks) => Promise<LineLook> {
  let before: { at: number; received: number; lost: number; bytes: number } | undefined
  let pictures = new Map<string, { frames: number; movedAt: number }>()

  return async ({ received, moving, sent }) => {
    const at = performance.now()
    const reports = await Promise.all(received.map(async (track) => [track, figuresOf(await track.getRTCStatsReport())] as const))
    const out = figuresOf(await sent?.getRTCStatsReport())
    const sum = (pick: (one: Figures) => number) => reports.reduce((total, [, one]) => total + pick(one), 0)
    const now = {
      at,
      received: sum((one) => one.packetsReceived),
      lost: sum((one) => one.packetsLost),
      bytes: sum((one) => one.bytesReceived),
    }
    const since = before ?? now
    before = now
    // Tracks come and go: a sum that fell says nothing.
    const arrived = Math.max(0, now.received - since.received)
    const lost = Math.max(0, now.lost - since.lost)
    const lostShare = arrived + lost < 10 ? 0 : lost / (arrived + lost)
    const kbps = ((now.bytes - since.bytes) * 8) / Math.max(1, at - since.at)
    const inKbps = lostShare >= fullLoss && kbps > 0 ? kbps : undefined
    const outKbps = out.isLimited ? out.availableKbps : undefined
    const limits = [inKbps, outKbps].filter((one) => one !== undefined)

    const stood = new Map<string, { frames: number; movedAt: number }>()
    for (const [track, { framesDecoded: frames }] of reports) {
      if (!moving.includes(track) || track.sid === undefined) continue
      const last = pictures.get(track.sid)
      stood.set(track.sid, last?.frames === frames ? last : { frames, movedAt: at })
    }
    pictures = stood
    // A picture that stands still while this line is well stands still by its sender's fault.
    const roundTripMs = Math.max(out.roundTripMs, ...reports.map(([, one]) => one.roundTripMs))
    const isTroubled = lostShare >= troubleLoss || roundTripMs >= troubleRoundTripMs || out.isLimited
    const frozenMs = isTroubled ? Math.max(0, ...[...stood.values()].map(({ movedAt }) => at - movedAt)) : 0
    return { at, lostShare, frozenMs, ...(limits.length === 0 ? {} : { availableKbps: Math.min(...limits) }) }
  }
}

const numberIn = (report: object, name: string): number => {
  const value: unknown = Reflect.get(report, name)
  return typeof value === 'number' ? value : 0
}

function figuresOf(report: RTCStatsReport | undefined): Figures {
  const figures: Figures = {
    packetsReceived: 0,
    packetsLost: 0,
    bytesReceived: 0,
    framesDecoded: 0,
    roundTripMs: 0,
    availableKbps: undefined,
    isLimited: false,
  }
  report?.forEach((one: object) => {
    const type: unknown = Reflect.get(one, 'type')
    if (type === 'inbound-rtp') {
      figures.packetsReceived += numberIn(one, 'packetsReceived')
      figures.packetsLost += numberIn(one, 'packetsLost')
      figures.bytesReceived += numberIn(one, 'bytesReceived')
      figures.framesDecoded += numberIn(one, 'framesDecoded')
    } else if (type === 'outbound-rtp') {
      figures.isLimited ||= Reflect.get(one, 'qualityLimitationReason') === 'bandwidth'
    } else if (type === 'candidate-pair' && Reflect.get(one, 'nominated') === true) {
      figures.roundTripMs = numberIn(one, 'currentRoundTripTime') * 1000
      const bits = numberIn(one, 'availableOutgoingBitrate')
      if (bits > 0) figures.availableKbps = bits / 1000
    }
  })
  return figures
}
