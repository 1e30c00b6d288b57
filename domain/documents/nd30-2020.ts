/**
 * The layout of an administrative document as Nghị định 30/2020/NĐ-CP sets it (Phụ lục I), as data: where the decree leaves a
 * range, the value chosen here lies inside it. Both renderers read this and nothing else, so a later decree is a second file.
 */

export type StyleKey =
  | 'nationalName'
  | 'motto'
  | 'parentBody'
  | 'issuingBody'
  | 'numberSymbol'
  | 'placeDate'
  | 'kind'
  | 'subject'
  | 'subjectLetter'
  | 'draftMark'
  | 'urgency'
  | 'legalBasis'
  | 'body'
  | 'partLabel'
  | 'partTitle'
  | 'sectionLabel'
  | 'sectionTitle'
  | 'romanSection'
  | 'article'
  | 'clauseTitled'
  | 'clause'
  | 'point'
  | 'tableHead'
  | 'tableText'
  | 'authority'
  | 'addressees'
  | 'signerName'
  | 'recipientsLabel'
  | 'recipients'
  | 'verification'
  | 'appendixLabel'
  | 'appendixTitle'
  | 'appendixReference'
  | 'pageNumber'

export interface TextStyle {
  /** The style's name as the clerk sees it in the word processor. */
  name: string
  sizePt: number
  bold: boolean
  italic: boolean
  upper: boolean
  align: 'center' | 'left' | 'justify'
}

const style = (
  name: string,
  sizePt: number,
  align: TextStyle['align'],
  marks: Partial<Pick<TextStyle, 'bold' | 'italic' | 'upper'>> = {},
): TextStyle => ({ name, sizePt, align, bold: false, italic: false, upper: false, ...marks })

export const nd30 = {
  ruleSet: 'nd30-2020',
  page: {
    widthMm: 210,
    heightMm: 297,
    marginsMm: { top: 20, bottom: 20, left: 30, right: 15 },
    /** From the paper's edge to the page number, which stands in the top margin. */
    pageNumberFromEdgeMm: 10,
  },
  /** What the .docx names. */
  font: 'Times New Roman',
  /** What the .pdf embeds: the same widths as Times New Roman, so lines break alike. */
  embeddedFont: 'Tinos',
  /** Left and right column of the header, as shares of the text width. */
  headerColumns: [0.4, 0.6],
  closingColumns: [0.48, 0.52],
  body: { firstLineIndentMm: 12.7, paragraphGapPt: 6, lineSpacing: 1 },
  /** The short line under the issuing body and the subject, as a share of the longest line above it. */
  shortRule: 0.4,
  ruleThicknessPt: 0.75,
  /** Room for the signature and the seal between the office and the name. */
  signatureSpaceMm: 27,
  qrMm: 16,
  addresseesLabel: 'Kính gửi:',
  addresseesIndentMm: 35,
  /** Between the number and the subject of a letter. */
  subjectLetterGapPt: 6,
  /** The frame around the mark of urgency, and its red. */
  urgencyMm: { 'HỎA TỐC': [30, 8], 'THƯỢNG KHẨN': [40, 8], KHẨN: [20, 8] },
  urgencyColour: 'E00000',
  styles: {
    nationalName: style('Quốc hiệu', 12, 'center', { bold: true, upper: true }),
    motto: style('Tiêu ngữ', 13, 'center', { bold: true }),
    parentBody: style('Cơ quan chủ quản', 12, 'center', { upper: true }),
    issuingBody: style('Cơ quan ban hành', 12, 'center', { bold: true, upper: true }),
    numberSymbol: style('Số, ký hiệu', 13, 'center'),
    placeDate: style('Địa danh, thời gian', 13, 'center', { italic: true }),
    kind: style('Tên loại văn bản', 14, 'center', { bold: true, upper: true }),
    subject: style('Trích yếu', 14, 'center', { bold: true }),
    subjectLetter: style('Trích yếu công văn', 12, 'center'),
    draftMark: style('Dấu dự thảo', 13, 'center', { bold: true, upper: true }),
    urgency: style('Dấu chỉ mức độ khẩn', 13, 'center', { bold: true, upper: true }),
    legalBasis: style('Căn cứ ban hành', 14, 'justify', { italic: true }),
    body: style('Nội dung', 14, 'justify'),
    partLabel: style('Phần, Chương', 14, 'center', { bold: true }),
    partTitle: style('Tiêu đề phần, chương', 14, 'center', { bold: true, upper: true }),
    sectionLabel: style('Từ Mục', 14, 'center', { bold: true }),
    sectionTitle: style('Tiêu đề mục', 14, 'center', { bold: true, upper: true }),
    romanSection: style('Mục', 14, 'justify', { bold: true, upper: true }),
    article: style('Điều', 14, 'justify', { bold: true }),
    clauseTitled: style('Khoản có tiêu đề', 14, 'justify', { bold: true }),
    clause: style('Khoản', 14, 'justify'),
    point: style('Điểm', 14, 'justify'),
    tableHead: style('Đầu bảng', 13, 'center', { bold: true }),
    tableText: style('Nội dung bảng', 13, 'left'),
    authority: style('Quyền hạn, chức vụ', 14, 'center', { bold: true, upper: true }),
    addressees: style('Kính gửi', 14, 'left'),
    signerName: style('Họ tên người ký', 14, 'center', { bold: true }),
    recipientsLabel: style('Từ Nơi nhận', 12, 'left', { bold: true, italic: true }),
    recipients: style('Nơi nhận', 11, 'left'),
    verification: style('Mã tra cứu', 8, 'left'),
    appendixLabel: style('Phụ lục', 14, 'center', { bold: true }),
    appendixTitle: style('Tên phụ lục', 14, 'center', { bold: true, upper: true }),
    appendixReference: style('Kèm theo văn bản', 14, 'center', { italic: true }),
    pageNumber: style('Số trang', 14, 'center'),
  },
} as const satisfies {
  ruleSet: string
  styles: Record<StyleKey, TextStyle>
  [rule: string]: unknown
}

/** The letters that number points: the Vietnamese alphabet, so no f, j, w, z. */
export const pointLetters = [...'abcdđeghiklmnopqrstuvxy']

export const nationalName = 'CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM'
export const motto = 'Độc lập - Tự do - Hạnh phúc'
