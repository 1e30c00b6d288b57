import * as Y from 'yjs'
import { minutesRoot } from '#domain/minutes/schema.ts'
import { putNumber } from './byte-writer.ts'
import type { Deletion, Run, Scan } from './scan.ts'
import { hasValidContent } from './schema.ts'

/**
 * The processor time a trial may take before the update is refused. Honest content costs a few microseconds a piece, however
 * much it is; a bomb makes every piece look past all the others. The base is generous: in a process that has just started, the
 * compiler and the collector of garbage work beside the first trial, and their time counts too.
 */
const baseMilliseconds = 150
const millisecondsPerPiece = 0.012
const mostMilliseconds = 400
/** Pieces applied between two looks at the clock: more while they are quick. */
const shortStretch = 8
const longStretch = 512
const quickMilliseconds = 4

const encodeRuns = (bytes: Uint8Array, runs: Run[]): Uint8Array => {
  const first = runs[0]
  const last = runs.at(-1)
  if (!first || !last) return new Uint8Array([0, 0])
  const head: number[] = [1]
  putNumber(head, runs.length)
  putNumber(head, first.client)
  putNumber(head, first.clock)
  const update = new Uint8Array(head.length + last.to - first.from + 1)
  update.set(head)
  update.set(bytes.subarray(first.from, last.to), head.length)
  return update
}

const encodeDeletions = (deletions: Deletion[]): Uint8Array => {
  const bytes: number[] = [0]
  const byClient = new Map<number, Deletion[]>()
  for (const deletion of deletions) {
    const list = byClient.get(deletion.client)
    if (list) list.push(deletion)
    else byClient.set(deletion.client, [deletion])
  }
  putNumber(bytes, byClient.size)
  for (const [client, list] of byClient) {
    putNumber(bytes, client)
    putNumber(bytes, list.length)
    for (const { clock, length } of list) {
      putNumber(bytes, clock)
      putNumber(bytes, length)
    }
  }
  return Uint8Array.from(bytes)
}

/** Counts this process's own time, so that a busy machine does not refuse what is sound. */
class Clock {
  stretch = shortStretch
  private readonly start = process.cpuUsage()
  private last = 0
  private readonly most: number

  constructor(pieces: number) {
    this.most = Math.min(mostMilliseconds, baseMilliseconds + pieces * millisecondsPerPiece)
  }

  private get spent(): number {
    const { user, system } = process.cpuUsage(this.start)
    return (user + system) / 1000
  }

  get isOver(): boolean {
    const now = this.spent
    this.stretch = now - this.last < quickMilliseconds ? Math.min(longStretch, this.stretch * 2) : shortStretch
    this.last = now
    return now > this.most
  }
}

/** The next runs of this author that stand on what is there already, at most `most`. */
const nextRuns = (doc: Y.Doc, runs: Run[], from: number, most: number): Run[] => {
  const next: Run[] = []
  for (let index = from; index < runs.length && next.length < most; index++) {
    const run = runs[index]
    if (!run) break
    const isReady = run.needs.every((need) => need.client === run.client || need.clock < Y.getState(doc.store, need.client))
    if (!isReady) break
    next.push(run)
  }
  return next
}

const applyInStretches = (doc: Y.Doc, bytes: Uint8Array, scan: Scan, clock: Clock): string | null => {
  const places = new Map([...scan.runs.keys()].map((client) => [client, 0]))
  for (let rest = scan.runs.size; rest > 0;) {
    let isMoving = false
    for (const [client, runs] of scan.runs) {
      let from = places.get(client) ?? 0
      if (from >= runs.length) continue
      for (;;) {
        const next = nextRuns(doc, runs, from, clock.stretch)
        if (next.length === 0) break
        Y.applyUpdate(doc, encodeRuns(bytes, next))
        isMoving = true
        from += next.length
        if (clock.isOver) return 'it takes too long'
      }
      places.set(client, from)
      if (from >= runs.length) rest--
    }
    if (!isMoving) return 'a circle of references'
  }
  for (let index = 0; index < scan.deletions.length;) {
    const some = scan.deletions.slice(index, index + clock.stretch)
    Y.applyUpdate(doc, encodeDeletions(some))
    index += some.length
    if (clock.isOver) return 'it takes too long'
  }
  return null
}

/** Whether every node that the update made is whole: a list has items, a row has cells, as an editor needs them. */
const areNewNodesValid = (doc: Y.Doc, scan: Scan): boolean => {
  for (const runs of scan.runs.values()) {
    for (const run of runs) {
      const structs = doc.store.clients.get(run.client) ?? []
      const item = structs[Y.findIndexSS(structs, run.clock)]
      if (!(item instanceof Y.Item) || item.deleted || !(item.content instanceof Y.ContentType)) continue
      const { type } = item.content
      if (!(type instanceof Y.XmlElement)) continue
      const names = type.toArray().map((child) => (child instanceof Y.XmlElement ? child.nodeName : 'text'))
      if (!hasValidContent(type.nodeName, names)) return false
    }
  }
  return true
}

/** Why the document is not what the update declared, or null. */
export const differenceFrom = (doc: Y.Doc, scan: Scan): string | null => {
  if (doc.store.pendingStructs !== null || doc.store.pendingDs !== null) return 'it waits for something'
  for (const [client, end] of scan.ends) {
    if (Y.getState(doc.store, client) !== end) return 'its clock did not advance as declared'
  }
  return null
}

/**
 * Applies a scanned update to a copy of the document, in stretches against the clock, and checks the result. Returns why
 * it must be refused, or null; after a refusal the copy is worth nothing.
 */
export const tryUpdate = (copy: Y.Doc, bytes: Uint8Array, scan: Scan): string | null => {
  const pieces = [...scan.runs.values()].reduce((sum, runs) => sum + runs.length, scan.deletions.length)
  const clock = new Clock(pieces)
  try {
    const why = copy.transact(() => applyInStretches(copy, bytes, scan, clock))
    if (why !== null) return why
  } catch (error) {
    return error instanceof Error ? error.message : 'it cannot be applied'
  }
  if (clock.isOver) return 'it takes too long'
  return differenceFrom(copy, scan) ?? (scan.makesNodes && !areNewNodesValid(copy, scan) ? 'a node that is not whole' : null)
}

/** An empty section document with its one root; the server never writes in it itself. */
export const emptyDocument = (): Y.Doc => {
  const doc = new Y.Doc()
  doc.getXmlFragment(minutesRoot)
  return doc
}
