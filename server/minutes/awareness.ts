import { ByteReader, Unreadable } from './byte-reader.ts'
import { putNumber, putText } from './byte-writer.ts'

/** Carets and names of those at the chair's desk: may be lost, is never stored; shaped as y-protocols' awareness updates. */

interface Presence {
  client: number
  clock: number
  /** JSON; `null` for who has left. */
  state: string
}

const mostAtOnce = 4

const userOf = (state: string): unknown => {
  const value: unknown = JSON.parse(state)
  if (value === null) return null
  if (typeof value !== 'object' || Array.isArray(value)) throw new Unreadable('a state is an object')
  const user: unknown = Reflect.get(value, 'user')
  return typeof user === 'object' && user !== null ? Reflect.get(user, 'userId') : undefined
}

/** Reads an update; null when it is forged, or speaks for another user (`state.user.userId`). */
export const readAwareness = (bytes: Uint8Array, userId: string): Presence[] | null => {
  try {
    const reader = new ByteReader(bytes)
    const count = reader.number()
    if (count > mostAtOnce) return null
    const presences: Presence[] = []
    for (let index = 0; index < count; index++) {
      const presence = { client: reader.number(), clock: reader.number(), state: reader.text() }
      const user = userOf(presence.state)
      if (typeof user === 'string' && user !== userId) return null
      presences.push(presence)
    }
    return reader.isAtEnd ? presences : null
  } catch (error) {
    if (error instanceof Unreadable || error instanceof SyntaxError) return null
    throw error
  }
}

const encode = (presences: Presence[]): Uint8Array => {
  const bytes: number[] = []
  putNumber(bytes, presences.length)
  for (const { client, clock, state } of presences) {
    putNumber(bytes, client)
    putNumber(bytes, clock)
    putText(bytes, state)
  }
  return Uint8Array.from(bytes)
}

/** Who is at one section, by socket: so that a newcomer sees them at once and a lost line takes its caret away. */
export class Carets {
  private readonly present = new Map<number, Presence & { socketId: string }>()

  /** Takes a socket's update in; false when it speaks under an author id that another socket speaks under now. */
  note(socketId: string, presences: Presence[]): boolean {
    const isForeign = ({ client }: Presence): boolean => (this.present.get(client)?.socketId ?? socketId) !== socketId
    if (presences.some(isForeign)) return false
    for (const presence of presences) {
      if (presence.state === 'null') this.present.delete(presence.client)
      else this.present.set(presence.client, { ...presence, socketId })
    }
    return true
  }

  /** Everybody who is there, or null. */
  all(): Uint8Array | null {
    return this.present.size === 0 ? null : encode([...this.present.values()])
  }

  /** Takes a socket's carets away; the update that tells the others, or null. */
  remove(socketId: string): Uint8Array | null {
    const left = [...this.present.values()].filter((presence) => presence.socketId === socketId)
    for (const { client } of left) this.present.delete(client)
    return left.length === 0 ? null : encode(left.map(({ client, clock }) => ({ client, clock: clock + 1, state: 'null' })))
  }
}
