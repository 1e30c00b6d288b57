import * as Y from 'yjs'
import { attributeValues, minutesRoot } from '#domain/minutes/schema.ts'
import { ByteReader, Unreadable } from './byte-reader.ts'
import { mayContain } from './schema.ts'
import { type Content, isSameContent, malformed, missing, readContent, Refused } from './scan-content.ts'

/**
 * Reads an update before it touches any document: one pass over the bytes, stopping at the first thing that is wrong.
 * M1  New content stands under author ids that belong to the sender or to nobody yet; at most four of those.
 * M2  An author's content continues exactly where the document ends; what is known already may come again if it is the same.
 * M3  Everything it refers to is known or in the update itself, else `missing_before`.
 * M4  Only nodes, marks and attributes of the minutes' schema, where the schema allows them, nested at most 32 deep.
 * M5  Deletions name known content only, and not more new ranges than a person can make.
 */
export const scanLimits = {
  newAuthors: 4,
  depth: 32,
  /** Content that comes already deleted is a number only; nobody deletes more than this between two updates. */
  deletedLength: 2_000_000,
  deletions: 10_000,
  /** More than this is tried on a copy first, against the clock. */
  plainStructs: 64,
} as const

export type AuthorOf = (client: number) => 'self' | 'other' | 'nobody'

export interface Run {
  client: number
  clock: number
  length: number
  /** Where its bytes are in the update. */
  from: number
  to: number
  needs: { client: number; clock: number }[]
}

export interface Deletion {
  client: number
  clock: number
  length: number
}

export interface Scan {
  /** The clock that each author with new content has afterwards. */
  ends: Map<number, number>
  /** Author ids that the sender uses for the first time. */
  claims: number[]
  /** New content, by author in the order of its clocks. */
  runs: Map<number, Run[]>
  /** Ranges not yet deleted. */
  deletions: Deletion[]
  /** Whether nodes are made: then their content is checked too. */
  makesNodes: boolean
  /** Whether it must be tried on a copy first. */
  needsTrial: boolean
}

export type ScanResult = { scan: Scan } | { refused: 'malformed_update' | 'missing_before'; why: string }

/** Where content stands. `gone` is a place that was deleted: what comes there is deleted too. */
type Place =
  | { kind: 'gone' }
  | { kind: 'root' }
  | { kind: 'element'; name: string; depth: number; attribute: string | null }
  | { kind: 'text'; depth: number }

const gone: Place = { kind: 'gone' }
const root: Place = { kind: 'root' }

interface Fresh extends Run {
  /** Where it stands. */
  place: Place
  /** Where its children stand, for a node. */
  inside: Place | null
}

interface Id {
  client: number
  clock: number
}

const depthOfType = (type: { _item: Y.Item | null }): number => {
  let depth = 0
  for (let item = type._item; item !== null && depth <= scanLimits.depth; depth++) {
    const parent: unknown = item.parent
    if (!(parent instanceof Y.AbstractType)) break
    item = parent._item
  }
  return depth
}

class Scanner {
  private readonly reader: ByteReader
  private readonly doc: Y.Doc
  private readonly authorOf: AuthorOf
  private readonly fragment: Y.XmlFragment
  private readonly fresh = new Map<number, Fresh[]>()
  private readonly ends = new Map<number, number>()
  private readonly claims: number[] = []
  private deletedLength = 0
  private makesNodes = false
  private structs = 0
  private refersAcross = false

  constructor(bytes: Uint8Array, doc: Y.Doc, authorOf: AuthorOf) {
    this.reader = new ByteReader(bytes)
    this.doc = doc
    this.authorOf = authorOf
    this.fragment = doc.getXmlFragment(minutesRoot)
  }

