import { isClosedStub } from '../meeting/state.ts'
import type { AgendaItem, Conclusion, MeetingState, Vote } from '../meeting/state.ts'
import { dayOf, longDate, parseDay, shortDate, shortTime, timeOfDay, weekdayOf } from './dates.ts'
import { cleanText, endText, groupedHash, paragraph, paragraphsOf } from './description.ts'
import type { Block, DocumentDescription, Paragraph, Verification } from './description.ts'
import { openNumber } from './issuing.ts'
import type { IssuingBody } from './issuing.ts'
import { attendanceBlocks } from './minutes-attendance.ts'
import type { MinutesFacts } from './minutes-facts.ts'

/**
 * Biên bản: the facts (times, attendance, speakers, votes, conclusions) are the fold of the log; the words are the secretary's.
 * Nothing of the facts is typed.
 */

export interface MinutesSection {
  /** The agenda item's id, or the meeting's id for the opening. */
  sectionId: string
  blocks: Block[]
}

export interface MinutesNames {
  unit: (unitId: string) => string
  user: (userId: string) => { name: string; title: string }
  /** Who spoke under an account: of a hall or a department, the unit's representative. */
  speaker: (userId: string, unitId: string) => string
  /** The body that holds the meeting and its Office, which do not check in. */
  isHost: (unitId: string) => boolean
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
  /** When the minutes were made final, or made at all. */
  issuedAt: string
  /** Said before the text: that this is an excerpt, or what this version changes. */
  remark?: string
  /** What the place of the number says below it while the meeting goes on. */
  draftMark?: string
}

const momentOf = (at: string): string => `${timeOfDay(at)}, ${weekdayOf(at)}, ${longDate(dayOf(at))}`

const labelled = (label: string, text: string): Paragraph => paragraph('body', `${label}: ${text}`)

const resultWords = {
  passed: 'được thông qua',
  failed: 'không được thông qua',
  advisory: 'để chủ trì tham khảo',
  noQuorum: 'không đủ số người biểu quyết',
}

/** A closed vote, as one line. */
export const voteLine = (vote: Vote): string => {
  const tally = (vote.tally ?? []).map((count, at) => `${vote.options[at] ?? ''}: ${count}`).join('; ')
  const result = vote.result === undefined ? '' : ` (${resultWords[vote.result]})`
  return `${vote.secret ? 'Bỏ phiếu kín' : 'Biểu quyết'}: ${cleanText(vote.question).replace(/\s*[.?;]?$/u, '')}. Kết quả: ${tally}; ${vote.cast.length}/${vote.eligible.length} người biểu quyết${result}.`
}

const conclusionBlocks = (conclusion: Conclusion, names: MinutesNames): Block[] => {
  const [first = '', ...rest] = paragraphsOf(conclusion.text)
  const due = conclusion.dueDate === undefined ? '' : `; hạn hoàn thành: ngày ${shortDate(parseDay(conclusion.dueDate))}`
  const product = conclusion.product === undefined ? '' : `; sản phẩm: ${cleanText(conclusion.product).replace(/[\s.;]+$/u, '')}`
  const others = conclusion.coordinatingUnitIds.map((unitId) => cleanText(names.unit(unitId)))
  const notation = conclusion.notation === undefined ? '' : ` (Thông báo số ${conclusion.notation})`
  return [
    paragraph('point', `Kết luận${notation}: ${first}`),
    ...rest.map((line) => paragraph('body', line)),
    paragraph(
      'point',
      `Đơn vị chủ trì: ${cleanText(names.unit(conclusion.leadUnitId))}${others.length === 0 ? '' : `; đơn vị phối hợp: ${others.join(', ')}`}${product}${due}.`,
    ),
  ]
}

const speakingBlocks = (facts: MinutesFacts, itemId: string | undefined, names: MinutesNames): Block[] => {
  const turns = facts.turns.filter((turn) => turn.itemId === itemId)
  if (turns.length === 0) return []
  const speakers = turns.map((turn) => {
    const until = turn.to === undefined ? '' : ` đến ${shortTime(turn.to)}`
    return `${names.speaker(turn.userId, turn.unitId)} (${names.unit(turn.unitId)}, từ ${shortTime(turn.from)}${until})`
  })
  return [paragraph('point', `Phát biểu: ${cleanText(speakers.join('; '))}.`)]
}

const timesOf = (item: AgendaItem): string => {
  if (item.status === 'deferred') return 'hoãn sang cuộc họp khác'
  if (item.startedAt === undefined) return 'chưa thảo luận'
  return item.finishedAt === undefined
    ? `từ ${timeOfDay(item.startedAt)}`
    : `từ ${timeOfDay(item.startedAt)} đến ${timeOfDay(item.finishedAt)}`
}

