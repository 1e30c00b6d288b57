import type * as RtcNode from '@livekit/rtc-node'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import pino from 'pino'
import { io, type Socket } from 'socket.io-client'
import { AccessToken, TokenVerifier } from 'livekit-server-sdk'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest'
import { BridgesAnswer } from '#domain/contract/demo.ts'
import { MeetingsAnswer, UserAnswer, type SessionUser } from '#domain/contract/http.ts'
import type { ClientToServer, RefusalAnswer, ServerToClient, VideoAnswer } from '#domain/contract/socket.ts'
import type { CommandInput } from '#domain/meeting/meeting.ts'
import type { MeetingState } from '#domain/meeting/state.ts'
import { createApp, type App } from '#server/app.ts'
import { readSettings } from '#server/settings.ts'
import { mediaServer } from '#server/video/livekit.ts'
import { until } from '../kit/until.ts'

type Line = Socket<ServerToClient, ClientToServer>

let rtc: typeof RtcNode
let folder: string
let app: App
let base: string
let meetingId: string
const leaving: (() => Promise<void> | void)[] = []

beforeAll(async () => {
  // The media library would write its own log, line upon line.
  vi.stubEnv('NODE_ENV', 'production')
  rtc = await import('@livekit/rtc-node')
  vi.unstubAllEnvs()
  folder = await mkdtemp(path.join(tmpdir(), 'video-'))
  app = createApp(readSettings({ PORT: '0', DATA_DIR: folder, DEMO: '1' }), {
    log: pino({ level: process.env.LOG_LEVEL ?? 'silent' }),
  })
  base = `http://127.0.0.1:${(await app.listen()).port}`
  await until('LiveKit is there', () => app.livekit?.state === 'ready', 240_000)
}, 300_000)

afterAll(async () => {
  await app.close()
  await rtc.dispose()
  await rm(folder, { recursive: true, force: true })
}, 60_000)

/** Someone of the demo, signed in and in the meeting. */
interface Person {
  user: SessionUser
  line: Line
  cookie: string
  send(command: CommandInput): Promise<{ ok: true; seq: number } | RefusalAnswer>
  token(meeting?: string): Promise<VideoAnswer | RefusalAnswer>
  /** How often this socket was told that video changed. */
  changes: () => number
}

async function signIn(username: string): Promise<{ user: SessionUser; cookie: string }> {
  const answer = await fetch(`${base}/api/session`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ username, password: 'demo' }),
  })
  const { user } = UserAnswer.parse(await answer.json())
  return {
    user,
    cookie: answer.headers
      .getSetCookie()
      .map((one) => one.split(';')[0])
      .join('; '),
  }
}

async function enter(username: string, device = 'one'): Promise<Person> {
  const { user, cookie } = await signIn(username)
  const line: Line = io(base, { transports: ['websocket'], forceNew: true, extraHeaders: { cookie }, auth: { device } })
  leaving.push(() => void line.disconnect())
  let changes = 0
  line.on('video:changed', () => changes++)
  const ask = <Answer>(put: (reply: (answer: Answer) => void) => void): Promise<Answer> => new Promise(put)
  await until(`${username} is connected`, () => line.connected)
  await ask((reply) => line.emit('meeting:join', { meetingId }, reply))
  return {
    user,
    line,
    cookie,
    send: (command) =>
      ask((reply) => line.emit('meeting:command', { meetingId, commandId: crypto.randomUUID(), ...command }, reply)),
    token: (meeting = meetingId) => ask((reply) => line.emit('video:token', { meetingId: meeting }, reply)),
    changes: () => changes,
  }
}

async function granted(person: Person): Promise<VideoAnswer> {
  const answer = await person.token()
  if (!answer.ok) throw new Error(`${person.user.username} was refused a token: ${answer.error.code}`)
  return answer
}

const claimsOf = async (answer: VideoAnswer) => {
  const { apiKey = '', apiSecret = '' } = app.livekit ?? {}
  return new TokenVerifier(apiKey, apiSecret).verify(answer.token)
}

