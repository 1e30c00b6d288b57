import type { Logger } from 'pino'
import type { Sql, TransactionSql } from 'postgres'
import { v7 as uuid } from 'uuid'
import { yearOf } from '#domain/documents/dates.ts'
import { notationOf, type IssuingBody } from '#domain/documents/issuing.ts'
import { refuse, type Refusal } from '#domain/errors.ts'
import { decide, evolve, type Command, type EventBody, type MeetingEvent } from '#domain/meeting/meeting.ts'
import { authorise } from '#domain/meeting/permissions.ts'
import { emptyMeeting, type Actor, type MeetingState } from '#domain/meeting/state.ts'
import type { Surroundings } from '#domain/meeting/surroundings.ts'
import { makeCode, takeNumber } from '../conclusions/numbers.ts'
import { codeOf, refusalOfException } from '../web/errors.ts'
import type { BallotBoxes } from './ballots.ts'
import type { Directory } from './directory.ts'
import { appendToLog, chain, eventRows, readLog, zeroHash, type Head, type LoggedEvent } from './log.ts'
import { project, storeSnapshot } from './projections.ts'

/** What a room needs from the process around it. */
export interface RoomSurroundings {
  sql: Sql
  log: Logger
  directory: () => Promise<Directory>
  ballots: BallotBoxes
  issuer: () => Promise<IssuingBody>
  presentation: (id: string) => Promise<{ title: string; pages: number; meetingId: string } | null>
  /** What other capabilities write in the transaction of the events; `state` is after the last of them. */
  alongside: (tx: TransactionSql, events: MeetingEvent[], state: MeetingState) => Promise<void>
  /** Events that are committed, in order, each once; `state` is after the last of them. */
  onCommitted: (meetingId: string, logged: LoggedEvent[], state: MeetingState) => void
}

export type Outcome = { seq: number } | { refusal: Refusal }

type Work =
  | { kind: 'command'; actor: Actor; command: Command; commandId: string; done: (outcome: Outcome) => void }
  | { kind: 'system'; events: (state: MeetingState) => EventBody[]; done: (outcome: Outcome) => void }

/** What a command is decided with, beside the state. */
interface Known {
  directory: Directory
  issuer: IssuingBody
  shown: Map<string, { title: string; pages: number }>
}

/**
 * The capabilities whose commands are decided without the database, and whose events nobody follows in their transaction:
 * neither `project` nor what is written alongside.
 */
const alone = new Set(['agenda', 'floor', 'help', 'notice', 'participant', 'stage'])
const standsAlone = (one: Work): boolean => one.kind === 'command' && alone.has(one.command.type.replace(/\..*/, ''))

/** How many events apart states are stored; a meeting opens from the last one and what came after. */
const snapshotEvery = 500
/** Events kept at hand for those who were away a moment. */
const recentKept = 2000

/**
 * One meeting in this process: its state, kept folded, and the commands that wait. All that wait share one transaction, in
 * which the meeting's row is locked, what other processes appended is folded first, and then each command is authorised,
 * decided and evolved in turn. Nothing is shown or acknowledged before the commit.
 */
export class Room {
  readonly meetingId: string
  private readonly around: RoomSurroundings
  private current: MeetingState
  private head: Head
  private recent: LoggedEvent[] = []
  private waiting: Work[] = []
  private working: Promise<void> | null = null
  private storedSnapshot = 0
  private reading: Promise<void> | null = null
  private readingNext: Promise<void> | null = null

  private constructor(around: RoomSurroundings, state: MeetingState, head: Head) {
    this.around = around
    this.meetingId = state.meetingId
    this.current = state
    this.head = head
    this.storedSnapshot = head.seq
  }

  /** Opens a meeting from its last snapshot and what came after; null when there is no such meeting. */
  static async open(around: RoomSurroundings, meetingId: string): Promise<Room | null> {
    const past = await stateAt(around.sql, meetingId, Infinity)
    return past && new Room(around, past.state, past.head)
  }

  get state(): MeetingState {
    return this.current
  }

  get seq(): number {
    return this.head.seq
  }

  /** Runs a command; the answer comes after the commit. The same id again gets the first answer. */
  command(actor: Actor, command: Command, commandId: string): Promise<Outcome> {
    return new Promise((done) => this.push({ kind: 'command', actor, command, commandId, done }))
  }

  /** Appends what the system itself notices; `events` is asked under the lock and may answer none. */
  notice(events: (state: MeetingState) => EventBody[]): Promise<Outcome> {
    return new Promise((done) => this.push({ kind: 'system', events, done }))
  }

  private push(work: Work): void {
    this.waiting.push(work)
    this.working ??= new Promise<void>((resolve) => setImmediate(resolve)).then(() => this.work())
  }

