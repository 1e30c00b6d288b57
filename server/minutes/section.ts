import type { Logger } from 'pino'
import * as Y from 'yjs'
import type { Refusal } from '#domain/errors.ts'
import { openDocument } from './document.ts'
import { Outgoing, type Outlet } from './outgoing.ts'
import { type Scan, scanUpdate } from './scan.ts'
import { AuthorConflict, type Entry, type MinutesStore, type StoredUpdate, withPatience } from './store.ts'
import { differenceFrom, tryUpdate } from './trial.ts'
import { TrialCopy } from './trial-copy.ts'

/** Who sends: `order` grows with every connection, so a reconnect takes its author ids over from the line before. */
export interface Writer {
  userId: string
  socketId: string
  order: number
}

export type Outcome = { seq: number } | { refusal: Refusal }

interface Live {
  doc: Y.Doc
  /** Of the last update that is committed and in `doc`. */
  seq: number
  snapshotSeq: number
  authors: Map<number, string>
  isDamaged: boolean
  update: string | null
  stateVector: string | null
  diffs: Map<string, string>
}

interface Waiting extends Entry {
  writer: Writer
  /** Author ids with new content in it. */
  clients: number[]
  /** It says nothing new: acknowledged with what it repeats. */
  isRepeat: boolean
  attempts: number
  done: (outcome: Outcome) => void
}

const snapshotEvery = 500
/** However busy the section is, what a cold start must replay stays below 2,000. */
const snapshotAtLatest = 1200
const batchEntries = 2000
const batchBytes = 4 * 1024 * 1024
/** Less than the time a process has to stop. */
const drainMilliseconds = 6000
const mostAttempts = 4

const unavailable: Outcome = { refusal: { code: 'unavailable', params: { service: 'database' } } }

const toBase64 = (bytes: Uint8Array): string => Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('base64')

const applyChecked = (doc: Y.Doc, update: Uint8Array, scan: Scan): string | null => {
  try {
    Y.applyUpdate(doc, update)
  } catch (error) {
    return error instanceof Error ? error.message : 'it cannot be applied'
  }
  return differenceFrom(doc, scan)
}

let sections = 0

/**
 * One section of the minutes on this process: its document, what waits for the next commit, and what leaves for the readers.
 * An update is in the document and on its way to the readers before it is committed; its author hears of it after. When a
 * commit fails the document is dropped and read again, and every author who waits is told to send again.
 */
export class Section {
  readonly meetingId: string
  readonly sectionId: string
  readonly readers = new Set<string>()
  /** Names it in this process, in fewer bytes than its id; never used again for another. */
  readonly number = ++sections
  lastUsed = Date.now()
  private readonly store: MinutesStore
  private readonly log: Logger
  private readonly outgoing: Outgoing
  private readonly copy = new TrialCopy()
  private live: Live | null = null
  private opening: Promise<void> | null = null
  private waiting: Waiting[] = []
  private inFlight: Waiting[] = []
  private shown: Waiting[] = []
  private isPumping = false
  private isBehind = false
  private behindWaiters: (() => void)[] = []
  private readonly holders = new Map<number, { socketId: string; order: number }>()
  private isSavingSnapshot = false
  private mustShowAll = false
  private check: { running: Promise<void> | null; next: Promise<void> | null } = { running: null, next: null }

  constructor(meetingId: string, sectionId: string, store: MinutesStore, log: Logger, outlet: Outlet) {
    this.meetingId = meetingId
    this.sectionId = sectionId
    this.store = store
    this.log = log
    this.outgoing = new Outgoing(outlet, () => this.seq)
  }

  get isOpen(): boolean {
    return this.live !== null
  }

  get isIdle(): boolean {
    return (
      !this.isPumping && this.waiting.length === 0 && this.shown.length === 0 && this.opening === null && this.outgoing.isEmpty
    )
  }

  get seq(): number {
    return this.live?.seq ?? 0
  }

  get isDamaged(): boolean {
    return this.live?.isDamaged ?? false
  }

  /** The live document, for reading only; what is not committed yet is in it too. */
  get doc(): Y.Doc | null {
    return this.live?.doc ?? null
  }

  authorOf(client: number): string | undefined {
    return this.live?.authors.get(client)
  }

