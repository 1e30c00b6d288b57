import { describe, expect, test } from 'vitest'
import { dayOf, longDate, parseDay, shortDate, timeOfDay, weekdayOf, yearOf } from '#domain/documents/dates.ts'
import { cleanText, DocumentDescription } from '#domain/documents/description.ts'
import { byOrderOfChairman, committeeAsIssuer, notationOf, onBehalfOfCommittee } from '#domain/documents/issuing.ts'
import { nd30, pointLetters } from '#domain/documents/nd30-2020.ts'
import { completeNotice, meetingInSentence } from '#domain/documents/notice.ts'
import { recipientLines } from '#domain/documents/recipients.ts'
import decree from '../data/nd30-2020.json' with { type: 'json' }
import { notice, textsOf } from '../kit/documents.ts'

const component = (key: string) => {
  const found = decree.components.find((one) => one.key === key)
  if (found === undefined) throw new Error(`the decree has no ${key}`)
  return found
}

describe('dates', () => {
  test('a day below 10 and the months 1 and 2 take a zero, the months 3 to 9 do not', () => {
    expect(longDate(parseDay('2020-01-05'))).toBe('ngày 05 tháng 01 năm 2020')
    expect(longDate(parseDay('2019-06-29'))).toBe('ngày 29 tháng 6 năm 2019')
    expect(longDate(parseDay('2021-02-10'))).toBe('ngày 10 tháng 02 năm 2021')
    expect(shortDate(parseDay('2021-06-18'))).toBe('18/6/2021')
    expect(shortDate(parseDay('2020-01-05'))).toBe('05/01/2020')
  })

  test('the day, the hour and the year are those of Viet Nam', () => {
    expect(dayOf('2026-12-31T17:00:00.000Z')).toEqual({ year: 2027, month: 1, day: 1 })
    expect(yearOf('2026-12-31T16:59:59.999Z')).toBe(2026)
    expect(yearOf('2026-12-31T17:00:00.000Z')).toBe(2027)
    expect(timeOfDay('2026-11-26T00:30:00.000Z')).toBe('07 giờ 30 phút')
    expect(weekdayOf('2026-11-26T00:30:00.000Z')).toBe('thứ Năm')
    expect(weekdayOf('2026-11-28T18:00:00.000Z')).toBe('Chủ nhật')
  })
})

describe('names and numbers', () => {
  test('a number below 10 takes a zero', () => {
    expect(notationOf(5, 'TB', 'UBND')).toBe('05/TB-UBND')
    expect(notationOf(12, 'BB', 'UBND')).toBe('12/BB-UBND')
    expect(notationOf(128, 'TB', 'SKHĐT')).toBe('128/TB-SKHĐT')
  })

  test('a committee stands in the header on two lines, and names its place', () => {
    expect(committeeAsIssuer({ name: 'Ủy ban nhân dân tỉnh Kon Tum', symbol: 'UBND' })).toMatchObject({
      issuingBody: ['ỦY BAN NHÂN DÂN', 'TỈNH KON TUM'],
      place: 'Kon Tum',
      shortName: 'Ủy ban nhân dân tỉnh',
    })
    expect(committeeAsIssuer({ name: 'Ban Chỉ đạo' }).issuingBody).toEqual(['BAN CHỈ ĐẠO'])
  })

  test('who signs for whom stands above the name', () => {
    expect(byOrderOfChairman({ name: 'A', title: 'Chánh Văn phòng UBND tỉnh' }).authority).toEqual([
      'TL. CHỦ TỊCH',
      'CHÁNH VĂN PHÒNG',
    ])
    expect(byOrderOfChairman({ name: 'A', title: 'Phó Chánh Văn phòng UBND tỉnh' }).authority).toEqual([
      'TL. CHỦ TỊCH',
      'KT. CHÁNH VĂN PHÒNG',
      'PHÓ CHÁNH VĂN PHÒNG',
    ])
    expect(onBehalfOfCommittee({ name: 'A', title: 'Chủ tịch UBND tỉnh' }).authority).toEqual(['TM. ỦY BAN NHÂN DÂN', 'CHỦ TỊCH'])
    expect(onBehalfOfCommittee({ name: 'A', title: 'Phó Chủ tịch UBND tỉnh' }).authority).toEqual([
      'TM. ỦY BAN NHÂN DÂN',
      'KT. CHỦ TỊCH',
      'PHÓ CHỦ TỊCH',
    ])
  })

  test('recipients stand once each, and the archive closes the list', () => {
    expect(
      recipientLines(['Sở Y tế', 'Sở Tài chính', 'Sở Y tế'], { informed: ['Sở Tài chính', 'TT Tỉnh ủy (b/c)'], drafter: 'TH' }),
    ).toEqual(['- Sở Y tế;', '- Sở Tài chính;', '- TT Tỉnh ủy (b/c);', '- Lưu: VT, TH.'])
  })

  test('points are numbered by the Vietnamese alphabet', () => {
    expect(pointLetters).toEqual(decree.vietnameseAlphabetPoints)
  })
})

