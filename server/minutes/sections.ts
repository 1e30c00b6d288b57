import type { Logger } from 'pino'
import type { Sql } from 'postgres'
import { Section } from './section.ts'
import { MinutesStore, withPatience } from './store.ts'

/** Sends an update to a section's readers on this process, except one socket. */
export type SendUpdate = (section: Section, update: Uint8Array, seq: number, exceptSocketId: string | null) => void

const pollMilliseconds = 2000
const idleMilliseconds = 60_000

/** The sections that are open on this process; follows what other processes write to them. */
export class Sections {
  readonly store: MinutesStore
  private readonly sql: Sql
  private readonly log: Logger
  private readonly send: SendUpdate
  private readonly sections = new Map<string, Section>()
  private timer: NodeJS.Timeout | null = null
  private isPolling = false
  private unlisten: (() => Promise<void>) | null = null

  constructor(sql: Sql, log: Logger, send: SendUpdate) {
    this.sql = sql
    this.store = new MinutesStore(sql)
    this.log = log
    this.send = send
  }

  /** The section, opened lazily: `ready` or `current` must be awaited before it is used. Who asks has checked the access. */
  get(meetingId: string, sectionId: string): Section {
    const known = this.sections.get(sectionId)
    if (known) return known
    const section: Section = new Section(meetingId, sectionId, this.store, this.log, (update, seq, except) =>
      this.send(section, update, seq, except),
    )
    this.sections.set(sectionId, section)
    return section
  }

  all(): Section[] {
    return [...this.sections.values()]
  }

  ofMeeting(meetingId: string): Section[] {
    return this.all().filter((section) => section.meetingId === meetingId)
  }

  /** Begins to follow the other processes; what cannot be listened to is found by the slow poll. */
  async start(): Promise<void> {
    this.timer = setInterval(() => void this.poll(), pollMilliseconds)
    this.timer.unref()
    try {
      const listening = await this.sql.listen('minutes', (payload) => this.poked(payload))
      this.unlisten = () => listening.unlisten()
    } catch (error) {
      this.log.warn({ err: error }, 'the minutes are followed by the slow poll only')
    }
  }

  /** Waits for what is still to be committed, then stops following. */
  async close(): Promise<void> {
    if (this.timer) clearInterval(this.timer)
    await Promise.all(this.all().map((section) => section.drain()))
    await this.unlisten?.().catch((error: unknown) => this.log.debug({ err: error }, 'could not stop listening'))
  }

  private poked(payload: string): void {
    const [sectionId = '', seq = ''] = payload.split(' ')
    const section = this.sections.get(sectionId)
    if (section?.isOpen && Number(seq) > section.seq) void section.catchUp()
  }

  private async poll(): Promise<void> {
    if (this.isPolling) return
    this.isPolling = true
    try {
      this.unloadIdle()
      const open = this.all().filter((section) => section.isOpen)
      if (open.length > 0) {
        const heads = await withPatience(this.store.heads(open.map((section) => section.sectionId)))
        for (const section of open) if ((heads.get(section.sectionId) ?? 0) > section.seq) void section.catchUp()
      }
      await Promise.all(this.all().map((section) => section.heal()))
    } catch (error) {
      this.log.debug({ err: error }, 'the minutes could not be polled')
    } finally {
      this.isPolling = false
    }
  }

  private unloadIdle(): void {
    const longAgo = Date.now() - idleMilliseconds
    for (const section of this.all()) {
      section.rest()
      if (section.readers.size === 0 && section.isIdle && section.lastUsed < longAgo) this.sections.delete(section.sectionId)
    }
  }
}
