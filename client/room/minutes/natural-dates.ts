import { plainText } from '../../ui/match-text.ts'

/**
 * Reads a due date as people write it: `15/12`, `15/12/2026`, `hôm nay`, `mai`, `thứ sáu`, `thứ sáu tuần sau`, `cuối tháng`,
 * with or without marks. `today` and the answer are days in Viet Nam, `YYYY-MM-DD`; undefined when it cannot be read.
 */
export function readDay(text: string, today: string): string | undefined {
  const plain = plainText(text).replace(/\s+/g, ' ')
  if (/^\d{4}-\d{2}-\d{2}$/.test(plain)) return existing(plain)
  const numbers = /^(?:ngay )?(\d{1,2})[/.-](\d{1,2})(?:[/.-](\d{4}))?$/.exec(plain)
  if (numbers) return fromNumbers(Number(numbers[1]), Number(numbers[2]), numbers[3], today)
  if (plain === 'hom nay' || plain === 'nay') return today
  if (plain === 'mai' || plain === 'ngay mai') return plusDays(today, 1)
  if (plain === 'ngay kia') return plusDays(today, 2)
  const inDays = /^(\d{1,3}) ngay(?: nua)?$/.exec(plain)
  if (inDays) return plusDays(today, Number(inDays[1]))
  if (plain === 'cuoi thang') return lastOfMonth(today)
  const weekday = /^(thu (?:hai|ba|tu|nam|sau|bay|[2-7])|t[2-7]|chu nhat|cn)( tuan (?:sau|toi)| tuan nay)?$/.exec(plain)
  if (!weekday) return undefined
  const wanted = weekdayNumber(weekday[1] ?? '')
  const monday = plusDays(today, 1 - isoWeekday(today))
  const isNext = weekday[2] !== undefined && weekday[2] !== ' tuan nay'
  const day = plusDays(monday, wanted - 1 + (isNext ? 7 : 0))
  return weekday[2] === undefined && day <= today ? plusDays(day, 7) : day
}

const names = ['hai', 'ba', 'tu', 'nam', 'sau', 'bay']

function weekdayNumber(name: string): number {
  if (name === 'cn' || name === 'chu nhat') return 7
  const digit = /[2-7]/.exec(name)?.[0]
  return digit === undefined ? names.indexOf(name.replace('thu ', '')) + 1 : Number(digit) - 1
}

const at = (day: string): Date => new Date(`${day}T00:00:00Z`)
const dayOf = (date: Date): string => date.toISOString().slice(0, 10)
const isoWeekday = (day: string): number => at(day).getUTCDay() || 7

function plusDays(day: string, days: number): string {
  const date = at(day)
  date.setUTCDate(date.getUTCDate() + days)
  return dayOf(date)
}

function lastOfMonth(day: string): string {
  const date = at(day)
  return dayOf(new Date(Date.UTC(date.getUTCFullYear(), date.getUTCMonth() + 1, 0)))
}

function existing(day: string): string | undefined {
  const date = at(day)
  return !Number.isNaN(date.getTime()) && dayOf(date) === day ? day : undefined
}

function fromNumbers(day: number, month: number, year: string | undefined, today: string): string | undefined {
  const padded = (number: number) => String(number).padStart(2, '0')
  const of = (one: string) => existing(`${one}-${padded(month)}-${padded(day)}`)
  if (year !== undefined) return of(year)
  const thisYear = of(today.slice(0, 4))
  return thisYear !== undefined && thisYear < today ? of(String(Number(today.slice(0, 4)) + 1)) : thisYear
}
