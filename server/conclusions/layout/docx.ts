import { Document, Footer, Header, LineRuleType, Packer, PageNumber, Paragraph, SectionType, TextRun } from 'docx'
import type { ISectionOptions } from 'docx'
import type { DocumentDescription } from '#domain/documents/description.ts'
import { nd30 } from '#domain/documents/nd30-2020.ts'
import type { StyleKey } from '#domain/documents/nd30-2020.ts'
import { appendix, blocks } from './docx-body.ts'
import { closing } from './docx-closing.ts'
import { addressees, header, heading } from './docx-head.ts'
import { font, mm, paragraphStyle } from './docx-parts.ts'
import { withFixedTimes } from './zip.ts'

const { page, styles } = nd30

/** A run of pages that numbers itself from 1 and shows the number from the second on. */
const section = (children: ISectionOptions['children'], type?: ISectionOptions['properties']): ISectionOptions => ({
  properties: {
    ...type,
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
      pageNumbers: { start: 1 },
    },
  },
  headers: {
    first: new Header({ children: [new Paragraph({})] }),
    default: new Header({
      children: [new Paragraph({ style: 'pageNumber', children: [new TextRun({ children: [PageNumber.CURRENT] })] })],
    }),
  },
  footers: { first: new Footer({ children: [new Paragraph({})] }), default: new Footer({ children: [new Paragraph({})] }) },
  children,
})

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
      section([
        header(description),
        ...heading(description),
        ...addressees(description),
        ...blocks(description.body, { endsWithSignature: true }),
        await closing(description),
      ]),
      ...(description.appendices ?? []).map((one) => section(appendix(one), { type: SectionType.NEXT_PAGE })),
    ],
  })
  const bytes = await Packer.toBuffer(document, undefined, [{ path: 'docProps/core.xml', data: properties(description) }])
  return withFixedTimes(bytes, description.issuedAt)
}
