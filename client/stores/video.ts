import { defineStore } from 'pinia'
import { computed, ref, shallowRef, watch } from 'vue'
import type { Room } from 'livekit-client'
import { mediaRightsFor, type MediaSource } from '#domain/meeting/media.ts'
import { serverNow } from '../line/clock.ts'
import type * as Media from '../line/media-room.ts'
import { Refused } from '../line/problem.ts'
import { ask, onLive, onMessage } from '../line/socket.ts'
import { lineReport } from './line-report.ts'
import { useMeeting } from './meeting.ts'
import { ownMedia, type OwnDevice } from './own-media.ts'
import { pictureRule } from './picture-rule.ts'
import { usePreferences } from './preferences.ts'

export type { Tile } from '../line/media-room.ts'

/**
 * `outside` a closed item of others runs · `removed` by the chair · `over` the meeting is closed · `away` the video server is
 * not there · `unreachable` it is, and this screen does not get through to it
 */
export type VideoState = 'off' | 'connecting' | 'live' | 'outside' | 'removed' | 'over' | 'away' | 'unreachable'

/** `muted` by the chair · `elsewhere` another device of this person carries the sound · `away` nothing to speak into */
export type MicrophoneState = OwnDevice | 'muted' | 'elsewhere' | 'away'

const retryMs = 3000

/**
 * Picture and sound of the meeting. The media library is fetched when first needed; the room object is made anew after every
 * loss, with a fresh token, so that it comes back by itself however long it was away. Without it the meeting goes on.
 * Of several devices of one person one carries the sound: microphone, loudspeakers and camera are its alone (M6).
 */
