import { describeBrief } from '#domain/documents/brief.ts'
import type { Appendix, Block, DocumentDescription } from '#domain/documents/description.ts'
import { byOrderOfChairman } from '#domain/documents/issuing.ts'
import { describeInvitation, describeUrging, type LetterFrame } from '#domain/documents/letters.ts'
import { describeMinutes } from '#domain/documents/minutes.ts'
import { noFacts, withEvent } from '#domain/documents/minutes-facts.ts'
import { proseBlocks } from '#domain/documents/prose.ts'
import { defaultRecipients } from '#domain/documents/recipients.ts'
import type { EventBody, MeetingEvent } from '#domain/meeting/meeting.ts'
import { issuer, notice } from './documents.ts'
import { after, asChair, asNorth, closed, granted, items, meetingId, opened, scheduled, started, units } from './meeting.ts'

/** A document of every kind that the product makes, long and short, to one and to many. */

const frame: LetterFrame = {
  issuer,
  signature: byOrderOfChairman({ name: 'Doãn Thế Mực', title: 'Chánh Văn phòng UBND tỉnh' }),
  recipients: defaultRecipients,
}

const table = (rows: number): Block => ({
  type: 'table',
  columns: [
    { title: 'TT', share: 0.1, align: 'center' },
    { title: 'Nhiệm vụ', share: 0.6, align: 'left' },
    { title: 'Đơn vị chủ trì', share: 0.3, align: 'left' },
  ],
  rows: Array.from({ length: rows }, (_, at) => [String(at + 1), 'Báo cáo tiến độ giải phóng mặt bằng', 'Sở Xây dựng']),
})

const appendix = (label: string, rows: number): Appendix => ({
  label,
  title: 'DANH MỤC NHIỆM VỤ CHƯA HOÀN THÀNH',
  reference: '(Kèm theo Công văn số      /UBND-TH ngày      tháng      năm       của Ủy ban nhân dân tỉnh Kon Tum)',
  body: [table(rows)],
})

const invitation = describeInvitation(
  {
    meeting: { title: 'Họp định kỳ hằng tuần của Thường trực UBND tỉnh', heldAt: '2026-11-26T00:30:00.000Z' },
    invited: ['Giám đốc Sở Tài chính', 'Giám đốc Sở Xây dựng', 'Chủ tịch UBND huyện Tu Mơ Rông'],
    chair: { name: 'Lương Vĩnh Khoan', title: 'Chủ tịch UBND tỉnh' },
    place: 'Phòng họp số 1, Trụ sở UBND tỉnh và các điểm cầu',
    slots: [
      {
        startsAt: '2026-11-26T00:30:00.000Z',
        title: 'Giải phóng mặt bằng dự án đường liên xã Sương Mù - Suối Đá',
        presenter: 'UBND huyện Tu Mơ Rông',
        form: 'Trực tuyến',
        audience: 'Các sở, ngành, địa phương liên quan',
      },
      { startsAt: '2026-11-26T01:30:00.000Z', title: 'Dự toán ngân sách năm 2027', form: 'Trực tiếp', audience: 'Sở Tài chính' },
    ],
    notes: ['Tài liệu gửi kèm trên hệ thống.', 'Các điểm cầu kiểm tra đường truyền trước 15 phút.'],
  },
  { ...frame, notation: '07/GM-UBND', issuedAt: '2026-11-24T03:00:00.000Z', urgency: 'HỎA TỐC' },
)

const urging = (addressees: string[], appendices: Appendix[] = []): DocumentDescription =>
  describeUrging(
    {
      addressees,
      tasks: addressees.map((unit) => ({
        text: 'Niêm yết công khai và phê duyệt phương án bồi thường đợt một',
        notice: { notation: '05/TB-UBND', issuedAt: '2026-11-19T03:00:00.000Z' },
        unit,
        dueDate: '2026-12-05',
        state: 'chưa có báo cáo kết quả',
      })),
      reportBy: '2026-12-10',
    },
    { ...frame, notation: '2042/UBND-TH', issuedAt: '2026-12-07T03:00:00.000Z', appendices },
  )

