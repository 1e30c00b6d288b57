import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { z } from 'zod'
import { Block } from '#domain/documents/description.ts'
import { describeMinutes } from '#domain/documents/minutes.ts'
import type { MinutesNames } from '#domain/documents/minutes.ts'
import { changedParts } from '#domain/documents/minutes-changes.ts'
import { noFacts, withEvent } from '#domain/documents/minutes-facts.ts'
import { proseBlocks } from '#domain/documents/prose.ts'
import { Command, decide, evolve, type EventBody, type MeetingEvent } from '#domain/meeting/meeting.ts'
import { authorise } from '#domain/meeting/permissions.ts'
import { emptyMeeting, type Viewer } from '#domain/meeting/state.ts'
import { eventFor } from '#domain/meeting/visibility.ts'
import { issuer, textsOf } from '../kit/documents.ts'
import {
  actorOf,
  after,
  arbitraryMove,
  asChair,
  asHealth,
  asOffice,
  asSecretary,
  canary,
  commandOf,
  meetingId,
  opened,
  scheduled,
  surroundings,
  type Move,
} from '../kit/meeting.ts'
import { minutesFactsFromLog } from '../kit/minutes-facts.ts'

const names: MinutesNames = {
  unit: (unitId) => `đơn vị ${unitId}`,
  user: (userId) => ({ name: `người ${userId}`, title: 'chức vụ' }),
  speaker: (userId) => `người ${userId}`,
  isHost: () => false,
}

const frame = {
  issuer,
  notation: '03/BB-UBND',
  venue: 'Phòng họp số 1',
  secretary: { name: 'Nhữ Thị Bút Hoa', title: 'Chuyên viên' },
  head: { seq: 42, hash: 'ab'.repeat(32) },
  issuedAt: '2026-11-26T05:00:00.000Z',
}

const describeLog = (log: MeetingEvent[], sections: Parameters<typeof describeMinutes>[1] = []) =>
  describeMinutes(log.reduce(withEvent, noFacts(meetingId)), sections, names, frame)

/** A meeting as it runs: what is accepted of random moves; at the end somebody tries to close it, so most are closed. */
function play(moves: Move[]): MeetingEvent[] {
  const around = surroundings()
  const log: MeetingEvent[] = []
  let state = emptyMeeting(meetingId)
  let now = 0
  const append = (body: EventBody, actor: Viewer): void => {
    const event: MeetingEvent = { ...body, seq: log.length + 1, at: after(now), actor: { ...actor } }
    log.push(event.type === 'conclusion.issued' ? { ...event, hash: 'ab'.repeat(32) } : event)
    state = evolve(state, event)
  }
  append(scheduled(), asOffice)
  append(opened, asChair)
  const act = (actor: Viewer, command: Command): void => {
    if (authorise(state, command, actor)) return
    const outcome = decide(state, command, actor, { ...around, at: after(now), secretTally: () => [0, 0, 0] })
    if ('events' in outcome) for (const body of outcome.events) append(body, actor)
  }
  for (const move of moves) {
    now += Math.floor(move.waitMs / 10) / 100
    act(actorOf(move, state), Command.parse(commandOf(move, state)))
  }
  for (const actor of [asChair, asSecretary]) act(actor, Command.parse({ type: 'meeting.close' }))
  return log
}

const histories = fc.noBias(fc.array(arbitraryMove, { maxLength: 150, size: 'max' }))
const runs = { numRuns: Number(process.env.RUNS ?? 60) }
/** Lines of which there are as many as the log says. */
const counts = ['Phát biểu: ', 'Biểu quyết: ', 'Bỏ phiếu kín: ', 'Kết luận', 'Tạm nghỉ ']

describe('the minutes of random meetings', () => {
  test('say what an independent reading of the log says, at any moment, and no speaker, vote or conclusion more', () => {
    fc.assert(
      fc.property(histories, (moves) => {
        const log = play(moves)
        const texts = textsOf(describeLog(log))
        const said = minutesFactsFromLog(log, names)
        for (const line of said) expect(texts).toContain(line)
        const counted = (lines: string[]) => lines.filter((line) => counts.some((label) => line.startsWith(label))).sort()
        expect(counted(texts)).toEqual(counted(said))
      }),
      runs,
    )
  }, 60_000)

  test('tell those outside nothing of a closed item', () => {
    fc.assert(
      fc.property(histories, (moves) => {
        const log = play(moves)
        const state = log.reduce(evolve, emptyMeeting(meetingId))
        const seen = log.flatMap((event) => eventFor(asHealth, event, state) ?? [])
        expect(textsOf(describeLog(seen)).join('\n')).not.toContain(canary)
      }),
      runs,
    )
  }, 60_000)
})