/** Takes a seat in a media room, as a browser would. */
async function sit(answer: VideoAnswer) {
  const room = new rtc.Room()
  await room.connect(answer.url, answer.token, { autoSubscribe: true, dynacast: false })
  leaving.push(() => room.disconnect().catch(() => undefined))
  return room
}

type Room = Awaited<ReturnType<typeof sit>>

/** Publishes a microphone with a tone in it. */
async function speak(room: Room): Promise<void> {
  const source = new rtc.AudioSource(16_000, 1)
  const track = rtc.LocalAudioTrack.createAudioTrack('microphone', source)
  const options = new rtc.TrackPublishOptions()
  options.source = rtc.TrackSource.SOURCE_MICROPHONE
  const tone = Int16Array.from({ length: 1600 }, (_, at) => Math.round(6000 * Math.sin(at / 6)))
  const timer = setInterval(() => {
    if (source.queuedDuration >= 300) return
    // A source that is gone falls silent: whoever waits to hear it says so.
    source.captureFrame(new rtc.AudioFrame(tone, 16_000, 1, tone.length)).catch(() => clearInterval(timer))
  }, 100)
  leaving.push(() => clearInterval(timer))
  if (!room.localParticipant) throw new Error('not in the room')
  await room.localParticipant.publishTrack(track, options)
}

async function eachOf<T>(stream: ReadableStream<T>, look: (one: T) => void): Promise<void> {
  const reader = stream.getReader()
  for (let next = await reader.read(); !next.done; next = await reader.read()) look(next.value)
}

/** The loudest sample that arrives from anybody, from now on. */
function listen(room: Room) {
  const heard = { loudest: 0, tracks: 0 }
  room.on(rtc.RoomEvent.TrackUnsubscribed, () => heard.tracks--)
  room.on(rtc.RoomEvent.TrackSubscribed, (track) => {
    heard.tracks++
    if (track.kind !== rtc.TrackKind.KIND_AUDIO) return
    void eachOf(new rtc.AudioStream(track), ({ data }) => {
      for (const sample of data) heard.loudest = Math.max(heard.loudest, Math.abs(sample))
    })
  })
  return heard
}

const server = () => {
  if (!app.livekit) throw new Error('no LiveKit')
  return mediaServer(app.livekit)
}

/** What the video server lets a person do in a room now. */
async function rightsOf(person: Person, room = meetingId): Promise<number[] | null> {
  const found = (await server().participants(room)).find((one) => one.identity.startsWith(`${person.user.id}#`))
  return found ? (found.permission?.canPublishSources ?? []) : null
}

const microphone = 2

async function stateOf(person: Person): Promise<MeetingState> {
  const answer = await fetch(`${base}/api/meetings/${meetingId}`, { headers: { cookie: person.cookie } })
  const body: unknown = await answer.json()
  // The server's own snapshot; its shape is proved elsewhere.
  return (body as { meeting: MeetingState }).meeting
}

/** A meeting of its own for each test: three items, the third closed to all but Kon Plông and Tu Mơ Rông. */
beforeEach(async () => {
  const office = await signIn('vanphong')
  const headers = { 'content-type': 'application/json', cookie: office.cookie }
  const units = (await (await fetch(`${base}/api/units`, { headers })).json()) as { units: { id: string; code: string }[] }
  const unit = (code: string) => units.units.find((one) => one.code === code)?.id ?? ''
  const { user: chair } = await signIn('chutri')
  const item = (title: string, code: string, audience: 'everyone' | string[]) => ({
    title,
    presenterUnitId: unit(code),
    audience,
    form: 'online',
    budgetMinutes: 20,
  })
  const made = await fetch(`${base}/api/meetings`, {
    method: 'POST',
    headers,
    body: JSON.stringify({
      title: 'Họp thử hình ảnh và âm thanh',
      scheduledAt: new Date().toISOString(),
      chairUserId: chair.id,
      unitIds: ['tumorong', 'konplong', 'kontum', 'stc'].map(unit),
      agenda: [
        item('Đường liên xã', 'tumorong', 'everyone'),
        item('Ngân sách', 'stc', 'everyone'),
        item('Nội dung hẹp', 'konplong', [unit('tumorong')]),
      ],
    }),
  })
  expect(made.status).toBe(201)
  meetingId = ((await made.json()) as { id: string }).id
})

