import * as Y from 'yjs'

/** Sends one message to everybody who reads the section here, except one socket. */
export type Outlet = (update: Uint8Array, seq: number, exceptSocketId: string | null) => void

/** Merging a handful saves frames; merging hundreds costs more than it saves. */
const mergeAtMost = 24

/** What is on its way from a section to its readers: gathered over one turn, so that a burst costs few messages. */
export class Outgoing {
  private readonly outlet: Outlet
  private readonly seq: () => number
  private leaving: { update: Uint8Array; socketId: string | null }[] = []

  constructor(outlet: Outlet, seq: () => number) {
    this.outlet = outlet
    this.seq = seq
  }

  get isEmpty(): boolean {
    return this.leaving.length === 0
  }

  add(update: Uint8Array, socketId: string | null): void {
    this.leaving.push({ update, socketId })
    if (this.leaving.length === 1) setImmediate(() => this.send())
  }

  clear(): void {
    this.leaving = []
  }

  private send(): void {
    const { leaving } = this
    this.leaving = []
    for (let from = 0; from < leaving.length; from += mergeAtMost) {
      const some = leaving.slice(from, from + mergeAtMost)
      const [first] = some
      if (!first) return
      const isOfOne = some.every((one) => one.socketId === first.socketId)
      const update = some.length === 1 ? first.update : Y.mergeUpdates(some.map((one) => one.update))
      this.outlet(update, this.seq(), isOfOne ? first.socketId : null)
    }
  }
}
