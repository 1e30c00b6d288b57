import { ref } from 'vue'
import type { Room } from 'livekit-client'
import type * as Media from '../line/media-room.ts'
import type { OwnSource } from '../line/media-room.ts'

/** How one of our own devices is: `refused` by the browser, `missing` where there is none, `busy` when another program has it. */
export type OwnDevice = 'off' | 'opening' | 'on' | 'refused' | 'missing' | 'busy'

interface Options {
  /** The media room while it is live. */
  room: () => { media: typeof Media; room: Room } | undefined
  wants: (source: OwnSource) => boolean
}

export function failureOf(error: unknown): 'refused' | 'missing' | 'busy' | undefined {
  const name = error instanceof Error ? error.name : ''
  if (name === 'NotAllowedError' || name === 'SecurityError') return 'refused'
  if (name === 'NotFoundError' || name === 'OverconstrainedError') return 'missing'
  return name === 'NotReadableError' || name === 'AbortError' ? 'busy' : undefined
}

/**
 * Own microphone and camera, each for itself: `settle` opens and closes until they are as wanted, one thing at a time, the
 * microphone first. A device that failed is left alone until it was not wanted for once, or somebody asks by `retry`.
 */
export function ownMedia({ room: roomNow, wants }: Options) {
  const states = { microphone: ref<OwnDevice>('off'), camera: ref<OwnDevice>('off') }
  const hasFailed = { microphone: false, camera: false }
  let isSettling = false
  let again = false

  async function settle(): Promise<void> {
    again = true
    if (isSettling) return
    isSettling = true
    try {
      while (again) {
        again = false
        await settleOne('microphone')
        await settleOne('camera')
      }
    } finally {
      isSettling = false
    }
  }

  async function settleOne(source: OwnSource): Promise<void> {
    const here = roomNow()
    const state = states[source]
    const isWanted = wants(source)
    if (!isWanted) hasFailed[source] = false
    if (!here) {
      if (!hasFailed[source]) state.value = 'off'
      return
    }
    const { media, room } = here
    if (!isWanted) {
      await media.closeDevice(room, source)
      state.value = 'off'
    } else if (media.isOpen(room, source)) state.value = 'on'
    else if (!hasFailed[source] && media.mayPublish(room, source)) await open(here, source)
  }

  async function open({ media, room }: { media: typeof Media; room: Room }, source: OwnSource): Promise<void> {
    states[source].value = 'opening'
    try {
      await media.openDevice(room, source)
      states[source].value = 'on'
    } catch (error) {
      const failure = failureOf(error)
      // What is not the device's is the room's: a right taken meanwhile, a line that broke. The next change tries again.
      hasFailed[source] = failure !== undefined
      states[source].value = failure ?? 'off'
    }
  }

  /** After the person did something about it, or by a press: some browsers open a device only then. */
  async function retry(): Promise<void> {
    hasFailed.microphone = false
    hasFailed.camera = false
    await settle()
  }

  return { ...states, settle, retry }
}