afterEach(async () => {
  for (const leave of leaving.splice(0).reverse()) await leave()
})

describe('tokens', () => {
  test('[C17] a token opens one room for five minutes and carries no right beyond role and floor', async () => {
    const chair = await enter('chutri')
    await chair.send({ type: 'meeting.open' })
    const expected: Record<string, string[]> = {
      chutri: ['camera', 'microphone', 'screen_share', 'screen_share_audio'],
      'pct.1': ['camera'],
      thuky: ['camera', 'screen_share'],
      vanphong: ['camera', 'screen_share'],
      'diemcau.kontum': ['camera'],
      'so.stc': ['camera'],
      duthinh: [],
      quantri: [],
    }
    for (const [username, sources] of Object.entries(expected)) {
      const person = await enter(username, 'tablet')
      const answer = await granted(person)
      expect(answer).toMatchObject({ ok: true, room: meetingId, url: app.livekit?.url })
      const claims = await claimsOf(answer)
      expect(claims.sub).toBe(`${person.user.id}#tablet`)
      expect(claims.name).toBe(person.user.name)
      expect(JSON.parse(claims.metadata ?? '')).toEqual({ unitId: person.user.unitId })
      expect((claims.exp ?? 0) - (claims.nbf ?? 0)).toBeLessThanOrEqual(300)
      expect(claims.video).toEqual({
        room: meetingId,
        roomJoin: true,
        roomCreate: false,
        roomAdmin: false,
        roomList: false,
        roomRecord: false,
        hidden: false,
        canUpdateOwnMetadata: false,
        canPublish: sources.length > 0,
        canPublishSources: sources,
        canPublishData: false,
        canSubscribe: true,
      })
    }
  })

  test('who is not invited is told nothing, a meeting that is over has no video, and nonsense is refused', async () => {
    const stranger = await enter('diemcau.dakha')
    expect(await stranger.token()).toMatchObject({ ok: false, error: { code: 'not_found' } })
    expect(await stranger.token(crypto.randomUUID())).toMatchObject({ ok: false, error: { code: 'not_found' } })
    expect(await stranger.token('nonsense')).toMatchObject({ ok: false, error: { code: 'invalid_input', field: 'meetingId' } })
    stranger.line.emit('video:token', { meetingId }, undefined as never)
    const chair = await enter('chutri')
    await chair.send({ type: 'meeting.open' })
    await chair.send({ type: 'meeting.close' })
    expect(await chair.token()).toMatchObject({ ok: false, error: { code: 'wrong_state' } })
    expect(stranger.line.connected).toBe(true)
  })

  test('without LiveKit the answer is unavailable, and the room works', async () => {
    const other = await mkdtemp(path.join(tmpdir(), 'video-off-'))
    const dark = createApp(readSettings({ PORT: '0', DATA_DIR: other, LIVEKIT_URL: 'off' }), { log: pino({ level: 'silent' }) })
    const [seen, seenMeeting] = [base, meetingId]
    try {
      base = `http://127.0.0.1:${(await dark.listen()).port}`
      const { cookie } = await signIn('chutri')
      const { meetings } = MeetingsAnswer.parse(await (await fetch(`${base}/api/meetings`, { headers: { cookie } })).json())
      meetingId = meetings[0]?.id ?? ''
      const chair = await enter('chutri')
      expect(await chair.send({ type: 'meeting.open' })).toMatchObject({ ok: true })
      expect(await chair.token()).toMatchObject({ ok: false, error: { code: 'unavailable' } })
      chair.line.disconnect()
    } finally {
      ;[base, meetingId] = [seen, seenMeeting]
      await dark.close()
      await rm(other, { recursive: true, force: true })
    }
  })
})

