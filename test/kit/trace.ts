import { readFile } from 'node:fs/promises'
import { setTimeout as wait } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { gunzipSync } from 'node:zlib'
import * as Y from 'yjs'
import { z } from 'zod'
import { linesOf } from '#domain/minutes/text.ts'
import { type MinutesLine, Refused } from './minutes-line.ts'

/** Types the recorded two-author trace (test/traces) through two lines at one section. */

const Trace = z.object({
  endContent: z.string(),
  txns: z.array(
    z.object({
      parents: z.array(z.int()),
      agent: z.int(),
      patches: z.array(z.tuple([z.int(), z.int(), z.string()])),
    }),
  ),
})
type Trace = z.infer<typeof Trace>

export const readTrace = async (): Promise<Trace> => {
  const file = fileURLToPath(new URL('../traces/friendsforever.json.gz', import.meta.url))
  return Trace.parse(JSON.parse(gunzipSync(await readFile(file)).toString()))
}

export interface TypeTraceOptions {
  /** Opens a line for one of the two authors; called again whenever a line was lost, until it works. */
  connect: (author: number) => Promise<MinutesLine>
  trace: Trace
  /** Told how many of the transactions are typed; may wait, for example to kill the server. */
  onProgress?: (typed: number, total: number) => Promise<void> | void
}

/** The other author's transactions that each transaction has seen, by how many of them. */
const seenByEach = ({ txns }: Trace): number[] => {
  const ordinal: number[] = []
  const counts = [0, 0]
  const seen: number[] = []
  for (const [index, { agent, parents }] of txns.entries()) {
    let others = 0
    for (const parent of parents) {
      const isOwn = txns[parent]?.agent === agent
      others = Math.max(others, (isOwn ? seen[parent] : ordinal[parent]) ?? 0)
    }
    seen[index] = others
    counts[agent] = (counts[agent] ?? 0) + 1
    ordinal[index] = counts[agent] ?? 0
  }
  return seen
}

/** One author: an editor's document, and what was typed that is not acknowledged yet. */
class Typist {
  readonly doc = new Y.Doc()
  private readonly open: () => Promise<MinutesLine>
  private line: MinutesLine | null = null
  /** An update for each change typed, from the first that is not saved. */
  private unsaved: { update: Uint8Array; clock: number }[] = []
  private saved = 0

  constructor(clientId: number, open: () => Promise<MinutesLine>) {
    this.doc.clientID = clientId
    this.open = open
  }

  get text(): Y.XmlText {
    const block = this.doc.getXmlFragment('default').get(0)
    const text = block instanceof Y.XmlElement ? block.get(0) : undefined
    if (!(text instanceof Y.XmlText)) throw new Error('the section has no paragraph yet')
    return text
  }

  type(change: () => void): void {
    const before = Y.encodeStateVector(this.doc)
    const updates: Uint8Array[] = []
    const note = (update: Uint8Array): number => updates.push(update)
    this.doc.on('update', note)
    this.doc.transact(change)
    this.doc.off('update', note)
    const update = updates[0] ?? Y.encodeStateAsUpdate(new Y.Doc(), before)
    this.unsaved.push({ update, clock: Y.getState(this.doc.store, this.doc.clientID) })
  }

  /** Sends the first `count` changes of all and waits until they are saved, over as many lines as that takes. */
  async save(count: number): Promise<void> {
    while (this.saved < count) {
      const some = this.unsaved.slice(0, Math.min(count - this.saved, 400))
      try {
        const line = await this.connected()
        await line.send(Y.mergeUpdates(some.map(({ update }) => update)))
        this.unsaved.splice(0, some.length)
        this.saved += some.length
        this.savedClock = some.at(-1)?.clock ?? this.savedClock
      } catch (error) {
        if (error instanceof Refused && error.code !== 'unavailable' && error.code !== 'missing_before') throw error
        this.lose()
        await wait(50)
      }
    }
  }

  /** The clock that everything saved ends with. */
  savedClock = 0

  /** Waits until everything the other author saved is here. */
  async receive(other: Typist): Promise<void> {
    const id = other.doc.clientID
    const isThere = (): boolean => Y.getState(this.doc.store, id) >= other.savedClock
    const end = performance.now() + 60_000
    while (!isThere()) {
      if (performance.now() > end) throw new Error(`author ${this.doc.clientID} waits in vain for the other one`)
      await this.connected().catch(() => {
        this.lose()
        return wait(50)
      })
      await new Promise((resolve) => setImmediate(resolve))
    }
  }

  close(): void {
    this.line?.close()
  }

  private lose(): void {
    this.line?.close()
    this.line = null
  }

  /** A line that is synced; what is not acknowledged is sent again by whoever saves. */
  private async connected(): Promise<MinutesLine> {
    if (this.line?.socket.connected) return this.line
    const line = await this.open()
    line.onUpdate((update) => Y.applyUpdate(this.doc, update))
    const { update } = await line.sync(Y.encodeStateVector(this.doc))
    Y.applyUpdate(this.doc, update)
    this.line = line
    return line
  }
}

/** Types the whole trace; gives the text that each author ends with. */
export const typeTrace = async ({ connect, trace, onProgress }: TypeTraceOptions): Promise<string[]> => {
  const seen = seenByEach(trace)
  const first = new Typist(1, () => connect(0))
  const second = new Typist(2, () => connect(1))
  // The paragraph that both type in is the first author's change number 1.
  const typed = [1, 0]
  const shown = [0, 0]
  const show = async (agent: number, count: number): Promise<void> => {
    if (count <= (shown[agent] ?? 0)) return
    const [from, to] = agent === 0 ? [first, second] : [second, first]
    await from.save(count)
    await to.receive(from)
    shown[agent] = count
  }
  try {
    first.type(() => {
      const block = new Y.XmlElement('paragraph')
      block.insert(0, [new Y.XmlText()])
      first.doc.getXmlFragment('default').insert(0, [block])
    })
    await show(0, 1)

    // What an author types leaves when the other one builds on it: so each sees exactly what was seen then.
    for (const [index, { agent, patches }] of trace.txns.entries()) {
      const needed = seen[index] ?? 0
      await show(1 - agent, agent === 1 ? needed + 1 : needed)
      const own = agent === 0 ? first : second
      own.type(() => {
        for (const [position, deleted, inserted] of patches) {
          if (deleted > 0) own.text.delete(position, deleted)
          if (inserted !== '') own.text.insert(position, inserted)
        }
      })
      typed[agent] = (typed[agent] ?? 0) + 1
      await onProgress?.(index + 1, trace.txns.length)
    }
    await show(0, typed[0] ?? 0)
    await show(1, typed[1] ?? 0)
    return [first, second].map(({ doc }) => linesOf(doc)[0]?.text ?? '')
  } finally {
    first.close()
    second.close()
  }
}
