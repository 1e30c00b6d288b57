import { computed } from 'vue'
import { createI18n } from 'vue-i18n'
import { en } from './en.ts'
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

export const i18n = createI18n({
  legacy: false,
  locale: firstLocale(),
  fallbackLocale: 'vi',
  messages: { vi, en },
})

document.documentElement.lang = i18n.global.locale.value

/** The language of the screen. */
export const locale = computed<Locale>(() => (i18n.global.locale.value === 'en' ? 'en' : 'vi'))

export function setLocale(next: Locale): void {
  i18n.global.locale.value = next
  localStorage.setItem(storedLocaleKey, next)
  document.documentElement.lang = next
}

/** The text of a key in the language of the screen; redraws when the language changes. */
export const t = (key: TextKey, params: Record<string, unknown> = {}): string => i18n.global.t(key, params)
