import { z } from 'zod'
import { dayOf, longDate, openDate, parseDay, shortDate } from './dates.ts'
import { cleanText, endText, paragraph, paragraphsOf } from './description.ts'
import type { Block, DocumentDescription, Signature, Verification } from './description.ts'
import { openNumber } from './issuing.ts'
import type { IssuingBody } from './issuing.ts'
import { pointLetters } from './nd30-2020.ts'
import { recipientLines } from './recipients.ts'
import type { StandingRecipients } from './recipients.ts'

/** Thông báo kết luận: what a meeting concluded, as the body that held it tells it to those who carry it out. */

export const NoticeConclusion = z.strictObject({
  text: z.string(),
  leadUnit: z.string(),
  coordinatingUnits: z.array(z.string()),
  dueDate: z.string().optional(),
  product: z.string().optional(),
})
export type NoticeConclusion = z.infer<typeof NoticeConclusion>

export const NoticeFacts = z.strictObject({
  /** Left out, with the date, in a draft. */
  notation: z.string().optional(),
  issuedAt: z.string().optional(),
  meeting: z.strictObject({ title: z.string(), heldAt: z.string() }),
  chair: z.strictObject({ name: z.string(), title: z.string() }),
  /** The agenda item; left out when it was closed, because the notice also reaches units that were outside. */
  matter: z.strictObject({ title: z.string(), presenter: z.string().optional() }).optional(),
  /** Units that were present beside the issuing body's own. */
  attending: z.array(z.strictObject({ name: z.string(), isLocality: z.boolean() })),
  conclusions: z.array(NoticeConclusion).min(1),
  /** The earlier notice that this one puts right. */
  corrects: z.strictObject({ notation: z.string(), issuedAt: z.string() }).optional(),
})
export type NoticeFacts = z.infer<typeof NoticeFacts>

export interface NoticeFrame {
  issuer: IssuingBody
  signature: Signature
  recipients: StandingRecipients
  verification?: Verification
}

/** `Họp định kỳ …` → `cuộc họp định kỳ …`: a meeting's title in the middle of a sentence. */
export const meetingInSentence = (title: string): string => {
  const text = cleanText(title).trim()
  if (/^Họp\s/u.test(text)) return `cuộc họp ${text.slice(4)}`
  if (/^(Cuộc họp|Phiên họp|Buổi làm việc|Hội nghị)\s/u.test(text)) return text.charAt(0).toLowerCase() + text.slice(1)
  return `cuộc họp “${text}”`
}

const mostNamedUnits = 6

const attendance = (attending: NoticeFacts['attending']): string => {
  if (attending.length === 0) return ''
  if (attending.length <= mostNamedUnits) {
    return `; tham dự có đại diện ${listInSentence(attending.map((unit) => unit.name))}`
  }
  const localities = attending.filter((unit) => unit.isLocality).length
  const parts = [
    ...(attending.length > localities ? [`${attending.length - localities} cơ quan, đơn vị của tỉnh`] : []),
    ...(localities > 0 ? [`${localities} địa phương`] : []),
  ]
  return `; tham dự có đại diện ${parts.join(' và ')}`
}

const listInSentence = (names: string[]): string =>
  names.length < 2 ? names.join('') : `${names.slice(0, -1).join(', ')} và ${names.at(-1) ?? ''}`

/** Without a closing sign, so that the list can set its own. */
const bare = (text: string): string => cleanText(text).replace(/[\s.;]+$/u, '')

const assignment = (conclusion: NoticeConclusion, issuer: IssuingBody): Block[] => {
  const lines = [
    `Đơn vị chủ trì: ${bare(conclusion.leadUnit)}`,
    ...(conclusion.coordinatingUnits.length > 0 ? [`Đơn vị phối hợp: ${conclusion.coordinatingUnits.map(bare).join(', ')}`] : []),
    ...(conclusion.product === undefined ? [] : [`Sản phẩm: ${bare(conclusion.product)}`]),
    `${conclusion.dueDate === undefined ? 'Kết quả thực hiện' : `Hạn hoàn thành: ngày ${shortDate(parseDay(conclusion.dueDate))}; kết quả`} báo cáo ${issuer.shortName} (qua ${issuer.officeName})`,
  ]
  return lines.map((line, at) => paragraph('point', `${pointLetters[at] ?? ''}) ${line}${at === lines.length - 1 ? '.' : ';'}`))
}

const numbered = (label: string, text: string): Block[] => {
  const [first = '', ...rest] = paragraphsOf(text)
  return [paragraph('clause', `${label} ${first}`), ...rest.map((line) => paragraph('body', line))]
}

