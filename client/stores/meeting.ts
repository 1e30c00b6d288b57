import { defineStore } from 'pinia'
import { computed, ref, shallowRef, watch } from 'vue'
import type { JoinAnswer, Presence, RefusalAnswer, You } from '#domain/contract/socket.ts'
import { decide, evolve, Command, type CommandType, type MeetingEvent } from '#domain/meeting/meeting.ts'
import { authorise } from '#domain/meeting/permissions.ts'
import { findItem, type MeetingState } from '#domain/meeting/state.ts'
import type { Surroundings } from '#domain/meeting/surroundings.ts'
import { mayAttendItem } from '#domain/meeting/visibility.ts'
import { sentence } from '#domain/messages/sentence.ts'
import type { Refusal } from '#domain/errors.ts'
import { locale, t } from '../i18n/index.ts'
import { serverNow } from '../line/clock.ts'
import { newId } from '../line/ids.ts'
import { addClockSample } from '../line/clock.ts'
import { ask, LineLost, lineState, onLive, onMessage, openLine } from '../line/socket.ts'
import { createOutbox, type Fields } from './outbox.ts'
import { usePeople } from './people.ts'

/**
 * `idle` no meeting · `loading` joining for the first time · `ready` the room is here (it stays so while the line is lost)
 * `removed` the chair asked this person to leave · `missing` there is no such meeting for this person · `failed` `problem` says why
 */
export type RoomPhase = 'idle' | 'loading' | 'ready' | 'removed' | 'missing' | 'failed'

interface EventsMessage {
  from: number
  to: number
  events: MeetingEvent[]
}

/** How long a removed person's window waits before it asks whether the door is open again. */
const knockEveryMs = 4000

/**
 * The live room: the fold of its log as far as this person may see it, the last sequence number, and the commands that are
 * not yet acknowledged. Nothing is optimistic: a button waits, the log answers.
 */
