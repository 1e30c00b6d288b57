import { z } from 'zod'
import { dayOf, longDate, openDate, parseDay, shortDate, timeOfDay, weekdayOf } from './dates.ts'
import { cleanText, endText, paragraph, paragraphsOf } from './description.ts'
import type { Appendix, Block, DocumentDescription, Signature, Urgency, Verification } from './description.ts'
import { openNumber } from './issuing.ts'
import type { IssuingBody } from './issuing.ts'
import { recipientLines } from './recipients.ts'
import type { StandingRecipients } from './recipients.ts'

/** What the Office sends around a meeting: the invitation before it, the letter that urges after it. */

export interface LetterFrame {
  issuer: IssuingBody
  signature: Signature
  recipients: StandingRecipients
  /** Whole, as the book gives it; with the date left open in a draft. */
  notation?: string
  issuedAt?: string
  verification?: Verification
  urgency?: Urgency
  appendices?: Appendix[]
}

const Slot = z.strictObject({
  startsAt: z.string(),
  title: z.string(),
  presenter: z.string().optional(),
  form: z.string(),
  audience: z.string(),
})

export const InvitationFacts = z.strictObject({
  meeting: z.strictObject({ title: z.string(), heldAt: z.string() }),
  /** Who is invited; more than one stand as a list. */
  invited: z.array(z.string()).min(1),
  chair: z.strictObject({ name: z.string(), title: z.string() }),
  place: z.string(),
  /** The times of the day, each with what is dealt with; none where the meeting has one matter. */
  slots: z.array(Slot),
  /** Bridge points, papers, dress, whom to ask: a line each. */
  notes: z.array(z.string()),
})
export type InvitationFacts = z.infer<typeof InvitationFacts>

export const UrgingFacts = z.strictObject({
  addressees: z.array(z.string()).min(1),
  tasks: z
    .array(
      z.strictObject({
        text: z.string(),
        notice: z.strictObject({ notation: z.string(), issuedAt: z.string() }),
        unit: z.string(),
        dueDate: z.string().optional(),
        state: z.string(),
      }),
    )
    .min(1),
  reportBy: z.string(),
})
export type UrgingFacts = z.infer<typeof UrgingFacts>

const head = (frame: LetterFrame, kind: string, symbol: string, heldAt: string): DocumentDescription['header'] => ({
  parentBody: frame.issuer.parentBody,
  issuingBody: frame.issuer.issuingBody,
  numberSymbol: `Số: ${frame.notation ?? `${openNumber}/${symbol}`}`,
  placeDate: `${frame.issuer.place}, ${frame.issuedAt === undefined ? openDate(heldAt) : longDate(dayOf(frame.issuedAt))}`,
  ...(frame.urgency === undefined ? {} : { urgency: frame.urgency }),
  ...(kind === '' ? {} : { subjectLetter: kind }),
})

const closing = (frame: LetterFrame, recipients: string[]): DocumentDescription['closing'] => ({
  recipients,
  ...(frame.verification === undefined ? {} : { verification: frame.verification }),
  rightSignature: frame.signature,
})

const appendicesOf = ({ appendices = [] }: LetterFrame): { appendices?: Appendix[] } =>
  appendices.length === 0 ? {} : { appendices }

const slotTable = (slots: InvitationFacts['slots']): Block => ({
  type: 'table',
  columns: [
    { title: 'TT', share: 0.06, align: 'center' },
    { title: 'Thời gian', share: 0.12, align: 'center' },
    { title: 'Nội dung', share: 0.32, align: 'left' },
    { title: 'Đơn vị báo cáo', share: 0.19, align: 'left' },
    { title: 'Hình thức', share: 0.12, align: 'center' },
    { title: 'Thành phần', share: 0.19, align: 'left' },
  ],
  rows: slots.map((slot, at) => [
    String(at + 1),
    timeOfDay(slot.startsAt),
    cleanText(slot.title),
    cleanText(slot.presenter ?? ''),
    cleanText(slot.form),
    cleanText(slot.audience),
  ]),
})

