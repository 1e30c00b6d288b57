import { isClosedStub } from '../meeting/state.ts'
import type { AgendaItem, Conclusion, MeetingState, Vote } from '../meeting/state.ts'
import { dayOf, longDate, parseDay, shortDate, shortTime, timeOfDay, weekdayOf } from './dates.ts'
import { cleanText, endText, groupedHash, paragraph, paragraphsOf } from './description.ts'
import type { Block, DocumentDescription, Paragraph, Verification } from './description.ts'
import { openNumber } from './issuing.ts'
import type { IssuingBody } from './issuing.ts'

/**
 * Biên bản: the facts (times, attendance, speakers, votes, conclusions) are the fold of the log; the words are the secretary's.
 * Nothing of the facts is typed.
 */

export interface MinutesSection {
  /** The agenda item's id, or the meeting's id for the opening. */
  sectionId: string
  /** Plain text, a line per paragraph. */
  text: string
}

export interface MinutesNames {
  unit: (unitId: string) => string
  user: (userId: string) => { name: string; title: string }
}

export interface MinutesFrame {
  issuer: IssuingBody
  /** `03/BB-UBND`; left open for the clerk's hand while no number was taken. */
  notation?: string
  /** Where the chair sits. */
  venue: string
  secretary: { name: string; title: string }
  /** The log these minutes were folded from: its last number and hash are printed. */
  head: { seq: number; hash: string }
  verification?: Verification
  /** When the minutes were made final. */
  issuedAt: string
}

const momentOf = (at: string): string => `${timeOfDay(at)}, ${weekdayOf(at)}, ${longDate(dayOf(at))}`

const labelled = (label: string, text: string): Paragraph => paragraph('body', `${label}: ${text}`)

const attendanceTable = (state: MeetingState, names: MinutesNames): Block => ({
  type: 'table',
  columns: [
    { title: 'TT', share: 0.07, align: 'center' },
    { title: 'Đơn vị', share: 0.3, align: 'left' },
    { title: 'Người đại diện', share: 0.31, align: 'left' },
    { title: 'Số người', share: 0.1, align: 'center' },
    { title: 'Có mặt', share: 0.11, align: 'center' },
    { title: 'Rời họp', share: 0.11, align: 'center' },
  ],
  rows: state.attendance.map((entry, at) => [
    String(at + 1),
    cleanText(names.unit(entry.unitId)),
    cleanText(`${entry.representative.name}, ${entry.representative.title}`),
    String(entry.headCount),
    shortTime(entry.checkedInAt),
    entry.leftAt === undefined ? '' : shortTime(entry.leftAt),
  ]),
})

const resultWords = {
  passed: 'được thông qua',
  failed: 'không được thông qua',
  advisory: 'để chủ trì tham khảo',
  noQuorum: 'không đủ số người biểu quyết',
}

const voteLine = (vote: Vote): Block => {
  const tally = (vote.tally ?? []).map((count, at) => `${vote.options[at] ?? ''}: ${count}`).join('; ')
  const result = vote.result === undefined ? '' : ` (${resultWords[vote.result]})`
  return paragraph(
    'point',
    `${vote.secret ? 'Bỏ phiếu kín' : 'Biểu quyết'}: ${cleanText(vote.question).replace(/\s*[.?;]?$/u, '')}. Kết quả: ${tally}; ${vote.cast.length}/${vote.eligible.length} người biểu quyết${result}.`,
  )
}

const conclusionLine = (conclusion: Conclusion, names: MinutesNames): Block[] => {
  const [first = '', ...rest] = paragraphsOf(conclusion.text)
  const due = conclusion.dueDate === undefined ? '' : `; hạn hoàn thành: ngày ${shortDate(parseDay(conclusion.dueDate))}`
  const notation = conclusion.notation === undefined ? '' : ` (Thông báo số ${conclusion.notation})`
  return [
    paragraph('point', `Kết luận${notation}: ${first}`),
    ...rest.map((line) => paragraph('body', line)),
    paragraph('point', `Đơn vị chủ trì: ${cleanText(names.unit(conclusion.leadUnitId))}${due}.`),
  ]
}

const minutesOf = (seconds: number): number => Math.max(1, Math.round(seconds / 60))

const speakingLine = (state: MeetingState, itemId: string, names: MinutesNames): Block[] => {
  const turns = state.floor.speaking.filter((entry) => entry.itemId === itemId && entry.seconds > 0)
  if (turns.length === 0) return []
  const speakers = turns.map(
    (entry) => `${names.user(entry.userId).name} (${names.unit(entry.unitId)}, ${minutesOf(entry.seconds)} phút)`,
  )
  return [paragraph('point', `Phát biểu: ${cleanText(speakers.join('; '))}.`)]
}

