import type { Block, DocumentDescription } from '#domain/documents/description.ts'
import { byOrderOfChairman, committeeAsIssuer } from '#domain/documents/issuing.ts'
import { describeNotice } from '#domain/documents/notice.ts'
import type { NoticeFacts } from '#domain/documents/notice.ts'
import { defaultRecipients } from '#domain/documents/recipients.ts'

/** A notice as the sample meeting would bring it forth, with the facts that a test changes. */
export const noticeFacts = (more: Partial<NoticeFacts> = {}): NoticeFacts => ({
  notation: '05/TB-UBND',
  issuedAt: '2026-11-26T03:04:05.000Z',
  meeting: {
    title: 'Họp định kỳ hằng tuần của Thường trực UBND tỉnh với các ngành, đơn vị, địa phương',
    heldAt: '2026-11-26T00:30:00.000Z',
  },
  chair: { name: 'Lương Vĩnh Khoan', title: 'Chủ tịch UBND tỉnh' },
  matter: {
    title: 'Giải phóng mặt bằng dự án đường liên xã Sương Mù - Suối Đá, huyện Tu Mơ Rông',
    presenter: 'Ủy ban nhân dân huyện Tu Mơ Rông',
  },
  attending: [
    { name: 'Sở Tài chính', isLocality: false },
    { name: 'Ủy ban nhân dân huyện Tu Mơ Rông', isLocality: true },
  ],
  conclusions: [
    {
      text: 'Niêm yết công khai và phê duyệt phương án bồi thường đợt một cho 41 hộ còn lại trên tuyến; bàn giao mặt bằng sạch cho nhà thầu.',
      leadUnit: 'Ủy ban nhân dân huyện Tu Mơ Rông',
      coordinatingUnits: ['Sở Tài nguyên và Môi trường', 'Sở Tài chính'],
      dueDate: '2026-12-05',
      product: 'Quyết định phê duyệt phương án bồi thường đợt một',
    },
  ],
  ...more,
})

export const issuer = committeeAsIssuer({ name: 'Ủy ban nhân dân tỉnh Kon Tum', symbol: 'UBND' })

export const notice = (more: Partial<NoticeFacts> = {}): DocumentDescription =>
  describeNotice(noticeFacts(more), {
    issuer,
    signature: byOrderOfChairman({ name: 'Doãn Thế Mực', title: 'Chánh Văn phòng UBND tỉnh' }),
    recipients: defaultRecipients,
    verification: {
      url: 'https://hop.example/verify/7K3M-9QXA-2BTV-YH4D',
      lines: [
        'Mã tra cứu: 7K3M-9QXA-2BTV-YH4D',
        'Tra cứu tại: https://hop.example/verify',
        `Mã băm: ${'0123456789abcdef '.repeat(4).trim()}`,
      ],
    },
  })

const textsOfBlock = (block: Block): string[] =>
  block.type === 'paragraph'
    ? [block.runs.map((run) => run.text).join('')]
    : [...block.columns.map((column) => column.title), ...block.rows.flat()].filter((cell) => cell !== '')

/** Every text of a description, in the order in which it stands on the paper. */
export const textsOf = (description: DocumentDescription): string[] => [
  ...description.header.parentBody,
  ...description.header.issuingBody,
  description.header.numberSymbol,
  ...[
    description.header.subjectLetter,
    description.header.draftMark,
    description.header.urgency,
    description.header.placeDate,
  ].filter((text) => text !== undefined),
  ...(description.heading === undefined ? [] : [description.heading.kind, description.heading.subject]),
  ...(description.addressees ?? []),
  ...description.body.flatMap(textsOfBlock),
  ...description.closing.recipients,
  ...(description.closing.verification?.lines ?? []),
  ...[description.closing.leftSignature, description.closing.rightSignature].flatMap((signature) =>
    signature === undefined ? [] : [...signature.authority, signature.name],
  ),
  ...(description.appendices ?? []).flatMap((one) => [one.label, one.title, one.reference, ...one.body.flatMap(textsOfBlock)]),
]
