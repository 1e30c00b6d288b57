import { createHash } from 'node:crypto'
import { getSchema } from '@tiptap/core'
import { prosemirrorJSONToYDoc, yDocToProsemirrorJSON } from '@tiptap/y-tiptap'
import { expect, test } from 'vitest'
import * as Y from 'yjs'
import { attributeValues, minutesBuild, minutesExtensions, minutesRoot } from '#domain/minutes/schema.ts'
import { linesOf } from '#domain/minutes/text.ts'

const schema = getSchema(minutesExtensions())

const paragraph = (text: string) => ({ type: 'paragraph', content: text === '' ? [] : [{ type: 'text', text }] })

test('the schema of the minutes has the name it is known by: change minutesBuild with it', () => {
  const nodes = Object.values(schema.nodes).map((type) => [
    type.name,
    type.spec.content ?? '',
    Object.keys(type.spec.attrs ?? {}).sort(),
  ])
  const marks = Object.values(schema.marks).map((type) => [type.name, Object.keys(type.spec.attrs ?? {}).sort()])
  const hash = createHash('sha256')
    .update(JSON.stringify([nodes.sort(), marks.sort()]))
    .digest('hex')
    .slice(0, 12)
  expect(`${minutesBuild} ${hash}`).toBe('minutes-1 7c86e90a5b4a')
})

test('every attribute of the schema says which values it may have', () => {
  for (const type of Object.values(schema.nodes)) {
    expect([type.name, Object.keys(attributeValues[type.name] ?? {}).sort()]).toEqual([
      type.name,
      Object.keys(type.spec.attrs ?? {}).sort(),
    ])
  }
})

test('an empty conclusion is a valid node, so no editor deletes it', () => {
  const node = schema.nodeFromJSON({ type: 'doc', content: [{ type: 'conclusion' }] })
  expect(() => node.check()).not.toThrow()
})

test('the text is a line per block, wherever the block stands', () => {
  const json = {
    type: 'doc',
    content: [
      { type: 'heading', attrs: { level: 2 }, content: [{ type: 'text', text: 'I. Mở đầu' }] },
      paragraph('một'),
      paragraph(''),
      { type: 'bulletList', content: [{ type: 'listItem', content: [paragraph('hai'), paragraph('ba')] }] },
      {
        type: 'table',
        content: [
          {
            type: 'tableRow',
            content: [
              { type: 'tableCell', content: [paragraph('bốn')] },
              { type: 'tableCell', content: [paragraph('năm')] },
            ],
          },
        ],
      },
      {
        type: 'conclusion',
        attrs: { conclusionId: 'c1' },
        content: [
          { type: 'text', text: 'Giao ' },
          { type: 'text', text: 'Sở', marks: [{ type: 'bold' }] },
        ],
      },
    ],
  }
  const lines = linesOf(prosemirrorJSONToYDoc(schema, json, minutesRoot))
  expect(lines.map((line) => line.text)).toEqual(['I. Mở đầu', 'một', '', 'hai', 'ba', 'bốn', 'năm', 'Giao Sở'])
  expect(lines.at(-1)?.conclusionId).toBe('c1')
  expect(lines.at(2)?.author).toBeUndefined()
})

test('a line belongs to the author of most of its characters', () => {
  const one = prosemirrorJSONToYDoc(schema, { type: 'doc', content: [paragraph('một dòng dài')] }, minutesRoot)
  const other = new Y.Doc()
  Y.applyUpdate(other, Y.encodeStateAsUpdate(one))
  const textOf = (doc: Y.Doc): Y.XmlText => (doc.getXmlFragment(minutesRoot).get(0) as Y.XmlElement).get(0) as Y.XmlText
  textOf(other).insert(3, ' ít')
  expect(linesOf(other)[0]?.author).toBe(one.clientID)
  textOf(other).insert(0, 'rất nhiều chữ của người khác, ')
  expect(linesOf(other)[0]?.author).toBe(other.clientID)
  expect(yDocToProsemirrorJSON(other, minutesRoot)).toEqual({
    type: 'doc',
    content: [paragraph('rất nhiều chữ của người khác, một ít dòng dài')],
  })
})