describe('rights follow the log', () => {
  test('[C19] the floor opens the microphone, is heard, and takes it away again', async () => {
    const [chair, hall, listener] = await Promise.all([enter('chutri'), enter('diemcau.kontum'), enter('duthinh')])
    await chair.send({ type: 'meeting.open' })
    const [hallRoom, listenerRoom] = [await sit(await granted(hall)), await sit(await granted(listener))]
    const heard = listen(listenerRoom)
    expect(await until('the hall is there', () => rightsOf(hall))).not.toContain(microphone)

    const given = performance.now()
    await chair.send({ type: 'floor.grant', userId: hall.user.id })
    await until('the hall may speak', async () => (await rightsOf(hall))?.includes(microphone))
    process.stdout.write(`From the floor given to an open microphone: ${(performance.now() - given).toFixed(0)} ms\n`)
    await speak(hallRoom)
    await until('the hall is heard', () => heard.loudest > 1000)

    await chair.send({ type: 'floor.revoke' })
    await until('the right is gone', async () => !(await rightsOf(hall))?.includes(microphone))
    await until('the sound is gone for all', () => heard.tracks === 0)
    await expect(rightsOf(hall)).resolves.not.toContain(microphone)
  })

  test('who is muted loses the microphone; the next grant opens it', async () => {
    const [chair, hall] = await Promise.all([enter('chutri'), enter('diemcau.kontum')])
    await chair.send({ type: 'meeting.open' })
    await sit(await granted(hall))
    await chair.send({ type: 'floor.grant', userId: hall.user.id })
    await until('open', async () => (await rightsOf(hall))?.includes(microphone))
    await chair.send({ type: 'participant.mute', userId: hall.user.id })
    await until('muted', async () => !(await rightsOf(hall))?.includes(microphone))
    await chair.send({ type: 'floor.grant', userId: hall.user.id })
    await until('open again', async () => (await rightsOf(hall))?.includes(microphone))
  })

  test('a token from before the floor moved gives no more than the floor gives now', async () => {
    const [chair, hall] = await Promise.all([enter('chutri'), enter('diemcau.kontum')])
    await chair.send({ type: 'meeting.open' })
    await chair.send({ type: 'floor.grant', userId: hall.user.id })
    const loud = await granted(hall)
    await chair.send({ type: 'floor.revoke' })
    await sit(loud)
    await until('the right is taken', async () => (await rightsOf(hall))?.includes(microphone) === false)
  })
})

describe('several devices of one person', () => {
  const rightsOn = async (person: Person, device: string): Promise<boolean | undefined> =>
    (await server().participants(meetingId))
      .find((one) => one.identity === `${person.user.id}#${device}`)
      ?.permission?.canPublishSources.includes(microphone)

  test('[M6] one of them has the microphone, the other takes it, and gives it up when it goes; nobody is put out', async () => {
    const [chair, laptop, tablet] = await Promise.all([
      enter('chutri'),
      enter('diemcau.kontum', 'laptop'),
      enter('diemcau.kontum', 'tablet'),
    ])
    const takeSound = (person: Person) =>
      new Promise<unknown>((resolve) => person.line.emit('video:sound', { meetingId }, resolve))
    await chair.send({ type: 'meeting.open' })
    await chair.send({ type: 'floor.grant', userId: laptop.user.id })
    const carries = async () => [await rightsOn(laptop, 'laptop'), await rightsOn(laptop, 'tablet')]
    const first = await sit(await granted(laptop))
    await until('the laptop is alone', async () => (await carries())[0])
    const second = await sit(await granted(tablet))
    await until('the laptop alone may speak', async () => String(await carries()) === 'true,false')

    expect(await takeSound(tablet)).toEqual({ ok: true })
    await until('the tablet alone may speak', async () => String(await carries()) === 'false,true')
    expect([first.isConnected, second.isConnected]).toEqual([true, true])
    await second.disconnect()
    await until('the laptop may speak again', async () => String(await carries()) === 'true,')

    const stranger = await enter('diemcau.dakha')
    expect(await takeSound(stranger)).toMatchObject({ ok: false, error: { code: 'not_found' } })
  })
})

