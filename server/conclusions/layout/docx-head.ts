import {
  AlignmentType,
  BorderStyle,
  HeightRule,
  Paragraph,
  Table,
  TableCell,
  TableLayoutType,
  TableRow,
  TextRun,
  VerticalAlign,
  WidthType,
} from 'docx'
import type { DocumentDescription, Urgency } from '#domain/documents/description.ts'
import { motto, nationalName, nd30 } from '#domain/documents/nd30-2020.ts'
import { columnsOf, frame, mm, noMargins, paragraph, pt, rule, spacer, textWidth, widest } from './docx-parts.ts'
import { regularFace } from './font.ts'

/** The upper part of a document: who issues, number and date, kind and subject, who is written to. */

const urgencyBox = (urgency: Urgency): Table => {
  const [width, height] = nd30.urgencyMm[urgency].map(mm)
  const line = { style: BorderStyle.SINGLE, size: 6, color: nd30.urgencyColour } as const
  return new Table({
    alignment: AlignmentType.CENTER,
    width: { size: width ?? 0, type: WidthType.DXA },
    columnWidths: [width ?? 0],
    layout: TableLayoutType.FIXED,
    borders: { top: line, bottom: line, left: line, right: line },
    margins: noMargins,
    rows: [
      new TableRow({
        height: { value: height ?? 0, rule: HeightRule.EXACT },
        children: [
          new TableCell({
            width: { size: width ?? 0, type: WidthType.DXA },
            verticalAlign: VerticalAlign.CENTER,
            children: [paragraph('urgency', urgency)],
          }),
        ],
      }),
    ],
  })
}

export const header = ({ header }: DocumentDescription): Table => {
  const [left = 0, right = 0] = columnsOf(nd30.headerColumns)
  return frame(
    [left, right],
    [
      [
        [
          ...header.parentBody.map((line) => paragraph('parentBody', line)),
          ...header.issuingBody.map((line) => paragraph('issuingBody', line)),
          rule(widest('issuingBody', header.issuingBody, left) * nd30.shortRule, left),
        ],
        [paragraph('nationalName', nationalName), paragraph('motto', motto), rule(widest('motto', [motto], right), right)],
      ],
      [
        [
          paragraph('numberSymbol', header.numberSymbol, { before: pt(8) }),
          ...(header.subjectLetter === undefined
            ? []
            : [paragraph('subjectLetter', header.subjectLetter, { before: pt(nd30.subjectLetterGapPt) })]),
          ...(header.draftMark === undefined ? [] : [paragraph('draftMark', header.draftMark, { before: pt(6) })]),
          // A cell has to end with a paragraph, not with a table.
          ...(header.urgency === undefined ? [] : [spacer(pt(6)), urgencyBox(header.urgency), spacer(pt(1))]),
        ],
        header.placeDate === undefined ? [] : [paragraph('placeDate', header.placeDate, { before: pt(8) })],
      ],
    ],
  )
}

const subjectInset = mm(10)

export const heading = ({ heading }: DocumentDescription): Paragraph[] =>
  heading === undefined
    ? [spacer(pt(13))]
    : [
        paragraph('kind', heading.kind, { before: pt(13) }),
        new Paragraph({
          style: 'subject',
          spacing: { before: pt(2), after: 0 },
          indent: { left: subjectInset, right: subjectInset },
          children: [new TextRun(heading.subject)],
        }),
        rule(widest('subject', [heading.subject], textWidth - 2 * subjectInset) * nd30.shortRule, textWidth),
        spacer(pt(9)),
      ]

/** One addressee stands behind "Kính gửi:", several below each other with their dashes under the colon. */
export const addressees = ({ addressees = [] }: DocumentDescription): Paragraph[] => {
  if (addressees.length === 0) return []
  const label = nd30.addresseesLabel
  const [only] = addressees
  if (addressees.length === 1 && only !== undefined)
    return [
      new Paragraph({ style: 'addressees', alignment: AlignmentType.CENTER, children: [new TextRun(`${label} ${only}`)] }),
      spacer(pt(9)),
    ]
  const left = mm(nd30.addresseesIndentMm)
  const underColon = left + pt(regularFace().widthOf(label.slice(0, -1), nd30.styles.addressees.sizePt))
  return [
    paragraph('addressees', label, { left }),
    ...addressees.map((line) => paragraph('addressees', line, { left: underColon })),
    spacer(pt(9)),
  ]
}
