import {
  AudioPresets,
  Room,
  RoomEvent,
  Track,
  VideoPreset,
  VideoQuality,
  type Participant,
  type RemoteTrack,
  type RemoteTrackPublication,
  type TrackPublication,
} from 'livekit-client'
import type { VideoAnswer } from '#domain/contract/socket.ts'
import { readSoundMark, soundDeviceOf } from '#domain/meeting/media.ts'
import type { WatchedTracks } from './line-watch.ts'

/**
 * The media library as this product uses it. Fetched when first needed: elsewhere only its types are imported by name.
 * Sound before picture: every packet of speech travels twice (RED), silence costs nothing (DTX), and its packets go first.
 */
const small = new VideoPreset(320, 180, 60_000, 8, 'low')
const medium = new VideoPreset(640, 360, 180_000, 12, 'low')
const large = new VideoPreset(1280, 720, 900_000, 15, 'low')

/** A picture in the room: whose, and the track to show once it arrives. */
export interface Tile {
  key: string
  userId: string
  isOwn: boolean
  picture: Track | undefined
  isHeard: boolean
  isScreen: boolean
}

/** Up to `largest` the own camera is opened; how much of it is sent now, `capOwnPicture` says. */
export function createMediaRoom(largest: 'medium' | 'large'): Room {
  const whole = largest === 'large' ? large : medium
  return new Room({
    adaptiveStream: true,
    // Who is on stage is in the log: everybody knows which sizes to send without being asked.
    dynacast: false,
    videoCaptureDefaults: { resolution: whole.resolution },
    publishDefaults: {
      red: true,
      dtx: true,
      audioPreset: { ...AudioPresets.speech, priority: 'high' },
      simulcast: true,
      videoEncoding: whole.encoding,
      videoSimulcastLayers: largest === 'large' ? [small, medium] : [small],
      screenShareEncoding: { maxBitrate: 1_200_000, maxFramerate: 5, priority: 'low' },
      screenShareSimulcastLayers: [new VideoPreset(960, 540, 300_000, 5, 'low')],
    },
  })
}

/** Comes in; nothing is received before it is wanted. */
export async function enter(room: Room, { url, token, isDirect }: VideoAnswer): Promise<void> {
  // Told no servers, the library takes those that the video server names, which are strangers' (Google, Twilio) unless configured.
  await room.connect(url, token, { autoSubscribe: false, ...(isDirect ? { rtcConfig: { iceServers: [] } } : {}) })
}

/** Tells of everything that changes who is there, what they send, what arrives, or what we may do. */
export function onAnyChange(room: Room, listener: () => void): void {
  for (const event of [
    RoomEvent.TrackPublished,
    RoomEvent.TrackUnpublished,
    RoomEvent.TrackSubscribed,
    RoomEvent.TrackUnsubscribed,
    RoomEvent.TrackMuted,
    RoomEvent.TrackUnmuted,
    RoomEvent.LocalTrackPublished,
    RoomEvent.LocalTrackUnpublished,
    RoomEvent.ParticipantConnected,
    RoomEvent.ParticipantDisconnected,
    RoomEvent.ParticipantAttributesChanged,
    RoomEvent.ParticipantPermissionsChanged,
  ] as const)
    room.on(event, listener)
}

export interface LineListener {
  /** The browser wants a press before it plays sound. */
  blocked: (isBlocked: boolean) => void
  /** Our own line, in the video server's words. */
  quality: (word: string) => void
  reconnecting: (isOn: boolean) => void
  lost: () => void
}

export function onLine(room: Room, tell: LineListener): void {
  room.on(RoomEvent.AudioPlaybackStatusChanged, () => tell.blocked(!room.canPlaybackAudio))
  room.on(RoomEvent.ConnectionQualityChanged, (quality, one) => {
    if (one === room.localParticipant) tell.quality(quality)
  })
  room.on(RoomEvent.Reconnecting, () => tell.reconnecting(true))
  room.on(RoomEvent.Reconnected, () => tell.reconnecting(false))
  room.on(RoomEvent.Disconnected, tell.lost)
}

/** The element that plays a track; the library has let go of it by the time it says that the track is gone. */
const players = new WeakMap<RemoteTrack, HTMLMediaElement>()

/** Plays what is received as sound, on elements of its own. */
export function playSound(room: Room): void {
  room.on(RoomEvent.TrackSubscribed, (track) => {
    if (track.kind !== Track.Kind.Audio) return
    const element = track.attach()
    element.hidden = true
    document.body.append(element)
    players.set(track, element)
  })
  room.on(RoomEvent.TrackUnsubscribed, (track) => {
    if (track.kind === Track.Kind.Audio) silence(track)
  })
}

function silence(track: RemoteTrack): void {
  track.detach()
  players.get(track)?.remove()
  players.delete(track)
}

const publicationsIn = (room: Room): [Participant, RemoteTrackPublication][] =>
  [...room.remoteParticipants.values()].flatMap((one) =>
    [...one.trackPublications.values()].map((publication): [Participant, RemoteTrackPublication] => [one, publication]),
  )

