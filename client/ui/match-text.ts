import { plainLetters } from '#domain/plain-letters.ts'

/** A text without its marks: `Đăk Hà` becomes `dak ha`, so that units are found by typing without diacritics. */
export const plainText = (text: string): string => plainLetters(text).toLowerCase().trim()

/** Whether every word of the query begins a word of the text; the query's marks, where typed, do not matter. */
export function matchesText(text: string, query: string): boolean {
  const words = plainText(text).split(/[^\p{L}\p{N}]+/u)
  return plainText(query)
    .split(/\s+/)
    .filter((part) => part !== '')
    .every((part) => words.some((word) => word.startsWith(part)) || plainText(text).includes(part))
}