  /** Opens the section if it is not; throws while the database is away. */
  async ready(): Promise<void> {
    this.lastUsed = Date.now()
    if (this.live) return
    this.opening ??= this.open().finally(() => {
      this.opening = null
    })
    await this.opening
  }

  /**
   * Resolves when everything that any process acknowledged before this call is in the document. While the database is away
   * nothing new is acknowledged anywhere, so what is open stays readable.
   */
  async current(): Promise<void> {
    await this.ready()
    const { check } = this
    try {
      if (check.running === null) await this.startCheck()
      else {
        check.next ??= check.running.catch(() => undefined).then(() => this.startCheck())
        await check.next
      }
    } catch (error) {
      if (!this.live) throw error
      this.log.debug({ err: error, sectionId: this.sectionId }, 'the section is shown as this process knows it')
    }
  }

  private startCheck(): Promise<void> {
    this.check.next = null
    const running = this.catchUpToHead().finally(() => {
      if (this.check.running === running) this.check.running = null
    })
    this.check.running = running
    return running
  }

  private async catchUpToHead(): Promise<void> {
    const head = (await withPatience(this.store.heads([this.sectionId]))).get(this.sectionId) ?? 0
    if (this.live && head <= this.live.seq) return
    await this.catchUp()
    await this.ready()
  }

  /** Reads what other processes wrote, after what is under way here. */
  catchUp(): Promise<void> {
    if (!this.live) return Promise.resolve()
    this.isBehind = true
    const done = new Promise<void>((resolve) => this.behindWaiters.push(resolve))
    this.startPump()
    return done
  }

  /** The whole state, or what is missing beyond a state vector, as base64; made once until the next change. */
  state(stateVector: string): { update: string; stateVector: string; seq: number; isDamaged: boolean } {
    const live = this.mustBeOpen()
    live.stateVector ??= toBase64(Y.encodeStateVector(live.doc))
    let update: string
    if (stateVector === '' || stateVector === 'AA==') {
      live.update ??= toBase64(Y.encodeStateAsUpdate(live.doc))
      update = live.update
    } else {
      const made = live.diffs.get(stateVector) ?? toBase64(Y.encodeStateAsUpdate(live.doc, Buffer.from(stateVector, 'base64')))
      if (live.diffs.size < 16) live.diffs.set(stateVector, made)
      update = made
    }
    return { update, stateVector: live.stateVector, seq: live.seq, isDamaged: live.isDamaged }
  }

  private mustBeOpen(): Live {
    if (!this.live) throw new Error('the section is not open')
    return this.live
  }

  /**
   * Checks an update and, when it is sound, puts it into the document, to the readers and into the queue. `done` is called
   * once: at once with a refusal, or after the commit.
   */
  accept(update: Uint8Array, writer: Writer, done: (outcome: Outcome) => void, attempts = 0): void {
    this.lastUsed = Date.now()
    const { live } = this
    if (!live) return done(unavailable)
    if (live.isDamaged) return done({ refusal: { code: 'wrong_state', reason: 'section_damaged' } })
    const result = scanUpdate(update, live.doc, (client) => {
      const owner = live.authors.get(client)
      return owner === undefined ? 'nobody' : owner === writer.userId ? 'self' : 'other'
    })
    if ('refused' in result) return done({ refusal: { code: result.refused } })
    const { scan } = result
    const clients = [...scan.ends.keys()]
    for (const client of clients) {
      const holder = this.holders.get(client)
      if (holder && holder.order > writer.order) return done({ refusal: { code: 'malformed_update' } })
    }
    const isRepeat = clients.length === 0 && scan.deletions.length === 0
    if (!isRepeat) {
      if (scan.needsTrial) {
        const why = tryUpdate(this.copy.of(live.doc), update, scan)
        if (why !== null) {
          this.copy.drop()
          this.log.info({ sectionId: this.sectionId, userId: writer.userId, why }, 'a minutes update was refused')
          return done({ refusal: { code: 'malformed_update' } })
        }
      }
      const difference = applyChecked(live.doc, update, scan)
      if (difference !== null) {
        this.log.error({ sectionId: this.sectionId, difference }, 'a checked minutes update did not do what it declared')
        done({ refusal: { code: 'malformed_update' } })
        this.drop()
        return
      }
      for (const client of scan.claims) live.authors.set(client, writer.userId)
      for (const client of clients) this.holders.set(client, { socketId: writer.socketId, order: writer.order })
      this.changed(live)
      if (!scan.needsTrial) this.copy.note(update)
      this.outgoing.add(update, writer.socketId)
    }
    this.waiting.push({
      ...{ userId: writer.userId, data: update, claims: scan.claims, writer, clients, isRepeat, attempts },
      done,
    })
    this.startPump()
  }

