import {
  AlignmentType,
  BorderStyle,
  Paragraph,
  Table,
  TableCell,
  TableLayoutType,
  TableRow,
  TextRun,
  VerticalAlign,
  WidthType,
} from 'docx'
import type { Appendix, Block, Run } from '#domain/documents/description.ts'
import type { StyleKey } from '#domain/documents/nd30-2020.ts'
import { nd30 } from '#domain/documents/nd30-2020.ts'
import { columnsOf, mm, paragraph, pt, rule, spacer, textWidth, widest } from './docx-parts.ts'

/** The running text: paragraphs, tables, and appendices that hold both. */

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
  const hasHead = block.columns.some((column) => column.title !== '')
  return new Table({
    width: { size: textWidth, type: WidthType.DXA },
    columnWidths: widths,
    layout: TableLayoutType.FIXED,
    borders: { top: line, bottom: line, left: line, right: line, insideHorizontal: line, insideVertical: line },
    rows: [
      ...(hasHead
        ? [
            new TableRow({
              tableHeader: true,
              cantSplit: true,
              children: block.columns.map((column, at) => tableCell('tableHead', column.title, at)),
            }),
          ]
        : []),
      ...block.rows.map((row) => new TableRow({ children: row.map((text, at) => tableCell('tableText', text, at)) })),
    ],
  })
}

/** `endsWithSignature`: the last paragraph goes to the next page with the signature, which never stands there alone. */
export const blocks = (body: Block[], { endsWithSignature }: { endsWithSignature: boolean }): (Paragraph | Table)[] =>
  body.flatMap((block, at) => {
    if (block.type === 'table') return [dataTable(block), spacer(pt(6))]
    const isLast = endsWithSignature && at === body.length - 1
    return [
      new Paragraph({
        style: block.style,
        keepNext: block.keepWithNext === true || isLast ? true : undefined,
        children: block.runs.map(runOf),
      }),
    ]
  })

export const appendix = ({ label, title, reference, body }: Appendix): (Paragraph | Table)[] => [
  paragraph('appendixLabel', label),
  paragraph('appendixTitle', title),
  paragraph('appendixReference', reference),
  rule(widest('appendixTitle', [title], textWidth - 2 * mm(10)) * nd30.shortRule, textWidth),
  spacer(pt(9)),
  ...blocks(body, { endsWithSignature: false }),
]
