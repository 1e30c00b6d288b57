import { io, type Socket } from 'socket.io-client'
import { readonly, ref } from 'vue'
import type { ClientToServer, RefusalAnswer, ServerToClient } from '#domain/contract/socket.ts'
import type {
  MinutesAwareness,
  MinutesAwarenessMessage,
  MinutesSync,
  MinutesSyncAck,
  MinutesUpdate,
  MinutesUpdateAck,
  MinutesUpdateMessage,
} from '#domain/contract/minutes.ts'
import { compactEvent, type CompactUpdate } from '#domain/contract/minutes-compact.ts'
import { addClockSample, forgetClockSamples } from './clock.ts'
import { deviceId } from './device.ts'
import { startHeartbeat, type Heartbeat } from './heartbeat.ts'
import * as parser from './parser.ts'
import { slot } from './slot.ts'

/**
 * The one live connection of this window. Socket.IO's own reconnection is off: after a loss the server is asked by
 * `GET /healthz` until it answers, and only then a socket is opened, which is far quicker after a long cut.
 *
 * `live`          connected, and something was heard within the last seconds
 * `reconnecting`  lost, while the machine believes it has a network
 * `offline`       the machine itself has no network
 */
export type LineState = 'live' | 'reconnecting' | 'offline'

interface Outgoing extends ClientToServer {
  'minutes:sync': (payload: MinutesSync, ack: (answer: MinutesSyncAck | RefusalAnswer) => void) => void
  'minutes:update': (payload: MinutesUpdate, ack: (answer: MinutesUpdateAck | RefusalAnswer) => void) => void
}

interface Unanswered {
  'minutes:awareness': (payload: MinutesAwareness) => void
}

export interface Incoming extends ServerToClient {
  'minutes:update': (message: MinutesUpdateMessage) => void
  [compactEvent]: (message: CompactUpdate) => void
  'minutes:awareness': (message: MinutesAwarenessMessage) => void
}

type Payload<E extends keyof Outgoing> = Parameters<Outgoing[E]>[0]
export type Answer<E extends keyof Outgoing> = Parameters<Parameters<Outgoing[E]>[1]>[0]

/** The line was not there, or went before the answer came. What was asked may have happened. */
export class LineLost extends Error {
  constructor() {
    super('the line was lost')
    this.name = 'LineLost'
  }
}

const stateNow = ref<LineState>(navigator.onLine ? 'live' : 'offline')
const lostAt = ref<number>()

/** What every screen shows; `data-line` on the document follows it. */
export const lineState = readonly(stateNow)
/** When the line was lost, by the machine's clock; undefined while it is live. */
export const lineLostAt = readonly(lostAt)

const retryMs = 300
/** Without a network the browser tells when it is back; asking is only for machines that are wrong about it. */
const offlineRetryMs = 1500
const askTimeoutMs = 1500
const answerTimeoutMs = 8000

let socket: Socket<Incoming, Outgoing & Unanswered> | undefined
let heartbeat: Heartbeat | undefined
let isWanted = false
let asking: AbortController | undefined
let retryTimer: ReturnType<typeof setTimeout> | undefined

const liveListeners = new Set<() => void>()
const endedListeners = new Set<(reason: string) => void>()

function show(state: LineState) {
  if (state === 'live') lostAt.value = undefined
  else lostAt.value ??= Date.now()
  stateNow.value = state
  document.documentElement.dataset.line = state
}

const showLost = () => show(navigator.onLine ? 'reconnecting' : 'offline')

type Listeners = { [E in keyof Incoming]: Set<Incoming[E]> }
const listeners: Listeners = {
  'meeting:events': new Set(),
  'meeting:presence': new Set(),
  'video:changed': new Set(),
  'point:called': new Set(),
  'session:ended': new Set(),
  'server:restarting': new Set(),
  'minutes:update': new Set(),
  [compactEvent]: new Set(),
  'minutes:awareness': new Set(),
  'minutes:comment': new Set(),
}

/** Hears a message for as long as the returned function is not called; over reconnects too. */
export function onMessage<E extends keyof Incoming>(event: E, listener: Incoming[E]): () => void {
  listeners[event].add(listener)
  return () => {
    listeners[event].delete(listener)
  }
}

/** Called each time the line becomes live: the moment to catch up. */
export function onLive(listener: () => void): () => void {
  liveListeners.add(listener)
  return () => {
    liveListeners.delete(listener)
  }
}

/** The session of this line has ended; it stays closed until `openLine` is called again. */
export function onSessionEnded(listener: (reason: string) => void): () => void {
  endedListeners.add(listener)
  return () => {
    endedListeners.delete(listener)
  }
}

/** Called when the line goes: questions that wait for an answer. */
const unanswered = new Set<() => void>()

function drop() {
  for (const giveUp of [...unanswered]) giveUp()
  heartbeat?.stop()
  heartbeat = undefined
  if (!socket) return
  const old = socket
  socket = undefined
  old.removeAllListeners()
  old.io.removeAllListeners()
  old.disconnect()
}

function endSession(reason: string) {
  isWanted = false
  drop()
  stopAsking()
  for (const listener of [...endedListeners]) listener(reason)
}

