import * as Y from 'yjs'
import type { ByteReader } from './byte-reader.ts'
import { isMark, isNode } from './schema.ts'

/** What an update may carry: read from its bytes, and compared with what the document has under the same number. */

export class Refused extends Error {
  readonly code: 'malformed_update' | 'missing_before'

  constructor(code: 'malformed_update' | 'missing_before', why: string) {
    super(why)
    this.code = code
  }
}

export const malformed = (why: string): never => {
  throw new Refused('malformed_update', why)
}

export const missing = (why: string): never => {
  throw new Refused('missing_before', why)
}

export type Content =
  | { kind: 'deleted' }
  | { kind: 'string'; text: string }
  | { kind: 'format'; key: string; value: string }
  | { kind: 'element'; name: string }
  | { kind: 'text' }
  | { kind: 'value'; value: unknown }

const sameText = (known: string, sent: string): boolean => {
  if (known === sent) return true
  if (known.length !== sent.length) return false
  // Yjs puts U+FFFD where a deletion cut a character of two units in half.
  for (let at = 0; at < known.length; at++) if (known[at] !== sent[at] && known[at] !== '\ufffd') return false
  return true
}

const plainMark = /^(?:\{\}|true|null)$/

/** Reads the content of a struct whose kind is `ref`, and how long it is; refuses what the minutes have no use for. */
export const readContent = (reader: ByteReader, ref: number): { content: Content; length: number } => {
  switch (ref) {
    case 1:
      return { content: { kind: 'deleted' }, length: reader.number() }
    case 4: {
      const text = reader.text()
      if (text.includes('\0')) malformed('a NUL')
      return { content: { kind: 'string', text }, length: text.length }
    }
    case 6: {
      const key = reader.text(64)
      const value = reader.text(64)
      if (!isMark(key) || !plainMark.test(value)) malformed('a mark outside the schema')
      return { content: { kind: 'format', key, value }, length: 1 }
    }
    case 7: {
      const type = reader.number()
      if (type === 6) return { content: { kind: 'text' }, length: 1 }
      if (type !== 3) malformed('a type outside the schema')
      const name = reader.text(64)
      if (!isNode(name)) malformed('a node outside the schema')
      return { content: { kind: 'element', name }, length: 1 }
    }
    case 8: {
      if (reader.number() !== 1) malformed('an attribute has one value')
      return { content: { kind: 'value', value: reader.value() }, length: 1 }
    }
    default:
      return malformed('content outside the schema')
  }
}

/** Whether the part of a known item from `clock` to `end` says what was sent again for it. */
export const isSameContent = (item: Y.Item, clock: number, end: number, content: Content): boolean => {
  const known = item.content
  switch (content.kind) {
    case 'deleted':
      return true
    case 'string': {
      const from = Math.max(item.id.clock, clock)
      const to = Math.min(item.id.clock + item.length, end)
      return (
        known instanceof Y.ContentString &&
        sameText(known.str.slice(from - item.id.clock, to - item.id.clock), content.text.slice(from - clock, to - clock))
      )
    }
    case 'format':
      return known instanceof Y.ContentFormat && known.key === content.key && JSON.stringify(known.value) === content.value
    case 'element':
      return known instanceof Y.ContentType && known.type instanceof Y.XmlElement && known.type.nodeName === content.name
    case 'text':
      return known instanceof Y.ContentType && known.type instanceof Y.XmlText
    case 'value': {
      if (!(known instanceof Y.ContentAny)) return false
      const value: unknown = known.arr[Math.max(0, clock - item.id.clock)]
      return JSON.stringify(value) === JSON.stringify(content.value)
    }
  }
}