const brief = describeBrief(
  {
    to: ['Chủ tịch UBND tỉnh'],
    matter: 'Giải phóng mặt bằng dự án đường liên xã Sương Mù - Suối Đá',
    proposedBy: { unit: 'UBND huyện Tu Mơ Rông', report: '15/BC-UBND', at: '2026-11-20T03:00:00.000Z' },
    summary: 'Còn 41 hộ chưa nhận bồi thường.\nHuyện đề nghị cho ý kiến về đơn giá.',
    opinions: [
      { unit: 'Sở Tài chính', opinion: 'Thống nhất đơn giá theo quyết định hiện hành.' },
      { unit: 'Sở Xây dựng', opinion: 'Đề nghị bổ sung hồ sơ kỹ thuật.' },
    ],
    officeProposal: 'Đề nghị đưa vào chương trình họp thứ Năm.',
    attached: ['Báo cáo số 15/BC-UBND', 'Ý kiến của Sở Tài chính'],
  },
  frame,
)

const log = (bodies: [number, EventBody][]): MeetingEvent[] =>
  bodies.map(([seconds, body], index) => ({ ...body, seq: index + 1, at: after(seconds), actor: { ...asChair } }))

const words = {
  type: 'doc',
  content: [
    {
      type: 'paragraph',
      content: [
        { type: 'text', text: 'Huyện báo cáo ' },
        { type: 'text', text: 'còn 41 hộ', marks: [{ type: 'bold' }] },
        { type: 'text', text: ' chưa nhận bồi thường.' },
      ],
    },
    {
      type: 'bulletList',
      content: [
        { type: 'listItem', content: [{ type: 'paragraph', content: [{ type: 'text', text: 'Đề nghị bổ sung kinh phí.' }] }] },
      ],
    },
  ],
}

const unitNames: Record<string, string> = {
  [units.finance]: 'Sở Tài chính',
  [units.health]: 'Sở Y tế',
  [units.north]: 'Ủy ban nhân dân huyện Tu Mơ Rông',
  [units.south]: 'Ủy ban nhân dân huyện Sa Thầy',
}

/** `repeat` makes the words of the item so many times as long. */
export const minutes = (repeat = 1): DocumentDescription =>
  describeMinutes(
    log([
      [-600, scheduled()],
      [0, opened],
      [
        60,
        {
          type: 'attendance.checkedIn',
          unitId: units.north,
          representative: { name: 'A Sâm Ngọc', title: 'Chủ tịch UBND huyện' },
          headCount: 18,
        },
      ],
      [120, started(items.roads)],
      [180, granted(asNorth, { itemId: items.roads })],
      [600, { type: 'floor.yielded', userId: asNorth.userId, itemId: items.roads }],
      [7200, { type: 'agenda.finished', itemId: items.roads }],
      [7200, closed],
    ]).reduce(withEvent, noFacts(meetingId)),
    [{ sectionId: items.roads, blocks: Array.from({ length: repeat }, () => proseBlocks(words)).flat() }],
    {
      unit: (unitId) => unitNames[unitId] ?? unitId,
      user: () => ({ name: 'Lương Vĩnh Khoan', title: 'Chủ tịch UBND tỉnh' }),
      speaker: () => 'A Sâm Ngọc',
      isHost: (unitId) => unitId === units.head,
    },
    {
      issuer,
      notation: '03/BB-UBND',
      venue: 'Trụ sở Ủy ban nhân dân tỉnh Kon Tum, kết nối trực tuyến với 1 điểm cầu',
      secretary: { name: 'Nhữ Thị Bút Hoa', title: 'Chuyên viên' },
      head: { seq: 8, hash: 'ab'.repeat(32) },
      issuedAt: after(7260),
    },
  )

export const documentKinds: Record<string, DocumentDescription> = {
  notice: notice(),
  minutes: minutes(),
  invitation,
  letter: urging(['Sở Tài chính', 'UBND huyện Tu Mơ Rông'], [appendix('Phụ lục I', 5), appendix('Phụ lục II', 60)]),
  letterToOne: urging(['Sở Tài chính']),
  brief,
  longMinutes: minutes(120),
}
