import { defineStore } from 'pinia'
import { computed, ref, shallowRef, watch } from 'vue'
import type { RemoteTrack, Room, Track } from 'livekit-client'
import { ask, onLive, onMessage } from '../line/socket.ts'
import { useMeeting } from './meeting.ts'
import { usePreferences } from './preferences.ts'

/** A picture in the room: whose, and the track to show. */
export interface Tile {
  key: string
  userId: string
  isOwn: boolean
  picture: Track | undefined
  isHeard: boolean
  isScreen: boolean
}

export type VideoState = 'off' | 'connecting' | 'live' | 'waiting' | 'away'
type OwnDevice = 'none' | 'on' | 'refused'

const retryMs = 3000

/**
 * Picture and sound of the meeting. The media library is fetched when first needed; the room object is made anew after every
 * loss, with a fresh token, so that it comes back by itself however long it was away. `away` never stops the meeting.
 */
export const useVideo = defineStore('video', () => {
  const meeting = useMeeting()
  const preferences = usePreferences()
  const state = ref<VideoState>('off')
  const tiles = shallowRef<Tile[]>([])
  const camera = ref<OwnDevice>('none')
  const microphone = ref<OwnDevice>('none')
  /** The browser wants a press before it plays sound. */
  const isSoundBlocked = ref(false)

  let room: Room | undefined
  let meetingId: string | undefined
  let attempt = 0
  let retry: ReturnType<typeof setTimeout> | undefined
  let stops: (() => void)[] = []

  /** The wall only shows: whoever's account it runs under is in the room on a screen of their own. */
  const isWall = computed(() => preferences.face === 'projector')
  const mayCamera = computed(() => !isWall.value && meeting.you !== null && !['observer', 'admin'].includes(meeting.you.role))

  function draw(): void {
    if (!room) {
      tiles.value = []
      return
    }
    const people = [room.localParticipant, ...room.remoteParticipants.values()]
    tiles.value = people.flatMap((one) => {
      const publications = [...one.trackPublications.values()]
      const userId = one.identity.split('#')[0] ?? one.identity
      const isHeard = publications.some((publication) => String(publication.source) === 'microphone' && !publication.isMuted)
      const shown = publications.filter(
        (publication) =>
          ['camera', 'screen_share'].includes(String(publication.source)) && publication.track && !publication.isMuted,
      )
      return shown.map((publication) => ({
        key: `${one.identity} ${publication.trackSid}`,
        userId,
        isOwn: one === room?.localParticipant,
        picture: publication.track,
        isHeard,
        isScreen: String(publication.source) === 'screen_share',
      }))
    })
  }

  /** The microphone is open exactly while the floor is ours, or we chair a running meeting. */
  async function followFloor(): Promise<void> {
    const own = room?.localParticipant
    if (!own || state.value !== 'live') return
    const sources = own.permissions?.canPublishSources ?? []
    // 2 is MICROPHONE in LiveKit's protocol; an empty list means all.
    const mayPublish =
      own.permissions?.canPublish === true && (sources.length === 0 || sources.some((source) => Number(source) === 2))
    const wanted = mayPublish && !isWall.value && (meeting.hasFloor || (meeting.isChair && meeting.state?.status === 'running'))
    try {
      await own.setMicrophoneEnabled(wanted)
      microphone.value = wanted ? 'on' : 'none'
    } catch (error) {
      microphone.value = error instanceof Error && error.name === 'NotAllowedError' ? 'refused' : 'none'
    }
    draw()
  }

  async function openCamera(): Promise<void> {
    if (!room || !mayCamera.value) return
    try {
      await room.localParticipant.setCameraEnabled(true)
      camera.value = 'on'
    } catch (error) {
      camera.value = error instanceof Error && error.name === 'NotAllowedError' ? 'refused' : 'none'
    }
    draw()
  }

  function hear(track: RemoteTrack): void {
    if (String(track.kind) !== 'audio') return
    const element = track.attach()
    element.hidden = true
    document.body.append(element)
  }

  async function connect(): Promise<void> {
    clearTimeout(retry)
    const mine = ++attempt
    const id = meetingId
    if (id === undefined) return
    await leaveRoom()
    state.value = 'connecting'
    const again = (next: VideoState) => {
      if (mine !== attempt) return
      state.value = next
      retry = setTimeout(() => void connect(), retryMs)
    }
    try {
      const answer = await ask('video:token', { meetingId: id })
      if (mine !== attempt) return
      if (!answer.ok) return again(answer.error.code === 'forbidden' ? 'waiting' : 'away')
      const { Room, RoomEvent, AudioPresets, VideoPresets } = await import('livekit-client')
      const next = new Room({
        adaptiveStream: true,
        dynacast: true,
        videoCaptureDefaults: { resolution: VideoPresets.h720.resolution },
        publishDefaults: {
          simulcast: true,
          videoSimulcastLayers: [VideoPresets.h180, VideoPresets.h360],
          audioPreset: AudioPresets.speech,
          red: true,
          dtx: true,
        },
      })
      if (mine !== attempt) return
      room = next
      for (const event of [
        RoomEvent.TrackSubscribed,
        RoomEvent.TrackUnsubscribed,
        RoomEvent.TrackMuted,
        RoomEvent.TrackUnmuted,
        RoomEvent.ParticipantConnected,
        RoomEvent.ParticipantDisconnected,
        RoomEvent.LocalTrackPublished,
        RoomEvent.LocalTrackUnpublished,
      ] as const)
        next.on(event, draw)
      next.on(RoomEvent.TrackSubscribed, hear)
      next.on(RoomEvent.TrackUnsubscribed, (track) => track.detach().forEach((element) => element.remove()))
      next.on(RoomEvent.ParticipantPermissionsChanged, () => void followFloor())
      next.on(RoomEvent.AudioPlaybackStatusChanged, () => (isSoundBlocked.value = !next.canPlaybackAudio))
      next.on(RoomEvent.ConnectionQualityChanged, (quality, participant) => {
        if (participant === next.localParticipant) report(String(quality))
      })
      next.on(RoomEvent.Disconnected, () => {
        if (room === next) again('away')
      })
      await next.connect(answer.url, answer.token)
      if (mine !== attempt) return void next.disconnect()
      state.value = 'live'
      isSoundBlocked.value = !next.canPlaybackAudio
      draw()
      await openCamera()
      await followFloor()
    } catch {
      // Whatever stopped it, the meeting goes on and the picture is tried again.
      again('away')
    }
  }

  /** What the Office sees of this line; lost on the way, the next one tells. */
  function report(quality: string): void {
    if (meetingId === undefined) return
    const words = { excellent: 'good', good: 'fair', poor: 'weak', lost: 'lost' } as const
    const known = Object.entries(words).find(([name]) => name === quality)?.[1]
    if (known)
      ask('meeting:line', { meetingId, quality: known, microphone: microphone.value === 'on' ? 'on' : 'off' }).catch(
        () => undefined,
      )
  }

  async function leaveRoom(): Promise<void> {
    const old = room
    room = undefined
    draw()
    if (!old) return
    for (const one of old.remoteParticipants.values())
      for (const publication of one.trackPublications.values()) publication.track?.detach().forEach((element) => element.remove())
    await old.disconnect()
  }

  function start(): void {
    const id = meeting.meetingId
    if (id === null || id === undefined || id === meetingId) return
    stop()
    meetingId = id
    stops = [
      onMessage('video:changed', (message) => {
        if (message.meetingId === meetingId) void connect()
      }),
      onLive(() => {
        if (state.value === 'away') void connect()
      }),
    ]
    void connect()
  }

  function stop(): void {
    meetingId = undefined
    attempt++
    clearTimeout(retry)
    for (const end of stops) end()
    stops = []
    void leaveRoom()
    state.value = 'off'
  }

  // Held by the store: made in `start`, they would end with the component that called it.
  watch(
    () => [meeting.hasFloor, meeting.isChair, meeting.state?.status],
    () => void followFloor(),
  )
  watch(
    () => meeting.meetingId,
    (id) => {
      if (meetingId !== undefined && id !== meetingId) stop()
    },
  )

  async function unblockSound(): Promise<void> {
    await room?.startAudio()
    isSoundBlocked.value = room !== undefined && !room.canPlaybackAudio
  }

  return { state, tiles, camera, microphone, isSoundBlocked, start, stop, unblockSound }
})
