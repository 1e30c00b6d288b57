import { describe, expect, test } from 'vitest'
import fc from 'fast-check'
import {
  mediaRightsFor,
  mediaRoomOf,
  mediaRoomsOf,
  meetingOfMediaRoom,
  readSoundMark,
  soundDeviceOf,
  withoutMicrophone,
} from '#domain/meeting/media.ts'
import type { Actor, MeetingState } from '#domain/meeting/state.ts'
import { mayAttendItem, snapshotFor } from '#domain/meeting/visibility.ts'
import * as kit from '../kit/meeting.ts'

const { given, opened, started, finished, closed, granted, removed, scheduled, meetingId, items } = kit
const may = (who: Actor, state: MeetingState) => mediaRightsFor(who, state)?.canPublish ?? null
const muted = (who: Actor) => ({ type: 'participant.muted' as const, userId: who.userId })
const readmitted = (who: Actor) => ({ type: 'participant.readmitted' as const, userId: who.userId })
const landRoom = `${meetingId}:${items.land}`

describe('media rooms', () => {
  test('[M1] everybody who attends is in the room of the meeting, before the opening too', () => {
    for (const { state } of [given(scheduled()), given(scheduled(), opened, started(items.budget))])
      for (const who of kit.everybody.filter((one) => one !== kit.asWest))
        expect(mediaRightsFor(who, state)).toMatchObject({ room: meetingId, canSubscribe: true })
  })

  test('[M1] a closed item has a room of its own, and those outside have none', () => {
    const { state } = given(scheduled(), opened, started(items.land))
    for (const who of [kit.asChair, kit.asVice, kit.asSecretary, kit.asOffice, kit.asNorth, kit.asFinance])
      expect(mediaRightsFor(who, state)?.room).toBe(landRoom)
    for (const who of [kit.asSouth, kit.asHealth, kit.asObserver, kit.asAdmin, kit.asWest])
      expect(mediaRightsFor(who, state)).toBeNull()
    expect(mediaRoomsOf(state)).toEqual([meetingId, landRoom])
    expect(mediaRoomOf(given(scheduled(), opened, started(items.land), finished(items.land)).state)).toBe(meetingId)
  })

  test('[M1] a media room names its meeting', () => {
    expect(meetingOfMediaRoom(meetingId)).toBe(meetingId)
    expect(meetingOfMediaRoom(landRoom)).toBe(meetingId)
    for (const other of ['', 'lobby', `${meetingId}:`, `${meetingId}x`, `x${meetingId}`])
      expect(meetingOfMediaRoom(other)).toBeNull()
  })

  test('[M5] who is removed has none until readmitted; who is not invited has none; after the close nobody has', () => {
    const gone = given(scheduled(), opened, removed(kit.asNorth))
    expect(mediaRightsFor(kit.asNorth, gone.state)).toBeNull()
    expect(mediaRightsFor(kit.asSouth, gone.state)).not.toBeNull()
    const back = given(scheduled(), opened, removed(kit.asNorth), readmitted(kit.asNorth))
    expect(may(kit.asNorth, back.state)).toEqual(['camera'])
    expect(mediaRightsFor(kit.asWest, back.state)).toBeNull()
    const { state } = given(scheduled(), opened, closed)
    for (const who of kit.everybody) expect(mediaRightsFor(who, state)).toBeNull()
  })
})

