import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { pino } from 'pino'
import { io, type Socket } from 'socket.io-client'
import { openDatabase, type Database } from '#db/client.ts'
import { evolve, type MeetingEvent } from '#domain/meeting/meeting.ts'
import type { MeetingState } from '#domain/meeting/state.ts'
import { createApp } from '#server/app.ts'
import { startPostgres } from '#server/launch/postgres.ts'
import { silently } from '#server/launch/progress.ts'
import { readSettings } from '#server/settings.ts'

/** The real server in this process, on a Postgres and a data folder of its own, with the demo's people and meeting. */
export interface RoomApp {
  baseUrl: string
  database: Database
  signIn: (username: string) => Promise<Client>
  close: () => Promise<void>
}

export const silentLog = pino({ level: 'silent' })

export async function startRoomApp(env: Record<string, string> = {}): Promise<RoomApp> {
  const dataDir = await mkdtemp(path.join(tmpdir(), 'sang-thu-nam-'))
  const postgres = await startPostgres({ dataDir, log: silentLog, progress: silently })
  const settings = readSettings({ PORT: '0', DATA_DIR: dataDir, LIVEKIT_URL: 'off', DATABASE_URL: postgres.url, ...env })
  const app = createApp(settings, { log: silentLog })
  const { port } = await app.listen()
  const database = openDatabase(postgres.url)
  const baseUrl = `http://127.0.0.1:${port}`
  const clients: Client[] = []
  return {
    baseUrl,
    database,
    signIn: async (username) => {
      const client = await signIn(baseUrl, username)
      clients.push(client)
      return client
    },
    close: async () => {
      for (const client of clients) client.close()
      await app.close()
      await database.close()
      await postgres.stop()
      await rm(dataDir, { recursive: true, force: true })
    },
  }
}

export interface Answer {
  ok: boolean
  seq?: number
  error?: { code: string; message: string; field?: string }
  [more: string]: unknown
}

interface EventsMessage {
  meetingId: string
  from: number
  to: number
  events: MeetingEvent[]
}

export interface Client {
  username: string
  cookie: string
  userId: string
  unitId: string
  /** Every message of any kind that reached this client, as text: what a capture of the line would hold. */
  received: string[]
  events: MeetingEvent[]
  ranges: { from: number; to: number }[]
  /** The fold of what this client was sent. */
  state: () => MeetingState
  get: (path: string) => Promise<{ status: number; body: unknown }>
  send: (method: string, path: string, body?: unknown) => Promise<{ status: number; body: unknown }>
  ask: (event: string, payload: unknown) => Promise<Answer>
  join: (meetingId: string, since?: number) => Promise<Answer>
  command: (meetingId: string, type: string, fields?: object, commandId?: string) => Promise<Answer>
  socket: () => Promise<Socket>
  close: () => void
}

/** Signs in over HTTP; the socket is opened when first needed. */
export async function signIn(baseUrl: string, username: string, password = 'demo'): Promise<Client> {
  const response = await fetch(`${baseUrl}/api/session`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ username, password }),
  })
  if (response.status !== 200) throw new Error(`${username} cannot sign in: ${response.status}`)
  const { user } = (await response.json()) as { user: { id: string; unitId: string } }
  const cookie = response.headers.get('set-cookie')?.split(';')[0] ?? ''
  return connect(baseUrl, { username, cookie, userId: user.id, unitId: user.unitId })
}

