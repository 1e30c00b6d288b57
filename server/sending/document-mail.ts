import { createHash } from 'node:crypto'
import { dayOf, shortDate } from '#domain/documents/dates.ts'
import { cleanText } from '#domain/documents/description.ts'
import { fileName } from '../documents/answer.ts'
import { type DocumentFile, type DocumentRecord, mediaTypes } from '../documents/store.ts'
import type { Mail } from './mail.ts'

export interface DocumentMailFrame {
  to: string
  unitId: string
  unitName: string
  /** Where people open the room. */
  baseUrl: string
  files: { pdf: DocumentFile; docx: DocumentFile }
}

const kindNames: Record<DocumentRecord['type'], string> = { TB: 'Thông báo', BB: 'Biên bản' }

/** The mail that tells a unit that a document which it was sent no longer holds. */
export function recallMail(
  document: DocumentRecord,
  { reason, at }: { reason: string; at: Date },
  { to, unitId, unitName, baseUrl }: Omit<DocumentMailFrame, 'files'>,
): Mail {
  const title = titleOf(document)
  const id = createHash('sha256').update(`recall ${document.id} ${unitId}`).digest('hex').slice(0, 32)
  return {
    to,
    subject: `Thu hồi ${title}`,
    messageId: `<${id}@${new URL(baseUrl).hostname}>`,
    text: [
      `Kính gửi: ${unitName}`,
      '',
      `${document.issuer} thu hồi ${title} ngày ${shortDate(dayOf(document.issuedAt))}: ${oneLine(document.abstract)}.`,
      `Văn bản hết hiệu lực từ ngày ${shortDate(dayOf(at.toISOString()))}. Lý do: ${oneLine(reason)}`,
      '',
      `Đề nghị đơn vị không sử dụng văn bản đã nhận. Xem tại: ${baseUrl}/meetings/${document.meetingId}/summary`,
      '',
      'Thư này được gửi tự động từ phòng họp Sáng Thứ Năm.',
    ].join('\n'),
    files: [],
  }
}

/** A notice waits for the unit's word that it has come, and has a code; minutes are there to be read. */
const invitation = ({ type, meetingId, description }: DocumentRecord, baseUrl: string): string[] =>
  type === 'BB'
    ? [`Văn bản kèm theo thư này. Cuộc họp và văn bản của cuộc họp: ${baseUrl}/meetings/${meetingId}/summary`, '']
    : [
        `Văn bản kèm theo thư này. Đề nghị đơn vị xác nhận đã nhận tại: ${baseUrl}/meetings/${meetingId}`,
        '',
        `Kiểm tra tệp có đúng bản đã ban hành tại: ${description?.closing.verification?.url ?? `${baseUrl}/verify`}`,
      ]

const oneLine = (text: string): string => cleanText(text).replace(/\s+/gu, ' ').trim()

const titleOf = ({ type, notation }: DocumentRecord): string =>
  oneLine(notation === null ? kindNames[type] : `${kindNames[type]} số ${notation}`)

/** The mail that brings an issued document to a unit, in Vietnamese as all official letters are. */
export function documentMail(document: DocumentRecord, { to, unitId, unitName, baseUrl, files }: DocumentMailFrame): Mail {
  const name = document.notation ?? document.abstract
  const title = titleOf(document)
  const host = new URL(baseUrl).hostname
  // From what is sent to whom: the same after a crash, and nothing of it can be guessed.
  const id = createHash('sha256').update(`${document.id} ${unitId} ${files.pdf.sha256}`).digest('hex').slice(0, 32)
  return {
    to,
    subject: `${title}: ${oneLine(document.abstract)}`,
    messageId: `<${id}@${host}>`,
    text: [
      `Kính gửi: ${unitName}`,
      '',
      `${document.issuer} gửi ${title} ngày ${shortDate(dayOf(document.issuedAt))}: ${oneLine(document.abstract)}.`,
      '',
      ...invitation(document, baseUrl),
      `Mã băm SHA-256 của tệp PDF: ${files.pdf.sha256}`,
      '',
      'Thư này được gửi tự động từ phòng họp Sáng Thứ Năm.',
    ].join('\n'),
    files: (['pdf', 'docx'] as const).map((format) => ({
      name: fileName(name, format),
      mediaType: mediaTypes[format],
      bytes: files[format].bytes,
    })),
  }
}
