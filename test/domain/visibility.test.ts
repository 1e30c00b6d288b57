import { describe, expect, test } from 'vitest'
import { Command, eventTypes, type CommandInput, type MeetingEvent } from '#domain/meeting/meeting.ts'
import { authorise } from '#domain/meeting/permissions.ts'
import type { Viewer } from '#domain/meeting/state.ts'
import {
  eventFor,
  mayAttendItem,
  mayAttendMeeting,
  mayWriteMinutes,
  snapshotFor,
  viewerClass,
  visibility,
} from '#domain/meeting/visibility.ts'
import {
  asAdmin,
  asChair,
  asFinance,
  asHealth,
  asNorth,
  asObserver,
  asOffice,
  asSecretary,
  asSouth,
  asVice,
  asWest,
  everybody,
  given,
  id,
  items,
  meetingId,
  opened,
  presentation,
  proposal,
  removed,
  scheduled,
  units,
  type Room,
} from '../kit/meeting.ts'

const mark = (name: string) => `CHIM-${name}`
const planted = {
  title: mark('TIEU-DE'),
  inserted: mark('CHEN-THEM'),
  question: mark('CAU-HOI'),
  option: mark('PHUONG-AN'),
  text: mark('KET-LUAN'),
  product: mark('SAN-PHAM'),
  remark: mark('Y-KIEN'),
  reason: mark('LY-DO'),
  presentation: mark('TRINH-CHIEU'),
} as const
const vote = id(50)
const kept = id(60)
const issued = id(61)
const secondClosed = id(43)

/** A meeting whose closed item has something of every kind, said by those inside; each step must be accepted. */
function play(): Room {
  const land = { id: items.land, number: 1, title: planted.title, presenterUnitId: units.north, audience: [units.finance] }
  const roads = {
    id: items.roads,
    number: 2,
    title: 'Đường tuần tra',
    presenterUnitId: units.south,
    audience: 'everyone' as const,
  }
  const begin = given(
    scheduled({
      agenda: [
        { ...land, form: 'online', budgetSeconds: 900 },
        { ...roads, form: 'online', budgetSeconds: 900 },
      ],
    }),
    opened,
  )
  const steps: [CommandInput, Viewer][] = [
    [
      {
        type: 'agenda.insert',
        itemId: secondClosed,
        title: planted.inserted,
        presenterUnitId: units.north,
        audience: [],
        budgetMinutes: 5,
      },
      asOffice,
    ],
    [{ type: 'agenda.start', itemId: items.land }, asChair],
    [{ type: 'agenda.extend', itemId: items.land, minutes: 5 }, asOffice],
    [{ type: 'participant.mute', userId: asFinance.userId }, asOffice],
    [{ type: 'floor.request', kind: 'speak' }, asNorth],
    [{ type: 'floor.request', kind: 'speak' }, asFinance],
    [{ type: 'floor.request', kind: 'reply' }, asFinance],
    [{ type: 'floor.withdraw', kind: 'reply' }, asFinance],
    [{ type: 'floor.grant', userId: asFinance.userId, limitSeconds: 180 }, asChair],
    [{ type: 'floor.yield' }, asFinance],
    [{ type: 'floor.grant', userId: asNorth.userId }, asChair],
    [{ type: 'stage.pin', userId: asNorth.userId }, asOffice],
    [{ type: 'presentation.show', presentationId: presentation }, asNorth],
    [{ type: 'presentation.turn', page: 3 }, asNorth],
    [{ type: 'vote.open', voteId: vote, question: planted.question, options: [planted.option, 'Không'], secret: false }, asChair],
    [{ type: 'vote.cast', voteId: vote, option: 0 }, asVice],
    [{ type: 'vote.close', voteId: vote }, asChair],
    [
      {
        ...proposal(kept, items.land),
        text: planted.text,
        product: planted.product,
        leadUnitId: units.south,
        coordinatingUnitIds: [],
      },
      asSecretary,
    ],
    [{ type: 'conclusion.return', conclusionId: kept, remark: planted.remark }, asChair],
    [{ ...proposal(issued, items.land), leadUnitId: units.south, coordinatingUnitIds: [units.north] }, asSecretary],
    [{ type: 'conclusion.approve', conclusionId: issued, remark: planted.remark }, asChair],
    [{ type: 'agenda.defer', itemId: items.land, reason: planted.reason }, asChair],
    [{ type: 'agenda.start', itemId: items.roads }, asChair],
    [{ type: 'floor.grant', userId: asSouth.userId }, asChair],
  ]
  return steps.reduce((room, [command, actor]) => {
    const next = room.when(command, actor, {
      presentation: () => ({ title: planted.presentation, pages: 12 }),
    })
    expect(next.refusal, command.type).toBeUndefined()
    return next
  }, begin)
}