/** Giấy mời. */
export const describeInvitation = (facts: InvitationFacts, frame: LetterFrame): DocumentDescription => {
  const { issuer } = frame
  const when = `${timeOfDay(facts.meeting.heldAt)}, ${weekdayOf(facts.meeting.heldAt)}, ${longDate(dayOf(facts.meeting.heldAt))}`
  const [only] = facts.invited
  const invites =
    facts.invited.length === 1 && only !== undefined
      ? [paragraph('body', `${issuer.shortName} trân trọng kính mời: ${cleanText(only)}.`)]
      : [
          { ...paragraph('body', `${issuer.shortName} trân trọng kính mời:`), keepWithNext: true },
          ...facts.invited.map((one, at) =>
            paragraph('body', `- ${cleanText(one)}${at === facts.invited.length - 1 ? '.' : ';'}`),
          ),
        ]
  return {
    ruleSet: 'nd30-2020',
    kind: 'GM',
    title: cleanText(`Giấy mời: ${facts.meeting.title}`),
    author: issuer.name,
    issuedAt: frame.issuedAt ?? facts.meeting.heldAt,
    header: head(frame, '', `GM-${issuer.symbol}`, facts.meeting.heldAt),
    heading: { kind: 'GIẤY MỜI', subject: cleanText(facts.meeting.title) },
    body: endText([
      ...invites,
      paragraph('body', `Tới dự: ${cleanText(facts.meeting.title)}.`),
      paragraph('body', `Chủ trì: đồng chí ${cleanText(facts.chair.name)}, ${cleanText(facts.chair.title)}.`),
      paragraph('body', `Thời gian: ${when}.`),
      paragraph('body', `Địa điểm: ${cleanText(facts.place)}.`),
      ...(facts.slots.length === 0
        ? []
        : [{ ...paragraph('body', 'Chương trình làm việc:'), keepWithNext: true }, slotTable(facts.slots)]),
      ...facts.notes.flatMap((note) => paragraphsOf(note)).map((note) => paragraph('body', note)),
      paragraph('body', 'Đề nghị các cơ quan, đơn vị, địa phương dự họp đúng thành phần, thời gian.'),
    ]),
    closing: closing(frame, recipientLines(facts.invited, frame.recipients)),
    ...appendicesOf(frame),
  }
}

/** Công văn đôn đốc: which conclusion, which task, due when, how it stands, and when a report is asked for. */
export const describeUrging = (facts: UrgingFacts, frame: LetterFrame): DocumentDescription => {
  const { issuer } = frame
  const at = frame.issuedAt ?? `${facts.reportBy}T00:00:00.000Z`
  const tasks = facts.tasks.map(({ text, notice, unit, dueDate, state }, index) => {
    const due = dueDate === undefined ? '' : `, hạn hoàn thành ngày ${shortDate(parseDay(dueDate))}`
    return paragraph(
      'clause',
      `${index + 1}. ${cleanText(unit)}: ${cleanText(text).replace(/[\s.;]+$/u, '')} (Thông báo số ${notice.notation} ngày ${shortDate(dayOf(notice.issuedAt))}${due}); ${cleanText(state)}.`,
    )
  })
  return {
    ruleSet: 'nd30-2020',
    kind: 'CV',
    title: 'Công văn đôn đốc thực hiện kết luận',
    author: issuer.name,
    issuedAt: at,
    header: head(frame, 'V/v đôn đốc thực hiện kết luận của Thường trực Ủy ban nhân dân tỉnh', `${issuer.symbol}-TH`, at),
    addressees:
      facts.addressees.length === 1
        ? facts.addressees.map((one) => `${cleanText(one)}.`)
        : facts.addressees.map((one, index) => `- ${cleanText(one)}${index === facts.addressees.length - 1 ? '.' : ';'}`),
    body: endText([
      paragraph('body', `Qua theo dõi việc thực hiện các kết luận tại cuộc họp, ${issuer.shortName} đôn đốc các nhiệm vụ sau:`),
      ...tasks,
      paragraph(
        'body',
        `${issuer.shortName} yêu cầu các cơ quan, đơn vị, địa phương khẩn trương thực hiện; báo cáo kết quả về ${issuer.shortName} (qua ${issuer.officeName}) trước ngày ${shortDate(parseDay(facts.reportBy))}.`,
      ),
    ]),
    closing: closing(frame, recipientLines(['Như trên'], frame.recipients)),
    ...appendicesOf(frame),
  }
}