  /** Resolves when nothing waits any more. */
  async idle(): Promise<void> {
    while (this.working) await this.working
  }

  private async work(): Promise<void> {
    try {
      while (this.waiting.length > 0) await this.workOff(this.waiting.splice(0, 1000))
    } finally {
      // With the last look at what waits, not a moment later: who comes in between would wait for somebody else to come.
      this.working = null
    }
  }

  private async workOff(batch: Work[]): Promise<void> {
    try {
      await this.commit(batch)
    } catch (error) {
      const { refusal } = refusalOfException(error, this.around.log)
      for (const one of batch) one.done({ refusal })
      // The commit may have gone through with only its answer lost: whatever is in the log is still delivered.
      void this.catchUp().catch((later: unknown) => this.around.log.debug({ err: later }, 'the log cannot be read yet'))
    }
  }

  private async commit(batch: Work[]): Promise<void> {
    const { sql } = this.around
    const [directory, issuer] = await Promise.all([this.around.directory(), this.around.issuer()])
    const known: Known = { directory, issuer, shown: await this.presentations(batch) }
    if (batch.every(standsAlone) && (await this.commitAlone(batch, known))) return
    const result = await sql.begin(async (tx) => {
      const ids = batch.flatMap((one) => (one.kind === 'command' ? [one.commandId] : []))
      const [[row], commands] = await Promise.all([
        tx<{ head_seq: number; head_hash: string }[]>`
          select head_seq, head_hash from meetings where id = ${this.meetingId} for update`,
        ids.length === 0 ? [] : knownCommands(tx, ids),
      ])
      if (!row) throw new Error(`meeting ${this.meetingId} is gone`)
      const missed = row.head_seq > this.head.seq ? await readLog(tx, this.meetingId, this.head.seq, row.head_seq) : []
      // What other processes appended may have brought ids that were not known when we asked.
      const answered = missed.length > 0 && ids.length > 0 ? await knownCommands(tx, ids) : commands
      const { state, made, accepted, answers, ballots } = await this.decideAll(batch, known, {
        tx,
        state: missed.reduce((before, one) => evolve(before, one.event), this.current),
        head: { seq: row.head_seq, hash: row.head_hash, at: missed.at(-1)?.event.at ?? this.head.at },
        answered,
      })
      const events = made.map((one) => one.event)
      await Promise.all([
        appendToLog(tx, this.meetingId, made),
        rememberCommands(tx, this.meetingId, accepted),
        project(tx, events, state, issuer.name),
      ])
      await this.around.alongside(tx, events, state)
      for (const [voteId, options] of ballots) await this.around.ballots.add(tx, this.meetingId, voteId, options)
      for (const one of made) if (one.event.type === 'vote.closed') await this.around.ballots.discard(tx, one.event.voteId)
      return { missed, made, answers }
    })
    this.take([...result.missed, ...result.made])
    for (const answer of result.answers) answer()
  }

  /**
   * The short way for commands that stand alone: decided on the state at hand and appended in one statement, which holds only
   * if the log still ends where that state does and no command's id is known. False when nothing was written: then the way
   * under the lock decides, as it does on every refusal, for a refused command may be one that was done before.
   */
  private async commitAlone(batch: Work[], known: Known): Promise<boolean> {
    const { head } = this
    const { made, accepted, answers, isAnyRefused } = await this.decideAll(batch, known, {
      tx: null,
      state: this.current,
      head,
      answered: [],
    })
    if (isAnyRefused || made.length === 0) return false
    if (!(await appendAlone(this.around.sql, this.meetingId, head, made, accepted))) return false
    this.take(made)
    for (const answer of answers) answer()
    return true
  }

