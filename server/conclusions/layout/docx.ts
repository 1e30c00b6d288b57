import {
  AlignmentType,
  BorderStyle,
  Document,
  Footer,
  Header,
  ImageRun,
  LineRuleType,
  Packer,
  PageNumber,
  Paragraph,
  Table,
  TableCell,
  TableLayoutType,
  TableRow,
  TextRun,
  VerticalAlign,
  WidthType,
} from 'docx'
import type { IParagraphStyleOptions } from 'docx'
import type { Block, DocumentDescription, Run, Signature, Verification } from '#domain/documents/description.ts'
import { motto, nationalName, nd30 } from '#domain/documents/nd30-2020.ts'
import type { StyleKey } from '#domain/documents/nd30-2020.ts'
import { boldFace, longestLine } from './font.ts'
import { qrPng } from './qr.ts'
import { withFixedTimes } from './zip.ts'

/** Twentieths of a point, the unit of word processors. */
const mm = (value: number): number => Math.round((value * 1440) / 25.4)
const pt = (value: number): number => Math.round(value * 20)

const { page, styles, body } = nd30
const textWidth = mm(page.widthMm - page.marginsMm.left - page.marginsMm.right)
const columnsOf = (shares: readonly number[]): number[] => shares.map((share) => Math.round(share * textWidth))
const font = { ascii: nd30.font, hAnsi: nd30.font, cs: nd30.font, eastAsia: nd30.font }
const alignment = { center: AlignmentType.CENTER, left: AlignmentType.LEFT, justify: AlignmentType.JUSTIFIED } as const
const noBorder = { style: BorderStyle.NONE, size: 0, color: 'auto' } as const
const noBorders = { top: noBorder, bottom: noBorder, left: noBorder, right: noBorder } as const
const tableBorders = { ...noBorders, insideHorizontal: noBorder, insideVertical: noBorder } as const
const noMargins = { top: 0, bottom: 0, left: 0, right: 0 } as const

const bodyStyles: StyleKey[] = ['legalBasis', 'body', 'romanSection', 'clauseTitled', 'clause', 'point']

const paragraphStyle = (key: StyleKey): IParagraphStyleOptions => {
  const style = styles[key]
  return {
    id: key,
    name: style.name,
    basedOn: 'Normal',
    quickFormat: true,
    run: { font, size: style.sizePt * 2, bold: style.bold, italics: style.italic, color: '000000' },
    paragraph: bodyStyles.includes(key)
      ? {
          alignment: alignment[style.align],
          indent: { firstLine: mm(body.firstLineIndentMm) },
          spacing: {
            before: 0,
            after: pt(body.paragraphGapPt),
            line: Math.round(240 * body.lineSpacing),
            lineRule: LineRuleType.AUTO,
          },
        }
      : { alignment: alignment[style.align], spacing: { before: 0, after: 0, line: 240, lineRule: LineRuleType.AUTO } },
  }
}

const paragraph = (key: StyleKey, text: string, more: { before?: number; after?: number; keepNext?: boolean } = {}): Paragraph =>
  new Paragraph({
    style: key,
    keepNext: more.keepNext,
    spacing: more.before === undefined && more.after === undefined ? undefined : { before: more.before, after: more.after },
    children: [new TextRun(text)],
  })

/** A drawn line of the given length in the middle of `width`: the bottom border of a paragraph too thin to hold text. */
const rule = (widthPt: number, within: number): Paragraph => {
  const side = Math.max(0, Math.round((within - pt(widthPt)) / 2))
  return new Paragraph({
    alignment: AlignmentType.CENTER,
    indent: { left: side, right: side },
    spacing: { before: 0, after: 0, line: pt(2), lineRule: LineRuleType.EXACTLY },
    border: { bottom: { style: BorderStyle.SINGLE, size: nd30.ruleThicknessPt * 8, color: '000000', space: 0 } },
    children: [],
  })
}

const widest = (key: StyleKey, lines: string[], within: number): number =>
  Math.max(...lines.map((line) => longestLine(boldFace(), line, styles[key].sizePt, within / 20)))

