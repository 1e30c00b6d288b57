import {
  AlignmentType,
  BorderStyle,
  LineRuleType,
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
import { nd30 } from '#domain/documents/nd30-2020.ts'
import type { StyleKey } from '#domain/documents/nd30-2020.ts'
import { boldFace, longestLine } from './font.ts'

/** What every part of a .docx is made of: lengths, styles, drawn lines and tables without borders. */

/** Twentieths of a point, the unit of word processors. */
export const mm = (value: number): number => Math.round((value * 1440) / 25.4)
export const pt = (value: number): number => Math.round(value * 20)

const { page, styles, body } = nd30
export const textWidth = mm(page.widthMm - page.marginsMm.left - page.marginsMm.right)
export const columnsOf = (shares: readonly number[]): number[] => shares.map((share) => Math.round(share * textWidth))
export const font = { ascii: nd30.font, hAnsi: nd30.font, cs: nd30.font, eastAsia: nd30.font }
const alignment = { center: AlignmentType.CENTER, left: AlignmentType.LEFT, justify: AlignmentType.JUSTIFIED } as const
const noBorder = { style: BorderStyle.NONE, size: 0, color: 'auto' } as const
export const noBorders = { top: noBorder, bottom: noBorder, left: noBorder, right: noBorder } as const
export const tableBorders = { ...noBorders, insideHorizontal: noBorder, insideVertical: noBorder } as const
export const noMargins = { top: 0, bottom: 0, left: 0, right: 0 } as const

/** Paragraphs of the running text: indented, with a gap behind. */
const running: StyleKey[] = ['legalBasis', 'body', 'romanSection', 'article', 'clauseTitled', 'clause', 'point']
/** Headings of parts and sections, in the middle of the running text. */
const headings: StyleKey[] = ['partLabel', 'partTitle', 'sectionLabel', 'sectionTitle']

export const paragraphStyle = (key: StyleKey): IParagraphStyleOptions => {
  const style = styles[key]
  const isRunning = running.includes(key)
  return {
    id: key,
    name: style.name,
    basedOn: 'Normal',
    quickFormat: true,
    run: {
      font,
      size: style.sizePt * 2,
      bold: style.bold,
      italics: style.italic,
      color: key === 'urgency' ? nd30.urgencyColour : '000000',
    },
    paragraph: {
      alignment: alignment[style.align],
      ...(isRunning ? { indent: { firstLine: mm(body.firstLineIndentMm) } } : {}),
      ...(headings.includes(key) ? { keepNext: true } : {}),
      spacing: {
        before: 0,
        after: isRunning || headings.includes(key) ? pt(body.paragraphGapPt) : 0,
        line: Math.round(240 * (isRunning ? body.lineSpacing : 1)),
        lineRule: LineRuleType.AUTO,
      },
    },
  }
}

export const paragraph = (
  key: StyleKey,
  text: string,
  more: { before?: number; after?: number; keepNext?: boolean; left?: number; pageBreakBefore?: boolean } = {},
): Paragraph =>
  new Paragraph({
    style: key,
    keepNext: more.keepNext,
    pageBreakBefore: more.pageBreakBefore,
    indent: more.left === undefined ? undefined : { left: more.left },
    spacing: more.before === undefined && more.after === undefined ? undefined : { before: more.before, after: more.after },
    children: [new TextRun(text)],
  })

/** An empty line of an exact height. */
export const spacer = (height: number, keepNext?: boolean): Paragraph =>
  new Paragraph({ keepNext, spacing: { before: 0, after: 0, line: height, lineRule: LineRuleType.EXACTLY } })

/** A drawn line of the given length in the middle of `width`: the bottom border of a paragraph too thin to hold text. */
export const rule = (widthPt: number, within: number): Paragraph => {
  const side = Math.max(0, Math.round((within - pt(widthPt)) / 2))
  return new Paragraph({
    alignment: AlignmentType.CENTER,
    indent: { left: side, right: side },
    spacing: { before: 0, after: 0, line: pt(2), lineRule: LineRuleType.EXACTLY },
    border: { bottom: { style: BorderStyle.SINGLE, size: nd30.ruleThicknessPt * 8, color: '000000', space: 0 } },
    children: [],
  })
}

/** How long the longest line of a bold text is, in points, when it breaks within a width. */
export const widest = (key: StyleKey, lines: string[], within: number): number =>
  Math.max(...lines.map((line) => longestLine(boldFace(), line, styles[key].sizePt, within / 20)))

export const cell = (width: number, children: (Paragraph | Table)[]): TableCell =>
  new TableCell({
    width: { size: width, type: WidthType.DXA },
    margins: noMargins,
    borders: noBorders,
    verticalAlign: VerticalAlign.TOP,
    children: children.length > 0 ? children : [new Paragraph({})],
  })

/** A table that only places its cells: no borders, rows in one piece. */
export const frame = (widths: number[], rows: (Paragraph | Table)[][][]): Table =>
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