function lose() {
  drop()
  showLost()
  if (isWanted) askForServer()
}

function stopAsking() {
  clearTimeout(retryTimer)
  asking?.abort()
  asking = undefined
}

/** Asks until the server answers, then opens the socket. */
function askForServer() {
  stopAsking()
  const controller = new AbortController()
  asking = controller
  const timeout = setTimeout(() => controller.abort(), askTimeoutMs)
  fetch('/healthz', { cache: 'no-store', signal: controller.signal })
    .then((answer) => {
      if (asking !== controller) return
      if (answer.ok && isWanted) connect()
      else askLater()
    })
    .catch(() => {
      if (asking === controller) askLater()
    })
    .finally(() => clearTimeout(timeout))
}

function askLater() {
  clearTimeout(retryTimer)
  retryTimer = setTimeout(askForServer, navigator.onLine ? retryMs : offlineRetryMs)
}

function connect() {
  drop()
  const opened: Socket<Incoming, Outgoing & Unanswered> = io({
    transports: ['websocket'],
    reconnection: false,
    forceNew: true,
    timeout: 4000,
    parser,
    auth: { device: deviceId, wire: 'compact', ...(slot === '' ? {} : { slot }) },
  })
  socket = opened

  opened.on('connect', () => {
    if (socket !== opened) return
    stopAsking()
    forgetClockSamples()
    heartbeat = startHeartbeat(ping, lose)
    const beat = heartbeat
    opened.io.engine.on('packet', () => beat.heard())
    show('live')
    ping()
    setTimeout(ping, 300)
    setTimeout(ping, 800)
    for (const listener of [...liveListeners]) listener()
  })
  opened.on('disconnect', () => {
    if (socket === opened) lose()
  })
  opened.on('connect_error', (error) => {
    if (socket !== opened) return
    if (error.message === 'not_signed_in') {
      endSession('not_signed_in')
      return
    }
    drop()
    showLost()
    askLater()
  })
  opened.on('session:ended', (message) => {
    for (const listener of [...listeners['session:ended']]) listener(message)
    endSession(message.reason)
  })
  opened.on('server:restarting', (message) => {
    for (const listener of [...listeners['server:restarting']]) listener(message)
  })
  opened.on('meeting:events', (message) => listeners['meeting:events'].forEach((listener) => listener(message)))
  opened.on('meeting:presence', (message) => listeners['meeting:presence'].forEach((listener) => listener(message)))
  opened.on('video:changed', (message) => listeners['video:changed'].forEach((listener) => listener(message)))
  opened.on('point:called', (message) => listeners['point:called'].forEach((listener) => listener(message)))
  opened.on('minutes:update', (message) => listeners['minutes:update'].forEach((listener) => listener(message)))
  opened.on(compactEvent, (message) => listeners[compactEvent].forEach((listener) => listener(message)))
  opened.on('minutes:awareness', (message) => listeners['minutes:awareness'].forEach((listener) => listener(message)))
  opened.on('minutes:comment', (message) => listeners['minutes:comment'].forEach((listener) => listener(message)))
}

function ping() {
  const asked = socket
  if (!asked?.connected) return
  const sentAt = performance.now()
  asked.emit('clock:ping', {}, (answer) => {
    if (answer.ok && socket === asked) addClockSample(answer.serverTime, sentAt, performance.now())
  })
}

/** Opens the line and keeps it open. */
export function openLine(): void {
  if (isWanted) return
  isWanted = true
  showLost()
  connect()
}

/** Closes the line for good: signed out, or nothing live is shown. */
export function closeLine(): void {
  isWanted = false
  drop()
  stopAsking()
  show(navigator.onLine ? 'live' : 'offline')
}

/**
 * Asks something and waits for the answer. Rejects with `LineLost` when there is no line, or none long enough; then nobody
 * knows whether it happened, so ask again only what may happen twice.
 */
export function ask<E extends keyof Outgoing>(event: E, payload: Payload<E>, timeoutMs = answerTimeoutMs): Promise<Answer<E>> {
  const asked = socket
  if (!asked?.connected) return Promise.reject(new LineLost())
  return new Promise<Answer<E>>((resolve, reject) => {
    const giveUp = () => finish(() => reject(new LineLost()))
    const timer = setTimeout(giveUp, timeoutMs)
    function finish(how: () => void) {
      clearTimeout(timer)
      unanswered.delete(giveUp)
      how()
    }
    unanswered.add(giveUp)
    const emit = asked.emit.bind(asked) as unknown as (name: E, what: Payload<E>, ack: (answer: Answer<E>) => void) => void
    emit(event, payload, (answer) => finish(() => resolve(answer)))
  })
}

/** Says something that may be lost and that nobody answers. */
export function say<E extends keyof Unanswered>(event: E, ...payload: Parameters<Unanswered[E]>): void {
  if (socket?.connected) socket.volatile.emit(event, ...payload)
}

window.addEventListener('offline', () => {
  if (isWanted) lose()
  else show('offline')
})
window.addEventListener('online', () => {
  if (!isWanted) show('live')
  else if (stateNow.value !== 'live') {
    showLost()
    askForServer()
  }
})
show(stateNow.value)
