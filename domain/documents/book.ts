import type { DocumentStatus, DocumentType } from '../contract/documents.ts'

/** The words of the numbering book, as its printed and exported forms say them. */

export const kindNames: Record<DocumentType, string> = { TB: 'Thông báo', BB: 'Biên bản' }

export const statusNames: Record<DocumentStatus, string> = {
  valid: 'Còn hiệu lực',
  corrected: 'Đã được đính chính',
  withdrawn: 'Đã thu hồi',
  replaced: 'Đã được thay thế',
}