  /** A socket is gone: its author ids wait for the next connection of the same person. */
  release(socketId: string): void {
    for (const [client, holder] of this.holders) if (holder.socketId === socketId) this.holders.delete(client)
  }

  /** Reads the section again after a failure as soon as that works, and shows its readers what they may have missed. */
  async heal(): Promise<void> {
    if (this.live || (this.readers.size === 0 && this.shown.length === 0)) return
    await this.ready()
  }

  /** Gives back the memory of a copy that nobody needs for a while. */
  rest(): void {
    this.copy.rest()
  }

  /** Resolves when nothing waits for a commit any more, or when that takes too long. */
  async drain(): Promise<void> {
    const end = Date.now() + drainMilliseconds
    while (Date.now() < end && (this.waiting.length > 0 || this.isPumping)) await new Promise((resolve) => setTimeout(resolve, 5))
  }

  private async open(): Promise<void> {
    const stored = await withPatience(this.store.load(this.meetingId, this.sectionId))
    const { doc, isDamaged } = openDocument(stored)
    if (isDamaged) this.log.error({ sectionId: this.sectionId }, 'a stored minutes section is damaged; it opens for reading only')
    const { seq, snapshot, authors } = stored
    this.live = {
      ...{ doc, seq, snapshotSeq: snapshot?.seq ?? 0, authors, isDamaged },
      ...{ update: null, stateVector: null, diffs: new Map<string, string>() },
    }
    this.copy.drop()
    if (this.mustShowAll) {
      this.mustShowAll = false
      this.outgoing.add(Y.encodeStateAsUpdate(doc), null)
    }
    const { shown } = this
    this.shown = []
    for (const { data, writer, attempts } of shown) this.accept(data, writer, () => undefined, attempts + 1)
    this.maybeSaveSnapshot(this.live)
  }

  /**
   * Gives the document up after a failure. Who waits is told to send again; but what readers were shown already is kept and
   * saved when the section is read again, for they may build on it even if its author does not come back.
   */
  private drop(): void {
    this.live = null
    this.copy.drop()
    this.outgoing.clear()
    this.mustShowAll = this.readers.size > 0
    const failed = [...this.inFlight, ...this.waiting]
    this.inFlight = []
    this.waiting = []
    this.shown.push(...failed.filter((one) => !one.isRepeat && one.attempts < mostAttempts))
    for (const { done } of failed) done(unavailable)
    this.resolveBehind()
  }

  private resolveBehind(): void {
    this.isBehind = false
    const waiters = this.behindWaiters
    this.behindWaiters = []
    for (const resolve of waiters) resolve()
  }

  private changed(live: Live): void {
    live.update = null
    live.stateVector = null
    if (live.diffs.size > 0) live.diffs.clear()
  }

  private startPump(): void {
    if (this.isPumping) return
    this.isPumping = true
    setImmediate(() => {
      this.pump().catch((error: unknown) => {
        this.log.error({ err: error, sectionId: this.sectionId }, 'minutes could not be saved')
        this.isPumping = false
        this.drop()
      })
    })
  }

  private async pump(): Promise<void> {
    while (this.live && (this.waiting.length > 0 || this.isBehind)) {
      const { live } = this
      try {
        if (this.isBehind) await this.readOthers(live)
        await this.commit(live)
      } catch (error) {
        if (error instanceof AuthorConflict) await this.startOver()
        else {
          this.log.warn({ err: error, sectionId: this.sectionId }, 'minutes were not saved; their authors send them again')
          this.drop()
        }
      }
    }
    this.isPumping = false
    this.resolveBehind()
  }

  private async readOthers(live: Live): Promise<void> {
    this.isBehind = false
    const waiters = this.behindWaiters
    this.behindWaiters = []
    try {
      this.merge(live, await withPatience(this.store.since(this.sectionId, live.seq)))
    } finally {
      for (const resolve of waiters) resolve()
    }
  }