/** Out of the room, with everything that it played. */
export async function leaveMediaRoom(room: Room): Promise<void> {
  for (const [, { track }] of publicationsIn(room)) if (track?.kind === Track.Kind.Audio) silence(track)
  await room.disconnect()
}

const userIdOf = ({ identity }: Participant): string => identity.split('#')[0] ?? identity
const keyOf = (one: Participant, publication: TrackPublication): string => `${one.identity} ${publication.trackSid}`

/** Whether this device carries the sound of its person (M6). */
export function carriesSound(room: Room): boolean {
  const mine = room.localParticipant
  const devices = [mine, ...room.remoteParticipants.values()]
    .filter((one) => userIdOf(one) === userIdOf(mine))
    .map((one) => ({ identity: one.identity, joinedAt: one.joinedAt?.getTime() ?? 0, sound: readSoundMark(one.attributes) }))
  return soundDeviceOf(devices) === mine.identity
}

/** Receives exactly what is wanted: nothing that nobody looks at or listens to comes over the line. */
export function receiveOnly(room: Room, wants: { sound: boolean; picture: (key: string) => boolean }): void {
  for (const [one, publication] of publicationsIn(room)) {
    const isWanted = publication.kind === Track.Kind.Audio ? wants.sound : wants.picture(keyOf(one, publication))
    if (publication.isDesired !== isWanted) publication.setSubscribed(isWanted)
  }
}

/** All pictures that are sent in the room, received or not; without `others`, the own ones. */
export function tilesOf(room: Room, { others }: { others: boolean }): Tile[] {
  const mine = room.localParticipant
  return [mine, ...(others ? room.remoteParticipants.values() : [])].flatMap((one) => {
    const publications = [...one.trackPublications.values()]
    const isHeard = publications.some(({ source, isMuted }) => source === Track.Source.Microphone && !isMuted)
    return publications
      .filter(({ kind, isMuted }) => kind === Track.Kind.Video && !isMuted)
      .map((publication) => ({
        key: keyOf(one, publication),
        userId: userIdOf(one),
        isOwn: one === mine,
        picture: publication.track,
        isHeard,
        isScreen: publication.source === Track.Source.ScreenShare,
      }))
  })
}

/** The tracks that tell how the line does. A shared screen may well stand still. */
export function watchedTracks(room: Room): WatchedTracks {
  const here = publicationsIn(room).flatMap(([, publication]) => (publication.track ? [publication] : []))
  const moving = here.filter(({ source, isMuted }) => source === Track.Source.Camera && !isMuted)
  return {
    received: here.flatMap(({ track }) => track ?? []),
    moving: moving.flatMap(({ track }) => track ?? []),
    sent: room.localParticipant.getTrackPublication(Track.Source.Camera)?.track,
  }
}

// Own devices

export type OwnSource = 'camera' | 'microphone'
export type OwnPicture = 'small' | 'medium' | 'large'

const sources = { camera: Track.Source.Camera, microphone: Track.Source.Microphone }
const qualities = { small: VideoQuality.LOW, medium: VideoQuality.MEDIUM, large: VideoQuality.HIGH }

/** 2 is MICROPHONE in LiveKit's protocol, 1 CAMERA; an empty list means all. */
const sourceNumbers = { camera: 1, microphone: 2 }

/** Whether the video server takes this from us now; the log may be a moment ahead of it. */
export function mayPublish(room: Room, source: OwnSource): boolean {
  const { canPublish, canPublishSources } = room.localParticipant.permissions ?? { canPublish: false, canPublishSources: [] }
  return canPublish && (canPublishSources.length === 0 || canPublishSources.some((one) => Number(one) === sourceNumbers[source]))
}

export function isOpen(room: Room, source: OwnSource): boolean {
  const publication = room.localParticipant.getTrackPublication(sources[source])
  return publication?.track !== undefined && !publication.isMuted
}

export async function openDevice(room: Room, source: OwnSource): Promise<void> {
  if (source === 'camera') await room.localParticipant.setCameraEnabled(true)
  else await room.localParticipant.setMicrophoneEnabled(true)
}

/** Closed for good, the light of the camera out: not only muted. */
export async function closeDevice(room: Room, source: OwnSource): Promise<void> {
  const track = room.localParticipant.getTrackPublication(sources[source])?.track
  if (track) await room.localParticipant.unpublishTrack(track, true)
}

/** Up to which size the own camera is sent. */
export function capOwnPicture(room: Room, size: OwnPicture): void {
  room.localParticipant.getTrackPublication(Track.Source.Camera)?.videoTrack?.setPublishingQuality(qualities[size])
}

/** A shared screen is read, not watched: sharp, and five pictures a second. */
export async function shareScreen(room: Room, isOn: boolean): Promise<void> {
  await room.localParticipant.setScreenShareEnabled(isOn, {
    audio: true,
    contentHint: 'detail',
    resolution: { width: 1920, height: 1080, frameRate: 5 },
  })
}