export const useMeeting = defineStore('meeting', () => {
  const people = usePeople()

  const meetingId = ref<string>()
  const state = shallowRef<MeetingState | null>(null)
  const seq = ref(0)
  const you = shallowRef<You | null>(null)
  const phase = ref<RoomPhase>('idle')
  const problem = ref<string>()
  const online = shallowRef<Presence[]>([])
  const outbox = createOutbox({
    id: () => meetingId.value,
    userId: () => you.value?.userId,
    isReady: () => phase.value !== 'loading',
  })

  let device: string | undefined
  let isJoining = false
  let early: EventsMessage[] = []
  let knock: ReturnType<typeof setTimeout> | undefined
  /** People who turned up without being in the directory: it is asked once for each. */
  const askedFor = new Set<string>()
  const eventListeners = new Set<(event: MeetingEvent, after: MeetingState) => void>()

  // Coming in

  /** Enters a meeting's room and stays in it over reconnects; `window` tells the Office what this screen is for. */
  function join(id: string, window?: string) {
    device = window
    if (meetingId.value !== id) {
      leave()
      meetingId.value = id
      phase.value = 'loading'
    }
    openLine()
    void people.loadUnits().catch(() => undefined)
    void enter()
  }

  /** Goes out of the room; what is not acknowledged is given up. */
  function leave() {
    const id = meetingId.value
    if (id === undefined) return
    clearTimeout(knock)
    outbox.clear()
    meetingId.value = undefined
    void ask('meeting:leave', { meetingId: id }).catch(() => undefined)
    state.value = null
    seq.value = 0
    you.value = null
    online.value = []
    early = []
    phase.value = 'idle'
    problem.value = undefined
  }

  /** Joins, or catches up from the last number this screen has. */
  async function enter() {
    const id = meetingId.value
    if (id === undefined || isJoining || lineState.value !== 'live') return
    isJoining = true
    const sentAt = performance.now()
    try {
      const answer = await ask('meeting:join', {
        meetingId: id,
        ...(state.value === null ? {} : { since: seq.value }),
        ...(device === undefined ? {} : { device }),
      })
      if (meetingId.value !== id) return
      if (answer.ok) admit(answer, sentAt)
      else refuseEntry(answer.error)
    } catch (error) {
      if (!(error instanceof LineLost)) throw error
      if (lineState.value === 'live') setTimeout(() => void enter(), 500)
    } finally {
      isJoining = false
    }
  }

  function admit(answer: JoinAnswer, sentAt: number) {
    addClockSample(answer.serverTime, sentAt, performance.now())
    you.value = answer.you
    if ('snapshot' in answer) {
      state.value = answer.snapshot
      seq.value = answer.seq
    } else {
      for (const event of answer.events) if (event.seq > seq.value) fold(event)
      seq.value = Math.max(seq.value, answer.seq)
    }
    phase.value = 'ready'
    problem.value = undefined
    const held = early
    early = []
    for (const message of held) take(message)
    void people.loadMeeting(meetingId.value ?? '').catch(() => undefined)
    outbox.flush()
  }

  function refuseEntry(error: RefusalAnswer['error']) {
    problem.value = error.message
    if (error.code === 'not_found') phase.value = 'missing'
    else if (error.code === 'forbidden') phase.value = 'removed'
    else if (phase.value !== 'ready') phase.value = 'failed'
    if (error.code === 'forbidden' || error.code === 'unavailable' || error.code === 'too_many_attempts') {
      clearTimeout(knock)
      knock = setTimeout(() => void enter(), knockEveryMs)
    }
  }

  // The log

  function fold(event: MeetingEvent) {
    if (state.value === null) return
    const after = evolve(state.value, event)
    state.value = after
    for (const listener of eventListeners) listener(event, after)
  }

  function take(message: EventsMessage) {
    if (state.value === null || isJoining) {
      early.push(message)
      return
    }
    if (message.to <= seq.value) return
    if (message.from > seq.value + 1) {
      void enter()
      return
    }
    for (const event of message.events) if (event.seq > seq.value) fold(event)
    seq.value = message.to
    noteOwnRemoval()
  }

  function noteOwnRemoval() {
    const isOut = you.value !== null && state.value?.participants.removed.includes(you.value.userId) === true
    if (!isOut) {
      if (phase.value === 'removed') phase.value = 'ready'
      return
    }
    phase.value = 'removed'
    clearTimeout(knock)
    knock = setTimeout(() => void enter(), knockEveryMs)
  }

  /** Hears each event of the log after it was folded, live or caught up; returns how to stop. */
  function onEvent(listener: (event: MeetingEvent, after: MeetingState) => void): () => void {
    eventListeners.add(listener)
    return () => {
      eventListeners.delete(listener)
    }
  }

  onMessage('meeting:events', (message) => {
    if (message.meetingId === meetingId.value) take(message)
  })
  onMessage('meeting:presence', (message) => {
    if (message.meetingId !== meetingId.value) return
    online.value = message.online
    const strangers = message.online.filter((one) => !people.knows(one.userId) && !askedFor.has(one.userId))
    if (strangers.length === 0) return
    for (const one of strangers) askedFor.add(one.userId)
    void people.loadMeeting(message.meetingId).catch(() => undefined)
  })
  onLive(() => void enter())
  watch(lineState, (line) => {
    if (line !== 'live') outbox.hold()
  })

  // Acting

  /** What a decision asks of the world, answered from what this screen knows. */
  const around: Surroundings = {
    get at() {
      return new Date(serverNow()).toISOString()
    },
    newId,
    person: (userId) => people.person(userId),
    unit: (unitId) => people.unit(unitId),
    get leaderIds() {
      return people.leaderIds
    },
    documentNumber: () => ({ number: 1, notation: '', code: '' }),
    secretTally: (voteId) => state.value?.votes.find((vote) => vote.id === voteId)?.options.map(() => 0),
    isIssuedElsewhere: () => false,
    presentation: () => ({ title: '', pages: 1 }),
  }

  /** What the server would say now: null when it would agree, else the refusal. Runs the real rules on the local state. */
  function refusalOf<T extends CommandType>(type: T, fields: Fields<T>): Refusal | null {
    if (state.value === null || you.value === null) return { code: 'unavailable' }
    const parsed = Command.safeParse({ type, ...fields })
    if (!parsed.success) return { code: 'invalid_input', field: parsed.error.issues[0]?.path.join('.') }
    const refused = authorise(state.value, parsed.data, you.value)
    if (refused) return refused
    const decision = decide(state.value, parsed.data, you.value, around)
    return 'refusal' in decision ? decision.refusal : null
  }

  /** Whether the act is possible now, and if not, the sentence that stands next to its button. */
  function can<T extends CommandType>(
    type: T,
    fields: Fields<T>,
  ): { ok: true } | { ok: false; code: Refusal['code']; reason: string } {
    if (state.value === null || you.value === null) return { ok: false, code: 'unavailable', reason: t('common.error.notReady') }
    const refusal = refusalOf(type, fields)
    return refusal === null ? { ok: true } : { ok: false, code: refusal.code, reason: sentence(refusal, locale.value) }
  }

  // What many panels read

  const isChair = computed(() => state.value !== null && state.value.chairUserId === you.value?.userId)
  const openVote = computed(() => state.value?.votes.find((vote) => vote.status === 'open'))
  const currentItem = computed(() => (state.value === null ? undefined : findItem(state.value, state.value.currentItemId)))
  const holder = computed(() => state.value?.floor.holder)
  const hasFloor = computed(() => holder.value !== undefined && holder.value.userId === you.value?.userId)
  const isOutsideItem = computed(
    () =>
      currentItem.value !== undefined &&
      state.value !== null &&
      you.value !== null &&
      !mayAttendItem(you.value, state.value, currentItem.value.id),
  )
  const onlineUserIds = computed(() => new Set(online.value.map((one) => one.userId)))
  const onlineUnitIds = computed(() => new Set(online.value.map((one) => one.unitId)))

  return {
    meetingId,
    state,
    seq,
    you,
    phase,
    problem,
    online,
    waiting: outbox.waiting,
    asking: outbox.asking,
    isChair,
    currentItem,
    openVote,
    holder,
    hasFloor,
    isOutsideItem,
    onlineUserIds,
    onlineUnitIds,
    join,
    leave,
    retry: () => void enter(),
    send: outbox.send,
    confirm: outbox.confirm,
    drop: outbox.drop,
    can,
    isWaiting: outbox.isWaiting,
    onEvent,
  }
})