describe('the skeleton of the decree', () => {
  const minutes = describeLog(play([]), [
    {
      sectionId: meetingId,
      blocks: proseBlocks({ type: 'doc', content: [{ type: 'paragraph', content: [{ type: 'text', text: 'Khai mạc.' }] }] }),
    },
  ])

  test('no date line; secretary on the left, chair on the right; the end at the end', () => {
    const texts = textsOf(minutes)
    expect(minutes.header.placeDate).toBeUndefined()
    expect(minutes.header.numberSymbol).toBe('Số: 03/BB-UBND')
    expect(minutes.closing.leftSignature?.authority).toEqual(['THƯ KÝ'])
    expect(minutes.closing.rightSignature.authority).toEqual(['CHỦ TỌA'])
    expect(minutes.closing.recipients.at(-1)).toBe('- Lưu: VT, Hồ sơ.')
    expect(texts).toContain('Thời gian bắt đầu: 07 giờ 30 phút, thứ Năm, ngày 26 tháng 11 năm 2026.')
    expect(texts).toContain('Cuộc họp kết thúc vào 07 giờ 30 phút, ngày 26 tháng 11 năm 2026./.')
    expect(texts).toContain('Khai mạc.')
    expect(texts.some((text) => text.includes(`sự kiện số 42, mã băm ${Array(4).fill('ab'.repeat(8)).join(' ')}`))).toBe(true)
  })

  test('parts in the order of Phụ lục III', () => {
    const texts = textsOf(minutes)
    const at = [
      'Thời gian bắt đầu:',
      'Địa điểm:',
      'Thành phần tham dự:',
      'Chủ trì:',
      'Thư ký:',
      'Nội dung (theo diễn biến',
      'Cuộc họp kết thúc',
    ].map((label) => texts.findIndex((text) => text.startsWith(label)))
    expect(at).not.toContain(-1)
    expect([...at].sort((one, other) => one - other)).toEqual(at)
  })
})

describe('the words of a section', () => {
  const text = (value: string, ...marks: string[]) => ({ type: 'text', text: value, marks: marks.map((type) => ({ type })) })
  const line = (...content: unknown[]) => ({ type: 'paragraph', content })
  const plain = (doc: unknown) =>
    proseBlocks(doc).map((block) => (block.type === 'paragraph' ? block.runs.map((run) => run.text).join('') : block.rows))

  test('keep bold and italic, lists with their labels, tables with their head', () => {
    const doc = {
      type: 'doc',
      content: [
        line(text('Một '), text('đậm', 'bold'), text(' nghiêng', 'italic')),
        {
          type: 'orderedList',
          attrs: { start: 3, type: null },
          content: [
            { type: 'listItem', content: [line(text('ba'))] },
            {
              type: 'listItem',
              content: [line(text('bốn')), { type: 'bulletList', content: [{ type: 'listItem', content: [line(text('con'))] }] }],
            },
          ],
        },
        {
          type: 'table',
          content: [
            {
              type: 'tableRow',
              content: [
                { type: 'tableHeader', attrs: { colspan: 1 }, content: [line(text('Hộ'))] },
                { type: 'tableHeader', content: [line(text('Số'))] },
              ],
            },
            { type: 'tableRow', content: [{ type: 'tableCell', attrs: { colspan: 2 }, content: [line(text('gộp'))] }] },
          ],
        },
        { type: 'conclusion', content: [text('Dự thảo kết luận')] },
      ],
    }
    expect(plain(doc)).toEqual(['Một đậm nghiêng', '3. ba', '4. bốn', '- con', [['gộp', '']]])
    const [first, , , , table] = proseBlocks(doc)
    expect(first).toMatchObject({ runs: [{}, { bold: true }, { italic: true }] })
    expect(table).toMatchObject({ columns: [{ title: 'Hộ', share: 0.5 }, { title: 'Số' }] })
  })

  test('break at hard breaks, drop empty lines, take nothing for nothing', () => {
    expect(
      plain({ type: 'doc', content: [line(text('một'), { type: 'hardBreak' }, text('hai')), line(), line(text('  '))] }),
    ).toEqual(['một', 'hai'])
    expect(proseBlocks(undefined)).toEqual([])
    expect(proseBlocks({ nonsense: true })).toEqual([])
  })
})

describe('a later version', () => {
  const of = (words: string) =>
    describeLog(play([]), [
      {
        sectionId: meetingId,
        blocks: proseBlocks({ type: 'doc', content: [{ type: 'paragraph', content: [{ type: 'text', text: words }] }] }),
      },
    ]).body

  test('names the parts that changed, and none where nothing did', () => {
    const turned = of('Khai mạc.').map((block) => Object.fromEntries(Object.entries(block).reverse()))
    expect(changedParts(z.array(Block).parse(turned), of('Khai mạc.'))).toEqual([])
    expect(changedParts(of('Khai mạc.'), of('Khai mạc lúc 8 giờ.'))).toEqual(['phần mở đầu'])
  })
})
