import type { MeetingEvent } from '../meeting/meeting.ts'
import { isClosedStub, type MeetingState, type VoteResult } from '../meeting/state.ts'
import { stampOf } from './dates.ts'

/** What a meeting leaves behind as plain tables, for whoever keeps or counts it with other programs. Whole, closed items too. */

export interface Table {
  /** Of the file, without its ending. */
  name: string
  columns: string[]
  rows: (string | number | undefined)[][]
}

export interface RecordNames {
  unit: (unitId: string) => string
  user: (userId: string) => string
}

const results: Record<VoteResult, string> = {
  passed: 'Được thông qua',
  failed: 'Không được thông qua',
  advisory: 'Lấy ý kiến, chủ trì quyết định',
  noQuorum: 'Chưa đủ số người biểu quyết',
}

const itemStatuses = { pending: 'Chưa đến', running: 'Đang thảo luận', done: 'Đã xong', deferred: 'Hoãn' } as const

const conclusionStatuses = {
  proposed: 'Đã trình',
  approved: 'Đã duyệt',
  returned: 'Trả lại',
  issued: 'Đã ban hành',
} as const

const stamp = (at: string | undefined) => (at === undefined ? undefined : stampOf(at))

export function recordTables(state: MeetingState, events: MeetingEvent[], names: RecordNames): Table[] {
  const itemNumber = (itemId: string | undefined) => state.agenda.find((item) => item.id === itemId)?.number
  return [
    {
      name: 'chuong-trinh',
      columns: [
        'Số',
        'Nội dung',
        'Đơn vị báo cáo',
        'Họp hẹp',
        'Trạng thái',
        'Thời lượng (giây)',
        'Đã dùng (giây)',
        'Bắt đầu',
        'Kết thúc',
        'Lý do hoãn',
      ],
      rows: state.agenda.map((item) => [
        item.number,
        ...(isClosedStub(item)
          ? ['', '', 'x']
          : [
              item.title,
              item.presenterUnitId === undefined ? '' : names.unit(item.presenterUnitId),
              item.audience === 'everyone' ? '' : 'x',
            ]),
        itemStatuses[item.status],
        item.budgetSeconds,
        item.usedSeconds,
        stamp(item.startedAt),
        stamp(item.finishedAt),
        isClosedStub(item) ? '' : item.deferReason,
      ]),
    },
    {
      name: 'diem-danh',
      columns: ['Đơn vị', 'Người đại diện', 'Chức vụ', 'Số người', 'Vào', 'Ra', 'Vì mất kết nối'],
      rows: state.attendance.map((row) => [
        names.unit(row.unitId),
        row.representative.name,
        row.representative.title,
        row.headCount,
        stamp(row.checkedInAt),
        stamp(row.leftAt),
        row.leftBy === 'line' ? 'x' : '',
      ]),
    },
    {
      name: 'phat-bieu',
      columns: ['Người phát biểu', 'Đơn vị', 'Nội dung số', 'Số lượt', 'Tổng thời gian (giây)'],
      rows: state.floor.speaking.map((one) => [
        names.user(one.userId),
        names.unit(one.unitId),
        itemNumber(one.itemId),
        one.turns,
        one.seconds,
      ]),
    },
    {
      name: 'bieu-quyet',
      columns: ['Câu hỏi', 'Nội dung số', 'Phiếu kín', 'Phương án', 'Số phiếu', 'Người chọn', 'Kết quả'],
      rows: state.votes.flatMap((vote) =>
        vote.options.map((option, at) => [
          vote.question,
          itemNumber(vote.itemId),
          vote.secret ? 'x' : '',
          option,
          vote.tally?.[at],
          Object.entries(vote.choices ?? {})
            .filter(([, chosen]) => chosen === at)
            .map(([userId]) => names.user(userId))
            .join('; '),
          vote.result === undefined ? '' : results[vote.result],
        ]),
      ),
    },
    {
      name: 'ket-luan',
      columns: [
        'Số, ký hiệu',
        'Trạng thái',
        'Nội dung số',
        'Kết luận',
        'Đơn vị chủ trì',
        'Đơn vị phối hợp',
        'Hạn hoàn thành',
        'Sản phẩm',
        'Ban hành lúc',
        'Mã tra cứu',
        'Đã xác nhận nhận',
        'Lý do thu hồi',
      ],
      rows: state.conclusions.map((one) => [
        one.notation,
        conclusionStatuses[one.status],
        itemNumber(one.itemId),
        one.text,
        names.unit(one.leadUnitId),
        one.coordinatingUnitIds.map(names.unit).join('; '),
        one.dueDate,
        one.product,
        stamp(one.issuedAt),
        one.code,
        one.acknowledgedBy.map(names.unit).join('; '),
        one.withdrawn?.reason,
      ]),
    },
    {
      name: 'nhat-ky',
      columns: ['Số thứ tự', 'Thời điểm', 'Người thực hiện', 'Đơn vị', 'Sự kiện', 'Nội dung số'],
      rows: events.map((event) => [
        event.seq,
        stamp(event.at),
        'userId' in event.actor ? names.user(event.actor.userId) : 'Hệ thống',
        'userId' in event.actor && event.actor.unitId !== undefined ? names.unit(event.actor.unitId) : '',
        event.type,
        'itemId' in event ? itemNumber(event.itemId) : undefined,
      ]),
    },
  ]
}

/** A cell that a spreadsheet would take for a formula is marked as text. */
const asText = (value: string): string => (/^[=+\-@\t\r]/.test(value) ? `'${value}` : value)

const cell = (value: string | number | undefined): string => {
  if (typeof value === 'number') return String(value)
  const text = asText(value ?? '')
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text
}

/** RFC 4180 in UTF-8, with the mark by which spreadsheets know it. */
export const asCsv = ({ columns, rows }: Table): string =>
  `\ufeff${[columns, ...rows].map((row) => row.map(cell).join(',')).join('\r\n')}\r\n`
