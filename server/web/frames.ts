import type { IncomingMessage } from 'node:http'

/** What of Socket.IO the frames use. */
interface Socket {
  conn: {
    readonly readyState: string
    transport: { writable: boolean }
    request: IncomingMessage
    write(data: string | Buffer): unknown
  }
}
export interface FramesServer {
  sockets: { adapter: { rooms: Map<string, Set<string>> }; sockets: Map<string, Socket> }
}

/**
 * Sends one message to many sockets: encoded and framed once, then given to each TCP connection as it is, in one piece. The
 * wire is Socket.IO's own; what is saved is what its engine does anew for each receiver, which is as much again as the writing.
 */
export interface Frames {
  /** As `io.to(room).except(except).emit(event, message())`, for a message of plain JSON, made only if somebody is there. */
  emit(room: string, event: string, message: () => unknown, except?: string | null): void
  /** A binary message, for sockets that asked for it: a client of plain Socket.IO would close its line. */
  bytes(room: string, message: () => Uint8Array, except?: string | null): void
}

/** Of RFC 6455, with the bit that says that the message ends with this frame. */
const textFrame = 0x81
const binaryFrame = 0x82
/** Engine.IO's "message", and in it Socket.IO's "event" in the namespace "/". */
const engineMessage = '4'
const eventPacket = '2'

/** A web socket frame as a server sends it: whole, unmasked, uncompressed. */
function frameOf(kind: number, payload: Uint8Array): Buffer {
  const { length } = payload
  const head = length < 126 ? 2 : length < 0x10000 ? 4 : 10
  const frame = Buffer.allocUnsafe(head + length)
  frame[0] = kind
  if (head === 2) frame[1] = length
  else if (head === 4) {
    frame[1] = 126
    frame.writeUInt16BE(length, 2)
  } else {
    frame[1] = 127
    frame.writeBigUInt64BE(BigInt(length), 2)
  }
  frame.set(payload, head)
  return frame
}

export function createFrames({ sockets: { adapter, sockets } }: FramesServer): Frames {
  const send = (members: Set<string>, except: string | null, frame: Buffer, data: string | Buffer): void => {
    for (const id of members) {
      if (id === except) continue
      const conn = sockets.get(id)?.conn
      if (!conn) continue
      const { socket } = conn.request
      // What waits in the engine goes first, and a slow line is the engine's: it knows what may be left out.
      const isFree = conn.transport.writable && conn.readyState === 'open' && socket.writable && !socket.writableNeedDrain
      if (isFree) socket.write(frame)
      else conn.write(data)
    }
  }
  return {
    emit: (room, event, message, except = null) => {
      const members = adapter.rooms.get(room)
      if (!members) return
      const packet = eventPacket + JSON.stringify([event, message()])
      send(members, except, frameOf(textFrame, Buffer.from(engineMessage + packet)), packet)
    },
    bytes: (room, message, except = null) => {
      const members = adapter.rooms.get(room)
      if (!members) return
      const payload = Buffer.from(message())
      send(members, except, frameOf(binaryFrame, payload), payload)
    },
  }
}