const cell = (width: number, children: (Paragraph | Table)[]): TableCell =>
  new TableCell({
    width: { size: width, type: WidthType.DXA },
    margins: noMargins,
    borders: noBorders,
    verticalAlign: VerticalAlign.TOP,
    children: children.length > 0 ? children : [new Paragraph({})],
  })

const frame = (widths: number[], rows: (Paragraph | Table)[][][]): Table =>
  new Table({
    width: { size: widths.reduce((sum, width) => sum + width, 0), type: WidthType.DXA },
    columnWidths: widths,
    layout: TableLayoutType.FIXED,
    borders: tableBorders,
    margins: noMargins,
    rows: rows.map(
      (cells) => new TableRow({ cantSplit: true, children: cells.map((children, at) => cell(widths[at] ?? 0, children)) }),
    ),
  })

const header = ({ header }: DocumentDescription): Table => {
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
        [paragraph('numberSymbol', header.numberSymbol, { before: pt(8) })],
        header.placeDate === undefined ? [] : [paragraph('placeDate', header.placeDate, { before: pt(8) })],
      ],
    ],
  )
}

const subjectInset = mm(10)

const heading = ({ heading }: DocumentDescription): Paragraph[] => [
  paragraph('kind', heading.kind, { before: pt(13) }),
  new Paragraph({
    style: 'subject',
    spacing: { before: pt(2), after: 0 },
    indent: { left: subjectInset, right: subjectInset },
    children: [new TextRun(heading.subject)],
  }),
  rule(widest('subject', [heading.subject], textWidth - 2 * subjectInset) * nd30.shortRule, textWidth),
  new Paragraph({ spacing: { before: 0, after: 0, line: pt(9), lineRule: LineRuleType.EXACTLY } }),
]

const runOf = (run: Run): TextRun => new TextRun({ text: run.text, bold: run.bold, italics: run.italic })

const dataTable = (block: Extract<Block, { type: 'table' }>): Table => {
  const widths = columnsOf(block.columns.map((column) => column.share))
  const line = { style: BorderStyle.SINGLE, size: 4, color: '000000' } as const
  const tableCell = (key: StyleKey, text: string, at: number): TableCell =>
    new TableCell({
      width: { size: widths[at] ?? 0, type: WidthType.DXA },
      margins: { top: pt(3), bottom: pt(3), left: pt(4), right: pt(4) },
      verticalAlign: key === 'tableHead' ? VerticalAlign.CENTER : VerticalAlign.TOP,
      children: [
        new Paragraph({
          style: key,
          alignment: block.columns[at]?.align === 'center' ? AlignmentType.CENTER : undefined,
          children: [new TextRun(text)],
        }),
      ],
    })
  return new Table({
    width: { size: textWidth, type: WidthType.DXA },
    columnWidths: widths,
    layout: TableLayoutType.FIXED,
    borders: { top: line, bottom: line, left: line, right: line, insideHorizontal: line, insideVertical: line },
    rows: [
      new TableRow({
        tableHeader: true,
        cantSplit: true,
        children: block.columns.map((column, at) => tableCell('tableHead', column.title, at)),
      }),
      ...block.rows.map(
        (row) => new TableRow({ cantSplit: true, children: row.map((text, at) => tableCell('tableText', text, at)) }),
      ),
    ],
  })
}

const blocks = (description: DocumentDescription): (Paragraph | Table)[] =>
  description.body.flatMap((block, at) => {
    const isLast = at === description.body.length - 1
    if (block.type === 'paragraph') {
      return [
        new Paragraph({
          style: block.style,
          // The last paragraph goes to the next page with the signature, which never stands there alone.
          keepNext: block.keepWithNext === true || isLast,
          children: block.runs.map(runOf),
        }),
      ]
    }
    return [dataTable(block), new Paragraph({ spacing: { before: 0, after: 0, line: pt(6), lineRule: LineRuleType.EXACTLY } })]
  })