const itemBlocks = (facts: MinutesFacts, item: AgendaItem, names: MinutesNames, sections: Map<string, Block[]>): Block[] => {
  const { state } = facts
  if (isClosedStub(item)) return [paragraph('clauseTitled', `${item.number}. Nội dung họp hẹp (${timesOf(item)})`)]
  const adopted = state.conclusions.filter(
    (one) => one.itemId === item.id && (one.status === 'issued' || one.status === 'approved'),
  )
  const votes = state.votes.filter((vote) => vote.itemId === item.id && vote.status === 'closed')
  const presenter =
    item.presenterUnitId === undefined
      ? []
      : [paragraph('point', `Đơn vị báo cáo: ${cleanText(names.unit(item.presenterUnitId))}.`)]
  return [
    { ...paragraph('clauseTitled', `${item.number}. ${item.title} (${timesOf(item)})`), keepWithNext: true },
    ...presenter,
    ...(sections.get(item.id) ?? []),
    ...speakingBlocks(facts, item.id, names),
    ...votes.map((vote) => paragraph('point', voteLine(vote))),
    ...adopted.flatMap((conclusion) => conclusionBlocks(conclusion, names)),
  ]
}

const chairText = (facts: MinutesFacts, names: MinutesNames): string => {
  const chairs = facts.chairs.map(({ userId, since }, at) => {
    const { name, title } = names.user(userId)
    return `đồng chí ${name}, ${title}${at === 0 ? '' : ` (từ ${timeOfDay(since)})`}`
  })
  return cleanText(`${chairs.join('; ')}.`)
}

const endingOf = (state: MeetingState): string =>
  state.closedAt === undefined
    ? 'Cuộc họp chưa kết thúc tại thời điểm lập biên bản.'
    : `Cuộc họp kết thúc vào ${timeOfDay(state.closedAt)}, ${longDate(dayOf(state.closedAt))}.`

const pauseBlocks = (facts: MinutesFacts): Block[] =>
  facts.pauses.map(({ from, to }) =>
    paragraph('body', `Tạm nghỉ từ ${timeOfDay(from)}${to === undefined ? '' : ` đến ${timeOfDay(to)}`}.`),
  )

/** Minutes in the decree's skeleton: no place and date line; secretary on the left, chair on the right. */
export const describeMinutes = (
  facts: MinutesFacts,
  sections: MinutesSection[],
  names: MinutesNames,
  frame: MinutesFrame,
): DocumentDescription => {
  const { state } = facts
  const chair = names.user(state.chairUserId)
  const words = new Map(sections.map((section) => [section.sectionId, section.blocks]))
  const generalVotes = state.votes.filter((vote) => vote.itemId === undefined && vote.status === 'closed')
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
      ...(frame.draftMark === undefined ? {} : { draftMark: frame.draftMark }),
    },
    heading: { kind: 'BIÊN BẢN', subject: cleanText(state.title) },
    body: endText([
      ...(frame.remark === undefined ? [] : [paragraph('legalBasis', frame.remark)]),
      labelled('Thời gian bắt đầu', `${momentOf(state.openedAt ?? state.scheduledAt)}.`),
      labelled('Địa điểm', cleanText(`${frame.venue}.`)),
      ...attendanceBlocks(state, names),
      labelled('Chủ trì', chairText(facts, names)),
      labelled('Thư ký', cleanText(`${frame.secretary.name}, ${frame.secretary.title}.`)),
      { ...paragraph('body', 'Nội dung (theo diễn biến cuộc họp):'), keepWithNext: true },
      ...(words.get(state.meetingId) ?? []),
      ...speakingBlocks(facts, undefined, names),
      ...state.agenda.flatMap((item) => itemBlocks(facts, item, names, words)),
      ...generalVotes.map((vote) => paragraph('point', voteLine(vote))),
      ...pauseBlocks(facts),
      paragraph(
        'body',
        `Biên bản được lập từ nhật ký cuộc họp đến sự kiện số ${frame.head.seq}, mã băm ${groupedHash(frame.head.hash)}.`,
      ),
      paragraph('body', endingOf(state)),
    ]),
    closing: {
      leftSignature: { authority: ['THƯ KÝ'], name: cleanText(frame.secretary.name) },
      recipients: ['- Như thành phần tham dự;', '- Lưu: VT, Hồ sơ.'],
      ...(frame.verification === undefined ? {} : { verification: frame.verification }),
      rightSignature: { authority: ['CHỦ TỌA'], name: cleanText(chair.name) },
    },
  }
}
