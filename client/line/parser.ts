import { Decoder as PlainDecoder, PacketType } from 'socket.io-parser'
import { compactEvent, readCompact } from '#domain/contract/minutes-compact.ts'

/** Socket.IO's own parser, which also takes the compact updates of the minutes: the only binary messages of this line. */
export { Encoder } from 'socket.io-parser'

export class Decoder extends PlainDecoder {
  override add(message: unknown): void {
    // A browser gives an ArrayBuffer, Node a Buffer.
    const bytes = message instanceof ArrayBuffer ? new Uint8Array(message) : message
    if (!(bytes instanceof Uint8Array)) return super.add(message)
    const update = readCompact(bytes)
    if (update) this.emitReserved('decoded', { type: PacketType.EVENT, nsp: '/', data: [compactEvent, update] })
  }
}