const signature = ({ authority, name }: Signature): Paragraph[] => [
  ...authority.map((line) => paragraph('authority', line, { keepNext: true })),
  // The room for the signature and the seal; a clerk may put the pictures here.
  new Paragraph({
    keepNext: true,
    spacing: { before: 0, after: 0, line: mm(nd30.signatureSpaceMm), lineRule: LineRuleType.EXACTLY },
  }),
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

const closing = async ({ closing }: DocumentDescription): Promise<Table> => {
  const [left = 0, right = 0] = columnsOf(nd30.closingColumns)
  const leftSide: (Paragraph | Table)[] = [
    ...(closing.leftSignature === undefined ? [] : signature(closing.leftSignature)),
    paragraph('recipientsLabel', 'Nơi nhận:', closing.leftSignature === undefined ? {} : { before: pt(10) }),
    ...closing.recipients.map((line) => paragraph('recipients', line)),
  ]
  if (closing.verification !== undefined) {
    const spacer = new Paragraph({ spacing: { before: 0, after: 0, line: pt(6), lineRule: LineRuleType.EXACTLY } })
    // A cell has to end with a paragraph, not with a table.
    const end = new Paragraph({ spacing: { before: 0, after: 0, line: pt(1), lineRule: LineRuleType.EXACTLY } })
    leftSide.push(spacer, await verification(closing.verification, left), end)
  }
  return frame([left, right], [[leftSide, signature(closing.rightSignature)]])
}

const escapeXml = (text: string): string => text.replace(/&/g, '&amp;').replace(/</g, '&lt;').replace(/>/g, '&gt;')

/** The file's properties: title, issuer and time of issue; nothing of who or what made the file. */
const properties = ({ title, author, issuedAt }: DocumentDescription): string =>
  `<?xml version="1.0" encoding="UTF-8"?><cp:coreProperties xmlns:cp="http://schemas.openxmlformats.org/package/2006/metadata/core-properties" xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:dcterms="http://purl.org/dc/terms/" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"><dc:title>${escapeXml(title)}</dc:title><dc:creator>${escapeXml(author)}</dc:creator><dc:language>vi-VN</dc:language><dcterms:created xsi:type="dcterms:W3CDTF">${issuedAt.slice(0, 19)}Z</dcterms:created><dcterms:modified xsi:type="dcterms:W3CDTF">${issuedAt.slice(0, 19)}Z</dcterms:modified></cp:coreProperties>`

/**
 * The document as .docx that a clerk can go on editing: named styles, real tables, no text boxes. The same description gives the
 * same bytes.
 */
export const renderDocx = async (description: DocumentDescription): Promise<Buffer> => {
  const document = new Document({
    creator: description.author,
    title: description.title,
    compatibility: { version: 15 },
    styles: {
      default: {
        document: {
          run: { font, size: styles.body.sizePt * 2, color: '000000', language: { value: 'vi-VN', eastAsia: 'vi-VN' } },
          paragraph: { spacing: { before: 0, after: 0, line: 240, lineRule: LineRuleType.AUTO } },
        },
      },
      paragraphStyles: (Object.keys(styles) as StyleKey[]).map(paragraphStyle),
    },
    sections: [
      {
        properties: {
          titlePage: true,
          page: {
            size: { width: mm(page.widthMm), height: mm(page.heightMm) },
            margin: {
              top: mm(page.marginsMm.top),
              bottom: mm(page.marginsMm.bottom),
              left: mm(page.marginsMm.left),
              right: mm(page.marginsMm.right),
              header: mm(page.pageNumberFromEdgeMm),
              footer: mm(page.pageNumberFromEdgeMm),
            },
          },
        },
        headers: {
          first: new Header({ children: [new Paragraph({})] }),
          default: new Header({
            children: [new Paragraph({ style: 'pageNumber', children: [new TextRun({ children: [PageNumber.CURRENT] })] })],
          }),
        },
        footers: { first: new Footer({ children: [new Paragraph({})] }), default: new Footer({ children: [new Paragraph({})] }) },
        children: [header(description), ...heading(description), ...blocks(description), await closing(description)],
      },
    ],
  })
  const bytes = await Packer.toBuffer(document, undefined, [{ path: 'docProps/core.xml', data: properties(description) }])
  return withFixedTimes(bytes, description.issuedAt)
}