describe('the chosen layout lies inside the decree', () => {
  test.each(Object.entries(nd30.styles).filter(([key]) => decree.components.some((one) => one.key === key)))(
    '%s',
    (key, style) => {
      const rule = component(key)
      expect(style.sizePt).toBeGreaterThanOrEqual(rule.sizePt[0] ?? 0)
      expect(style.sizePt).toBeLessThanOrEqual(rule.sizePt[1] ?? 0)
      expect({ bold: style.bold, italic: style.italic, align: style.align }).toEqual({
        bold: rule.bold,
        italic: rule.italic,
        align: rule.align,
      })
    },
  )

  test('page, margins, indent and spacing', () => {
    const { marginsMm } = decree.page
    for (const side of ['top', 'bottom', 'left', 'right'] as const) {
      expect(nd30.page.marginsMm[side]).toBeGreaterThanOrEqual(marginsMm[side][0] ?? 0)
      expect(nd30.page.marginsMm[side]).toBeLessThanOrEqual(marginsMm[side][1] ?? 0)
    }
    expect(component('body').firstLineIndentMm).toContain(nd30.body.firstLineIndentMm)
    expect(nd30.body.paragraphGapPt).toBeGreaterThanOrEqual(6)
    expect(nd30.body.lineSpacing).toBeGreaterThanOrEqual(1)
    expect(nd30.body.lineSpacing).toBeLessThanOrEqual(1.5)
  })
})

