import { z } from 'zod'
import { dayOf, longDate, shortDate } from './dates.ts'
import { cleanText, endText, paragraph, paragraphsOf } from './description.ts'
import type { Block, DocumentDescription } from './description.ts'
import { openNumber } from './issuing.ts'
import type { LetterFrame } from './letters.ts'

/** Phiếu trình giải quyết công việc: the Office's internal form, by which a leader decides. No kind of the decree; its frame is. */

export const BriefFacts = z.strictObject({
  to: z.array(z.string()).min(1),
  matter: z.string(),
  proposedBy: z.strictObject({ unit: z.string(), report: z.string().optional(), at: z.string() }),
  summary: z.string(),
  opinions: z.array(z.strictObject({ unit: z.string(), opinion: z.string() })),
  officeProposal: z.string(),
  /** Papers that lie with it. */
  attached: z.array(z.string()),
})
export type BriefFacts = z.infer<typeof BriefFacts>

const section = (number: string, title: string, blocks: Block[]): Block[] => [
  { ...paragraph('romanSection', `${number}. ${title.toUpperCase()}`), keepWithNext: true },
  ...blocks,
]

const words = (text: string): Block[] => paragraphsOf(text).map((line) => paragraph('body', line))

/** Room for what a leader writes by hand. */
const openLines: Block[] = Array.from({ length: 3 }, () => paragraph('body', '…'.repeat(28)))

export const describeBrief = (facts: BriefFacts, frame: LetterFrame): DocumentDescription => {
  const { issuer } = frame
  const at = frame.issuedAt ?? facts.proposedBy.at
  const report = facts.proposedBy.report === undefined ? '' : `, Báo cáo số ${facts.proposedBy.report}`
  const opinions: Block[] =
    facts.opinions.length === 0
      ? words('Không lấy ý kiến.')
      : [
          {
            type: 'table',
            columns: [
              { title: 'TT', share: 0.07, align: 'center' },
              { title: 'Cơ quan, đơn vị', share: 0.3, align: 'left' },
              { title: 'Ý kiến', share: 0.63, align: 'left' },
            ],
            rows: facts.opinions.map((one, index) => [String(index + 1), cleanText(one.unit), cleanText(one.opinion)]),
          },
        ]
  const attached = facts.attached.map((paper, index) => paragraph('point', `${index + 1}. ${cleanText(paper)};`))
  return {
    ruleSet: 'nd30-2020',
    kind: 'PTr',
    title: cleanText(`Phiếu trình: ${facts.matter}`),
    author: issuer.name,
    issuedAt: at,
    header: {
      parentBody: [issuer.shortName.toUpperCase()],
      issuingBody: ['VĂN PHÒNG'],
      numberSymbol: `Số: ${frame.notation ?? `${openNumber}/PTr-VP`}`,
      placeDate: `${issuer.place}, ${longDate(dayOf(at))}`,
    },
    heading: { kind: 'PHIẾU TRÌNH GIẢI QUYẾT CÔNG VIỆC', subject: cleanText(facts.matter) },
    addressees:
      facts.to.length === 1
        ? facts.to.map((one) => `${cleanText(one)}.`)
        : facts.to.map((one, index) => `- ${cleanText(one)}${index === facts.to.length - 1 ? '.' : ';'}`),
    body: endText([
      ...section('I', 'Cơ quan, đơn vị trình', [
        paragraph('body', `${cleanText(facts.proposedBy.unit)}${report}, ngày ${shortDate(dayOf(facts.proposedBy.at))}.`),
      ]),
      ...section('II', 'Tóm tắt nội dung và kiến nghị', words(facts.summary)),
      ...section('III', 'Ý kiến các cơ quan liên quan', opinions),
      ...section('IV', 'Ý kiến đề xuất của Văn phòng', words(facts.officeProposal)),
      ...section('V', 'Ý kiến của lãnh đạo Văn phòng', openLines),
      ...section('VI', 'Ý kiến chỉ đạo của lãnh đạo Ủy ban nhân dân tỉnh', openLines),
      ...(attached.length === 0 ? [] : section('VII', 'Tài liệu kèm theo', attached)),
      paragraph('body', 'Văn phòng kính trình lãnh đạo xem xét, quyết định.'),
    ]),
    closing: { recipients: ['- Như trên;', `- Lưu: VT, ${frame.recipients.drafter}.`], rightSignature: frame.signature },
  }
}
