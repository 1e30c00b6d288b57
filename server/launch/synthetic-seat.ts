import {
  AudioFrame,
  AudioSource,
  LocalAudioTrack,
  LocalVideoTrack,
  Room,
  RoomEvent,
  TrackPublishOptions,
  TrackSource,
  VideoBufferType,
  VideoFrame,
  VideoSource,
} from '@livekit/rtc-node'
import type { Picture } from './synthetic-picture.ts'
import { sampleRate, type Voice } from './synthetic-voice.ts'

/** A bridge point's place in a media room. */
export interface Seat {
  readonly isThere: boolean
  /** Somebody else sits here as the same person, on another device. */
  readonly hasTwin: boolean
  /** Publishes the picture, or takes it away. */
  show(isOn: boolean): Promise<void>
  /** Publishes the microphone and speaks, or falls silent. Without the right to it, it fails after a while. */
  speak(isOn: boolean): Promise<void>
  leave(): Promise<void>
}

interface SeatOptions {
  url: string
  token: string
  picture: Picture
  voice: Voice
  /** The seat was lost: put out, moved, or the line broke. */
  onLost: () => void
}

export type TakeSeat = (options: SeatOptions) => Promise<Seat>

const framesPerSecond = 5
const soundEveryMs = 100

export async function takeSeat({ url, token, picture, voice, onLost }: SeatOptions): Promise<Seat> {
  const room = new Room()
  // It looks at nobody: what it would receive costs the machine more than what it sends.
  await room.connect(url, token, { autoSubscribe: false, dynacast: false })
  const me = room.localParticipant
  if (!me) throw new Error('connected to the media room without being in it')
  const userId = me.identity.split('#')[0] ?? ''
  const begun = performance.now()
  let camera: Publication | undefined
  let microphone: Publication | undefined
  let isLeaving = false
  const isThere = (): boolean => !isLeaving && room.isConnected

  const startCamera = async (): Promise<Publication> => {
    const source = new VideoSource(picture.width, picture.height)
    const draw = (): void => {
      const seconds = (performance.now() - begun) / 1000
      const data = picture.frameAt(seconds, microphone ? voice.level : 0)
      source.captureFrame(new VideoFrame(data, picture.width, picture.height, VideoBufferType.I420))
    }
    const track = LocalVideoTrack.createVideoTrack('camera', source)
    const { sid } = await me.publishTrack(track, optionsFor(TrackSource.SOURCE_CAMERA))
    draw()
    return { sid, timer: setInterval(draw, 1000 / framesPerSecond), close: () => track.close() }
  }

  const startMicrophone = async (): Promise<Publication> => {
    const source = new AudioSource(sampleRate, 1, 1000)
    const samples = (sampleRate * soundEveryMs) / 1000
    const sound = (): void => {
      // Full: the last pieces are still being played, this one may be left out.
      if (source.queuedDuration > 400) return
      source.captureFrame(new AudioFrame(voice.next(samples), sampleRate, 1, samples)).catch(onLost)
    }
    const track = LocalAudioTrack.createAudioTrack('microphone', source)
    const { sid } = await me.publishTrack(track, optionsFor(TrackSource.SOURCE_MICROPHONE))
    sound()
    return { sid, timer: setInterval(sound, soundEveryMs), close: () => track.close() }
  }

  const stop = async (publication: Publication): Promise<void> => {
    clearInterval(publication.timer)
    // The video server may have taken the track already, or be gone.
    if (isThere() && publication.sid !== undefined) await me.unpublishTrack(publication.sid).catch(() => undefined)
    await publication.close().catch(() => undefined)
  }

  room.on(RoomEvent.Disconnected, () => {
    for (const publication of [camera, microphone]) if (publication) clearInterval(publication.timer)
    if (!isLeaving) onLost()
  })

  return {
    get isThere() {
      return isThere()
    },
    get hasTwin() {
      return [...room.remoteParticipants.values()].some((one) => one.identity.startsWith(`${userId}#`))
    },
    async show(isOn) {
      if (isOn && !camera && isThere()) camera = await startCamera()
      else if (!isOn && camera) {
        const old = camera
        camera = undefined
        await stop(old)
      }
    },
    async speak(isOn) {
      if (isOn && !microphone && isThere()) microphone = await startMicrophone()
      else if (!isOn && microphone) {
        const old = microphone
        microphone = undefined
        await stop(old)
      }
    },
    async leave() {
      if (isLeaving) return
      isLeaving = true
      const open = [camera, microphone].flatMap((publication) => publication ?? [])
      for (const publication of open) clearInterval(publication.timer)
      await room.disconnect().catch(() => undefined)
      for (const publication of open) await publication.close().catch(() => undefined)
    },
  }
}

interface Publication {
  sid: string | undefined
  timer: NodeJS.Timeout
  close(): Promise<void>
}

function optionsFor(source: TrackSource): TrackPublishOptions {
  const options = new TrackPublishOptions()
  options.source = source
  options.simulcast = false
  return options
}