/** Everything this viewer receives of a meeting: each event as it happens and as it is caught up later, each snapshot. */
function received(viewer: Viewer, room: Room): { events: (MeetingEvent | null)[]; json: string } {
  const lines: string[] = []
  for (const [index, event] of room.log.entries()) {
    const { state } = given(...room.log.slice(0, index + 1).map(({ at: _at, actor: _actor, ...body }) => body))
    lines.push(JSON.stringify([eventFor(viewer, event, state), snapshotFor(viewer, state)]))
  }
  const events = room.log.map((event) => eventFor(viewer, event, room.state))
  lines.push(JSON.stringify([events, snapshotFor(viewer, room.state)]))
  return { events, json: lines.join('\n') }
}

const outside = { observer: asObserver, admin: asAdmin, health: asHealth, south: asSouth }

describe.each(Object.entries(outside))('%s, outside a closed item,', (_name, viewer) => {
  const room = play()

  test('receives nothing that was planted in it', () => {
    const { json } = received(viewer, room)
    for (const [what, text] of Object.entries(planted)) expect(json.includes(text), what).toBe(false)
    for (const hidden of [vote, kept, issued]) expect(json).not.toContain(hidden)
  })

  test('receives no floor, no stage, no vote, and nothing of who was there', () => {
    const { events, json } = received(viewer, room)
    const during = events.filter((event) => event !== null && 'itemId' in event && event.itemId === items.land)
    expect([...new Set(during.map((event) => event?.type))]).toEqual(['agenda.started', 'agenda.extended', 'agenda.deferred'])
    // North presents and speaks in the closed item only: none of its people's ids goes out, and the unit's only as invited.
    expect(json).not.toContain(asNorth.userId)
    const { unitIds: _invited, ...rest } = snapshotFor(viewer, room.state)
    expect(JSON.stringify(rest)).not.toContain(units.north)
  })

  test('sees that it is there, when, and how long', () => {
    const { state } = room
    expect(Object.keys(JSON.parse(JSON.stringify(snapshotFor(viewer, state).agenda[0])) as object).sort()).toEqual(
      ['budgetSeconds', 'closed', 'finishedAt', 'id', 'number', 'startedAt', 'status', 'usedSeconds'].sort(),
    )
    expect(snapshotFor(viewer, state).agenda.find((item) => item.id === secondClosed)).toMatchObject({
      closed: true,
      status: 'pending',
      budgetSeconds: 300,
    })
    expect(snapshotFor(viewer, state).floor.holder?.userId).toBe(asSouth.userId)
    expect(snapshotFor(viewer, state).floor.speaking).toEqual([])
  })

  test('may attend the meeting and not the item', () => {
    expect(mayAttendMeeting(viewer, room.state)).toBe(true)
    expect(mayAttendItem(viewer, room.state, items.land)).toBe(false)
    expect(mayAttendItem(viewer, room.state, items.roads)).toBe(true)
    expect(mayAttendItem(viewer, room.state, meetingId)).toBe(true)
  })
})

describe('inside a closed item', () => {
  const room = play()

  test('leaders, secretary and office see all of it, and their snapshot is the state', () => {
    for (const viewer of [asChair, asVice, asSecretary, asOffice]) {
      expect(snapshotFor(viewer, room.state)).toEqual(room.state)
      expect(room.log.map((event) => eventFor(viewer, event, room.state))).toEqual(room.log)
    }
  })

  test('the presenting unit and the audience see it, and not the one where they are not named', () => {
    for (const viewer of [asNorth, asFinance]) {
      const { json } = received(viewer, room)
      for (const what of ['title', 'question', 'option', 'text', 'product', 'remark', 'reason', 'presentation'] as const)
        expect(json, what).toContain(planted[what])
      expect(mayAttendItem(viewer, room.state, items.land)).toBe(true)
    }
    expect(received(asFinance, room).json).not.toContain(planted.inserted)
    expect(received(asNorth, room).json).toContain(planted.inserted)
  })

  test('the role counts, not the unit alone: an observer of the audience stays outside', () => {
    const { state } = room
    expect(mayAttendItem({ ...asObserver, unitId: units.finance }, state, items.land)).toBe(false)
    expect(mayAttendItem({ ...asAdmin, unitId: units.north }, state, items.land)).toBe(false)
  })
})