describe('media rights', () => {
  test('[M2] the microphone follows the floor; the chair keeps it', () => {
    const one = given(scheduled(), opened, granted(kit.asNorth)).state
    expect(may(kit.asNorth, one)).toEqual(['camera', 'microphone', 'screen_share', 'screen_share_audio'])
    expect(may(kit.asSouth, one)).toEqual(['camera'])
    expect(may(kit.asChair, one)).toContain('microphone')
    const next = given(scheduled(), opened, granted(kit.asNorth), granted(kit.asSouth)).state
    expect(may(kit.asNorth, next)).toEqual(['camera'])
    expect(may(kit.asSouth, next)).toContain('microphone')
  })

  test('[M2] who is muted has no microphone, chair and holder too', () => {
    const { state } = given(scheduled(), opened, granted(kit.asNorth), muted(kit.asNorth), muted(kit.asChair))
    expect(may(kit.asNorth, state)).toEqual(['camera', 'screen_share'])
    expect(may(kit.asChair, state)).toEqual(['camera', 'screen_share'])
  })

  test('[M2] the microphone goes with the chair to the next one', () => {
    const { state } = given(scheduled(), opened, {
      type: 'chair.handedOver',
      userId: kit.asVice.userId,
      fromUserId: kit.asChair.userId,
    })
    expect(may(kit.asVice, state)).toContain('microphone')
    expect(may(kit.asChair, state)).toEqual(['camera'])
  })

  test('[M3] observer and admin only watch', () => {
    const { state } = given(scheduled(), opened)
    expect(may(kit.asObserver, state)).toEqual([])
    expect(may(kit.asAdmin, state)).toEqual([])
    for (const who of [kit.asVice, kit.asSecretary, kit.asOffice, kit.asNorth, kit.asFinance])
      expect(may(who, state)).toContain('camera')
  })

  test('[M4] the presenting unit shares its screen while its item runs, without sound', () => {
    const { state } = given(scheduled(), opened, started(items.budget))
    expect(may(kit.asFinance, state)).toEqual(['camera', 'screen_share'])
    expect(may(kit.asHealth, state)).toEqual(['camera'])
    expect(may(kit.asSecretary, state)).toEqual(['camera', 'screen_share'])
    expect(may(kit.asOffice, state)).toEqual(['camera', 'screen_share'])
    expect(may(kit.asVice, state)).toEqual(['camera'])
    expect(may(kit.asFinance, given(scheduled(), opened, started(items.budget), finished(items.budget)).state)).toEqual([
      'camera',
    ])
  })
})

describe('several devices of one person', () => {
  const laptop = { identity: 'laptop', joinedAt: 100 }
  const tablet = { identity: 'tablet', joinedAt: 200 }

  test('[M6] the one that came first carries the sound, until another takes it', () => {
    expect(soundDeviceOf([])).toBeUndefined()
    expect(soundDeviceOf([tablet, laptop])).toBe('laptop')
    expect(soundDeviceOf([laptop, { ...tablet, sound: 300 }])).toBe('tablet')
    expect(
      soundDeviceOf([
        { ...laptop, sound: 400 },
        { ...tablet, sound: 300 },
      ]),
    ).toBe('laptop')
  })

  test('[M6] who carried it and comes back after a cut has it again, unless it was taken meanwhile', () => {
    const back = { identity: 'laptop', joinedAt: 500, sound: 100 }
    expect(soundDeviceOf([tablet, back])).toBe('laptop')
    expect(soundDeviceOf([{ ...tablet, sound: 300 }, back])).toBe('tablet')
  })

  test('[M6] a spare one carries it only while there is no other', () => {
    const wall = { identity: 'wall', joinedAt: 1, sound: 'spare' as const }
    expect(soundDeviceOf([wall])).toBe('wall')
    expect(soundDeviceOf([wall, tablet])).toBe('tablet')
  })

  test('[M6] the mark on the video server is a time or spare; anything else is none', () => {
    expect(readSoundMark({ sound: '1764057600000' })).toBe(1_764_057_600_000)
    expect(readSoundMark({ sound: 'spare' })).toBe('spare')
    const others: Record<string, string>[] = [{}, { sound: '' }, { sound: '-1' }, { sound: 'now' }]
    for (const attributes of others) expect(readSoundMark(attributes)).toBeUndefined()
  })

  test('[M6] the others lose the microphone and nothing else', () => {
    const { state } = given(scheduled(), opened, granted(kit.asNorth))
    const rights = mediaRightsFor(kit.asNorth, state)
    expect(rights && withoutMicrophone(rights)).toEqual({
      ...rights,
      canPublish: ['camera', 'screen_share', 'screen_share_audio'],
    })
  })
})

test('[M1] in every meeting: only who may attend the running item has a media room, and the client sees the same right', () => {
  fc.assert(
    fc.property(fc.noBias(fc.array(kit.arbitraryMove, { maxLength: 60, size: 'max' })), (moves) => {
      let room = given(scheduled(), opened)
      for (const move of moves) room = room.when(kit.commandOf(move, room.state), kit.actorOf(move, room.state))
      const { state } = room
      for (const who of kit.everybody) {
        const rights = mediaRightsFor(who, state)
        expect(rights).toEqual(mediaRightsFor(who, snapshotFor(who, state)))
        if (rights === null) continue
        expect(mayAttendItem(who, state, state.currentItemId ?? meetingId)).toBe(true)
        expect(mediaRoomsOf(state)).toContain(rights.room)
        const speaks = [state.floor.holder?.userId, state.chairUserId].includes(who.userId)
        const isMuted = state.participants.muted.includes(who.userId)
        expect(rights.canPublish.includes('microphone')).toBe(speaks && !isMuted)
      }
    }),
    { numRuns: 60 },
  )
})
