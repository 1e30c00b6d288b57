import { canonicalJson } from '../canonical.ts'
import type { Block } from './description.ts'

/** What a later version of minutes says differently. */

const textOf = (block: Block): string => (block.type === 'paragraph' ? block.runs.map((run) => run.text).join('') : '')

const isHeading = (block: Block): boolean =>
  block.type === 'paragraph' && block.style === 'clauseTitled' && /^\d+\. /.test(textOf(block))

/** Of every version other words: where the log ended, and what was said of earlier versions. */
const isOfItsOwn = (block: Block): boolean =>
  (block.type === 'paragraph' && block.style === 'legalBasis') || textOf(block).startsWith('Biên bản được lập từ nhật ký')

/** By the canonical text of each block: a database gives the keys of an object back in another order. */
const partsOf = (body: Block[]): Map<string, string> => {
  const parts = new Map<string, string>()
  let part = 'phần mở đầu'
  for (const block of body.filter((one) => !isOfItsOwn(one))) {
    if (isHeading(block)) part = `nội dung ${textOf(block).split('.')[0] ?? ''}`
    parts.set(part, `${parts.get(part) ?? ''}${canonicalJson(block)}\n`)
  }
  return parts
}

/** The parts that differ, as a sentence names them: `phần mở đầu`, `nội dung 2`; none when nothing does. */
export const changedParts = (earlier: Block[], later: Block[]): string[] => {
  const [before, after] = [partsOf(earlier), partsOf(later)]
  return [...new Set([...after.keys(), ...before.keys()])].filter((part) => before.get(part) !== after.get(part))
}
