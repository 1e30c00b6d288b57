import { z } from 'zod'

/**
 * One document, described once; every format is drawn from this description alone. It says what stands on the paper and in which
 * style of the decree, never how a format does it. All texts are NFC and whole: labels, dashes and closing signs are in them.
 */

export const Run = z.strictObject({ text: z.string(), bold: z.boolean().optional(), italic: z.boolean().optional() })
export type Run = z.infer<typeof Run>

export const ParagraphStyle = z.enum([
  'legalBasis',
  'body',
  'partLabel',
  'partTitle',
  'sectionLabel',
  'sectionTitle',
  'romanSection',
  'article',
  'clauseTitled',
  'clause',
  'point',
])
export type ParagraphStyle = z.infer<typeof ParagraphStyle>

export const Paragraph = z.strictObject({
  type: z.literal('paragraph'),
  style: ParagraphStyle,
  runs: z.array(Run),
  /** Stays on the page of what follows. */
  keepWithNext: z.boolean().optional(),
})
export type Paragraph = z.infer<typeof Paragraph>

export const Table = z.strictObject({
  type: z.literal('table'),
  /** `share` is the column's part of the text width; together they are 1. The head is left out where no column has a title. */
  columns: z.array(z.strictObject({ title: z.string(), share: z.number(), align: z.enum(['left', 'center']) })),
  rows: z.array(z.array(z.string())),
})
export type Table = z.infer<typeof Table>

export const Block = z.discriminatedUnion('type', [Paragraph, Table])
export type Block = z.infer<typeof Block>

export const Signature = z.strictObject({
  /** Authority and office, a line each: `TL. CHỦ TỊCH`, `CHÁNH VĂN PHÒNG`. */
  authority: z.array(z.string()),
  name: z.string(),
})
export type Signature = z.infer<typeof Signature>

export const Verification = z.strictObject({
  /** What the QR code holds. */
  url: z.string(),
  /** Small lines beside the QR code: the code, where to look it up, the hash. */
  lines: z.array(z.string()),
})
export type Verification = z.infer<typeof Verification>

export const Appendix = z.strictObject({
  /** `Phụ lục`, with a Roman number where there are several. */
  label: z.string(),
  title: z.string(),
  /** `(Kèm theo Thông báo số … ngày … của …)` */
  reference: z.string(),
  body: z.array(Block),
})
export type Appendix = z.infer<typeof Appendix>

export const Urgency = z.enum(['HỎA TỐC', 'THƯỢNG KHẨN', 'KHẨN'])
export type Urgency = z.infer<typeof Urgency>

export const DocumentDescription = z.strictObject({
  ruleSet: z.literal('nd30-2020'),
  /** Abbreviation of the kind (TB, BB, GM, …; CV for a letter). */
  kind: z.string(),
  /** Title and author in the file's properties; nothing else about people or machines is written there. */
  title: z.string(),
  author: z.string(),
  /** The only time a file carries: with the same description it has the same bytes. */
  issuedAt: z.string(),
  header: z.strictObject({
    parentBody: z.array(z.string()),
    issuingBody: z.array(z.string()),
    numberSymbol: z.string(),
    /** `V/v …`, of a letter only. */
    subjectLetter: z.string().optional(),
    /** Absent in minutes. */
    placeDate: z.string().optional(),
    /** Says under the number that this is not the document yet. */
    draftMark: z.string().optional(),
    urgency: Urgency.optional(),
  }),
  /** Kind and subject over the whole width; a letter has none. */
  heading: z.strictObject({ kind: z.string(), subject: z.string() }).optional(),
  /** Who is written to, under the heading. */
  addressees: z.array(z.string()).optional(),
  body: z.array(Block),
  closing: z.strictObject({
    /** Minutes carry the secretary's signature on the left, above the recipients. */
    leftSignature: Signature.optional(),
    recipients: z.array(z.string()),
    verification: Verification.optional(),
    rightSignature: Signature,
  }),
  appendices: z.array(Appendix).optional(),
})
export type DocumentDescription = z.infer<typeof DocumentDescription>

/** NFC without what neither XML nor PDF can carry: controls, direction overrides, lone surrogates, unassigned and private characters. */
export const cleanText = (text: string): string => text.normalize('NFC').replace(/[^\P{C}\n\r\t\u200c\u200d]/gu, '')

/** All that the body of a document says, a line per paragraph or row. */
export const contentOf = ({ body }: DocumentDescription): string =>
  body
    .flatMap((block) =>
      block.type === 'paragraph' ? [block.runs.map((run) => run.text).join('')] : block.rows.map((row) => row.join(' ')),
    )
    .join('\n')

/** A hash in groups, so that it can break into lines and be read aloud. */
export const groupedHash = (hash: string): string => hash.replace(/(.{16})(?=.)/g, '$1 ')

/** The text's lines as one paragraph each; empty lines are dropped. */
export const paragraphsOf = (text: string): string[] =>
  cleanText(text)
    .split(/\r?\n/)
    .map((line) => line.replace(/\s+/g, ' ').trim())
    .filter((line) => line !== '')

export const paragraph = (style: ParagraphStyle, text: string): Paragraph => ({
  type: 'paragraph',
  style,
  runs: [{ text: cleanText(text) }],
})

/** Ends the text of a document with the mark that every document of the decree ends with. */
export const endText = (blocks: Block[]): Block[] => {
  const last = blocks.at(-1)
  if (last?.type !== 'paragraph') return blocks
  const runs = last.runs.map((run, at) =>
    at === last.runs.length - 1 ? { ...run, text: `${run.text.replace(/[\s./;]+$/, '')}./.` } : run,
  )
  return [...blocks.slice(0, -1), { ...last, runs }]
}
