import { computed, shallowRef, triggerRef } from 'vue'
import { z } from 'zod'
import { Id } from '#domain/contract/values.ts'
import { Command, type CommandInput, type CommandType } from '#domain/meeting/meeting.ts'
import { toasts } from '../ui/toasts.ts'
import { serverNow } from '../line/clock.ts'
import { newId } from '../line/ids.ts'
import { Dropped, problemOf, Refused } from '../line/problem.ts'
import { ask, LineLost, lineState } from '../line/socket.ts'

/** The fields of a command beside its type. */
export type Fields<T extends CommandType> = Omit<Extract<CommandInput, { type: T }>, 'type'>

export interface WaitingCommand {
  commandId: string
  type: CommandType
  fields: object
  /** When it was pressed, on the server's clock. */
  since: number
  isSending: boolean
  /** The line was gone for so long that it goes only when its person says so again. */
  asks: boolean
  resolve: (seq: number) => void
  reject: (error: unknown) => void
}

/** What was meant two minutes ago may not be meant now: a hand is not raised ten minutes late. */
const staleAfterMs = 2 * 60_000

const Kept = z.array(z.object({ commandId: Id, since: z.number(), command: Command }))
const storedPrefix = 'outbox '

/** In which meetings this window still has acts waiting, of whomever. */
export const waitingMeetings = (): number => storedKeys().length

/** Gives up what waits in this window: somebody else sits down at it. */
export function forgetWaiting(): void {
  for (const key of storedKeys()) sessionStorage.removeItem(key)
}

const storedKeys = (): string[] => Object.keys(sessionStorage).filter((key) => key.startsWith(storedPrefix))

/**
 * What was pressed and is not yet in the log. It goes out when the line is there, under the same id as often as it must, so it
 * happens once; what has become stale asks again first. It outlives a reload of the window, except a ballot, which is nobody's
 * to read.
 */
export function createOutbox(room: { id: () => string | undefined; userId: () => string | undefined; isReady: () => boolean }) {
  const waiting = shallowRef(new Map<string, WaitingCommand>())
  const asking = computed(() => [...waiting.value.values()].filter((one) => one.asks))

  const storageKey = () => `${storedPrefix}${room.id() ?? ''} ${room.userId() ?? ''}`

  function changed() {
    triggerRef(waiting)
    const kept = [...waiting.value.values()].filter((one) => one.type !== 'vote.cast')
    if (kept.length === 0) sessionStorage.removeItem(storageKey())
    else {
      const plain = kept.map(({ commandId, since, type, fields }) => ({ commandId, since, command: { type, ...fields } }))
      sessionStorage.setItem(storageKey(), JSON.stringify(plain))
    }
  }

  function add(command: Pick<WaitingCommand, 'type' | 'fields' | 'resolve' | 'reject'> & { commandId?: string; since?: number }) {
    const added = { commandId: newId(), since: serverNow(), ...command, isSending: false, asks: false }
    waiting.value.set(added.commandId, added)
    changed()
    return added
  }

  /**
   * Resolves with the command's `seq` once it is in the log, rejects with `Refused` and the sentence. While the line is lost it
   * waits.
   */
  function send<T extends CommandType>(type: T, fields: Fields<T>): Promise<number> {
    return new Promise((resolve, reject) => void transmit(add({ type, fields, resolve, reject })))
  }

  async function transmit(command: WaitingCommand) {
    const meetingId = room.id()
    if (meetingId === undefined || command.isSending || command.asks) return
    if (lineState.value !== 'live' || !room.isReady()) return
    command.isSending = true
    try {
      const { commandId, type, fields } = command
      const answer = await ask('meeting:command', { ...fields, meetingId, commandId, type })
      settle(command)
      if (answer.ok) command.resolve(answer.seq)
      else command.reject(new Refused(answer.error))
    } catch (error) {
      command.isSending = false
      if (!(error instanceof LineLost)) {
        settle(command)
        command.reject(error)
      } else if (lineState.value === 'live') setTimeout(() => void transmit(command), 500)
    }
  }

  function settle(command: WaitingCommand) {
    waiting.value.delete(command.commandId)
    changed()
  }

  /** The room is here, for the first time or again: what waits goes out, and what is stale asks. */
  function flush() {
    restore()
    for (const command of waiting.value.values()) {
      if (!command.isSending && serverNow() - command.since > staleAfterMs) command.asks = true
      void transmit(command)
    }
    changed()
  }

  /** Takes up what this window had waiting before it was loaded again. */
  function restore() {
    const text = sessionStorage.getItem(storageKey())
    if (text === null) return
    const kept = Kept.safeParse(JSON.parse(text))
    for (const { commandId, since, command } of kept.success ? kept.data : []) {
      const { type, ...fields } = command
      const reject = (error: unknown) => void toasts.refused(problemOf(error))
      if (!waiting.value.has(commandId)) add({ commandId, since, type, fields, resolve: () => undefined, reject })
    }
  }

  /** Its person means it still. */
  function confirm(commandId: string) {
    const command = waiting.value.get(commandId)
    if (command === undefined) return
    Object.assign(command, { asks: false, since: serverNow() })
    changed()
    void transmit(command)
  }

  /** Its person means it no more. */
  function drop(commandId: string) {
    const command = waiting.value.get(commandId)
    if (command === undefined) return
    settle(command)
    command.reject(new Dropped())
  }

  /** The line went: what was under way goes again later. */
  function hold() {
    for (const command of waiting.value.values()) command.isSending = false
    triggerRef(waiting)
  }

  /** Gives up all of it. */
  function clear() {
    const given = [...waiting.value.values()]
    waiting.value = new Map()
    changed()
    for (const command of given) command.reject(new LineLost())
  }

  /** Whether a command of this type, with these fields, is under way and not yet answered. */
  function isWaiting(type: CommandType, fields: object = {}): boolean {
    const wanted = Object.entries(fields)
    return [...waiting.value.values()].some((command) => {
      const known = new Map<string, unknown>(Object.entries(command.fields))
      return command.type === type && wanted.every(([name, value]) => known.get(name) === value)
    })
  }

  return { waiting, asking, send, flush, hold, clear, confirm, drop, isWaiting }
}