const conclusionBlocks = (conclusions: NoticeConclusion[], issuer: IssuingBody): { blocks: Block[]; next: number } => {
  const [only] = conclusions
  if (conclusions.length === 1 && only !== undefined) {
    return {
      blocks: [...numbered('1.', only.text), paragraph('clause', '2. Tổ chức thực hiện:'), ...assignment(only, issuer)],
      next: 3,
    }
  }
  return {
    blocks: conclusions.flatMap((conclusion, at) => [
      ...numbered(`${at + 1}.`, conclusion.text),
      ...assignment(conclusion, issuer),
    ]),
    next: conclusions.length + 1,
  }
}

/** `UBND huyện Tu Mơ Rông`, as lists of recipients write it. */
const asRecipient = (name: string): string => name.replace(/^Ủy ban nhân dân\b/iu, 'UBND')

/**
 * The draft of a notice with what is known only at its issue: number, date and code. Nothing else of it changes: what was approved,
 * and may have been signed, is what goes out.
 */
export const completeNotice = (
  draft: DocumentDescription,
  { notation, issuedAt, verification }: { notation: string; issuedAt: string; verification: Verification },
): DocumentDescription => ({
  ...draft,
  title: cleanText(`Thông báo số ${notation}: ${draft.title}`),
  issuedAt,
  header: {
    ...draft.header,
    numberSymbol: `Số: ${notation}`,
    placeDate: draft.header.placeDate?.replace(openDate(draft.issuedAt), longDate(dayOf(issuedAt))),
  },
  closing: { ...draft.closing, verification },
})

/** The notice of conclusions as nd30 lays it out: header, subject, opening, numbered conclusions, closing, recipients, signature. */
export const describeNotice = (facts: NoticeFacts, frame: NoticeFrame): DocumentDescription => {
  const { issuer } = frame
  const chair = `đồng chí ${facts.chair.name}, ${facts.chair.title}`
  const meeting = meetingInSentence(facts.meeting.title)
  const presented =
    facts.matter === undefined
      ? 'Sau khi nghe báo cáo'
      : `Sau khi nghe ${facts.matter.presenter === undefined ? 'báo cáo' : `${facts.matter.presenter} báo cáo`} nội dung “${bare(facts.matter.title)}”`
  const { blocks, next } = conclusionBlocks(facts.conclusions, issuer)
  const opening = [
    `Ngày ${shortDate(dayOf(facts.meeting.heldAt))}, ${chair} chủ trì ${meeting}${attendance(facts.attending)}.`,
    `${presented} và ý kiến của các thành viên dự họp, đồng chí ${facts.chair.name} kết luận, chỉ đạo như sau:`,
  ].join(' ')
  const correction =
    facts.corrects === undefined
      ? []
      : [
          paragraph(
            'clause',
            `${next}. Thông báo này đính chính Thông báo số ${facts.corrects.notation} ngày ${shortDate(dayOf(facts.corrects.issuedAt))} của ${issuer.name}.`,
          ),
        ]
  const carryOut = facts.conclusions
    .flatMap((conclusion) => [conclusion.leadUnit, ...conclusion.coordinatingUnits])
    .map(asRecipient)
  // Notices of one meeting are told apart in the register by their matter.
  const about = facts.matter === undefined ? '' : ` về nội dung “${bare(facts.matter.title)}”`
  const subject = cleanText(`Kết luận của ${chair}, tại ${meeting}${about}`)
  return {
    ruleSet: 'nd30-2020',
    kind: 'TB',
    title: cleanText(facts.notation === undefined ? subject : `Thông báo số ${facts.notation}: ${subject}`),
    author: issuer.name,
    issuedAt: facts.issuedAt ?? facts.meeting.heldAt,
    header: {
      parentBody: issuer.parentBody,
      issuingBody: issuer.issuingBody,
      numberSymbol: `Số: ${facts.notation ?? `${openNumber}/TB-${issuer.symbol}`}`,
      placeDate: `${issuer.place}, ${facts.issuedAt === undefined ? openDate(facts.meeting.heldAt) : longDate(dayOf(facts.issuedAt))}`,
    },
    heading: { kind: 'THÔNG BÁO', subject },
    body: endText([
      paragraph('body', opening),
      ...blocks,
      ...correction,
      paragraph('body', `${issuer.officeName} thông báo để các cơ quan, đơn vị, địa phương biết, triển khai thực hiện.`),
    ]),
    closing: {
      recipients: recipientLines(carryOut, frame.recipients),
      ...(frame.verification === undefined ? {} : { verification: frame.verification }),
      rightSignature: frame.signature,
    },
  }
}
