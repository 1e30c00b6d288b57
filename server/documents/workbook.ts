import writeXlsxFile from 'write-excel-file/node'
import { kindNames, statusNames } from '#domain/documents/book.ts'
import type { DocumentEntry } from '#domain/contract/documents.ts'
import { dayOf, shortDate } from '#domain/documents/dates.ts'

/**
 * The register of outgoing documents in the columns of Nghị định 30/2020 (Phụ lục IV), oldest first, as a workbook to print and
 * close: all ten are as wide as a sheet of A4 that lies. What the product does not know (copies, dates of dispatch, signatures
 * for receipt) is left for the clerk's hand.
 */
export function bookAsXlsx(entries: DocumentEntry[]): Promise<Buffer> {
  const text = { type: String, wrap: true, alignVertical: 'top', fontFamily: 'Times New Roman' } as const
  const line = (value: string) => ({ ...text, value })
  const columns = [
    { title: 'Số, ký hiệu văn bản', width: 14, of: (one: DocumentEntry) => one.notation ?? '' },
    { title: 'Ngày tháng văn bản', width: 11, of: (one: DocumentEntry) => shortDate(dayOf(one.issuedAt)) },
    {
      title: 'Tên loại và trích yếu nội dung văn bản',
      width: 34,
      of: (one: DocumentEntry) => `${kindNames[one.type]}: ${one.abstract}`,
    },
    { title: 'Người ký', width: 13, of: (one: DocumentEntry) => one.signer },
    { title: 'Nơi nhận văn bản', width: 20, of: (one: DocumentEntry) => one.recipients.join('; ') },
    { title: 'Đơn vị, người nhận bản lưu', width: 9, of: () => 'VT' },
    { title: 'Số lượng bản', width: 6, of: () => '' },
    { title: 'Ngày chuyển', width: 9, of: () => '' },
    { title: 'Ký nhận', width: 7, of: () => '' },
    { title: 'Ghi chú', width: 10, of: noteOf },
  ]
  const head = columns.map(({ title }) => ({ ...line(title), fontWeight: 'bold' as const, align: 'center' as const }))
  const rows = [...entries].reverse().map((entry) => columns.map((column) => line(column.of(entry))))
  return writeXlsxFile([head, ...rows], {
    sheet: 'Sổ văn bản đi',
    columns: columns.map(({ width }) => ({ width })),
    stickyRowsCount: 1,
    orientation: 'landscape',
  }).toBuffer()
}

const noteOf = (one: DocumentEntry): string =>
  [
    one.status === 'valid' ? '' : statusNames[one.status],
    one.withdrawal === undefined ? '' : `${shortDate(dayOf(one.withdrawal.at))}: ${one.withdrawal.reason}`,
    one.correctedBy === undefined ? '' : `bởi ${one.correctedBy}`,
    one.version === 1 ? '' : `bản ${one.version}`,
  ]
    .filter((part) => part !== '')
    .join(' ')
