import { computed } from 'vue'
import { createI18n } from 'vue-i18n'
import { vi } from './vi.ts'

export type Locale = 'vi' | 'en'

type Keys<T, P extends string = ''> = {
  [K in keyof T & string]: T[K] extends string ? `${P}${K}` : Keys<T[K], `${P}${K}.`>
}[keyof T & string]

/** A key of the message files; a wrong one does not compile. */
export type TextKey = Keys<typeof vi>

const storedLocaleKey = 'locale'

const isLocale = (value: unknown): value is Locale => value === 'vi' || value === 'en'

/** `?lang=` wins and is kept; else the choice kept in this browser; else Vietnamese. */
function firstLocale(): Locale {
  const asked = new URLSearchParams(location.search).get('lang')
  if (isLocale(asked)) {
    localStorage.setItem(storedLocaleKey, asked)
    return asked
  }
  const kept = localStorage.getItem(storedLocaleKey)
  return isLocale(kept) ? kept : 'vi'
}

/** English comes when somebody reads it: until then its place is held, and no hall loads it over a weak line. */
export const i18n = createI18n({
  legacy: false,
  locale: 'vi',
  fallbackLocale: 'vi',
  messages: { vi, en: vi },
})
let hasEnglish = false

/** The language of the screen. */
export const locale = computed<Locale>(() => (i18n.global.locale.value === 'en' ? 'en' : 'vi'))

async function show(next: Locale): Promise<void> {
  if (next === 'en' && !hasEnglish) {
    const { en } = await import('./en.ts')
    i18n.global.setLocaleMessage('en', en)
    hasEnglish = true
  }
  i18n.global.locale.value = next
  document.documentElement.lang = next
}

/** Shows the language that this browser was left in; to be awaited before the first page is drawn. */
export const showFirstLocale = (): Promise<void> => show(firstLocale())

export async function setLocale(next: Locale): Promise<void> {
  localStorage.setItem(storedLocaleKey, next)
  await show(next)
}

/** The text of a key in the language of the screen; redraws when the language changes. */
export const t = (key: TextKey, params: Record<string, unknown> = {}): string => i18n.global.t(key, params)