describe('who must not be there', () => {
  test('[D11] who is removed is out with every device, and stays out with the old token until readmitted', async () => {
    const [chair, tablet, wall] = await Promise.all([
      enter('chutri'),
      enter('diemcau.kontum', 'tablet'),
      enter('diemcau.kontum', 'wall'),
    ])
    await chair.send({ type: 'meeting.open' })
    const old = await granted(tablet)
    const [first, second] = [await sit(old), await sit(await granted(wall))]
    await until('two devices of one person', async () => (await server().participants(meetingId)).length === 2)

    await chair.send({ type: 'participant.remove', userId: tablet.user.id })
    await until('both are out', () => !first.isConnected && !second.isConnected)
    expect(await tablet.token()).toMatchObject({ ok: false, error: { code: 'forbidden' } })
    for (let again = 0; again < 3; again++) {
      const back = await sit(old).catch(() => null)
      await until('out again', () => back === null || !back.isConnected)
    }
    await chair.send({ type: 'participant.readmit', userId: tablet.user.id })
    await until('told to ask again', () => tablet.changes() > 1)
    expect((await sit(await granted(tablet))).isConnected).toBe(true)
  })

  test('[C20] a closed item is seen and heard inside only, and everybody is back after it', async () => {
    const [chair, inside, outside, observer] = await Promise.all([
      enter('chutri'),
      enter('diemcau.tumorong'),
      enter('diemcau.kontum'),
      enter('duthinh'),
    ])
    await chair.send({ type: 'meeting.open' })
    const { agenda } = await stateOf(chair)
    const itemId = agenda[2]?.id ?? ''
    const oldToken = await granted(outside)
    const rooms = [await sit(oldToken), await sit(await granted(chair)), await sit(await granted(observer))]

    await chair.send({ type: 'agenda.start', itemId })
    await until('the common media room is empty', () => rooms.every((room) => !room.isConnected))
    for (const person of [chair, inside, outside, observer])
      if (person !== inside) await until('told', () => person.changes() > 0)
    for (const person of [outside, observer])
      expect(await person.token()).toMatchObject({ ok: false, error: { code: 'forbidden' } })
    for (const person of [chair, inside]) expect((await granted(person)).room).toBe(`${meetingId}:${itemId}`)
    const inner = await sit(await granted(inside))
    const spoken = await sit(await granted(chair))
    const heard = listen(inner)
    await speak(spoken)
    await until('heard inside', () => heard.loudest > 1000)
    const intruder = await sit(oldToken).catch(() => null)
    await until('the old token opens nothing', () => intruder === null || !intruder.isConnected)

    await chair.send({ type: 'agenda.finish', itemId })
    await until('the inner room is empty', () => !inner.isConnected && !spoken.isConnected)
    for (const person of [chair, inside, outside, observer]) expect((await granted(person)).room).toBe(meetingId)
  })

  test('the close empties the media room', async () => {
    const chair = await enter('chutri')
    await chair.send({ type: 'meeting.open' })
    const room = await sit(await granted(chair))
    await chair.send({ type: 'meeting.close' })
    await until('out', () => !room.isConnected)
  })

  test('who signs out is out of picture and sound', async () => {
    const hall = await enter('diemcau.kontum')
    const room = await sit(await granted(hall))
    await fetch(`${base}/api/session`, { method: 'DELETE', headers: { cookie: hall.cookie } })
    await until('out', () => !room.isConnected)
  })
})

describe('reports of the video server', () => {
  const report = (body: string, authorization?: string) =>
    fetch(`${base}/api/livekit/webhook`, {
      method: 'POST',
      headers: { 'content-type': 'application/webhook+json', ...(authorization === undefined ? {} : { authorization }) },
      body,
    })
  const sign = async (body: string, secret: string, ttl = 60) => {
    const token = new AccessToken(app.livekit?.apiKey, secret, { ttl })
    token.sha256 = Buffer.from(await crypto.subtle.digest('SHA-256', Buffer.from(body))).toString('base64')
    return token.toJwt()
  }
  const event = (createdAt: number) =>
    JSON.stringify({ event: 'room_started', id: 'x', createdAt: String(Math.round(createdAt)) })

  test('[C21] unsigned, foreign, changed and old ones are refused; a signed one is taken', async () => {
    const secret = app.livekit?.apiSecret ?? ''
    const now = event(Date.now() / 1000)
    expect((await report(now)).status).toBe(401)
    expect((await report(now, await sign(now, 'another-secret-of-more-than-32-letters'))).status).toBe(401)
    expect((await report(`${now} `, await sign(now, secret))).status).toBe(401)
    const old = event(Date.now() / 1000 - 3600)
    expect((await report(old, await sign(old, secret))).status).toBe(401)
    expect((await report('not json', await sign('not json', secret))).status).toBe(401)
    expect((await report(now, await sign(now, secret))).status).toBe(204)
  })
})