  private takeBatch(): Waiting[] {
    let bytes = 0
    let count = 0
    while (count < this.waiting.length && count < batchEntries && bytes < batchBytes) {
      bytes += this.waiting[count]?.data.length ?? 0
      count++
    }
    return this.waiting.splice(0, count)
  }

  private async commit(live: Live): Promise<void> {
    const batch = this.takeBatch()
    if (batch.length === 0) return
    this.inFlight = batch
    const entries = batch.filter((one) => !one.isRepeat)
    if (entries.length > 0) {
      const isAppended = await withPatience(this.store.append(this.sectionId, entries, live.seq))
      if (!isAppended) {
        await withPatience(this.store.appendLocked(this.sectionId, entries, live.seq, (updates) => this.merge(live, updates)))
      }
    }
    // Dropped meanwhile: who waited has been told so.
    if (this.live !== live) return
    let { seq } = live
    live.seq += entries.length
    this.inFlight = []
    for (const one of batch) one.done({ seq: one.isRepeat ? seq : ++seq })
    if (entries.length > 0) {
      this.store.poke(this.sectionId, live.seq).catch((error: unknown) => this.log.debug({ err: error }, 'a poke was lost'))
    }
    this.maybeSaveSnapshot(live)
  }

  /** Takes in what other processes committed. Throws `AuthorConflict` when somebody wrote under an author id that waits here. */
  private merge(live: Live, updates: StoredUpdate[]): void {
    if (this.live !== live) throw new Error('the section was dropped meanwhile')
    if (updates.length === 0) return
    if (updates[0]?.seq !== live.seq + 1) throw new Error('updates are missing between')
    const own = new Set([...this.inFlight, ...this.waiting].flatMap((one) => one.clients))
    for (const { data, userId } of updates) {
      for (const client of Y.parseUpdateMeta(data).to.keys()) {
        if (own.has(client)) throw new AuthorConflict()
        if (!live.authors.has(client)) live.authors.set(client, userId)
      }
    }
    live.doc.transact(() => updates.forEach(({ data }) => Y.applyUpdate(live.doc, data)))
    if (live.doc.store.pendingStructs !== null || live.doc.store.pendingDs !== null) throw new Error('updates do not fit')
    live.seq = updates.at(-1)?.seq ?? live.seq
    this.changed(live)
    for (const { data } of updates) {
      this.copy.note(data)
      this.outgoing.add(data, null)
    }
  }

  /** Reads the section again and puts what waits through the checks once more, for it may no longer be sound. */
  private async startOver(): Promise<void> {
    const again = [...this.inFlight, ...this.waiting]
    this.inFlight = []
    this.waiting = []
    this.drop()
    try {
      await this.ready()
    } catch {
      for (const { done } of again) done(unavailable)
      return
    }
    for (const { data, writer, done, attempts } of again) {
      if (attempts >= mostAttempts) done(unavailable)
      else this.accept(data, writer, done, attempts + 1)
    }
  }

  private maybeSaveSnapshot(live: Live): void {
    const tail = live.seq - live.snapshotSeq
    if (tail < snapshotEvery || this.isSavingSnapshot || live.isDamaged) return
    const isClean = this.waiting.length === 0 && this.inFlight.length === 0
    if (!isClean && tail < snapshotAtLatest) return
    this.isSavingSnapshot = true
    this.saveSnapshot(live, isClean)
      .catch((error: unknown) => this.log.warn({ err: error, sectionId: this.sectionId }, 'a minutes snapshot was not saved'))
      .finally(() => {
        this.isSavingSnapshot = false
      })
  }

  private async saveSnapshot(live: Live, isClean: boolean): Promise<void> {
    const { seq } = live
    // While updates wait, the document is ahead of `seq`: then the snapshot is made from what is stored.
    const state = isClean ? Y.encodeStateAsUpdate(live.doc) : await this.storedState(seq)
    if (state === null) return
    await withPatience(this.store.saveSnapshot(this.sectionId, seq, state))
    live.snapshotSeq = Math.max(live.snapshotSeq, seq)
  }

  private async storedState(seq: number): Promise<Uint8Array | null> {
    const { doc, isDamaged } = openDocument(await this.store.load(this.meetingId, this.sectionId, seq))
    return isDamaged ? null : Y.encodeStateAsUpdate(doc)
  }
}
