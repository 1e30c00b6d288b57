import { expect, test } from 'vitest'
import { readDay } from '#client/room/minutes/natural-dates.ts'

/** Thursday. */
const today = '2026-11-26'

test.each([
  ['15/12', '2026-12-15'],
  ['15/12/2027', '2027-12-15'],
  ['1.2', '2027-02-01'],
  ['hôm nay', '2026-11-26'],
  ['ngày mai', '2026-11-27'],
  ['mai', '2026-11-27'],
  ['10 ngày nữa', '2026-12-06'],
  ['cuối tháng', '2026-11-30'],
  ['thứ sáu', '2026-11-27'],
  ['thứ năm', '2026-12-03'],
  ['thứ sáu tuần sau', '2026-12-04'],
  ['thu hai tuan sau', '2026-11-30'],
  ['t7', '2026-11-28'],
  ['chủ nhật', '2026-11-29'],
  ['2026-12-31', '2026-12-31'],
])('a due date typed as "%s" is read as %s', (text, day) => {
  expect(readDay(text, today)).toBe(day)
})

test.each(['31/2', '32/12', 'sang năm', 'thứ chín', '2026-02-30', ''])('"%s" is no day, and is not guessed', (text) => {
  expect(readDay(text, today)).toBeUndefined()
})
