import * as Y from 'yjs'
import type { StoredSection } from './store.ts'
import { scanLimits } from './scan.ts'
import { emptyDocument } from './trial.ts'

export interface OpenedDocument {
  doc: Y.Doc
  /** What is stored does not decode, or waits for something that is not there: shown as far as it goes, never written. */
  isDamaged: boolean
}

/** How many authors an update names, from its first bytes; a stored bomb is recognised before Yjs sees it. */
const countAuthors = (data: Uint8Array): number => {
  let count = 0
  for (let at = 0, scale = 1; at < data.length && at < 8; at++, scale *= 128) {
    const byte = data[at] ?? 0
    count += (byte & 0x7f) * scale
    if (byte < 0x80) return count
  }
  return count
}

const isWhole = (doc: Y.Doc): boolean => doc.store.pendingStructs === null && doc.store.pendingDs === null

const openAtOnce = (stored: StoredSection): Y.Doc | null => {
  const mostAuthors = stored.authors.size + scanLimits.newAuthors
  if (stored.tail.some((update) => countAuthors(update.data) > mostAuthors)) return null
  const doc = emptyDocument()
  try {
    doc.transact(() => {
      if (stored.snapshot) Y.applyUpdate(doc, stored.snapshot.data)
      for (const update of stored.tail) Y.applyUpdate(doc, update.data)
    })
  } catch {
    return null
  }
  return isWhole(doc) ? doc : null
}

/** One by one up to the first that is not sound: what came after it may stand on it. */
const openAsFarAsItGoes = (stored: StoredSection): Y.Doc => {
  const mostAuthors = stored.authors.size + scanLimits.newAuthors
  const sound: Uint8Array[] = []
  let doc = emptyDocument()
  for (const data of [...(stored.snapshot ? [stored.snapshot.data] : []), ...stored.tail.map((update) => update.data)]) {
    let isSound = data !== stored.snapshot?.data ? countAuthors(data) <= mostAuthors : true
    try {
      if (isSound) Y.applyUpdate(doc, data)
      isSound &&= isWhole(doc)
    } catch {
      isSound = false
    }
    if (!isSound) {
      doc = emptyDocument()
      doc.transact(() => sound.forEach((update) => Y.applyUpdate(doc, update)))
      break
    }
    sound.push(data)
  }
  return doc
}

/** Makes the document of a section from what is stored. */
export const openDocument = (stored: StoredSection): OpenedDocument => {
  const doc = openAtOnce(stored)
  return doc ? { doc, isDamaged: false } : { doc: openAsFarAsItGoes(stored), isDamaged: true }
}