export const useVideo = defineStore('video', () => {
  const meeting = useMeeting()
  const preferences = usePreferences()
  const state = ref<VideoState>('off')
  /** The video server is being reached again; what is on the screen stands still. */
  const isReconnecting = ref(false)
  const tiles = shallowRef<Media.Tile[]>([])
  const isSoundHere = ref(true)
  /** The browser wants a press before it plays sound. */
  const isSoundBlocked = ref(false)
  const isSharing = ref(false)

  let media: typeof Media | undefined
  let room: Room | undefined
  let meetingId: string | undefined
  let attempt = 0
  let retry: ReturnType<typeof setTimeout> | undefined
  let stops: (() => void)[] = []
  /** Since when this device carries the sound, by the server's clock: it comes back with it. */
  let soundSince: number | undefined
  /** The pictures on the screen, by how many places show them. */
  const shown = new Map<string, number>()

  /** The wall only shows: whoever's account it runs under is in the room on a screen of their own. */
  const isWall = computed(() => preferences.face === 'projector')
  const rights = computed<MediaSource[]>(() =>
    meeting.you === null || meeting.state === null || isWall.value
      ? []
      : (mediaRightsFor(meeting.you, meeting.state)?.canPublish ?? []),
  )
  const stageUserId = computed(() => meeting.state?.stage.pinnedUserId ?? meeting.holder?.userId ?? meeting.state?.chairUserId)
  /** What takes the large picture: a shared screen, else who stands on the stage. */
  const stageTile = computed(
    () => tiles.value.find((one) => one.isScreen) ?? tiles.value.find((one) => one.userId === stageUserId.value),
  )
  const mustSpeak = computed(() => meeting.hasFloor || (meeting.isChair && meeting.state?.status === 'running'))
  const isMuted = computed(() => meeting.state?.participants.muted.includes(meeting.you?.userId ?? '') ?? false)
  /** The chair's table has a good line; a hall sends no more than it must. */
  const largestPicture = computed(() => (meeting.you?.role === 'leader' ? 'large' : 'medium'))
  const mayShare = computed(() => state.value === 'live' && rights.value.includes('screen_share'))

  const own = ownMedia({
    room: () => (room && media && state.value === 'live' ? { room, media } : undefined),
    wants: (source) => isSoundHere.value && rights.value.includes(source) && (source === 'camera' || mustSpeak.value),
  })
  const microphone = computed<MicrophoneState>(() => {
    if (mustSpeak.value && isMuted.value) return 'muted'
    if (state.value !== 'live' || isReconnecting.value) return mustSpeak.value ? 'away' : 'off'
    if (!isSoundHere.value) return 'elsewhere'
    return mustSpeak.value && own.microphone.value === 'off' ? 'opening' : own.microphone.value
  })
  const pictures = pictureRule(draw)
  const report = lineReport(() => meetingId)

  /** On every change in the room: who carries the sound, what comes over the line, what is shown. */
  function draw(): void {
    if (!room || !media) {
      tiles.value = []
      return
    }
    isSoundHere.value = media.carriesSound(room)
    soundSince = isSoundHere.value && !isWall.value ? (soundSince ?? Math.floor(serverNow())) : undefined
    isSharing.value = room.localParticipant.isScreenShareEnabled
    const hasPictures = pictures.givenUp.value === undefined
    media.receiveOnly(room, { sound: isSoundHere.value, picture: (key) => hasPictures && shown.has(key) })
    tiles.value = media.tilesOf(room, { others: hasPictures })
    capOwnPicture()
    void own.settle()
  }

  /** A place on the screen shows this picture from now on; only what is shown is received. Returns how to stop. */
  function show(key: string): () => void {
    shown.set(key, (shown.get(key) ?? 0) + 1)
    draw()
    return () => {
      const left = (shown.get(key) ?? 1) - 1
      if (left > 0) shown.set(key, left)
      else shown.delete(key)
      draw()
    }
  }

  let cap: Media.OwnPicture | undefined
  function capOwnPicture(): void {
    if (!room || !media || !media.isOpen(room, 'camera')) {
      cap = undefined
      return
    }
    const isOnStage = stageUserId.value === meeting.you?.userId
    const next = isOnStage ? largestPicture.value : 'small'
    if (next === cap) return
    cap = next
    media.capOwnPicture(room, next)
  }

  // Coming in, and coming back

  async function connect(): Promise<void> {
    clearTimeout(retry)
    const mine = ++attempt
    const id = meetingId
    if (id === undefined) return
    await leaveRoom()
    // What it says while it tries again and again stays as it is: words that flicker are not read.
    if (state.value === 'off' || state.value === 'live') state.value = 'connecting'
    const isOld = () => mine !== attempt
    const again = (next: VideoState) => {
      if (isOld()) return
      state.value = next
      if (next === 'away' || next === 'unreachable') report.quality('lost')
      if (next !== 'over') retry = setTimeout(() => void connect(), retryMs)
    }
    let isAdmitted = false
    try {
      const sound = isWall.value ? 'spare' : soundSince
      const answer = await ask('video:token', { meetingId: id, ...(sound === undefined ? {} : { sound }) })
      if (isOld()) return
      if (!answer.ok) return again(reasonOf(answer.error.code))
      isAdmitted = true
      media ??= await import('../line/media-room.ts')
      if (isOld()) return
      const next = media.createMediaRoom(largestPicture.value)
      room = next
      listen(next, media, () => again('away'))
      await media.enter(next, answer)
      if (isOld()) return void next.disconnect()
      settleIn(next, media)
    } catch {
      again(isAdmitted ? 'unreachable' : 'away')
    }
  }

  function settleIn(next: Room, { watchedTracks }: typeof Media): void {
    state.value = 'live'
    isReconnecting.value = false
    isSoundBlocked.value = !next.canPlaybackAudio
    pictures.start(() => (isReconnecting.value ? undefined : watchedTracks(next)))
    draw()
  }

  const reasonOf = (code: string): VideoState => {
    if (code === 'wrong_state') return 'over'
    if (code !== 'forbidden') return 'away'
    return meeting.phase === 'removed' ? 'removed' : 'outside'
  }

  function listen(next: Room, lib: typeof Media, onLost: () => void): void {
    lib.onAnyChange(next, draw)
    lib.playSound(next)
    lib.onLine(next, {
      blocked: (isBlocked) => (isSoundBlocked.value = isBlocked),
      quality: (word) => report.quality(word),
      reconnecting: (isOn) => {
        isReconnecting.value = isOn
        pictures.reset()
        draw()
      },
      lost: () => {
        if (room === next) onLost()
      },
    })
  }

  async function leaveRoom(): Promise<void> {
    const old = room
    room = undefined
    pictures.stop()
    draw()
    if (old) await media?.leaveMediaRoom(old)
  }

  function start(): void {
    const id = meeting.meetingId
    if (id === undefined || id === meetingId) return
    stop()
    meetingId = id
    stops = [
      onMessage('video:changed', (message) => {
        if (message.meetingId === meetingId) void connect()
      }),
      // The line is back: no need to wait for the turn of the next attempt.
      onLive(() => {
        if (state.value !== 'live' || isReconnecting.value) void connect()
      }),
    ]
    void connect()
  }

  function stop(): void {
    meetingId = undefined
    soundSince = undefined
    attempt++
    clearTimeout(retry)
    for (const end of stops) end()
    stops = []
    void leaveRoom()
    state.value = 'off'
  }

  // Held by the store: made in `start`, they would end with the component that called it.
  watch([rights, mustSpeak, stageUserId], draw)
  /** What others must know of our sound: whoever speaks to us should see that nobody hears it here. */
  const soundHere = computed(() => {
    if (state.value === 'live' && isSoundHere.value && isSoundBlocked.value) return 'deaf'
    return microphone.value === 'on' ? 'on' : microphone.value === 'missing' ? 'none' : 'off'
  })
  watch(soundHere, (now) => report.microphone(now))
  watch(
    () => meeting.meetingId,
    (id) => {
      if (meetingId !== undefined && id !== meetingId) stop()
    },
  )

  // Verbs

  async function unblockSound(): Promise<void> {
    await room?.startAudio()
    isSoundBlocked.value = room !== undefined && !room.canPlaybackAudio
  }

  /** Microphone, loudspeakers and camera move to this device. */
  async function takeSound(): Promise<void> {
    if (meetingId === undefined) return
    const [answer] = await Promise.all([ask('video:sound', { meetingId }), unblockSound()])
    if (!answer.ok) throw new Refused(answer.error)
  }

  async function share(isOn: boolean): Promise<void> {
    if (room) await media?.shareScreen(room, isOn)
    draw()
  }

  return {
    state,
    isReconnecting,
    tiles,
    stageUserId,
    stageTile,
    givenUp: pictures.givenUp,
    camera: own.camera,
    microphone,
    isSoundHere,
    isSoundBlocked,
    isSharing,
    mayShare,
    start,
    stop,
    show,
    unblockSound,
    takeSound,
    openDevices: own.retry,
    share,
  }
})