  /** What a batch leads to, one after the other, from a state and the end of its log. Writes nothing. */
  private async decideAll(
    batch: Work[],
    known: Known,
    from: { tx: TransactionSql | null; state: MeetingState; head: Head; answered: KnownCommand[] },
  ) {
    let { state, head } = from
    const answered = new Map(from.answered.map((one) => [one.command_id, one]))
    const made: LoggedEvent[] = []
    const accepted: AcceptedCommand[] = []
    const answers: (() => void)[] = []
    const ballots = new Map<string, number[]>()
    let isAnyRefused = false

    for (const one of batch) {
      const now = new Date().toISOString()
      const at = now > head.at ? now : head.at
      const append = (bodies: EventBody[], envelope: { actor: MeetingEvent['actor']; commandId?: string }) => {
        for (const body of bodies) {
          const logged = chain(head, body, { at, ...envelope })
          head = { seq: logged.event.seq, hash: logged.hash, at }
          state = evolve(state, logged.event)
          made.push(logged)
        }
      }
      if (one.kind === 'system') {
        append(one.events(state), { actor: { system: true } })
        const { seq } = head
        answers.push(() => one.done({ seq }))
        continue
      }
      const { actor, command, commandId } = one
      const before = answered.get(commandId)
      if (before) {
        const isSame = before.user_id === actor.userId && before.meeting_id === this.meetingId
        answers.push(() => one.done(isSame ? { seq: before.seq } : refuse('conflict', 'command_id_taken')))
        continue
      }
      const outcome = await this.decide(from.tx, state, command, actor, { at, ballots, ...known })
      if ('refusal' in outcome) {
        isAnyRefused = true
        answers.push(() => one.done(outcome))
        continue
      }
      append(outcome.events, { actor: { userId: actor.userId, role: actor.role, unitId: actor.unitId }, commandId })
      if (outcome.ballot)
        ballots.set(outcome.ballot.voteId, [...(ballots.get(outcome.ballot.voteId) ?? []), outcome.ballot.option])
      const { seq } = head
      accepted.push({ commandId, userId: actor.userId, seq })
      answered.set(commandId, { command_id: commandId, meeting_id: this.meetingId, user_id: actor.userId, seq })
      answers.push(() => one.done({ seq }))
    }
    return { state, made, accepted, answers, ballots, isAnyRefused }
  }

  private async presentations(batch: Work[]): Promise<Map<string, { title: string; pages: number }>> {
    const found = new Map<string, { title: string; pages: number }>()
    for (const one of batch) {
      if (one.kind !== 'command' || one.command.type !== 'presentation.show') continue
      const file = await this.around.presentation(one.command.presentationId)
      if (file?.meetingId === this.meetingId) found.set(one.command.presentationId, { title: file.title, pages: file.pages })
    }
    return found
  }

  private async decide(
    tx: TransactionSql | null,
    state: MeetingState,
    command: Command,
    actor: Actor,
    with_: Known & { at: string; ballots: Map<string, number[]> },
  ) {
    const refusal = authorise(state, command, actor)
    if (refusal) return { refusal }
    const { at, directory, issuer, shown, ballots } = with_
    let document = { number: 0, notation: '', code: '' }
    let tally: number[] | undefined
    let elsewhere: { meeting_id: string; status: string } | undefined
    if (tx && command.type === 'vote.close') {
      tally = await this.around.ballots.count(tx, command.voteId)
      for (const option of ballots.get(command.voteId) ?? []) tally[option] = (tally[option] ?? 0) + 1
    }
    if (tx && command.type === 'conclusion.propose') {
      const [taken] = await tx`
        select 1 from conclusions where id = ${command.conclusionId} and meeting_id <> ${this.meetingId}`
      if (taken) return refuse('conflict', 'conclusion_exists')
      if (command.corrects !== undefined) {
        const rows = await tx<{ meeting_id: string; status: string }[]>`
          select meeting_id, status from conclusions where id = ${command.corrects}`
        elsewhere = rows[0]
      }
    }
    const surroundings: Surroundings = {
      at,
      newId: uuid,
      person: (userId) => directory.people.get(userId),
      unit: (unitId) => directory.units.get(unitId),
      leaderIds: directory.leaderIds,
      documentNumber: () => document,
      secretTally: () => tally,
      isIssuedElsewhere: () => elsewhere?.status === 'issued',
      presentation: (id) => shown.get(id),
    }
    const decision = decide(state, command, actor, surroundings)
    if (!tx || 'refusal' in decision || command.type !== 'conclusion.issue') return decision
    // Only what is accepted takes a number: a refused command leaves no gap.
    const number = await takeNumber(tx, { year: yearOf(at), type: 'TB', issuer: issuer.name })
    document = { number, notation: notationOf(number, 'TB', issuer.symbol), code: makeCode() }
    return decide(state, command, actor, surroundings)
  }

  /** Takes committed events into the state and tells the process; what is already there is passed over. */
  private take(logged: LoggedEvent[]): void {
    const fresh = logged.filter((one) => one.event.seq > this.head.seq)
    const last = fresh.at(-1)
    if (!last) return
    this.current = fresh.reduce((state, one) => evolve(state, one.event), this.current)
    this.head = { seq: last.event.seq, hash: last.hash, at: last.event.at }
    this.recent = [...this.recent, ...fresh].slice(-recentKept)
    this.around.onCommitted(this.meetingId, fresh, this.current)
    if (this.head.seq - this.storedSnapshot >= snapshotEvery) {
      this.storedSnapshot = this.head.seq
      storeSnapshot(this.around.sql, this.current, this.head.seq).catch((error: unknown) =>
        this.around.log.warn({ err: error, meetingId: this.meetingId }, 'a snapshot was not stored; the log has it all'),
      )
    }
  }

