import type { Node as TextNode } from '@tiptap/pm/model'
import type { EditorState } from '@tiptap/pm/state'
import { type MinutesComment, type NewComment } from '#domain/contract/comments.ts'
import { limits } from '#domain/contract/values.ts'
import { findIn, type ShownWords } from './find.ts'
import type { Range } from './marks.ts'
import { letterAt, placeOfLetter } from './sync-state.ts'

/** A passage as a comment keeps it: its first and last letter, and its words. */
export type KeptPassage = Pick<NewComment, 'from' | 'to' | 'quote'>

const encode = (bytes: Uint8Array): string => btoa(String.fromCharCode(...bytes))
const decode = (text: string): Uint8Array => Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0))

/** The words that are selected, or those of the paragraph that the caret is in; undefined where there are none. */
export function keptPassage(state: EditorState): KeptPassage | undefined {
  const { selection, doc } = state
  const { $from } = selection
  const isWhole = selection.empty && $from.parent.isTextblock
  const words = wordsIn(doc, isWhole ? { from: $from.start(), to: $from.end() } : selection)
  const from = words && letterAt(state, words.from)
  const to = words && letterAt(state, words.to - 1)
  if (!from || !to) return undefined
  const quote = [...doc.textBetween(words.from, words.to, '\n', '\n')].slice(0, limits.quote).join('')
  return { from: encode(from), to: encode(to), quote }
}

/**
 * Where a comment's passage stands now, whatever was typed around it. Letters that were written anew (a paragraph that was
 * split, a block that became a conclusion) are found again by their words, or by most of them. Undefined when the passage is gone.
 */
export function placeOfComment(state: EditorState, comment: MinutesComment, shownWords: ShownWords): Range | undefined {
  const first = placeOfLetter(state, decode(comment.from))
  const last = placeOfLetter(state, decode(comment.to))
  if (first && last && last.behind > first.before) return { from: first.before, to: last.behind }
  const [line = ''] = comment.quote.split('\n')
  const near = first?.before ?? last?.behind ?? 0
  const distance = (one: Range): number => Math.abs(one.from - near)
  const nearest = (found: Range[]): Range | undefined => found.toSorted((one, other) => distance(one) - distance(other))[0]
  const exact = findIn(state.doc, line, shownWords).filter((one) => one.isExact)
  return nearest(exact) ?? nearest(findChanged(state.doc, line))
}

/** How much longer than it was a passage may have become, and how many of its words it must still have. */
const mostGrowth = 2
const leastKept = 0.6

/** Where words stand that begin and end as the quote does and have most of what is between. */
function findChanged(doc: TextNode, quote: string): Range[] {
  const words = wordsOf(quote)
  const [first, last] = [words[0]?.text, words.at(-1)?.text]
  if (words.length < 2) return []
  const found: Range[] = []
  doc.descendants((block, position) => {
    if (!block.isTextblock) return
    const there = wordsOf(block.textBetween(0, block.content.size, undefined, '\n'))
    there.forEach((begin, index) => {
      if (begin.text !== first) return
      const end = there.findIndex((word, at) => at > index && word.text === last)
      const between = there.slice(index, end + 1)
      const kept = words.filter(({ text }) => between.some((word) => word.text === text)).length
      if (between.length > words.length * mostGrowth || kept < words.length * leastKept) return
      const behind = between.at(-1)
      if (behind) found.push({ from: position + 1 + begin.at, to: position + 1 + behind.at + behind.text.length })
    })
  })
  return found
}

const wordsOf = (text: string): { text: string; at: number }[] =>
  [...text.matchAll(/[\p{L}\p{M}\p{N}]+/gu)].map((word) => ({ text: word[0], at: word.index }))

/** From the first to the last letter that is not blank. */
function wordsIn(doc: TextNode, { from, to }: Range): Range | undefined {
  let first: number | undefined
  let last = from
  doc.nodesBetween(from, to, (node, position) => {
    const text = node.text ?? ''
    for (let at = Math.max(0, from - position); at < Math.min(text.length, to - position); at++) {
      if (/\s/.test(text.charAt(at))) continue
      first ??= position + at
      last = position + at + 1
    }
  })
  return first === undefined ? undefined : { from: first, to: last }
}
