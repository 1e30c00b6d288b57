import { isLate } from '../meeting/attendance.ts'
import type { Attendance, MeetingState } from '../meeting/state.ts'
import { shortTime } from './dates.ts'
import { cleanText, paragraph } from './description.ts'
import type { Block } from './description.ts'
import type { MinutesNames } from './minutes.ts'

/** In the order of the invitation, those who came without one behind. */
const inOrder = (state: MeetingState): Attendance[] => {
  const rank = new Map(state.unitIds.map((unitId, at) => [unitId, at]))
  const rankOf = (row: Attendance): number => rank.get(row.unitId) ?? state.unitIds.length
  return [...state.attendance].sort((one, other) => rankOf(one) - rankOf(other))
}

const left = (state: MeetingState, row: Attendance): boolean =>
  row.leftAt !== undefined && (state.closedAt === undefined || row.leftAt < state.closedAt)

const table = (rows: Attendance[], state: MeetingState, names: MinutesNames): Block => ({
  type: 'table',
  columns: [
    { title: 'TT', share: 0.07, align: 'center' },
    { title: 'Đơn vị', share: 0.29, align: 'left' },
    { title: 'Người đại diện', share: 0.3, align: 'left' },
    { title: 'Số người', share: 0.1, align: 'center' },
    { title: 'Có mặt', share: 0.12, align: 'center' },
    { title: 'Rời họp', share: 0.12, align: 'center' },
  ],
  rows: rows.map((row, at) => [
    String(at + 1),
    cleanText(names.unit(row.unitId)),
    cleanText(`${row.representative.name}, ${row.representative.title}`),
    String(row.headCount),
    shortTime(row.checkedInAt),
    row.leftAt !== undefined && left(state, row) ? shortTime(row.leftAt) : '',
  ]),
})

const named = (label: string, units: string[]): Block[] =>
  units.length === 0 ? [] : [paragraph('body', `${label}: ${cleanText(units.join('; '))}.`)]

/** Who was there, from when to when; who came late, left before the end, or was not there at all. */
export const attendanceBlocks = (state: MeetingState, names: MinutesNames): Block[] => {
  const rows = inOrder(state)
  const present = new Set(rows.map((row) => row.unitId))
  const absent = state.unitIds.filter((unitId) => !present.has(unitId) && !names.isHost(unitId))
  const heads = rows.reduce((sum, row) => sum + row.headCount, 0)
  const summary =
    rows.length === 0
      ? 'chưa có đơn vị điểm danh.'
      : `${rows.length} đơn vị, ${heads} người (thời gian có mặt và rời họp ghi tại bảng):`
  return [
    { ...paragraph('body', `Thành phần tham dự: ${summary}`), keepWithNext: rows.length > 0 },
    ...(rows.length === 0 ? [] : [table(rows, state, names)]),
    ...named(
      'Đến muộn',
      rows.filter((row) => isLate(state, row)).map((row) => `${names.unit(row.unitId)} (${shortTime(row.checkedInAt)})`),
    ),
    ...named(
      'Rời họp trước khi kết thúc',
      rows.flatMap((row) =>
        row.leftAt !== undefined && left(state, row) ? [`${names.unit(row.unitId)} (${shortTime(row.leftAt)})`] : [],
      ),
    ),
    ...named('Vắng', absent.map(names.unit)),
  ]
}