  scan(): Scan {
    const authors = this.reader.number()
    const seen = new Set<number>()
    const late: Fresh[] = []
    for (let index = 0; index < authors; index++) {
      const structs = this.reader.number()
      const client = this.reader.number()
      if (structs === 0 || seen.has(client)) malformed('an author twice or without content')
      seen.add(client)
      this.author(client, structs, late)
    }
    // A reference into another author's part may point forward in the bytes: those are placed at the end.
    if (late.length > 0) this.placeLate(late)
    const deletions = this.deletions()
    if (!this.reader.isAtEnd) malformed('bytes after the end')
    const needsTrial =
      this.makesNodes ||
      this.refersAcross ||
      this.ends.size > 1 ||
      this.structs > scanLimits.plainStructs ||
      deletions.length > scanLimits.plainStructs
    return { ends: this.ends, claims: this.claims, runs: this.fresh, deletions, makesNodes: this.makesNodes, needsTrial }
  }

  private author(client: number, structs: number, late: Fresh[]): void {
    const { reader } = this
    let clock = reader.number()
    const known = Y.getState(this.doc.store, client)
    let end = known
    for (let index = 0; index < structs; index++) {
      const from = reader.at
      const info = reader.byte()
      const ref = info & 31
      if (ref === 10) {
        // A hole: harmless where what it leaves out is known, else the next content shows it.
        const length = reader.number()
        if (info !== 10 || length === 0) malformed('a forged hole')
        clock += length
        if (clock > Number.MAX_SAFE_INTEGER) malformed('a clock too large')
        continue
      }
      if (clock > end) missing('a gap before')
      const needs: Id[] = []
      let content: Content = { kind: 'deleted' }
      let length: number
      let parent: Place | Id | null = null
      let attribute: string | null = null
      let left: Id | null = null
      let right: Id | null = null
      if (ref === 0) {
        if (info !== 0) malformed('a forged gap')
        length = reader.number()
        parent = gone
        this.countDeleted(length)
      } else {
        if (info & 128) needs.push((left = this.id()))
        if (info & 64) needs.push((right = this.id()))
        if (!left && !right) {
          if (reader.number() === 1) {
            if (reader.text(64) !== minutesRoot) malformed('another root')
            parent = root
          } else needs.push((parent = this.id()))
          if (info & 32) attribute = reader.text(64)
        }
        const read = readContent(reader, ref)
        content = read.content
        length = read.length
        if (content.kind === 'deleted') this.countDeleted(length)
      }
      if (length === 0) malformed('empty content')
      const next = clock + length
      if (next > Number.MAX_SAFE_INTEGER) malformed('a clock too large')
      if (clock < known) this.compare(client, clock, Math.min(next, known) - clock, content)
      if (next > known) {
        this.claim(client)
        this.structs++
        const run: Fresh = { client, clock, length, from, to: reader.at, needs, place: gone, inside: null }
        for (const need of needs) {
          if (need.client === client) {
            if (need.clock >= clock) malformed('it refers to itself or later')
          } else if (need.clock >= Y.getState(this.doc.store, need.client)) this.refersAcross = true
        }
        const list = this.fresh.get(client)
        if (list) list.push(run)
        else this.fresh.set(client, [run])
        const placing: Placing = { run, content, parent, attribute, left, right }
        if (!this.refersAcross) this.place(placing)
        else {
          this.waiting.set(run, placing)
          late.push(run)
        }
        end = next
        this.ends.set(client, end)
      }
      clock = next
    }
  }

  private readonly waiting = new Map<Fresh, Placing>()

  /**
   * Places what refers across authors, in rounds: each round places what stands on what is placed; a round without
   * progress means a reference to nothing, or a circle.
   */
  private placeLate(late: Fresh[]): void {
    let rest = late
    for (const run of late) {
      for (const need of run.needs) {
        if (need.clock >= Math.max(Y.getState(this.doc.store, need.client), this.ends.get(need.client) ?? 0))
          missing('unknown content')
      }
    }
    // What one person typed under several author ids was typed one after the other, so a few rounds place it all.
    for (let round = 0; rest.length > 0; round++) {
      if (round > 16) malformed('too entangled')
      const still: Fresh[] = []
      const blocked = new Set<number>()
      for (const run of rest) {
        const placing = this.waiting.get(run)
        if (!placing) continue
        const isReady = !blocked.has(run.client) && run.needs.every((need) => this.isPlaced(need))
        if (!isReady) {
          blocked.add(run.client)
          still.push(run)
          continue
        }
        this.waiting.delete(run)
        this.place(placing)
      }
      if (still.length === rest.length) malformed('a circle of references')
      rest = still
    }
  }

