import { defineStore } from 'pinia'
import { computed, ref, shallowReactive } from 'vue'
import { IndexeddbPersistence } from 'y-indexeddb'
import * as Y from 'yjs'
import { Awareness, applyAwarenessUpdate, encodeAwarenessUpdate, removeAwarenessStates } from 'y-protocols/awareness'
import { minutesBuild } from '#domain/minutes/schema.ts'
import { ask, lineState, onLive, onMessage, say } from '../line/socket.ts'
import { useMeeting } from './meeting.ts'

/**
 * The sections of the minutes that this window has open. What is typed is kept until the server says that it is saved: in
 * memory as updates on their way, and in the browser's own store as a draft that outlives the page. The saved state counts
 * what is not acknowledged, so it never says more than is true.
 */
export interface OpenSection {
  sectionId: string
  doc: Y.Doc
  awareness: Awareness
  /** A section that could not be loaded is not writable. */
  state: 'loading' | 'ready' | 'unreadable'
  isReadOnly: boolean
  unsaved: number
  /** While a word is being composed, what others type waits (`hold`), and comes in after (`release`). */
  hold: () => void
  release: () => void
  close: () => void
}

const encode = (bytes: Uint8Array): string => {
  let text = ''
  for (const byte of bytes) text += String.fromCharCode(byte)
  return btoa(text)
}
const decode = (text: string): Uint8Array => Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0))

const remote = Symbol('remote')

export const useMinutes = defineStore('minutes', () => {
  const meeting = useMeeting()
  const open = shallowReactive(new Map<string, OpenSection>())
  const problem = ref<string>()

  const unsaved = computed(() => [...open.values()].reduce((sum, section) => sum + section.unsaved, 0))
  const savedState = computed<'saved' | 'saving' | 'offline'>(() => {
    if (lineState.value !== 'live') return 'offline'
    return unsaved.value > 0 ? 'saving' : 'saved'
  })

  function openSection(sectionId: string, mayWrite: boolean): OpenSection {
    const known = open.get(sectionId)
    if (known) return known
    const { meetingId } = meeting
    const userId = meeting.you?.userId ?? ''
    if (meetingId === null || meetingId === undefined) throw new Error('no meeting is open')
    const id = meetingId
    const doc = new Y.Doc()
    const awareness = new Awareness(doc)
    const kept = mayWrite ? new IndexeddbPersistence(`minutes ${userId} ${sectionId}`, doc) : undefined

    let held: Uint8Array[] | null = null
    let sending = false
    let isSynced = false
    let queue: Uint8Array[] = []
    let isClosed = false

    const section: OpenSection = shallowReactive({
      sectionId,
      doc,
      awareness,
      state: 'loading',
      isReadOnly: !mayWrite,
      unsaved: 0,
      hold: () => (held ??= []),
      release: () => {
        const waiting = held
        held = null
        if (waiting && waiting.length > 0) Y.applyUpdate(doc, Y.mergeUpdates(waiting), remote)
      },
      close: () => {
        isClosed = true
        for (const end of ends) end()
        removeAwarenessStates(awareness, [doc.clientID], 'closed')
        void kept?.destroy()
        open.delete(sectionId)
        doc.destroy()
      },
    })

    const take = (update: Uint8Array) => (held ? held.push(update) : Y.applyUpdate(doc, update, remote))
    const count = () => (section.unsaved = queue.length)

    /** Everything that waits goes as one update; it leaves the queue when the server says it is saved. */
    const send = async (): Promise<void> => {
      if (sending || !isSynced || queue.length === 0 || isClosed || lineState.value !== 'live') return
      sending = true
      const batch = [...queue]
      try {
        const answer = await ask('minutes:update', {
          meetingId: id,
          sectionId,
          update: encode(Y.mergeUpdates(batch)),
          build: minutesBuild,
        })
        if (answer.ok) {
          queue = queue.slice(batch.length)
          problem.value = undefined
        } else if (answer.error.code === 'outdated_client') location.reload()
        else if (answer.error.code === 'missing_before') isSynced = false
        else {
          problem.value = answer.error.message
          isSynced = false
        }
      } catch {
        // The line went: what is not acknowledged is sent again after the next sync.
        isSynced = false
      }
      sending = false
      count()
      if (isSynced) void send()
      else setTimeout(() => void sync(), 1000)
    }

    const sync = async (): Promise<void> => {
      if (isClosed || isSynced || lineState.value !== 'live') return
      try {
        const answer = await ask('minutes:sync', {
          meetingId: id,
          sectionId,
          stateVector: encode(Y.encodeStateVector(doc)),
          build: minutesBuild,
        })
        if (!answer.ok) {
          problem.value = answer.error.message
          section.state = section.state === 'ready' ? 'ready' : 'unreadable'
          if (answer.error.code === 'unavailable') setTimeout(() => void sync(), 1000)
          return
        }
        take(decode(answer.update))
        if ('isReadOnly' in answer && answer.isReadOnly === true) section.isReadOnly = true
        const missing = Y.encodeStateAsUpdate(doc, decode(answer.stateVector))
        // An update of two bytes says nothing; more is what the server does not have: the draft, and what was on its way.
        queue = mayWrite && missing.length > 2 ? [missing] : []
        isSynced = true
        section.state = 'ready'
        count()
        void send()
      } catch {
        setTimeout(() => void sync(), 1000)
      }
    }

    const ends = [
      onMessage('minutes:update', (message) => {
        if (message.sectionId === sectionId) take(decode(message.update))
      }),
      onMessage('minutes:awareness', (message) => {
        if (message.sectionId === sectionId) applyAwarenessUpdate(awareness, decode(message.update), remote)
      }),
      onLive(() => {
        isSynced = false
        void sync()
      }),
    ]
    doc.on('update', (update: Uint8Array, origin: unknown) => {
      if (origin === remote || origin === kept) return
      queue.push(update)
      count()
      void send()
    })
    awareness.on('update', ({ added, updated }: { added: number[]; updated: number[] }, origin: unknown) => {
      if (origin === remote || section.isReadOnly) return
      say('minutes:awareness', {
        meetingId: id,
        sectionId,
        update: encode(encodeAwarenessUpdate(awareness, [...added, ...updated])),
      })
    })
    void (kept?.whenSynced ?? Promise.resolve()).then(sync)
    open.set(sectionId, section)
    return section
  }

  function closeAll(): void {
    for (const section of [...open.values()]) section.close()
  }

  return { open, openSection, closeAll, unsaved, savedState, problem }
})
