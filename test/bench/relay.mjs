// The physical limit: a plain `ws` relay of the same bytes. No document, no rights, nothing kept; it acknowledges from memory.
import { WebSocket, WebSocketServer } from 'ws'

const update = 1
const ack = 2
const wanted = 3

async function connect(port, path) {
  const socket = new WebSocket(`ws://127.0.0.1:${port}${path}`, { perMessageDeflate: false })
  await new Promise((resolve, reject) => socket.once('open', resolve).once('error', reject))
  return socket
}

const bytesIn = (socket) => () => socket._socket?.bytesRead ?? 0

export default function makeRelay() {
  return {
    async serve({ port }) {
      const server = new WebSocketServer({ port, host: '127.0.0.1', perMessageDeflate: false })
      const groups = new Map()
      server.on('connection', (socket, request) => {
        const group = groups.get(request.url) ?? new Set()
        groups.set(request.url, group.add(socket))
        socket.on('close', () => group.delete(socket))
        const isRoom = request.url.startsWith('/room/')
        let count = 0
        socket.on('message', (message) => {
          if (message[0] === wanted) return socket.send(Buffer.alloc(message.readUInt32BE(1), wanted))
          for (const other of group) if (isRoom || other !== socket) other.send(message, { binary: true })
          const answer = Buffer.alloc(5, ack)
          answer.writeUInt32BE(++count, 1)
          socket.send(answer)
        })
      })
      await new Promise((resolve) => server.once('listening', resolve))
      return {
        close: () => {
          for (const client of server.clients) client.terminate()
          server.close()
        },
      }
    },

    async openDoc({ port, doc }) {
      const socket = await connect(port, `/doc/${doc}`)
      const client = {
        onUpdate: null,
        onAck: null,
        send: (bytes) => socket.send(Buffer.concat([Buffer.of(update), bytes])),
        bytesIn: bytesIn(socket),
        close: () => socket.terminate(),
      }
      socket.on('message', (message) => {
        if (message[0] === ack) client.onAck?.(message.readUInt32BE(1))
        else client.onUpdate?.(message.subarray(1))
      })
      return client
    },

    async openRoom({ port, room }) {
      const socket = await connect(port, `/room/${room}`)
      const waiting = []
      const fetching = []
      const client = {
        onEvent: null,
        fetch: (bytes) =>
          new Promise((resolve) => {
            fetching.push(resolve)
            const question = Buffer.alloc(5, wanted)
            question.writeUInt32BE(bytes, 1)
            socket.send(question)
          }),
        emit: (event) =>
          new Promise((resolve) => {
            waiting.push(resolve)
            socket.send(Buffer.concat([Buffer.of(update), Buffer.from(JSON.stringify(event))]))
          }),
        bytesIn: bytesIn(socket),
        close: () => socket.terminate(),
      }
      socket.on('message', (message) => {
        if (message[0] === ack) waiting.shift()?.()
        else if (message[0] === wanted) fetching.shift()?.()
        else client.onEvent?.(JSON.parse(message.subarray(1)))
      })
      return client
    },
  }
}