  private isPlaced(id: Id): boolean {
    if (id.clock < Y.getState(this.doc.store, id.client)) return true
    const run = this.findFresh(id)
    return run !== null && !this.waiting.has(run)
  }

  private id(): Id {
    return { client: this.reader.number(), clock: this.reader.number() }
  }

  private countDeleted(length: number): void {
    this.deletedLength += length
    if (this.deletedLength > scanLimits.deletedLength) malformed('too much deleted content')
  }

  private claim(client: number): void {
    if (this.ends.has(client)) return
    const owner = this.authorOf(client)
    if (owner === 'other') malformed("another's author id")
    if (owner === 'nobody') {
      if (Y.getState(this.doc.store, client) > 0) malformed("another's author id")
      this.claims.push(client)
      if (this.claims.length > scanLimits.newAuthors) malformed('too many new authors')
    }
  }

  /** What is known already may be sent again, but only as it is. */
  private compare(client: number, clock: number, length: number, content: Content): void {
    if (content.kind === 'deleted') return
    const structs = this.doc.store.clients.get(client) ?? []
    const end = clock + length
    for (let index = Y.findIndexSS(structs, clock); index < structs.length; index++) {
      const struct = structs[index]
      if (!struct || struct.id.clock >= end) return
      if (!(struct instanceof Y.Item) || struct.deleted) continue
      if (!isSameContent(struct, clock, end, content)) malformed('known content sent again differently')
    }
  }

  private placeOfType(type: { _item: Y.Item | null }, attribute: string | null): Place {
    if (type === this.fragment) return root
    if (type instanceof Y.XmlText) return { kind: 'text', depth: depthOfType(type) }
    if (type instanceof Y.XmlElement) return { kind: 'element', name: type.nodeName, depth: depthOfType(type), attribute }
    return gone
  }

  private findFresh(id: Id): Fresh | null {
    const runs = this.fresh.get(id.client) ?? []
    let low = 0
    let high = runs.length - 1
    while (low <= high) {
      const middle = (low + high) >> 1
      const run = runs[middle]
      if (!run) return null
      if (id.clock < run.clock) high = middle - 1
      else if (id.clock >= run.clock + run.length) low = middle + 1
      else return run
    }
    return null
  }

  private known(id: Id): Y.Item | Y.GC | null {
    const structs = this.doc.store.clients.get(id.client)
    if (!structs || id.clock >= Y.getState(this.doc.store, id.client)) return null
    return structs[Y.findIndexSS(structs, id.clock)] ?? null
  }

  /** Where the neighbour with this id stands. */
  private beside(id: Id): Place {
    const known = this.known(id)
    if (known instanceof Y.Item) {
      return known.parent instanceof Y.AbstractType ? this.placeOfType(known.parent, known.parentSub) : gone
    }
    if (known) return gone
    return this.findFresh(id)?.place ?? missing('unknown content')
  }

  /** Where the children of the node with this id stand. */
  private within(id: Id): Place {
    const known = this.known(id)
    if (known instanceof Y.Item) {
      if (known.content instanceof Y.ContentType) return this.placeOfType(known.content.type, null)
      return known.deleted ? gone : malformed('a parent that is no node')
    }
    if (known) return gone
    const run = this.findFresh(id)
    if (!run) return missing('unknown content')
    return run.inside ?? malformed('a parent that is no node')
  }

