import { describe, expect, test } from 'vitest'
import { unitNamedIn } from '#client/room/minutes/unit-named.ts'

/** Which unit a proposal puts in charge, by the names it may be called. */

const units = [
  { id: 'finance', names: ['Sở Tài chính'] },
  { id: 'land', names: ['Sở Tài nguyên và Môi trường', 'Sở TN&MT'] },
  { id: 'culture', names: ['Sở Văn hóa, Thể thao và Du lịch'] },
  { id: 'tumorong', names: ['Ủy ban nhân dân huyện Tu Mơ Rông', 'huyện Tu Mơ Rông'] },
  { id: 'kontum', names: ['Ủy ban nhân dân thành phố Kon Tum', 'thành phố Kon Tum'] },
  { id: 'province', names: ['Kon Tum'] },
]

describe('the unit that a proposal names', () => {
  test.each([
    ['Giao Sở Tài chính bố trí 3 tỷ đồng.', 'finance'],
    ['Giao UBND huyện Tu Mơ Rông phê duyệt phương án.', 'tumorong'],
    ['Giao ỦY BAN NHÂN DÂN HUYỆN TU MƠ RÔNG phê duyệt.', 'tumorong'],
    ['Sở Tài chính phối hợp với Sở Tài nguyên và Môi trường chủ trì đo đạc.', 'land'],
    ['Giao Sở Văn hóa, Thể thao và Du lịch, chủ trì cùng Sở Tài chính.', 'culture'],
    ['Đề nghị thành phố Kon Tum báo cáo.', 'kontum'],
    ['Giao Sở TN&MT rà soát.', 'land'],
    ['Cho áp dụng đơn giá theo khảo sát thực tế.', undefined],
    ['Giao một sở chủ trì đo đạc, trích lục để thu hồi đất.', undefined],
    ['', undefined],
  ])('%s', (text, unit) => {
    expect(unitNamedIn(text, units)).toBe(unit)
  })

  test('however the marks were typed', () => {
    expect(unitNamedIn('Giao Sở Tài chính'.normalize('NFD'), units)).toBe('finance')
  })

  test('a name inside a longer word is none', () => {
    expect(unitNamedIn('Kon Tumorong', units)).toBeUndefined()
  })
})
