import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { PointCall } from '#domain/contract/points.ts'
import type { Presence } from '#domain/contract/socket.ts'
import { createLineTrails } from '#server/meeting/line-trails.ts'
import { demoMeetingId, startRoomApp, type Client, type RoomApp } from '../kit/room-client.ts'
import { until } from '../kit/until.ts'

/** The desk's way to single points: a ring on their screens, and how their lines have been. */

let app: RoomApp
let office: Client
let bridge: Client
let meetingId: string

beforeAll(async () => {
  app = await startRoomApp()
  ;[office, bridge] = await Promise.all([app.signIn('vanphong'), app.signIn('diemcau.tumorong')])
  meetingId = await demoMeetingId(office)
  await office.join(meetingId)
})
afterAll(() => app.close())

const call = (client: Client, userId: string, text = '') => client.ask('point:call', { meetingId, userId, text })
async function ringsOf(client: Client): Promise<PointCall[]> {
  const rings: PointCall[] = []
  const line = await client.socket()
  line.on('point:called', (message: { call: PointCall }) => rings.push(message.call))
  return rings
}

describe('calling a point', () => {
  test('one that is not connected cannot be called, and the desk is told why', async () => {
    expect(await call(office, bridge.userId)).toMatchObject({
      ok: false,
      error: { code: 'wrong_state', message: 'Chưa thể thực hiện: điểm cầu này chưa kết nối.' },
    })
  })

  test('a connected one rings on each of its screens and nowhere else, until it is answered', async () => {
    const second = await app.signIn('diemcau.tumorong')
    const other = await app.signIn('diemcau.dakha')
    await Promise.all([bridge, second, other].map((client) => client.join(meetingId)))
    const [atFirst, atSecond, atOther, atOffice] = await Promise.all([bridge, second, other, office].map(ringsOf))
    await until('the point is known to be there', async () => (await call(office, bridge.userId, 'Mở camera giúp')).ok)
    const ring = await until('it rings', () => Promise.resolve(atSecond?.[0]))
    expect(ring).toMatchObject({ text: 'Mở camera giúp', by: { userId: office.userId } })
    expect(await bridge.ask('point:answer', { meetingId, callId: ring.callId })).toMatchObject({ ok: true })
    // Each screen hears it over a line of its own.
    const hasAnswer = (rings?: PointCall[]) => Promise.resolve(rings?.some((one) => one.answeredAt !== undefined))
    await until('the desk sees the answer', () => hasAnswer(atOffice))
    await until('the other screen stops', () => hasAnswer(atSecond))
    await until('the screen that answered knows it too', () => hasAnswer(atFirst))
    expect(atFirst?.map((one) => one.callId)).toEqual([ring.callId, ring.callId])
    expect(atOther).toEqual([])
    expect(await bridge.ask('point:answer', { meetingId, callId: ring.callId })).toMatchObject({ ok: false })
  })

  test('only who looks after the room may call or read the lines', async () => {
    expect(await call(bridge, office.userId)).toMatchObject({ ok: false, error: { code: 'forbidden' } })
    expect(await bridge.ask('point:lines', { meetingId })).toMatchObject({ ok: false, error: { code: 'forbidden' } })
    // Who comes is told of together with others who come: a moment later.
    const samples = await until('the line of the point is known', async () => {
      const { lines } = (await office.ask('point:lines', { meetingId })) as unknown as {
        lines: { userId: string; samples: string[] }[]
      }
      return lines.find((one) => one.userId === bridge.userId)?.samples
    })
    expect(samples.at(-1)).toBe('unknown')
  })
})

describe('how a line has been', () => {
  const at = (quality?: Presence['quality']): Presence[] => [{ userId: 'hall', unitId: 'unit', quality }]

  test('a sample each ten seconds, the worst of its time; silence leaves it as it was; who is gone is away', () => {
    let seconds = 0
    const trails = createLineTrails(() => seconds * 1000)
    const samples = () => trails.of('m')[0]?.samples
    trails.note('m', at('good'))
    seconds = 4
    trails.note('m', at('weak'))
    trails.note('m', at('good'))
    expect(samples()).toEqual(['weak'])
    seconds = 12
    trails.note('m', at('good'))
    seconds = 35
    expect(samples()).toEqual(['weak', 'good', 'good', 'good'])
    trails.note('m', [])
    expect(samples()).toEqual(['weak', 'good', 'good', 'away'])
    seconds = 3600
    trails.note('m', [])
    expect(trails.of('m')).toEqual([])
  })
})