/** A client with a session it already has. */
export function connect(baseUrl: string, who: { username: string; cookie: string; userId: string; unitId: string }): Client {
  const { username, cookie, userId, unitId } = who
  let opening: Promise<Socket> | undefined
  let state: MeetingState | undefined
  const received: string[] = []
  const events: MeetingEvent[] = []
  const ranges: { from: number; to: number }[] = []

  const request = async (method: string, path: string, body?: unknown) => {
    const response = await fetch(`${baseUrl}${path}`, {
      method,
      headers: { cookie, ...(body === undefined ? {} : { 'content-type': 'application/json' }) },
      body: body === undefined ? undefined : JSON.stringify(body),
    })
    const text = await response.text()
    received.push(text)
    const isJson = response.headers.get('content-type')?.includes('json') === true
    return { status: response.status, body: isJson ? (JSON.parse(text) as unknown) : text }
  }
  const take = (fresh: MeetingEvent[]): void => {
    events.push(...fresh)
    for (const event of fresh) if (state) state = evolve(state, event)
  }
  const socket = (): Promise<Socket> =>
    (opening ??= new Promise((resolve, reject) => {
      const line = io(baseUrl, { transports: ['websocket'], extraHeaders: { cookie }, forceNew: true, reconnection: false })
      line.once('connect', () => resolve(line))
      line.once('connect_error', reject)
      line.onAny((...message: unknown[]) => received.push(JSON.stringify(message)))
      line.on('meeting:events', (message: EventsMessage) => {
        ranges.push({ from: message.from, to: message.to })
        take(message.events)
      })
    }))
  /** `heed` is given the answer before anything that follows it on the line is read. */
  const ask = async (event: string, payload: unknown, heed: (answer: Answer) => void = () => undefined): Promise<Answer> => {
    const line = await socket()
    return new Promise((resolve, reject) => {
      line.timeout(30_000).emit(event, payload, (error: Error | null, answer: Answer) => {
        if (error) return reject(error)
        received.push(JSON.stringify(answer))
        heed(answer)
        resolve(answer)
      })
    })
  }

  return {
    username,
    cookie,
    userId,
    unitId,
    received,
    events,
    ranges,
    state: () => {
      if (!state) throw new Error(`${username} has not joined`)
      return state
    },
    get: (path) => request('GET', path),
    send: (method, path, body) => request(method, path, body),
    ask: (event, payload) => ask(event, payload),
    join: (meetingId, since) =>
      ask('meeting:join', { meetingId, ...(since === undefined ? {} : { since }) }, (answer) => {
        if ('snapshot' in answer) state = answer.snapshot as MeetingState
        if ('events' in answer) take(answer.events as MeetingEvent[])
      }),
    command: (meetingId, type, fields = {}, commandId = crypto.randomUUID()) =>
      ask('meeting:command', { meetingId, commandId, type, ...fields }),
    socket,
    close: () => {
      void opening?.then(
        (line) => line.disconnect(),
        () => undefined,
      )
    },
  }
}

/** The demo's meeting. */
export async function demoMeetingId(client: Client): Promise<string> {
  const { body } = await client.get('/api/meetings')
  const id = (body as { meetings: { id: string }[] }).meetings[0]?.id
  if (id === undefined) throw new Error('the demo has no meeting')
  return id
}

/** A fresh meeting of the demo's people; unit codes for whom to invite, an item per entry. */
export async function scheduleMeeting(
  desk: Client,
  chair: Client,
  items: { title: string; presenter?: string; audience?: string[]; proposals?: string[] }[],
  invited?: string[],
): Promise<{ meetingId: string; itemIds: string[]; unitId: (code: string) => string }> {
  const { body } = await desk.get('/api/units')
  const units = (body as { units: { id: string; code: string }[] }).units
  const unitId = (code: string): string => {
    const id = units.find((unit) => unit.code === code)?.id
    if (id === undefined) throw new Error(`no unit ${code}`)
    return id
  }
  const made = await desk.send('POST', '/api/meetings', {
    title: 'Cuộc họp thử',
    scheduledAt: new Date(Date.now() + 3600_000).toISOString(),
    chairUserId: chair.userId,
    unitIds: invited ? invited.map(unitId) : units.map((unit) => unit.id),
    agenda: items.map((item) => ({
      title: item.title,
      presenterUnitId: unitId(item.presenter ?? 'stc'),
      audience: item.audience ? item.audience.map(unitId) : 'everyone',
      form: 'mixed',
      budgetMinutes: 30,
      proposals: item.proposals,
    })),
  })
  if (made.status !== 201) throw new Error(`the meeting was refused: ${JSON.stringify(made.body)}`)
  const meetingId = (made.body as { id: string }).id
  const state = (await desk.get(`/api/meetings/${meetingId}`)).body as { meeting: MeetingState }
  return { meetingId, itemIds: state.meeting.agenda.map((item) => item.id), unitId }
}
