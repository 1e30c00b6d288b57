import { computed, onBeforeUnmount, onMounted, reactive, shallowRef } from 'vue'
import type { DeviceCheck } from '#domain/contract/socket.ts'
import { isMediaReached, roundTripMs } from '../../line/round-trip.ts'
import { failureOf } from '../../stores/own-media.ts'
import { measureLevel, playTone } from './sound-check.ts'

/** What the front room found out; the Office's board shows it. */
export type Findings = Omit<DeviceCheck, 'meetingId'>

type Device = 'checking' | 'ok' | 'silent' | 'refused' | 'missing' | 'busy'

interface Found {
  camera: Device
  microphone: Device
  level: number
  speaker: 'untried' | 'playing' | 'asked' | 'ok' | 'notHeard'
  line: 'checking' | 'ok' | 'failed'
  roundTripMs: number | undefined
  /** Undefined where that is not known yet: by a link nobody is signed in. */
  isMediaReached: boolean | undefined
}

/**
 * The device check of a bridge point. Camera and microphone are opened each for itself, so that a point without a camera keeps
 * its microphone. Nothing here is required: whatever fails, there is a way in.
 */
export function useDeviceCheckRoom(meetingId: () => string | undefined) {
  const found = reactive<Found>({
    camera: 'checking',
    microphone: 'checking',
    level: 0,
    speaker: 'untried',
    line: 'checking',
    roundTripMs: undefined,
    isMediaReached: undefined,
  })
  const picture = shallowRef<MediaStream>()
  let sound: MediaStream | undefined
  let stopLevel: (() => void) | undefined

  async function open(constraints: MediaStreamConstraints): Promise<MediaStream | Device> {
    try {
      return await navigator.mediaDevices.getUserMedia(constraints)
    } catch (error) {
      // Without a secure page there is no `mediaDevices` at all: as good as none.
      return failureOf(error) ?? 'missing'
    }
  }

  async function openCamera(): Promise<void> {
    found.camera = 'checking'
    const stream = await open({ video: { width: 1280, height: 720 } })
    if (typeof stream === 'string') found.camera = stream
    else {
      picture.value = stream
      found.camera = 'ok'
    }
  }

  async function openMicrophone(): Promise<void> {
    found.microphone = 'checking'
    const stream = await open({ audio: true })
    if (typeof stream === 'string') {
      found.microphone = stream
      return
    }
    sound = stream
    found.microphone = 'silent'
    stopLevel = measureLevel(stream, (level, isHeard) => {
      found.level = level
      if (isHeard) found.microphone = 'ok'
    })
  }

  async function testLine(): Promise<void> {
    found.line = 'checking'
    found.roundTripMs = await roundTripMs()
    const id = meetingId()
    if (id !== undefined) found.isMediaReached = await isMediaReached(id).catch(() => false)
    found.line = found.roundTripMs === undefined ? 'failed' : 'ok'
  }

  async function testSpeaker(): Promise<void> {
    found.speaker = 'playing'
    await playTone()
    found.speaker = 'asked'
  }

  function close(): void {
    stopLevel?.()
    stopLevel = undefined
    for (const stream of [picture.value, sound]) for (const track of stream?.getTracks() ?? []) track.stop()
    picture.value = undefined
    sound = undefined
  }

  async function check(): Promise<void> {
    close()
    await Promise.all([openCamera(), openMicrophone(), testLine()])
  }

  onMounted(check)
  onBeforeUnmount(close)

  const forOffice = (device: Device) =>
    device === 'checking' ? 'skipped' : device === 'missing' || device === 'busy' ? 'none' : device
  const findings = computed<Findings>(() => {
    const camera = forOffice(found.camera)
    return {
      camera: camera === 'silent' ? 'ok' : camera,
      microphone: forOffice(found.microphone),
      speaker: found.speaker === 'ok' || found.speaker === 'notHeard' ? found.speaker : 'skipped',
      ...(found.roundTripMs === undefined ? {} : { roundTripMs: found.roundTripMs }),
    }
  })

  return { found, picture, findings, check, testSpeaker }
}
