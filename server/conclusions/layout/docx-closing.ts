import { ImageRun, Paragraph, Table, TableCell, TableLayoutType, TableRow, VerticalAlign, WidthType } from 'docx'
import type { DocumentDescription, Signature, Verification } from '#domain/documents/description.ts'
import { nd30 } from '#domain/documents/nd30-2020.ts'
import { cell, columnsOf, frame, mm, noBorders, noMargins, paragraph, pt, spacer, tableBorders } from './docx-parts.ts'
import { qrPng } from './qr.ts'

/** The lower part of a document: recipients and code on the left, the signature on the right, in one piece. */

const signature = ({ authority, name }: Signature): Paragraph[] => [
  ...authority.map((line) => paragraph('authority', line, { keepNext: true })),
  // The room for the signature and the seal; a clerk may put the pictures here.
  spacer(mm(nd30.signatureSpaceMm), true),
  paragraph('signerName', name),
]

const verification = async (shown: Verification, width: number): Promise<Table> => {
  const qr = mm(nd30.qrMm)
  const pixels = Math.round((nd30.qrMm / 25.4) * 96)
  const picture = new ImageRun({
    type: 'png',
    data: await qrPng(shown.url),
    transformation: { width: pixels, height: pixels },
    altText: { id: '1', name: 'QR', title: 'Mã tra cứu', description: shown.url },
  })
  const gap = mm(2.5)
  return new Table({
    width: { size: width, type: WidthType.DXA },
    columnWidths: [qr + gap, width - qr - gap],
    layout: TableLayoutType.FIXED,
    borders: tableBorders,
    margins: noMargins,
    rows: [
      new TableRow({
        cantSplit: true,
        children: [
          cell(qr + gap, [new Paragraph({ style: 'verification', children: [picture] })]),
          new TableCell({
            width: { size: width - qr - gap, type: WidthType.DXA },
            margins: noMargins,
            borders: noBorders,
            verticalAlign: VerticalAlign.CENTER,
            children: shown.lines.map((line) => paragraph('verification', line)),
          }),
        ],
      }),
    ],
  })
}

export const closing = async ({ closing }: DocumentDescription): Promise<Table> => {
  const [left = 0, right = 0] = columnsOf(nd30.closingColumns)
  const leftSide: (Paragraph | Table)[] = [
    ...(closing.leftSignature === undefined ? [] : signature(closing.leftSignature)),
    paragraph('recipientsLabel', 'Nơi nhận:', closing.leftSignature === undefined ? {} : { before: pt(10) }),
    ...closing.recipients.map((line) => paragraph('recipients', line)),
  ]
  // A cell has to end with a paragraph, not with a table.
  if (closing.verification !== undefined)
    leftSide.push(spacer(pt(6)), await verification(closing.verification, left), spacer(pt(1)))
  return frame([left, right], [[leftSide, signature(closing.rightSignature)]])
}