describe('LiveKit away', () => {
  test('[B12] killed, the meeting goes on, and video is offered again by itself', async () => {
    const [chair, hall] = await Promise.all([enter('chutri'), enter('diemcau.kontum')])
    await chair.send({ type: 'meeting.open' })
    await granted(hall)
    const { pid } = JSON.parse(await readFile(path.join(folder, 'livekit', 'running.json'), 'utf8')) as { pid: number }
    process.kill(pid, 'SIGKILL')
    await until('noticed', () => app.livekit?.state === 'away')
    expect(await hall.token()).toMatchObject({ ok: false, error: { code: 'unavailable' } })
    expect(await chair.send({ type: 'floor.grant', userId: hall.user.id })).toMatchObject({ ok: true })
    await until('told to ask again', () => hall.changes() > 0)
    const room = await sit(await granted(hall))
    await speak(room)
    await until('speaking again', async () =>
      (await server().participants(meetingId)).some((one) => one.tracks.some((track) => Number(track.source) === microphone)),
    )
  })
})

describe('synthetic bridge points', () => {
  const ask = async (method: string, body?: object) => {
    const answer = await fetch(`${base}/api/demo/bridges`, {
      method,
      ...(body ? { body: JSON.stringify(body), headers: { 'content-type': 'application/json' } } : {}),
    })
    return BridgesAnswer.parse(await answer.json())
  }

  test('come to life, are seen and heard, acknowledge, and go', async () => {
    const [chair, secretary, observer] = await Promise.all([enter('chutri'), enter('thuky'), enter('duthinh')])
    await chair.send({ type: 'meeting.open' })
    const room = await sit(await granted(observer))
    const heard = listen(room)
    const seen = new Map<string, number>()
    room.on(rtc.RoomEvent.TrackSubscribed, (track, _publication, participant) => {
      if (track.kind !== rtc.TrackKind.KIND_VIDEO) return
      void eachOf(new rtc.VideoStream(track), ({ frame }) => {
        if (frame.width === 320) seen.set(participant.identity, (seen.get(participant.identity) ?? 0) + 1)
      })
    })
    expect(await ask('POST', { meetingId, behaviour: 'quiet' })).toMatchObject({ meetingId, points: 3 })
    try {
      await until('all points are seen', async () => (await ask('GET')).seen === 3, 60_000)
      await until('their pictures move', () => seen.size === 3 && [...seen.values()].every((frames) => frames > 5))
      await until('all have checked in', async () => (await stateOf(chair)).attendance.length === 3)

      const hall = await signIn('diemcau.kontum')
      await chair.send({ type: 'floor.grant', userId: hall.user.id })
      await until('it is heard', () => heard.loudest > 500)
      await chair.send({ type: 'floor.revoke' })

      const { agenda } = await stateOf(chair)
      const conclusionId = crypto.randomUUID()
      await chair.send({ type: 'agenda.start', itemId: agenda[0]?.id ?? '' })
      await secretary.send({
        type: 'conclusion.propose',
        conclusionId,
        itemId: agenda[0]?.id ?? '',
        text: 'Giao thành phố Kon Tum báo cáo.',
        leadUnitId: hall.user.unitId,
        coordinatingUnitIds: [],
      })
      await chair.send({ type: 'conclusion.approve', conclusionId })
      await chair.send({ type: 'conclusion.issue', conclusionId })
      await until('it is acknowledged', async () =>
        (await stateOf(chair)).conclusions[0]?.acknowledgedBy.includes(hall.user.unitId),
      )
    } finally {
      expect(await ask('DELETE')).toMatchObject({ state: 'off', points: 0 })
    }
    await until('they are gone', async () => (await server().participants(meetingId)).length === 1)
  }, 180_000)
})
