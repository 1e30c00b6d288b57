import { RoomServiceClient, ServerError, type ParticipantInfo, type ParticipantPermission } from 'livekit-server-sdk'
import { soundAttribute, type MediaRights } from '#domain/meeting/media.ts'
import type { LiveKitHandle } from '../launch/livekit-handle.ts'
import { permissionOf } from './tokens.ts'

/** What we ask of the video server. Everything may be asked again: what is gone already is no error. */
export interface MediaServer {
  /** Which of these rooms are there; without names, all of them. */
  rooms(names?: string[]): Promise<string[]>
  participants(room: string): Promise<ParticipantInfo[]>
  setRights(room: string, identity: string, rights: MediaRights): Promise<void>
  /** Notes since when a device carries its person's sound, for everybody in the room to see. */
  setSound(room: string, identity: string, since: number): Promise<void>
  remove(room: string, identity: string): Promise<void>
  /** Everybody in it is out at once. */
  closeRoom(room: string): Promise<void>
}

const patienceSeconds = 3

export function mediaServer(livekit: LiveKitHandle): MediaServer {
  let known: { at: string; client: RoomServiceClient } | undefined
  const client = (): RoomServiceClient => {
    const { httpUrl, apiKey, apiSecret } = livekit
    const at = `${httpUrl} ${apiKey} ${apiSecret}`
    if (known?.at !== at) {
      known = {
        at,
        client: new RoomServiceClient(httpUrl, apiKey, apiSecret, { requestTimeout: patienceSeconds, failover: false }),
      }
    }
    return known.client
  }
  return {
    rooms: async (names) => (await client().listRooms(names)).map((room) => room.name),
    participants: async (room) => (await unlessGone(client().listParticipants(room))) ?? [],
    setRights: async (room, identity, rights) => {
      await unlessGone(client().updateParticipant(room, identity, { permission: permissionOf(rights) }))
    },
    setSound: async (room, identity, since) => {
      await unlessGone(client().updateParticipant(room, identity, { attributes: { [soundAttribute]: String(since) } }))
    },
    remove: async (room, identity) => {
      await unlessGone(client().removeParticipant(room, identity))
    },
    closeRoom: async (room) => {
      await unlessGone(client().deleteRoom(room))
    },
  }
}

async function unlessGone<T>(call: Promise<T>): Promise<T | undefined> {
  try {
    return await call
  } catch (error) {
    if (error instanceof ServerError && (error.code === 'not_found' || error.status === 404)) return undefined
    throw error
  }
}

/** Whether someone in a room has exactly these rights there. */
export function hasRights(permission: ParticipantPermission | undefined, rights: MediaRights): boolean {
  if (permission === undefined) return false
  const due = permissionOf(rights)
  return (
    permission.canPublish === due.canPublish &&
    permission.canSubscribe === due.canSubscribe &&
    !permission.canPublishData &&
    !permission.canUpdateMetadata &&
    // Who may publish nothing has no list to compare.
    (!due.canPublish ||
      (permission.canPublishSources.length === due.canPublishSources.length &&
        due.canPublishSources.every((source) => permission.canPublishSources.includes(source))))
  )
}
