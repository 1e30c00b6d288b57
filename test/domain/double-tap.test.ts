import { expect, test } from 'vitest'
import { isSecondTap } from '#client/ui/double-tap.ts'

const tap = (timeStamp: number, clientX = 100, clientY = 700) => ({ detail: 1, clientX, clientY, timeStamp })
const button = (textContent: string) => ({ textContent })

test('the second half of a double tap does nothing where another act stands by now', () => {
  const next = button('Bắt đầu nội dung 1')
  expect(isSecondTap(tap(1000), next)).toBe(false)
  next.textContent = 'Bắt đầu nội dung 2'
  expect(isSecondTap(tap(1250, 108, 694), next)).toBe(true)
  expect(isSecondTap(tap(1399), button('Thêm giờ 5 phút'))).toBe(true)
  expect(isSecondTap(tap(1401), next)).toBe(false)
})

test('what was meant is done: the same act again, another place, a key', () => {
  const extend = button('Thêm giờ 5 phút')
  expect(isSecondTap(tap(5000), extend)).toBe(false)
  expect(isSecondTap(tap(5150), extend)).toBe(false)
  expect(isSecondTap(tap(5250, 300), button('Tạm nghỉ'))).toBe(false)
  expect(isSecondTap({ ...tap(5300, 300), detail: 0 }, button('Họp tiếp'))).toBe(false)
})
