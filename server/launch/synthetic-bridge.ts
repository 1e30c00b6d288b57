import { io, type Socket } from 'socket.io-client'
import { z } from 'zod'
import type { ClientToServer, JoinAnswer, RefusalAnswer, ServerToClient, VideoAnswer } from '#domain/contract/socket.ts'
import { addressedUnitIds } from '#domain/meeting/conclusion.ts'
import { evolve, type CommandInput, type MeetingEvent } from '#domain/meeting/meeting.ts'
import { mediaRightsFor } from '#domain/meeting/media.ts'
import type { MeetingState, Viewer } from '#domain/meeting/state.ts'
import { drawPicture } from './synthetic-picture.ts'
import type { Seat, TakeSeat } from './synthetic-seat.ts'
import { speakWith } from './synthetic-voice.ts'

export const SyntheticUnit = z.object({
  code: z.string(),
  name: z.string(),
  subtitle: z.string(),
  representative: z.object({ name: z.string(), title: z.string() }),
  headCount: z.int(),
})
export type SyntheticUnit = z.infer<typeof SyntheticUnit>

/** `lively` asks for the floor now and then and gives it back; `quiet` only does what it is asked to. */
export const Behaviour = z.enum(['lively', 'quiet'])
export type Behaviour = z.infer<typeof Behaviour>

export interface BridgeOptions {
  baseUrl: string
  meetingId: string
  unit: SyntheticUnit
  /** Its place among the others: colour, voice and patience follow from it. */
  index: number
  behaviour: Behaviour
  random: () => number
  /** Null: no picture and no sound on this machine. */
  takeSeat: TakeSeat | null
  say: (line: string, details?: Record<string, unknown>) => void
}

export interface SyntheticBridge {
  readonly isJoined: boolean
  readonly isSeen: boolean
  stop(): Promise<void>
}

const tickMs = 250
const askVideoAgainMs = 5_000
const signInAgainMs = 3_000
const answerMs = 10_000
/** The right to the microphone reaches the video server a moment after the log; a track that comes before it is lost. */
const rightMs = 400

type Line = Socket<ServerToClient, ClientToServer>
/** For what may be lost: nobody waits for its answer. */
const heedless = (): void => undefined

/**
 * One hall, as the room sees it: signs in like anybody, joins, checks in, is seen and heard, asks for the floor, acknowledges.
 * When a person comes in on the same account it steps aside and leaves the hall to them.
 */
