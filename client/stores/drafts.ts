import { z } from 'zod'
import { seal, unseal } from '../line/seal.ts'

/**
 * What was typed into the minutes and is not acknowledged, in the browser's own store, so that it outlives the page. Sealed for
 * its author: whoever signs in next at the same laptop finds only bytes. What is acknowledged is deleted at once.
 */
const storeName = 'updates'
const Row = z.object({ box: z.string(), sealed: z.instanceof(Uint8Array) })

/** A kept update: its key once it is written, undefined where this browser keeps nothing. */
export type DraftRecord = Promise<IDBValidKey | undefined>

export interface Draft {
  /** All that is kept, oldest first; rejects while the author's key cannot be had. */
  read: () => Promise<{ record: DraftRecord; update: Uint8Array }[]>
  keep: (update: Uint8Array) => DraftRecord
  forget: (records: DraftRecord[]) => Promise<void>
}

const done = <T>(request: IDBRequest<T>): Promise<T> =>
  new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result)
    request.onerror = () => reject(request.error ?? new Error('the store failed'))
  })

let opening: Promise<IDBDatabase> | undefined
function openStore(): Promise<IDBDatabase> {
  if (!opening) {
    const request = indexedDB.open('drafts', 1)
    request.onupgradeneeded = () => request.result.createObjectStore(storeName, { autoIncrement: true }).createIndex('box', 'box')
    opening = done(request)
    opening.catch(() => (opening = undefined))
  }
  return opening
}

const updates = async (mode: IDBTransactionMode): Promise<IDBObjectStore> =>
  (await openStore()).transaction(storeName, mode).objectStore(storeName)

const boxOf = (userId: string, sectionId: string): string => `${userId} ${sectionId}`
/** The boxes of one person. */
const allOf = (userId: string): IDBKeyRange => IDBKeyRange.bound(`${userId} `, `${userId} \uffff`)

/** Pages of plain HTTP have no cryptography: they keep no drafts rather than open ones. */
const canSeal = (): boolean => isSecureContext

export function openDraft(userId: string, sectionId: string): Draft {
  const box = boxOf(userId, sectionId)
  return {
    read: async () => {
      if (!canSeal()) return []
      const [keys, rows] = await keysAndRows(box)
      const found = rows.map(async (row, at) => {
        const { sealed } = Row.parse(row)
        return { record: Promise.resolve(keys[at]), update: await unseal(userId, new Uint8Array(sealed)) }
      })
      return Promise.all(found)
    },
    keep: async (update) => {
      if (!canSeal()) return undefined
      try {
        const sealed = await seal(userId, update)
        return await done((await updates('readwrite')).add({ box, sealed }))
      } catch {
        // No room, or no key: it is in memory still, and the page asks before it goes.
        return undefined
      }
    },
    forget: async (records) => {
      const keys = (await Promise.all(records)).filter((key) => key !== undefined)
      if (keys.length === 0) return
      try {
        const store = await updates('readwrite')
        await Promise.all(keys.map((key) => done(store.delete(key))))
      } catch {
        // What stays is compared again the next time, and is in the text once.
        return
      }
    },
  }
}

async function keysAndRows(box: string): Promise<[IDBValidKey[], unknown[]]> {
  const index = (await updates('readonly')).index('box')
  return Promise.all([done(index.getAllKeys(box)), done<unknown[]>(index.getAll(box))])
}

/** How many sections of the minutes this person has unsaved words of in this browser. */
export async function countDrafts(userId: string): Promise<number> {
  try {
    const rows = await done<unknown[]>((await updates('readonly')).index('box').getAll(allOf(userId)))
    return new Set(rows.map((row) => Row.parse(row).box)).size
  } catch {
    // A browser without a store keeps none.
    return 0
  }
}
