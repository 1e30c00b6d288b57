import type { Node as TextNode } from '@tiptap/pm/model'
import { plainText } from '../../ui/match-text.ts'
import type { Range } from './marks.ts'

export interface Found extends Range {
  /** The marks are as they were typed, not only the letters. */
  isExact: boolean
}

/** The words that a block shows instead of its own: those of a proposed conclusion. */
export type ShownWords = (block: TextNode) => string | undefined

/** Where a text holds the words, typed with or without marks. A block that shows other words than its own is found whole. */
export function findIn(doc: TextNode, query: string, shownWords: ShownWords): Found[] {
  const wanted = fold(query.normalize('NFC')).letters.trim()
  if (wanted === '') return []
  const exact = query.normalize('NFC').trim().toLowerCase()
  const found: Found[] = []
  doc.descendants((block, position) => {
    if (!block.isTextblock) return
    const shown = shownWords(block)
    if (shown !== undefined) {
      const isThere = fold(shown).letters.includes(wanted)
      if (isThere) found.push({ from: position, to: position + block.nodeSize, isExact: shown.toLowerCase().includes(exact) })
      return
    }
    const text = block.textBetween(0, block.content.size, undefined, '\n')
    const { letters, places } = fold(text)
    for (let at = letters.indexOf(wanted); at >= 0; at = letters.indexOf(wanted, at + wanted.length)) {
      const from = places[at] ?? 0
      const to = places[at + wanted.length] ?? text.length
      const isExact = text.slice(from, to).normalize('NFC').toLowerCase() === exact
      found.push({ from: position + 1 + from, to: position + 1 + to, isExact })
    }
  })
  return found
}

/** The letters without marks, and where each stands in the text. */
function fold(text: string): { letters: string; places: number[] } {
  let letters = ''
  const places: number[] = []
  for (let at = 0; at < text.length; at++) {
    const letter = text.charAt(at)
    const plain = /\s/.test(letter) ? ' ' : plainText(letter)
    letters += plain
    for (let count = 0; count < plain.length; count++) places.push(at)
  }
  return { letters, places }
}