export function startSyntheticBridge(options: BridgeOptions): SyntheticBridge {
  const { baseUrl, meetingId, unit, index, behaviour, random, say } = options
  const picture = drawPicture(unit.name, unit.subtitle, index)
  const voice = speakWith(105 + ((index * 37) % 90))
  let line: Line | undefined
  let me: Viewer | undefined
  let state: MeetingState | undefined
  let seq = 0
  let seat: Seat | undefined
  let seatRoom = ''
  let isStopped = false
  let isTakingSeat = false
  let isSettling = false
  let videoAskedAt = -Infinity
  let videoDelay = 0
  let nextAskAt = performance.now() + between(4_000, 25_000)
  let yieldAt: number | undefined
  let isBusy = false
  let speaksSince: number | undefined
  let isHeard = false
  const acknowledgeAt = new Map<string, number>()

  function between(from: number, until: number): number {
    return from + random() * (until - from)
  }

  const signIn = async (): Promise<void> => {
    if (isStopped) return
    try {
      const answer = await fetch(`${baseUrl}/api/session`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ username: `diemcau.${unit.code}`, password: 'demo' }),
        signal: AbortSignal.timeout(10_000),
      })
      const cookie = answer.headers
        .getSetCookie()
        .map((one) => one.split(';')[0])
        .join('; ')
      if (!answer.ok || cookie === '') throw new Error(`signing in was answered ${answer.status}`)
      if (!isStopped) open(cookie)
    } catch (error) {
      say('a synthetic bridge point could not sign in', { unit: unit.code, error: String(error) })
      setTimeout(() => void signIn(), signInAgainMs).unref()
    }
  }

  const open = (cookie: string): void => {
    line?.disconnect()
    const socket: Line = io(baseUrl, {
      transports: ['websocket'],
      forceNew: true,
      extraHeaders: { cookie },
      auth: { device: `synthetic-${unit.code}` },
      reconnectionDelayMax: 3_000,
    })
    line = socket
    socket.on('connect', () => void join())
    socket.on('connect_error', (error) => {
      if (error.message === 'not_signed_in') again()
    })
    socket.on('session:ended', () => again())
    socket.on('meeting:events', ({ meetingId: of, from, to, events }) => {
      if (of !== meetingId || !state || to <= seq) return
      if (from > seq + 1) void join()
      else take(events, to)
    })
    socket.on('video:changed', ({ meetingId: of }) => {
      if (of === meetingId) askVideo()
    })
    socket.on('point:called', ({ call }) => {
      if (call.answeredAt === undefined && call.userId === me?.userId && !seat?.hasTwin) hear(call.callId)
    })
    const again = (): void => {
      socket.disconnect()
      setTimeout(() => void signIn(), signInAgainMs).unref()
    }
  }

  const join = async (): Promise<void> => {
    if (!line?.connected) return
    const known = state === undefined ? {} : { since: seq }
    const answer = await ask<JoinAnswer | RefusalAnswer>((socket, reply) =>
      socket.emit('meeting:join', { meetingId, ...known }, reply),
    ).catch(() => null)
    if (!answer?.ok) {
      if (answer) say('a synthetic bridge point was not let in', { unit: unit.code, code: answer.error.code })
      state = undefined
      return
    }
    me = answer.you
    if ('snapshot' in answer) state = answer.snapshot
    else take(answer.events, answer.seq)
    seq = answer.seq
    line.emit(
      'meeting:deviceCheck',
      { meetingId, camera: 'ok', microphone: 'ok', speaker: 'ok', roundTripMs: 18 + ((index * 13) % 60) },
      heedless,
    )
    tellLine()
    askVideo()
  }

  /** What a hall's own screen tells the Office: how the line is, and whether the microphone is open. */
  const tellLine = (): void => {
    const microphone = seat === undefined ? 'none' : isHeard ? 'on' : 'off'
    line?.emit('meeting:line', { meetingId, quality: index % 4 === 3 ? 'fair' : 'good', microphone }, heedless)
  }

  /** Somebody in the hall hears the ring and says so. */
  const hear = (callId: string): void => {
    setTimeout(() => line?.emit('point:answer', { meetingId, callId }, heedless), between(1_500, 4_000)).unref()
  }

  const take = (events: MeetingEvent[], to: number): void => {
    for (const event of events) if (state && event.seq > seq) state = evolve(state, event)
    seq = to
    settleSound()
  }

  /** The server's answer; fails when none comes in time. */
  const ask = <Answer>(put: (socket: Line, reply: (answer: Answer) => void) => void): Promise<Answer> =>
    new Promise((resolve, reject) => {
      if (!line) return reject(new Error('not connected'))
      const timer = setTimeout(() => reject(new Error('no answer')), answerMs)
      put(line, (answer) => {
        clearTimeout(timer)
        resolve(answer)
      })
    })

  const send = async (command: CommandInput): Promise<void> => {
    if (!line?.connected) return
    isBusy = true
    try {
      const answer = await ask<{ ok: true } | RefusalAnswer>((socket, reply) =>
        socket.emit('meeting:command', { meetingId, commandId: crypto.randomUUID(), ...command }, reply),
      )
      if (!answer.ok)
        say('a synthetic bridge point was refused', { unit: unit.code, type: command.type, code: answer.error.code })
    } catch {
      // The line broke meanwhile; the next tick looks at the state and decides anew.
    } finally {
      isBusy = false
    }
  }

  const askVideo = (): void => {
    videoAskedAt = -Infinity
  }

  /** Takes the seat the server gives now: another media room, or none. */
  const settleVideo = async (): Promise<void> => {
    const { takeSeat } = options
    if (!takeSeat || !line?.connected || isTakingSeat) return
    videoAskedAt = performance.now()
    isTakingSeat = true
    try {
      const answer = await ask<VideoAnswer | RefusalAnswer>((socket, reply) =>
        socket.emit('video:token', { meetingId, sound: 'spare' }, reply),
      )
      if (answer.ok && seat?.isThere && seatRoom === answer.room) return
      await seat?.leave()
      seat = undefined
      if (!answer.ok || isStopped) return
      seatRoom = answer.room
      seat = await takeSeat({ url: answer.url, token: answer.token, picture, voice, onLost: askVideo })
      if (isStopped) await seat.leave()
      videoDelay = 0
      tellLine()
      settleSound()
    } catch (error) {
      videoDelay = Math.min(10_000, videoDelay * 2 + 500)
      say('a synthetic bridge point has no video yet', { unit: unit.code, error: String(error) })
    } finally {
      isTakingSeat = false
    }
  }

  /** Picture while nobody else sits here, sound while it also has the floor. */
  const settleSound = (): void => {
    if (!seat || !me || !state) return
    const maySpeak = !seat.hasTwin && (mediaRightsFor(me, state)?.canPublish.includes('microphone') ?? false)
    speaksSince = maySpeak ? (speaksSince ?? performance.now()) : undefined
    if (isSettling) return
    isSettling = true
    publish(seat, !seat.hasTwin, speaksSince !== undefined && performance.now() - speaksSince > rightMs)
      .catch((error: unknown) => say('a synthetic bridge point could not publish', { unit: unit.code, error: String(error) }))
      .finally(() => {
        isSettling = false
      })
  }

  const publish = async (mine: Seat, isShown: boolean, speaks: boolean): Promise<void> => {
    await mine.speak(speaks)
    await mine.show(isShown)
    if (speaks === isHeard) return
    isHeard = speaks
    tellLine()
  }

  const tick = (): void => {
    if (isStopped || !line?.connected || !state || !me) return
    const now = performance.now()
    const wait = seat?.isThere ? 30_000 : Math.max(askVideoAgainMs, videoDelay)
    if (now - videoAskedAt > wait) void settleVideo()
    settleSound()
    if (!isBusy && !seat?.hasTwin) act(state, me, now)
  }

  const act = (meeting: MeetingState, self: Viewer, now: number): void => {
    if (meeting.participants.removed.includes(self.userId)) return
    const row = meeting.attendance.find((one) => one.unitId === self.unitId)
    if (meeting.status !== 'closed' && (row === undefined || row.leftAt !== undefined)) {
      void send({ type: 'attendance.checkIn', representative: unit.representative, headCount: unit.headCount })
      return
    }
    const owed = meeting.conclusions.find(
      (one) =>
        one.status === 'issued' &&
        one.withdrawn === undefined &&
        addressedUnitIds(one).includes(self.unitId) &&
        !one.acknowledgedBy.includes(self.unitId),
    )
    if (owed) {
      const due = acknowledgeAt.get(owed.id) ?? now + between(1_000, 6_000)
      acknowledgeAt.set(owed.id, due)
      if (now >= due) {
        void send({ type: 'conclusion.acknowledge', conclusionId: owed.id })
        return
      }
    }
    if (behaviour === 'lively') speakUp(meeting, self, now)
  }

  const speakUp = (meeting: MeetingState, self: Viewer, now: number): void => {
    const { holder, queue } = meeting.floor
    if (holder?.userId !== self.userId) yieldAt = undefined
    else {
      yieldAt ??= now + between(12_000, 30_000)
      if (now >= yieldAt && meeting.status === 'running') {
        yieldAt = undefined
        void send({ type: 'floor.yield' })
      }
      return
    }
    if (now < nextAskAt) return
    nextAskAt = now + between(20_000, 90_000)
    const isWaiting = queue.some((one) => one.userId === self.userId)
    if (meeting.status !== 'running' || isWaiting || queue.length >= 3 || mediaRightsFor(self, meeting) === null) return
    void send({ type: 'floor.request', kind: random() < 0.15 ? 'reply' : 'speak' })
  }

  const timer = setInterval(tick, tickMs)
  void signIn()
  return {
    get isJoined() {
      return line?.connected === true && state !== undefined
    },
    get isSeen() {
      return seat?.isThere === true
    },
    async stop() {
      isStopped = true
      clearInterval(timer)
      await seat?.leave()
      line?.disconnect()
    },
  }
}
