import { getSchema } from '@tiptap/core'
import { updateYFragment, yDocToProsemirrorJSON } from '@tiptap/y-tiptap'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import * as Y from 'yjs'
import { minutesExtensions, minutesRoot } from '#domain/minutes/schema.ts'
import { scanUpdate } from '#server/minutes/scan.ts'
import { emptyDocument, tryUpdate } from '#server/minutes/trial.ts'

/** Whatever an editor with our schema turns one document into another by must pass the server's check. */

interface NodeJson {
  type: string
  attrs?: Record<string, unknown>
  content?: NodeJson[]
  text?: string
  marks?: { type: string }[]
}

const schema = getSchema(minutesExtensions())

const mark = fc.constantFrom('bold', 'italic', 'underline', 'strike')
const text = fc
  .tuple(fc.constantFrom('Sáng', 'Thứ Năm', 'ký 👍', 'họp', ' '), fc.uniqueArray(mark, { maxLength: 2 }))
  .map(([words, marks]): NodeJson => ({ type: 'text', text: words, marks: marks.sort().map((type) => ({ type })) }))
const inline = fc.array(fc.oneof({ weight: 5, arbitrary: text }, fc.constant<NodeJson>({ type: 'hardBreak' })), { maxLength: 4 })
const id = fc.constantFrom('', '0197c2f0-0000-7000-8000-000000000001', '0197c2f0-0000-7000-8000-000000000002')

const block: fc.Arbitrary<NodeJson> = fc.letrec<{ block: NodeJson; paragraph: NodeJson; item: NodeJson; row: NodeJson }>(
  (tie) => ({
    paragraph: inline.map((content) => ({ type: 'paragraph', content })),
    item: fc
      .tuple(tie('paragraph'), fc.array(tie('block'), { maxLength: 1 }))
      .map(([first, rest]) => ({ type: 'listItem', content: [first, ...rest] })),
    row: fc
      .array(fc.tuple(fc.constantFrom('tableCell', 'tableHeader'), tie('paragraph'), fc.constantFrom(null, [120])), {
        minLength: 2,
        maxLength: 2,
      })
      .map((cells) => ({
        type: 'tableRow',
        content: cells.map(([type, paragraph, colwidth]) => ({ type, attrs: { colwidth }, content: [paragraph] })),
      })),
    block: fc.oneof(
      { maxDepth: 3, depthIdentifier: 'block' },
      tie('paragraph'),
      fc
        .tuple(fc.integer({ min: 1, max: 3 }), inline)
        .map(([level, content]) => ({ type: 'heading', attrs: { level }, content })),
      fc
        .tuple(
          id,
          fc.array(
            id.filter((one) => one !== ''),
            { maxLength: 2 },
          ),
          inline,
        )
        .map(([lead, others, content]) => ({
          type: 'conclusion',
          attrs: {
            conclusionId: lead,
            leadUnitId: lead,
            coordinatingUnitIds: others,
            dueDate: lead === '' ? '' : '2026-12-01',
            product: 'Báo cáo',
          },
          content,
        })),
      fc.array(tie('block'), { minLength: 1, maxLength: 2 }).map((content) => ({ type: 'blockquote', content })),
      fc.array(tie('item'), { minLength: 1, maxLength: 3 }).map((content) => ({ type: 'bulletList', content })),
      fc.tuple(fc.integer({ min: 1, max: 9 }), fc.array(tie('item'), { minLength: 1, maxLength: 3 })).map(([start, content]) => ({
        type: 'orderedList',
        attrs: { start },
        content,
      })),
      fc.array(tie('row'), { minLength: 1, maxLength: 3 }).map((content) => ({ type: 'table', content })),
    ),
  }),
).block

const document = fc.array(block, { minLength: 1, maxLength: 4 }).map((content) => schema.nodeFromJSON({ type: 'doc', content }))

test('random documents turned into one another by the editor’s binding pass the check, update by update', () => {
  fc.assert(
    fc.property(fc.array(fc.tuple(fc.nat(1), document), { minLength: 1, maxLength: 8 }), (steps) => {
      const server = emptyDocument()
      const copy = emptyDocument()
      const writers = [new Y.Doc(), new Y.Doc()]
      for (const [who, next] of steps) {
        const writer = writers[who] ?? server
        Y.applyUpdate(writer, Y.encodeStateAsUpdate(server))
        const updates: Uint8Array[] = []
        const note = (update: Uint8Array): number => updates.push(update)
        writer.on('update', note)
        writer.transact(() =>
          updateYFragment(writer, writer.getXmlFragment(minutesRoot), next, { mapping: new Map(), isOMark: new Map() }),
        )
        writer.off('update', note)
        for (const update of updates) {
          const result = scanUpdate(update, server, () => 'self')
          if ('refused' in result) throw new Error(result.why)
          expect(tryUpdate(copy, update, result.scan)).toBeNull()
          Y.applyUpdate(server, update)
        }
        expect(schema.nodeFromJSON(yDocToProsemirrorJSON(server, minutesRoot)).eq(next)).toBe(true)
      }
      expect(yDocToProsemirrorJSON(copy, minutesRoot)).toEqual(yDocToProsemirrorJSON(server, minutesRoot))
    }),
    { numRuns: 200 },
  )
}, 60_000)
