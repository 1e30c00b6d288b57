import { AccessToken, TrackSource, type VideoGrant } from 'livekit-server-sdk'
import { soundAttribute, type MediaRights, type MediaSource, type SoundMark } from '#domain/meeting/media.ts'

/**
 * What a person holds to enter a media room. A token opens one room for five minutes and says exactly what the person may do
 * there now; the rights are moved on the video server afterwards (`grants.ts`), the token is never made again for that.
 */
export const tokenSeconds = 300

export interface ApiKeys {
  apiKey: string
  apiSecret: string
}

/** A device of a person: several of one person's may be in a media room at once. */
export interface MediaIdentity {
  userId: string
  deviceId: string
}

export const identityOf = ({ userId, deviceId }: MediaIdentity): string => `${userId}#${deviceId}`

const identityPattern = /^([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})#(.+)$/

/** Null for an identity that our tokens never carry. */
export function readIdentity(identity: string): MediaIdentity | null {
  const [, userId, deviceId] = identityPattern.exec(identity) ?? []
  return userId !== undefined && deviceId !== undefined ? { userId, deviceId } : null
}

const sources: Record<MediaSource, TrackSource> = {
  camera: TrackSource.CAMERA,
  microphone: TrackSource.MICROPHONE,
  screen_share: TrackSource.SCREEN_SHARE,
  screen_share_audio: TrackSource.SCREEN_SHARE_AUDIO,
}

/** The same rights for a token and for someone who is already in: LiveKit takes an empty list of sources for all of them. */
export const permissionOf = (rights: MediaRights) => ({
  canPublish: rights.canPublish.length > 0,
  canPublishSources: rights.canPublish.map((source) => sources[source]),
  canSubscribe: rights.canSubscribe,
  canPublishData: false,
})

export interface Bearer extends MediaIdentity {
  name: string
  unitId: string
  sound?: SoundMark | undefined
}

export function mintToken(keys: ApiKeys, bearer: Bearer, rights: MediaRights): Promise<string> {
  const token = new AccessToken(keys.apiKey, keys.apiSecret, {
    identity: identityOf(bearer),
    name: bearer.name,
    metadata: JSON.stringify({ unitId: bearer.unitId }),
    ...(bearer.sound === undefined ? {} : { attributes: { [soundAttribute]: String(bearer.sound) } }),
    ttl: tokenSeconds,
  })
  token.addGrant({
    room: rights.room,
    roomJoin: true,
    roomCreate: false,
    roomAdmin: false,
    roomList: false,
    roomRecord: false,
    hidden: false,
    canUpdateOwnMetadata: false,
    ...permissionOf(rights),
  } satisfies VideoGrant)
  return token.toJwt()
}
