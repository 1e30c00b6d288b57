import * as Y from 'yjs'
import { emptyDocument } from './trial.ts'

const mostBehind = 2000
const idleMilliseconds = 30_000

/** A copy of a section's document to try updates on. It is made when first needed, follows the document, and rests when idle. */
export class TrialCopy {
  private copy: { doc: Y.Doc; behind: Uint8Array[]; usedAt: number } | null = null

  /** The copy as the document is now. */
  of(live: Y.Doc): Y.Doc {
    if (!this.copy) {
      const doc = emptyDocument()
      Y.applyUpdate(doc, Y.encodeStateAsUpdate(live))
      this.copy = { doc, behind: [], usedAt: 0 }
    }
    const { copy } = this
    if (copy.behind.length > 0) {
      const { behind } = copy
      copy.behind = []
      copy.doc.transact(() => behind.forEach((update) => Y.applyUpdate(copy.doc, update)))
    }
    copy.usedAt = Date.now()
    return copy.doc
  }

  /** The document has taken an update that was not tried here. */
  note(update: Uint8Array): void {
    if (!this.copy) return
    if (this.copy.behind.push(update) > mostBehind) this.copy = null
  }

  /** It no longer is what the document is. */
  drop(): void {
    this.copy = null
  }

  /** Gives back the memory of a copy that nobody needs for a while. */
  rest(): void {
    if (this.copy && Date.now() - this.copy.usedAt > idleMilliseconds) this.copy = null
  }
}
