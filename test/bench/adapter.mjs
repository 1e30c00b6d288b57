// The product as a benchmark sees it: the real server with its sessions, rights, sections and log; thin clients on its wire.
import path from 'node:path'
import { io } from 'socket.io-client'
import * as socketParser from 'socket.io-parser'
import * as Y from 'yjs'

const toBytes = (text) => new Uint8Array(Buffer.from(text, 'base64'))
const toText = (bytes) => Buffer.from(bytes).toString('base64')

/** As the product's own client: a binary message is a compact update; a number's last byte is below 128. */
class Decoder extends socketParser.Decoder {
  add(message) {
    if (typeof message === 'string') return super.add(message)
    const bytes = new Uint8Array(message)
    let at = 0
    for (let numbers = 0; numbers < 2;) if (bytes[at++] < 128) numbers++
    this.emitReserved('decoded', { type: socketParser.PacketType.EVENT, nsp: '/', data: ['minutes:compact', bytes.subarray(at)] })
  }
}
const parser = { ...socketParser, Decoder }

/** Per server address: the secretary's cookie. Per name: the meeting that stands for it, which outlives a restart on the same database. */
const cookies = new Map()
const meetings = new Map()

const once = (map, key, make) => {
  if (!map.has(key)) map.set(key, make())
  return map.get(key)
}

async function request(port, method, address, { cookie, body } = {}) {
  const response = await fetch(`http://127.0.0.1:${port}/api${address}`, {
    method,
    headers: { 'content-type': 'application/json', ...(cookie ? { cookie } : {}) },
    body: body && JSON.stringify(body),
  })
  if (!response.ok) throw new Error(`${method} ${address}: ${response.status} ${await response.text()}`)
  return { body: await response.json(), cookie: response.headers.get('set-cookie')?.split(';')[0] }
}

let lastCookie

/** Whoever comes back after a restart is still signed in: a session is in the database. */
const cookieOf = (port) =>
  once(cookies, port, async () => {
    const known = lastCookie && (await request(port, 'GET', '/me', { cookie: lastCookie }).catch(() => null))
    if (!known) lastCookie = (await request(port, 'POST', '/session', { body: { username: 'thuky', password: 'demo' } })).cookie
    return lastCookie
  })

const meetingOf = (port, name) =>
  once(meetings, name, async () => {
    const cookie = await cookieOf(port)
    const [units, chair] = await Promise.all([
      request(port, 'GET', '/units', { cookie }),
      request(port, 'POST', '/session', { body: { username: 'chutri', password: 'demo' } }),
    ])
    const unitIds = units.body.units.map((unit) => unit.id)
    const made = await request(port, 'POST', '/meetings', {
      cookie,
      body: {
        title: name,
        scheduledAt: new Date(Date.now() + 3_600_000).toISOString(),
        chairUserId: chair.body.user.id,
        unitIds,
        agenda: [{ title: name, presenterUnitId: unitIds[0], audience: 'everyone', form: 'mixed', budgetMinutes: 30 }],
      },
    })
    return made.body.id
  })

async function connect(port) {
  const socket = io(`http://127.0.0.1:${port}`, {
    transports: ['websocket'],
    forceNew: true,
    reconnection: false,
    parser,
    auth: { wire: 'compact' },
    extraHeaders: { cookie: await cookieOf(port) },
  })
  await new Promise((resolve, reject) => socket.once('connect', resolve).once('connect_error', reject))
  return socket
}

const accepted = (answer) => {
  if (!answer.ok) throw new Error(`refused: ${JSON.stringify(answer.error)}`)
  return answer
}

const bytesIn = (socket) => () => socket.io?.engine?.transport?.ws?._socket?.bytesRead ?? 0

export default function makeAdapter() {
  return {
    meta: { product: 'sang-thu-nam', store: 'postgres', ack: 'durable (after COMMIT)' },

    async serve({ port, dir, pg }) {
      const { register } = await import('tsx/esm/api')
      register()
      const [{ createApp }, { readSettings }, { default: pino }] = await Promise.all([
        import('../../server/app.ts'),
        import('../../server/settings.ts'),
        import('pino'),
      ])
      const databaseUrl = pg && `postgres://${pg.user}:${encodeURIComponent(pg.password)}@${pg.host}:${pg.port}/${pg.database}`
      const settings = readSettings({
        PORT: String(port),
        DATA_DIR: path.resolve(dir),
        LIVEKIT_URL: 'off',
        DEMO: '1',
        ...(databaseUrl ? { DATABASE_URL: databaseUrl } : {}),
      })
      const app = createApp(settings, { log: pino({ level: process.env.BENCH_DEBUG ? 'debug' : 'silent' }) })
      await app.listen()
      return { close: () => app.close() }
    },

    async openDoc({ port, doc, full }) {
      const meetingId = await meetingOf(port, doc)
      // The section of the opening: it bears the meeting's own id.
      const sectionId = meetingId
      const socket = await connect(port)
      const ydoc = full ? new Y.Doc() : undefined
      let acks = 0
      const client = {
        ydoc,
        onUpdate: null,
        onAck: null,
        send: (update) =>
          socket.emit('minutes:update', { meetingId, sectionId, update: toText(update) }, (answer) => {
            accepted(answer)
            client.onAck?.(++acks)
          }),
        bytesIn: bytesIn(socket),
        close: () => {
          socket.disconnect()
          ydoc?.destroy()
        },
        terminate: () => client.close(),
      }
      const take = (update) => {
        if (ydoc) Y.applyUpdate(ydoc, update)
        client.onUpdate?.(update)
      }
      socket.on('minutes:compact', take)
      const stateVector = toText(Uint8Array.of(0))
      take(toBytes(accepted(await socket.emitWithAck('minutes:sync', { meetingId, sectionId, stateVector })).update))
      return client
    },

    async openRoom({ port, room }) {
      const meetingId = await meetingOf(port, room)
      const socket = await connect(port)
      const client = {
        onEvent: null,
        // A notice carries the benchmark's own event as its text.
        emit: async (event) =>
          accepted(
            await socket.emitWithAck('meeting:command', {
              meetingId,
              commandId: crypto.randomUUID(),
              type: 'notice.post',
              text: JSON.stringify(event),
            }),
          ),
        fetch: async () => accepted(await socket.emitWithAck('meeting:join', { meetingId })),
        bytesIn: bytesIn(socket),
        close: () => socket.disconnect(),
      }
      socket.on('meeting:events', ({ events }) => {
        for (const event of events) if (event.type === 'notice.posted') client.onEvent?.(JSON.parse(event.text))
      })
      accepted(await socket.emitWithAck('meeting:join', { meetingId }))
      return client
    },
  }
}
