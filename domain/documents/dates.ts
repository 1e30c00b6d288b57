/** Dates and times as official documents write them (nd30), always by the clock of Viet Nam (UTC+7, no summer time). */

const offsetMs = 7 * 60 * 60 * 1000

export interface CalendarDay {
  year: number
  month: number
  day: number
}

const inVietnam = (at: string): Date => new Date(Date.parse(at) + offsetMs)

/** The day in Viet Nam on which an instant falls. */
export const dayOf = (at: string): CalendarDay => {
  const local = inVietnam(at)
  return { year: local.getUTCFullYear(), month: local.getUTCMonth() + 1, day: local.getUTCDate() }
}

/** The year whose number series an instant belongs to. */
export const yearOf = (at: string): number => dayOf(at).year

/** A calendar day from its `YYYY-MM-DD`. */
export const parseDay = (text: string): CalendarDay => {
  const [year = 0, month = 0, day = 0] = text.split('-').map(Number)
  return { year, month, day }
}

const twoDigits = (value: number): string => String(value).padStart(2, '0')

/** Days below 10 and the months 1 and 2 take a leading zero, the months 3 to 9 do not. */
const monthText = (month: number): string => (month <= 2 ? twoDigits(month) : String(month))

/** `ngày 05 tháng 01 năm 2020` */
export const longDate = ({ year, month, day }: CalendarDay): string =>
  `ngày ${twoDigits(day)} tháng ${monthText(month)} năm ${year}`

/** Day and month left open, as in a draft. */
export const openDate = (at: string): string => `ngày      tháng      năm ${yearOf(at)}`

/** `05/01/2020`, `18/6/2021`: the same zeros, in running text. */
export const shortDate = ({ year, month, day }: CalendarDay): string => `${twoDigits(day)}/${monthText(month)}/${year}`

/** `07 giờ 30 phút` */
export const timeOfDay = (at: string): string => {
  const local = inVietnam(at)
  return `${twoDigits(local.getUTCHours())} giờ ${twoDigits(local.getUTCMinutes())} phút`
}

/** `07:30`, for tables. */
export const shortTime = (at: string): string => {
  const local = inVietnam(at)
  return `${twoDigits(local.getUTCHours())}:${twoDigits(local.getUTCMinutes())}`
}

/** `2026-11-26 07:30:05`, for tables that programs sort. */
export const stampOf = (at: string): string => inVietnam(at).toISOString().slice(0, 19).replace('T', ' ')

const weekdays = ['Chủ nhật', 'thứ Hai', 'thứ Ba', 'thứ Tư', 'thứ Năm', 'thứ Sáu', 'thứ Bảy']

/** `thứ Năm` */
export const weekdayOf = (at: string): string => weekdays[inVietnam(at).getUTCDay()] ?? ''
