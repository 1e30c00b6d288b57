import * as Y from 'yjs'
import { minutesRoot } from './schema.ts'

/** One text block of a section: a paragraph, a heading, a conclusion, wherever it stands (list, table, quotation). */
export interface Line {
  node: string
  text: string
  /** Of a conclusion block that has an id. */
  conclusionId?: string
  /** The author id (Yjs client id) that wrote most of the characters; absent in an empty line. */
  author?: number
}

const textBlocks = new Set(['paragraph', 'heading', 'conclusion'])

const countByAuthor = (text: Y.XmlText, counts: Map<number, number>): void => {
  for (let item = text._start; item !== null; item = item.right) {
    if (item.deleted || !(item.content instanceof Y.ContentString)) continue
    counts.set(item.id.client, (counts.get(item.id.client) ?? 0) + item.length)
  }
}

const plainText = (text: Y.XmlText): string => {
  let plain = ''
  for (let item = text._start; item !== null; item = item.right) {
    if (!item.deleted && item.content instanceof Y.ContentString) plain += item.content.str
  }
  return plain
}

const lineOf = (block: Y.XmlElement): Line => {
  const counts = new Map<number, number>()
  let text = ''
  for (const child of block.toArray()) {
    if (child instanceof Y.XmlText) {
      text += plainText(child)
      countByAuthor(child, counts)
    } else if (child instanceof Y.XmlElement && child.nodeName === 'hardBreak') text += '\n'
  }
  const line: Line = { node: block.nodeName, text }
  let most = 0
  for (const [author, count] of counts) {
    if (count > most) {
      most = count
      line.author = author
    }
  }
  if (block.nodeName === 'conclusion') {
    const id: unknown = block.getAttribute('conclusionId')
    if (typeof id === 'string' && id !== '') line.conclusionId = id
  }
  return line
}

const collect = (parent: Y.XmlFragment, lines: Line[]): void => {
  for (const child of parent.toArray()) {
    if (!(child instanceof Y.XmlElement)) continue
    if (textBlocks.has(child.nodeName)) lines.push(lineOf(child))
    else collect(child, lines)
  }
}

/** The text blocks of a section in reading order, each with who wrote most of it. */
export const linesOf = (doc: Y.Doc): Line[] => {
  const lines: Line[] = []
  collect(doc.getXmlFragment(minutesRoot), lines)
  return lines
}