  /** Reads what the log has beyond this room: all that was committed before the call. Calls that come while one reads share the next. */
  catchUp(): Promise<void> {
    if (this.reading) {
      this.readingNext ??= this.reading.then(ignore, ignore).then(() => {
        this.readingNext = null
        return this.catchUp()
      })
      return this.readingNext
    }
    const reading = readLog(this.around.sql, this.meetingId, this.head.seq)
      .then((logged) => this.take(logged))
      .finally(() => {
        this.reading = null
      })
    this.reading = reading
    return reading
  }

  /** The events after `since`, or null when they are too far back to send one by one. */
  eventsSince(since: number): MeetingEvent[] | null {
    if (since > this.head.seq) return null
    if (since === this.head.seq) return []
    const first = this.recent[0]
    if (!first || first.event.seq > since + 1) return null
    return this.recent.filter((one) => one.event.seq > since).map((one) => one.event)
  }
}

const ignore = (): void => undefined

interface KnownCommand {
  command_id: string
  meeting_id: string
  user_id: string
  seq: number
}

const knownCommands = (tx: TransactionSql, ids: string[]) =>
  tx<KnownCommand[]>`select command_id, meeting_id, user_id, seq from commands where command_id = any(${ids}::uuid[])`

interface AcceptedCommand {
  commandId: string
  userId: string
  seq: number
}

/** Accepted commands as rows: `command_id, user_id, seq`. */
const commandRows = (sql: Sql | TransactionSql, accepted: AcceptedCommand[]) => sql`unnest(
  ${accepted.map((one) => one.commandId)}::uuid[], ${accepted.map((one) => one.userId)}::uuid[],
  ${accepted.map((one) => one.seq)}::int[]) as given (command_id, user_id, seq)`

async function rememberCommands(tx: TransactionSql, meetingId: string, accepted: AcceptedCommand[]): Promise<void> {
  if (accepted.length === 0) return
  await tx`
    insert into commands (command_id, meeting_id, user_id, seq)
    select command_id, ${meetingId}::uuid, user_id, seq from ${commandRows(tx, accepted)}`
}

/**
 * Appends events, the new head and the commands' ids in one statement, a transaction of its own, provided the log still ends
 * at `head` and no id is known; else false, and nothing is written.
 */
async function appendAlone(
  sql: Sql,
  meetingId: string,
  head: Head,
  made: LoggedEvent[],
  accepted: AcceptedCommand[],
): Promise<boolean> {
  const last = made.at(-1)
  if (!last) return false
  try {
    const [row] = await sql`
      with head as (
        update meetings set head_seq = ${last.event.seq}, head_hash = ${last.hash}
        where id = ${meetingId} and head_seq = ${head.seq} returning id
      ), logged as (
        insert into events (meeting_id, seq, at, type, event, prev_hash, hash)
        select head.id, given.* from head, ${eventRows(sql, made)} as given
      ), remembered as (
        insert into commands (command_id, meeting_id, user_id, seq)
        select given.command_id, head.id, given.user_id, given.seq from head, ${commandRows(sql, accepted)}
      )
      select id from head`
    return row !== undefined
  } catch (error) {
    if (codeOf(error) === '23505') return false
    throw error
  }
}

/** The meeting as it was after event `seq` (or now, for Infinity), from the nearest stored state and the log; null if there is none. */
export async function stateAt(sql: Sql, meetingId: string, seq: number): Promise<{ state: MeetingState; head: Head } | null> {
  const upTo = Math.min(seq, 2 ** 31 - 1)
  const [[meeting], [stored]] = await Promise.all([
    sql<{ head_seq: number; head_hash: string }[]>`select head_seq, head_hash from meetings where id = ${meetingId}`,
    sql<{ seq: number; state: MeetingState }[]>`
      select seq, state from meeting_snapshots where meeting_id = ${meetingId} and seq <= ${upTo} order by seq desc limit 1`,
  ])
  if (!meeting) return null
  const from = stored?.seq ?? 0
  const tail = await readLog(sql, meetingId, from, upTo)
  const state = tail.reduce((before, one) => evolve(before, one.event), stored?.state ?? emptyMeeting(meetingId))
  const last = tail.at(-1) ?? (from === 0 ? undefined : (await readLog(sql, meetingId, from - 1, from))[0])
  return { state, head: last ? { seq: last.event.seq, hash: last.hash, at: last.event.at } : { seq: 0, hash: zeroHash, at: '' } }
}
