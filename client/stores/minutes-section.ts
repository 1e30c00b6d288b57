import { shallowReactive } from 'vue'
import * as Y from 'yjs'
import { Awareness, applyAwarenessUpdate, encodeAwarenessUpdate, removeAwarenessStates } from 'y-protocols/awareness'
import { minutesBuild } from '#domain/minutes/schema.ts'
import { ask, lineState, onLive, onMessage, say } from '../line/socket.ts'
import { openDraft, type DraftRecord } from './drafts.ts'
import { reloadOnce } from './reload-once.ts'

/**
 * One section's shared document and its line. What is typed is kept until the server says that it is saved: in memory as
 * updates on their way, and sealed in the browser's own store as a draft that outlives the page.
 */
export interface OpenSection {
  sectionId: string
  doc: Y.Doc
  awareness: Awareness
  /** A section that could not be loaded is not writable. */
  state: 'loading' | 'ready' | 'unreadable'
  isReadOnly: boolean
  /** Changes that the server has not acknowledged. */
  unsaved: number
  /** While a word is being composed, what others do waits (`hold`), and comes in after (`release`). */
  hold: () => void
  release: () => void
  /** The editor settles what it has not read yet before something of others comes in. */
  settle: (() => void) | undefined
  close: () => void
}

interface Opening {
  meetingId: string
  sectionId: string
  userId: string
  mayWrite: boolean
  /** A refusal in words, or that it is over. */
  onProblem: (words: string | undefined) => void
  onReload: () => void
}

const encode = (bytes: Uint8Array): string => {
  let text = ''
  for (const byte of bytes) text += String.fromCharCode(byte)
  return btoa(text)
}
const decode = (text: string): Uint8Array => Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0))

/** Changes that came over the line: they are not sent back. */
const remote = Symbol('remote')
/** Changes that this browser had kept: the comparison with the server sends them. */
const drafted = Symbol('drafted')
const retryMs = 1000
const draftPatienceMs = 3000
/** A change that the server has not acknowledged, and its copy in the browser's store. */
interface Unsaved {
  update: Uint8Array
  record: DraftRecord | undefined
}

/** Refusals that may be different the next time. */
const passing = new Set<string>(['unavailable', 'too_many_attempts'])
const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms))