describe('an issued conclusion of a closed item', () => {
  const room = play()
  const out = room.when({ type: 'conclusion.issue', conclusionId: issued }, asSecretary)

  test('reaches the units it addresses, with its words and without the remark of the desk', () => {
    const { events, json } = received(asSouth, out)
    expect(events.at(-1)).toMatchObject({ type: 'conclusion.issued', conclusionId: issued, number: 1, leadUnitId: units.south })
    expect(snapshotFor(asSouth, out.state).conclusions).toMatchObject([{ id: issued, status: 'issued' }])
    expect(json).not.toContain(planted.remark)
    expect(json).not.toContain(planted.title)
    expect(json).not.toContain(kept)
  })

  test('reaches nobody else outside', () => {
    for (const viewer of [asObserver, asAdmin, asHealth, { ...asObserver, unitId: units.south }])
      expect(received(viewer, out).json).not.toContain(issued)
  })

  test('its acknowledgements reach the same', () => {
    const done = out.when({ type: 'conclusion.acknowledge', conclusionId: issued }, asSouth)
    const last = done.log.at(-1)
    if (!last) throw new Error('nothing happened')
    expect(done.refusal).toBeUndefined()
    for (const viewer of [asSouth, asNorth, asChair]) expect(eventFor(viewer, last, done.state)).toEqual(last)
    for (const viewer of [asObserver, asHealth]) expect(eventFor(viewer, last, done.state)).toBeNull()
    expect(snapshotFor(asSouth, done.state).conclusions[0]?.acknowledgedBy).toEqual([units.south])
  })
})

test('every event has a row', () => {
  expect(Object.keys(visibility).sort()).toEqual([...eventTypes].sort())
})

test('for who is not invited the meeting does not exist', () => {
  const { state } = given(scheduled(), opened)
  expect(mayAttendMeeting(asWest, state)).toBe(false)
  expect(mayAttendItem(asWest, state, items.budget)).toBe(false)
  expect(mayAttendItem(asWest, state, meetingId)).toBe(false)
  expect(authorise(state, Command.parse({ type: 'floor.request' }), asWest)?.code).toBe('not_found')
  for (const viewer of everybody) expect(mayAttendMeeting(viewer, state)).toBe(viewer !== asWest)
})

test('who was removed attends no item until readmitted', () => {
  const { state } = given(scheduled(), opened, removed(asSouth))
  expect(mayAttendItem(asSouth, state, items.budget)).toBe(false)
  expect(mayAttendItem(asSouth, state, meetingId)).toBe(false)
})

test('an item that is not there is attended by nobody', () => {
  expect(mayAttendItem(asChair, given(scheduled()).state, id(999))).toBe(false)
})

test('the minutes are written by the chair, secretaries and the Office, and read by whoever may attend', () => {
  const { state } = given(scheduled(), opened)
  const writers = everybody.filter((viewer) => mayWriteMinutes(viewer, state, items.land))
  expect(writers).toEqual([asChair, asSecretary, asOffice])
  expect(mayWriteMinutes(asVice, given(scheduled({ chairUserId: asVice.userId })).state, meetingId)).toBe(true)
  expect(mayWriteMinutes(asSecretary, given(scheduled(), opened, removed(asSecretary)).state, meetingId)).toBe(false)
})

test('viewers of one class share what is encoded once', () => {
  expect([asChair, asSecretary, asOffice].map(viewerClass)).toEqual(['inside', 'inside', 'inside'])
  expect([asObserver, asAdmin].map(viewerClass)).toEqual(['outside', 'outside'])
  expect(viewerClass(asNorth)).not.toBe(viewerClass(asSouth))
  expect(viewerClass({ ...asFinance, unitId: units.north })).toBe(viewerClass(asNorth))
})