  private place({ run, content, parent, attribute, left, right }: Placing): void {
    let place: Place
    if (parent === null) {
      const places = [...(left ? [this.beside(left)] : []), ...(right ? [this.beside(right)] : [])]
      place = places.some(({ kind }) => kind === 'gone') ? gone : (places[0] ?? gone)
    } else place = 'kind' in parent ? parent : this.within(parent)
    if (attribute !== null && place.kind !== 'gone') {
      if (place.kind !== 'element') malformed('an attribute where none can be')
      else place = { ...place, attribute }
    }
    run.place = place
    this.checkPlace(run, place, content)
  }

  private checkPlace(run: Fresh, place: Place, content: Content): void {
    if (content.kind === 'deleted') {
      run.inside = gone
      return
    }
    if (content.kind === 'element' || content.kind === 'text') this.makesNodes = true
    switch (place.kind) {
      case 'gone':
        run.inside = gone
        return
      case 'root':
        if (content.kind !== 'element' || !mayContain('doc', content.name)) malformed('content outside the schema')
        else run.inside = { kind: 'element', name: content.name, depth: 1, attribute: null }
        return
      case 'text':
        if (content.kind !== 'string' && content.kind !== 'format') malformed('content outside the schema')
        return
      case 'element':
        if (place.attribute !== null) {
          const allowed = attributeValues[place.name]
          const schema = allowed && Object.hasOwn(allowed, place.attribute) ? allowed[place.attribute] : undefined
          if (content.kind !== 'value' || !schema?.safeParse(content.value).success) malformed('an attribute outside the schema')
          return
        }
        if (content.kind !== 'element' && content.kind !== 'text') malformed('content outside the schema')
        else if (!mayContain(place.name, content.kind === 'text' ? 'text' : content.name)) malformed('a node where none can be')
        else if (place.depth >= scanLimits.depth) malformed('nested too deep')
        else if (content.kind === 'text') run.inside = { kind: 'text', depth: place.depth + 1 }
        else run.inside = { kind: 'element', name: content.name, depth: place.depth + 1, attribute: null }
    }
  }

  private deletions(): Deletion[] {
    const { reader, doc } = this
    const deletions: Deletion[] = []
    const seen = new Set<number>()
    const authors = reader.number()
    for (let author = 0; author < authors; author++) {
      const client = reader.number()
      if (seen.has(client)) malformed('an author twice')
      seen.add(client)
      const known = Y.getState(doc.store, client)
      const end = Math.max(known, this.ends.get(client) ?? 0)
      const structs = doc.store.clients.get(client) ?? []
      const ranges = reader.number()
      if (ranges === 0) malformed('an author without deletions')
      let last = 0
      for (let index = 0; index < ranges; index++) {
        const clock = reader.number()
        const length = reader.number()
        // Honest ranges come in order, so that looking at all of them is one walk.
        if (length === 0 || clock < last) malformed('a forged deletion')
        last = clock + length
        if (clock + length > end) missing('it deletes unknown content')
        if (clock + length <= known && isDeleted(structs, clock, length)) continue
        deletions.push({ client, clock, length })
        if (deletions.length > scanLimits.deletions) malformed('too many deletions')
      }
    }
    return deletions
  }
}

interface Placing {
  run: Fresh
  content: Content
  parent: Place | Id | null
  attribute: string | null
  left: Id | null
  right: Id | null
}

const isDeleted = (structs: (Y.Item | Y.GC)[], clock: number, length: number): boolean => {
  for (let index = Y.findIndexSS(structs, clock); index < structs.length; index++) {
    const struct = structs[index]
    if (!struct || struct.id.clock >= clock + length) return true
    if (!struct.deleted) return false
  }
  return true
}

/** Scans one update against the document it is meant for, which is only read. */
export const scanUpdate = (bytes: Uint8Array, doc: Y.Doc, authorOf: AuthorOf): ScanResult => {
  try {
    return { scan: new Scanner(bytes, doc, authorOf).scan() }
  } catch (error) {
    if (error instanceof Refused) return { refused: error.code, why: error.message }
    if (error instanceof Unreadable) return { refused: 'malformed_update', why: error.message }
    throw error
  }
}
