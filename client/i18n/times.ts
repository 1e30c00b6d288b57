import { locale, t } from './index.ts'

/** All times are shown as Viet Nam's wall clock, whatever the zone of the machine. */
const zone = 'Asia/Ho_Chi_Minh'

const clockFormat = new Intl.DateTimeFormat('en-GB', { timeZone: zone, hour: '2-digit', minute: '2-digit', hourCycle: 'h23' })
const clockSecondsFormat = new Intl.DateTimeFormat('en-GB', {
  timeZone: zone,
  hour: '2-digit',
  minute: '2-digit',
  second: '2-digit',
  hourCycle: 'h23',
})
const dateFormat = new Intl.DateTimeFormat('en-GB', { timeZone: zone, day: '2-digit', month: '2-digit', year: 'numeric' })
const weekdayNames = ['Chủ nhật', 'thứ Hai', 'thứ Ba', 'thứ Tư', 'thứ Năm', 'thứ Sáu', 'thứ Bảy']
const englishLong = new Intl.DateTimeFormat('en-GB', {
  timeZone: zone,
  weekday: 'long',
  day: 'numeric',
  month: 'long',
  year: 'numeric',
})

type Moment = string | number | Date

const toDate = (moment: Moment): Date => (moment instanceof Date ? moment : new Date(moment))

/** `08:45` */
export const clockOf = (moment: Moment): string => clockFormat.format(toDate(moment))

/** `08:45:07` */
export const clockWithSecondsOf = (moment: Moment): string => clockSecondsFormat.format(toDate(moment))

/** `26/11/2026` */
export const dateOf = (moment: Moment): string => dateFormat.format(toDate(moment))

/** `26/11/2026` of a calendar day `2026-11-26`: no zone is involved. */
export const dayOf = (day: string): string => day.split('-').reverse().join('/')

/** `thứ Năm, ngày 26 tháng 11 năm 2026` */
export function longDateOf(moment: Moment): string {
  if (locale.value === 'en') return englishLong.format(toDate(moment))
  const [day = '', month = '', year = ''] = dateOf(moment).split('/')
  const weekday = new Date(Date.UTC(Number(year), Number(month) - 1, Number(day))).getUTCDay()
  return `${weekdayNames[weekday] ?? ''}, ngày ${day} tháng ${Number(month) < 3 ? month : Number(month)} năm ${year}`
}

/** A length as a running clock: `12:05`, `1:02:05`; never negative. */
export function lengthOf(seconds: number): string {
  const whole = Math.max(0, Math.floor(seconds))
  const hours = Math.floor(whole / 3600)
  const minutes = Math.floor((whole % 3600) / 60)
  const rest = String(whole % 60).padStart(2, '0')
  return hours > 0 ? `${hours}:${String(minutes).padStart(2, '0')}:${rest}` : `${String(minutes).padStart(2, '0')}:${rest}`
}

/** A length in whole minutes, `35 phút`; under a minute in seconds. */
export const minutesOf = (seconds: number): string =>
  seconds < 60 && seconds > 0
    ? t('common.time.seconds', { n: Math.ceil(seconds) })
    : t('common.time.minutes', { n: Math.round(seconds / 60) })