describe('the notice of conclusions', () => {
  const bodyOf = (description: DocumentDescription): string[] =>
    description.body.map((block) => (block.type === 'paragraph' ? block.runs.map((run) => run.text).join('') : ''))

  test('has number, date, kind and subject as the decree writes them', () => {
    const { header, heading, closing } = notice()
    expect(header.numberSymbol).toMatch(new RegExp(component('numberSymbol').pattern ?? '', 'u'))
    expect(header.placeDate).toBe('Kon Tum, ngày 26 tháng 11 năm 2026')
    expect(header.placeDate).toMatch(new RegExp(component('placeDate').pattern ?? '', 'u'))
    expect(heading?.kind).toBe('THÔNG BÁO')
    expect(heading?.subject).toBe(
      'Kết luận của đồng chí Lương Vĩnh Khoan, Chủ tịch UBND tỉnh, tại cuộc họp định kỳ hằng tuần của Thường trực UBND tỉnh với các ngành, đơn vị, địa phương về nội dung “Giải phóng mặt bằng dự án đường liên xã Sương Mù - Suối Đá, huyện Tu Mơ Rông”',
    )
    expect(closing.recipients.slice(0, 3)).toEqual([
      '- UBND huyện Tu Mơ Rông;',
      '- Sở Tài nguyên và Môi trường;',
      '- Sở Tài chính;',
    ])
    expect(closing.recipients.at(-1)).toBe('- Lưu: VT, TH.')
  })

  test('says who does what until when, and ends with the closing mark', () => {
    const body = bodyOf(notice())
    expect(body[0]).toContain('Ngày 26/11/2026, đồng chí Lương Vĩnh Khoan, Chủ tịch UBND tỉnh chủ trì cuộc họp định kỳ')
    expect(body[0]).toContain('tham dự có đại diện Sở Tài chính và Ủy ban nhân dân huyện Tu Mơ Rông.')
    expect(body).toContain('a) Đơn vị chủ trì: Ủy ban nhân dân huyện Tu Mơ Rông;')
    expect(body).toContain('b) Đơn vị phối hợp: Sở Tài nguyên và Môi trường, Sở Tài chính;')
    expect(body).toContain(
      'd) Hạn hoàn thành: ngày 05/12/2026; kết quả báo cáo Ủy ban nhân dân tỉnh (qua Văn phòng Ủy ban nhân dân tỉnh).',
    )
    expect(body.at(-1)).toMatch(/triển khai thực hiện\.\/\.$/)
  })

  test('names its matter in the subject, so that notices of one meeting are told apart; one without a matter does not', () => {
    const subjectOf = (title: string) => notice({ matter: { title } }).heading?.subject
    expect(subjectOf('Vốn đầu tư công.')).toMatch(/ về nội dung “Vốn đầu tư công”$/)
    expect(notice({ matter: undefined }).heading?.subject).not.toContain('về nội dung')
  })

  test('its draft, completed with number, date and code, is the notice that was never open', () => {
    const whole = notice()
    const { verification } = whole.closing
    if (verification === undefined) throw new Error('the sample has a code')
    const draft = notice({ notation: undefined, issuedAt: undefined })
    expect(draft.header.numberSymbol).not.toContain('05')
    expect(completeNotice(draft, { notation: '05/TB-UBND', issuedAt: whole.issuedAt, verification })).toEqual(whole)
  })

  test('leaves out what a closed item must not tell, and names what it corrects', () => {
    const body = bodyOf(notice({ matter: undefined, corrects: { notation: '04/TB-UBND', issuedAt: '2026-11-19T03:00:00.000Z' } }))
    expect(body.join(' ')).not.toContain('Sương Mù')
    expect(body).toContain(
      '3. Thông báo này đính chính Thông báo số 04/TB-UBND ngày 19/11/2026 của Ủy ban nhân dân tỉnh Kon Tum.',
    )
  })

  test('numbers several conclusions, each with its own assignment', () => {
    const one = { text: 'Một', leadUnit: 'Sở Y tế', coordinatingUnits: [] }
    const body = bodyOf(notice({ conclusions: [one, { ...one, text: 'Hai' }] }))
    expect(body.filter((line) => /^\d\. /.test(line))).toEqual(['1. Một', '2. Hai'])
    expect(body.filter((line) => line.startsWith('a) Đơn vị chủ trì: Sở Y tế'))).toHaveLength(2)
  })

  test('is NFC throughout, whatever came in, and carries no control characters', () => {
    const decomposed = 'Kết luận về tiếng Việt'.normalize('NFD')
    const description = notice({
      conclusions: [{ text: `${decomposed}\u0007\u202e`, leadUnit: 'Sở Y tế', coordinatingUnits: [] }],
    })
    const texts = textsOf(description)
    expect(texts).toContain('1. Kết luận về tiếng Việt')
    expect(texts.every((text) => text === text.normalize('NFC'))).toBe(true)
    expect(DocumentDescription.safeParse(description).success).toBe(true)
    expect(cleanText('a\ud800b\u0000')).toBe('ab')
  })

  test('takes a meeting title into a sentence', () => {
    expect(meetingInSentence('Họp giao ban')).toBe('cuộc họp giao ban')
    expect(meetingInSentence('Phiên họp thứ 5')).toBe('phiên họp thứ 5')
    expect(meetingInSentence('Giao ban tháng 5')).toBe('cuộc họp “Giao ban tháng 5”')
  })
})