const itemStatus = (item: AgendaItem): string => {
  if (item.status === 'deferred') return ' (hoãn sang cuộc họp khác)'
  return item.status === 'pending' ? ' (chưa thảo luận)' : ''
}

const itemBlocks = (state: MeetingState, item: AgendaItem, names: MinutesNames, sections: Map<string, string>): Block[] => {
  if (isClosedStub(item)) return [{ ...paragraph('clauseTitled', `${item.number}. Nội dung họp hẹp`), keepWithNext: true }]
  const issued = state.conclusions.filter((conclusion) => conclusion.itemId === item.id && conclusion.status === 'issued')
  const votes = state.votes.filter((vote) => vote.itemId === item.id && vote.status === 'closed')
  const words = paragraphsOf(sections.get(item.id) ?? '')
  return [
    { ...paragraph('clauseTitled', `${item.number}. ${item.title}${itemStatus(item)}`), keepWithNext: words.length > 0 },
    ...words.map((line) => paragraph('body', line)),
    ...speakingLine(state, item.id, names),
    ...votes.map(voteLine),
    ...issued.flatMap((conclusion) => conclusionLine(conclusion, names)),
  ]
}

/** Minutes in the decree's skeleton: no place and date line; secretary on the left, chair on the right. */
export const describeMinutes = (
  state: MeetingState,
  sections: MinutesSection[],
  names: MinutesNames,
  frame: MinutesFrame,
): DocumentDescription => {
  const chair = names.user(state.chairUserId)
  const texts = new Map(sections.map((section) => [section.sectionId, section.text]))
  const began = state.openedAt ?? state.scheduledAt
  const generalVotes = state.votes.filter((vote) => vote.itemId === undefined && vote.status === 'closed')
  const ended = state.closedAt
  return {
    ruleSet: 'nd30-2020',
    kind: 'BB',
    title: cleanText(`Biên bản ${state.title}`),
    author: frame.issuer.name,
    issuedAt: frame.issuedAt,
    header: {
      parentBody: frame.issuer.parentBody,
      issuingBody: frame.issuer.issuingBody,
      numberSymbol: `Số: ${frame.notation ?? `${openNumber}/BB-${frame.issuer.symbol}`}`,
    },
    heading: { kind: 'BIÊN BẢN', subject: cleanText(state.title) },
    body: endText([
      labelled('Thời gian bắt đầu', `${momentOf(began)}.`),
      labelled('Địa điểm', cleanText(`${frame.venue}.`)),
      {
        ...labelled(
          'Thành phần tham dự',
          state.attendance.length === 0 ? 'chưa có đơn vị điểm danh.' : `${state.attendance.length} đơn vị:`,
        ),
        keepWithNext: state.attendance.length > 0,
      },
      ...(state.attendance.length === 0 ? [] : [attendanceTable(state, names)]),
      labelled('Chủ trì', cleanText(`đồng chí ${chair.name}, ${chair.title}.`)),
      labelled('Thư ký', cleanText(`${frame.secretary.name}, ${frame.secretary.title}.`)),
      { ...paragraph('body', 'Nội dung (theo diễn biến cuộc họp):'), keepWithNext: true },
      ...paragraphsOf(texts.get(state.meetingId) ?? '').map((line) => paragraph('body', line)),
      ...state.agenda.flatMap((item) => itemBlocks(state, item, names, texts)),
      ...generalVotes.map(voteLine),
      paragraph(
        'body',
        `Biên bản được lập từ nhật ký cuộc họp đến sự kiện số ${frame.head.seq}, mã băm ${groupedHash(frame.head.hash)}.`,
      ),
      paragraph(
        'body',
        ended === undefined
          ? 'Cuộc họp chưa kết thúc tại thời điểm lập biên bản.'
          : `Cuộc họp kết thúc vào ${timeOfDay(ended)}, ${longDate(dayOf(ended))}.`,
      ),
    ]),
    closing: {
      leftSignature: { authority: ['THƯ KÝ'], name: cleanText(frame.secretary.name) },
      recipients: ['- Như thành phần tham dự;', '- Lưu: VT, Hồ sơ.'],
      ...(frame.verification === undefined ? {} : { verification: frame.verification }),
      rightSignature: { authority: ['CHỦ TỌA'], name: cleanText(chair.name) },
    },
  }
}
