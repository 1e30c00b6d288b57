import { existsSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import path from 'node:path'
import type { SigningSettings } from '../settings.ts'
import type { SigningKey } from './key.ts'
import { openP12 } from './p12.ts'

export interface OpenedKey {
  key: SigningKey
  /** The picture that stands on the paper (PNG). */
  picture?: Buffer
}

/** Where keys come from. Another kind of key, such as a token (PKCS#11), is another one of these. */
export interface KeyRing {
  /** The organisation's; null where it is not set. */
  seal: () => Promise<OpenedKey | null>
  /** A person's own, opened with their password; null where they have none here. */
  personal: (username: string, password: string) => Promise<OpenedKey | null>
  /** Whether a person has a key of their own here. */
  hasPersonal: (username: string) => boolean
}

/** Keys in files, as the settings name them. */
export function createFileKeys({ seal, peopleDir }: SigningSettings): KeyRing {
  const open = async (p12: string, password: string, picture: string | undefined): Promise<OpenedKey> => ({
    key: await openP12(p12, password),
    picture: picture !== undefined && existsSync(picture) ? await readFile(picture) : undefined,
  })
  const fileOf = (username: string): string | null => {
    // A name never leads out of the folder.
    if (peopleDir === undefined || !/^[a-z0-9][a-z0-9._-]*$/.test(username)) return null
    const p12 = path.join(peopleDir, `${username}.p12`)
    return existsSync(p12) ? p12 : null
  }
  return {
    hasPersonal: (username) => fileOf(username) !== null,
    seal: async () => (seal === undefined ? null : open(seal.p12, seal.password, seal.picture)),
    personal: async (username, password) => {
      const p12 = fileOf(username)
      return p12 === null ? null : open(p12, password, p12.replace(/p12$/, 'png'))
    },
  }
}
