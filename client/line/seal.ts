import { DraftKey } from '#domain/contract/http.ts'
import { api } from './api.ts'

/**
 * What lies in a browser that several people use is sealed: with a key that the server gives to the signed-in person only, and
 * that is never stored. Rejects where the key cannot be had now, or where the page has no cryptography (plain HTTP).
 */
const keys = new Map<string, Promise<CryptoKey>>()

const nonceBytes = 12

async function fetchKey(userId: string): Promise<CryptoKey> {
  const answer = await api.get('/api/session/draft-key', DraftKey)
  if (answer.userId !== userId) throw new Error('somebody else is signed in')
  const bytes = Uint8Array.from(atob(answer.key), (letter) => letter.charCodeAt(0))
  return crypto.subtle.importKey('raw', bytes, 'AES-GCM', false, ['encrypt', 'decrypt'])
}

function keyOf(userId: string): Promise<CryptoKey> {
  const known = keys.get(userId)
  if (known) return known
  const asked = fetchKey(userId)
  keys.set(userId, asked)
  asked.catch(() => keys.delete(userId))
  return asked
}

export async function seal(userId: string, bytes: Uint8Array): Promise<Uint8Array<ArrayBuffer>> {
  const nonce = crypto.getRandomValues(new Uint8Array(nonceBytes))
  const sealed = await crypto.subtle.encrypt({ name: 'AES-GCM', iv: nonce }, await keyOf(userId), new Uint8Array(bytes))
  const whole = new Uint8Array(nonceBytes + sealed.byteLength)
  whole.set(nonce)
  whole.set(new Uint8Array(sealed), nonceBytes)
  return whole
}

export async function unseal(userId: string, sealed: Uint8Array<ArrayBuffer>): Promise<Uint8Array> {
  const iv = sealed.slice(0, nonceBytes)
  return new Uint8Array(await crypto.subtle.decrypt({ name: 'AES-GCM', iv }, await keyOf(userId), sealed.slice(nonceBytes)))
}

/** The person has gone: nothing of theirs can be opened in this window any more. */
export const forgetKeys = (): void => keys.clear()