export function openMinutesSection({ meetingId, sectionId, userId, mayWrite, onProblem, onReload }: Opening): OpenSection {
  const doc = new Y.Doc()
  const awareness = new Awareness(doc)
  const draft = mayWrite ? openDraft(userId, sectionId) : undefined
  const where = { meetingId, sectionId }

  /** What came while a word was composed. */
  let held: (() => void)[] | null = null
  /** What the server has not acknowledged, oldest first. */
  let queue: Unsaved[] = []
  /** What this browser had kept and the server may not have. */
  let restored: DraftRecord[] = []
  /** Whether the server has all that this document had when it was last compared, but for the queue. */
  let isInStep = false
  /** The draft is read before anything is compared, else it would never be sent. */
  let isDraftRead = draft === undefined
  let isRestored = draft === undefined
  /** Refused for good, as far as this line goes. */
  let isShut = false
  let isBusy = false
  let isClosed = false
  /** What this line's compact updates name the section by. */
  let number: number | undefined

  const section: OpenSection = shallowReactive({
    sectionId,
    doc,
    awareness,
    state: 'loading',
    isReadOnly: !mayWrite,
    unsaved: 0,
    settle: undefined,
    hold: () => {
      held ??= []
    },
    release: () => {
      const waiting = held ?? []
      held = null
      section.settle?.()
      doc.transact(() => waiting.forEach((take) => take()), remote)
    },
    close: () => {
      isClosed = true
      for (const end of ends) end()
      removeAwarenessStates(awareness, [doc.clientID], 'closed')
      awareness.destroy()
      doc.destroy()
    },
  })

  const takeLater = (take: () => void): void => {
    if (held) {
      held.push(take)
      return
    }
    section.settle?.()
    take()
  }
  const take = (update: Uint8Array): void => takeLater(() => Y.applyUpdate(doc, update, remote))

  function setQueue(changes: Unsaved[]): void {
    queue = changes
    section.unsaved = queue.length
  }
  const keep = (update: Uint8Array): Unsaved => ({ update, record: draft?.keep(update) })
  const forget = (records: (DraftRecord | undefined)[]): void => void draft?.forget(records.filter((one) => one !== undefined))

  /** Takes up what this browser had kept; where the key to it cannot be had now, when the line is back. */
  async function restore(): Promise<void> {
    if (isRestored || !draft) return
    try {
      const kept = await draft.read()
      if (isRestored || isClosed) return
      isRestored = true
      isInStep = false
      restored = kept.map((one) => one.record)
      doc.transact(() => kept.forEach(({ update }) => Y.applyUpdate(doc, update, drafted)), drafted)
    } catch {
      isRestored = false
    }
  }

  /** Compares with the server: takes what is missing here, and queues what is missing there. False when it was refused. */
  async function sync(): Promise<boolean> {
    const stateVector = encode(Y.encodeStateVector(doc))
    const answer = await ask('minutes:sync', { ...where, stateVector, build: minutesBuild })
    if (!answer.ok) {
      onProblem(answer.error.message)
      if (section.state !== 'ready') section.state = 'unreadable'
      isShut = !passing.has(answer.error.code)
      return false
    }
    number = answer.section
    take(decode(answer.update))
    section.isReadOnly = !mayWrite || answer.isReadOnly === true
    const missing = Y.encodeStateAsUpdate(doc, decode(answer.stateVector))
    // An update of two bytes says nothing; more is what the server does not have: the draft, and what was on its way.
    const before = [...queue.map((one) => one.record), ...restored]
    restored = []
    setQueue(mayWrite && missing.length > 2 ? [keep(missing)] : [])
    forget(before)
    isInStep = true
    section.state = 'ready'
    return true
  }

  /** Sends all that waits as one update; it leaves the queue when the server says that it is saved. */
  async function send(): Promise<boolean> {
    const batch = [...queue]
    const update = encode(Y.mergeUpdates(batch.map((one) => one.update)))
    const answer = await ask('minutes:update', { ...where, update, build: minutesBuild })
    if (answer.ok) {
      setQueue(queue.slice(batch.length))
      forget(batch.map((one) => one.record))
      onProblem(undefined)
      return true
    }
    isInStep = false
    // The text refers to something that was lost on the way: the next comparison sends all that is missing.
    if (answer.error.code === 'missing_before') return true
    onProblem(answer.error.message)
    if (answer.error.code === 'outdated_client') {
      isShut = true
      // The draft is in the browser's store before the page goes.
      await Promise.all(batch.flatMap((one) => one.record ?? []))
      reloadOnce(onReload)
    }
    return false
  }

  /** Compares and sends, one after the other, until nothing is left to do or the line is gone. */
  async function work(): Promise<void> {
    if (isBusy || !isDraftRead) return
    isBusy = true
    while (!isClosed && !isShut && lineState.value === 'live' && (!isInStep || queue.length > 0)) {
      // When the line went nobody knows what arrived: the next comparison tells.
      const isDone = await (isInStep ? send() : sync()).catch(() => (isInStep = false))
      if (!isDone) await pause(retryMs)
    }
    isBusy = false
  }

  const ends = [
    onMessage('minutes:update', (message) => {
      if (message.sectionId === sectionId) take(decode(message.update))
    }),
    onMessage('minutes:compact', (message) => {
      if (message.section === number) take(message.update)
    }),
    onMessage('minutes:awareness', (message) => {
      if (message.sectionId !== sectionId) return
      takeLater(() => applyAwarenessUpdate(awareness, decode(message.update), remote))
    }),
    onLive(() => {
      number = undefined
      isInStep = false
      isShut = false
      void restore().then(work)
    }),
  ]
  doc.on('update', (update: Uint8Array, origin: unknown) => {
    if (origin === remote || origin === drafted) return
    setQueue([...queue, keep(update)])
    void work()
  })
  awareness.on('update', ({ added, updated }: { added: number[]; updated: number[] }, origin: unknown) => {
    if (origin === remote || section.isReadOnly) return
    say('minutes:awareness', { ...where, update: encode(encodeAwarenessUpdate(awareness, [...added, ...updated])) })
  })
  function begin(): void {
    isDraftRead = true
    isInStep = false
    void work()
  }
  if (draft) {
    void restore().then(begin)
    // A browser whose store does not open writes without a draft.
    void pause(draftPatienceMs).then(() => isDraftRead || begin())
  } else begin()
  return section
}
