import fc from 'fast-check'
import { describe, expect, test, vi } from 'vitest'
import * as Y from 'yjs'
import { minutesRoot } from '#domain/minutes/schema.ts'
import { putNumber, putText } from '#server/minutes/byte-writer.ts'
import { type AuthorOf, scanUpdate } from '#server/minutes/scan.ts'
import { emptyDocument, tryUpdate } from '#server/minutes/trial.ts'

vi.setConfig({ testTimeout: 60_000 })

/** What an update is checked for before it touches a section; `mine` and `yours` are two people's author ids. */
const mine = 100
const yours = 200

const document = (client: number): Y.Doc => {
  const doc = emptyDocument()
  doc.clientID = client
  return doc
}

const rootOf = (doc: Y.Doc): Y.XmlFragment => doc.getXmlFragment(minutesRoot)

const element = (
  name: string,
  children: (Y.XmlElement | Y.XmlText)[] = [],
  attributes: Record<string, string | number | string[] | number[]> = {},
): Y.XmlElement => {
  const made = new Y.XmlElement<Record<string, string | number | string[] | number[]>>(name)
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value)
  made.insert(0, children)
  return made as unknown as Y.XmlElement
}

const paragraph = (text: string) => element('paragraph', [new Y.XmlText(text)])

/** What a change adds, as an editor would send it. */
const updateOf = (doc: Y.Doc, change: (root: Y.XmlFragment) => void): Uint8Array => {
  const updates: Uint8Array[] = []
  const note = (update: Uint8Array) => updates.push(update)
  doc.on('update', note)
  doc.transact(() => change(rootOf(doc)))
  doc.off('update', note)
  return Y.mergeUpdates(updates)
}

const bytes = (...values: (number | string)[]): Uint8Array => {
  const list: number[] = []
  for (const value of values) {
    if (typeof value === 'string') putText(list, value)
    else putNumber(list, value)
  }
  return Uint8Array.from(list)
}

/** `mine` is the sender's, `yours` somebody else's, all others nobody's. */
const authorOf: AuthorOf = (client) => (client === yours ? 'other' : client === mine ? 'self' : 'nobody')

/** The processor time of the last scan in milliseconds, for the machine may be busy with other things. */
let scanned = 0

/** The verdict of the checks on the update, and that the document stayed as it was. */
const verdict = (update: Uint8Array, doc: Y.Doc): string => {
  const before = Buffer.from(Y.encodeStateAsUpdate(doc))
  const start = process.cpuUsage()
  const result = scanUpdate(update, doc, authorOf)
  const { user, system } = process.cpuUsage(start)
  scanned = (user + system) / 1000
  let answer = 'ok'
  if ('refused' in result) answer = result.refused
  else if (result.scan.needsTrial) {
    const copy = emptyDocument()
    Y.applyUpdate(copy, before)
    if (tryUpdate(copy, update, result.scan) !== null) answer = 'malformed_update'
  }
  expect(before.equals(Y.encodeStateAsUpdate(doc))).toBe(true)
  return answer
}

const added = (change: (root: Y.XmlFragment) => void, base: Y.Doc = document(1)): string => {
  const writer = document(mine)
  Y.applyUpdate(writer, Y.encodeStateAsUpdate(base))
  return verdict(updateOf(writer, change), base)
}

/** A section in which somebody else wrote a paragraph. */
const section = (text = 'Sáng Thứ Năm'): Y.Doc => {
  const doc = document(yours)
  updateOf(doc, (root) => root.insert(0, [paragraph(text)]))
  return doc
}

const textOf = (doc: Y.Doc): Y.XmlText => (rootOf(doc).get(0) as Y.XmlElement).get(0) as Y.XmlText

describe('what editors send', () => {
  test('a paragraph, lists, a table, a heading, a quotation and a conclusion are taken', () => {
    const whole = (root: Y.XmlFragment): void =>
      root.insert(0, [
        element('heading', [new Y.XmlText('I')], { level: 2 }),
        element('paragraph', [new Y.XmlText('một'), element('hardBreak'), new Y.XmlText('hai')]),
        element('bulletList', [
          element('listItem', [paragraph('a'), element('orderedList', [element('listItem', [paragraph('b')])], { start: 3 })]),
        ]),
        element('table', [element('tableRow', [element('tableCell', [paragraph('c')], { colspan: 2, colwidth: [10, 20] })])]),
        element('blockquote', [paragraph('d')]),
        element('conclusion', [new Y.XmlText('Giao Sở Tài chính')], {
          conclusionId: '0197c2f0-0000-7000-8000-000000000001',
          coordinatingUnitIds: ['0197c2f0-0000-7000-8000-000000000002'],
          dueDate: '2026-12-01',
          product: 'Báo cáo',
        }),
      ])
    expect(added(whole)).toBe('ok')
  })

  test('typing, marks, deleting and changing an attribute are taken', () => {
    const doc = section()
    expect(added((root) => ((root.get(0) as Y.XmlElement).get(0) as Y.XmlText).insert(4, ' mới', { bold: {} }), doc)).toBe('ok')
    expect(added((root) => ((root.get(0) as Y.XmlElement).get(0) as Y.XmlText).delete(2, 5), doc)).toBe('ok')
    expect(added((root) => ((root.get(0) as Y.XmlElement).get(0) as Y.XmlText).format(1, 3, { italic: {} }), doc)).toBe('ok')
    expect(added((root) => root.delete(0, 1), doc)).toBe('ok')
  })

  test('the whole state of an editor that was away is taken, and taken again', () => {
    const server = section()
    const away = document(mine)
    Y.applyUpdate(away, Y.encodeStateAsUpdate(server))
    updateOf(away, (root) => root.insert(1, [paragraph('một'), paragraph('hai')]))
    updateOf(away, (root) => root.delete(1, 1))
    const update = Y.encodeStateAsUpdate(away)
    expect(verdict(update, server)).toBe('ok')
    Y.applyUpdate(server, update)
    expect(verdict(update, server)).toBe('ok')
    const again = scanUpdate(update, server, authorOf)
    expect('scan' in again && again.scan.ends.size === 0 && again.scan.deletions.length === 0).toBe(true)
  })

  test('what was typed under several author ids, one after the other, comes as one update', () => {
    let doc = document(300)
    updateOf(doc, (root) => root.insert(0, [paragraph('một')]))
    for (const client of [301, 302]) {
      const next = document(client)
      Y.applyUpdate(next, Y.encodeStateAsUpdate(doc))
      updateOf(next, (root) => {
        textOf(next).insert(1, 'x')
        root.insert(1, [paragraph(String(client))])
      })
      doc = next
    }
    expect(verdict(Y.encodeStateAsUpdate(doc), document(1))).toBe('ok')
  })

  test('random editing by three people passes update by update', () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(fc.nat(2), fc.nat(4), fc.nat(1000), fc.nat(3)), { maxLength: 60 }), (steps) => {
        const server = document(1)
        const writers = [10, 11, 12].map(document)
        for (const [who, what, where, isSyncing] of steps) {
          const writer = writers[who] ?? server
          if (isSyncing === 0) Y.applyUpdate(writer, Y.encodeStateAsUpdate(server))
          const update = updateOf(writer, (root) => {
            const at = root.length === 0 ? 0 : where % root.length
            if (what === 0 || root.length === 0) root.insert(at, [paragraph(`đoạn ${where}`)])
            else if (what === 1) root.delete(at, 1)
            else {
              const text = (root.get(at) as Y.XmlElement).get(0) as Y.XmlText
              const place = text.length === 0 ? 0 : where % text.length
              if (what === 2) text.insert(place, 'chữ')
              else if (what === 3) text.delete(place, Math.min(2, text.length - place))
              else text.format(place, Math.min(3, text.length - place), { bold: where % 2 ? {} : null })
            }
          })
          const result = scanUpdate(update, server, () => 'self')
          if ('refused' in result) throw new Error(result.why)
          Y.applyUpdate(server, update)
          expect(server.store.pendingStructs).toBeNull()
        }
      }),
    )
  })
})

describe('what is refused', () => {
  test("[M1] nine bytes under another's author id do not swallow what that author types next", () => {
    const doc = section()
    const next = Y.getState(doc.store, yours)
    const forged = bytes(1, 1, yours, next, 0, 100_000, 0)
    expect(forged.length).toBeLessThanOrEqual(10)
    expect(verdict(forged, doc)).toBe('malformed_update')
    // A hole adds nothing, so it changes nothing and swallows nothing.
    const hole = scanUpdate(bytes(1, 1, yours, next, 10, 100_000, 0), doc, authorOf)
    expect('scan' in hole && hole.scan.ends.size).toBe(0)
  })

  test("[M1] text under another's author id is refused", () => {
    const doc = section()
    const forger = new Y.Doc()
    Y.applyUpdate(forger, Y.encodeStateAsUpdate(doc))
    forger.clientID = yours
    expect(
      verdict(
        updateOf(forger, () => textOf(forger).insert(0, 'giả')),
        doc,
      ),
    ).toBe('malformed_update')
  })

  test('[M1] a bomb of 34,000 unknown authors is refused within 100 ms', () => {
    const list: number[] = []
    putNumber(list, 34_000)
    for (let author = 0; author < 34_000; author++) list.push(...bytes(1, 1000 + author, 0, 0, 1))
    list.push(0)
    const bomb = Uint8Array.from(list)
    expect(verdict(bomb, section())).toBe('malformed_update')
    expect(scanned).toBeLessThan(100)
  })

  test('[M1] five new authors at once are refused, four are not', () => {
    const from = (count: number): Uint8Array => {
      const updates = Array.from({ length: count }, (_, index) =>
        updateOf(document(500 + index), (root) => root.insert(0, [paragraph('x')])),
      )
      return Y.mergeUpdates(updates)
    }
    expect(verdict(from(4), document(1))).toBe('ok')
    expect(verdict(from(5), document(1))).toBe('malformed_update')
  })

  test('[M2] a gap in an author’s content is missing_before', () => {
    const doc = document(1)
    const writer = document(mine)
    updateOf(writer, (root) => root.insert(0, [paragraph('một')]))
    const second = updateOf(writer, () => textOf(writer).insert(1, 'x'))
    expect(verdict(second, doc)).toBe('missing_before')
    expect(verdict(Y.encodeStateAsUpdate(writer), doc)).toBe('ok')
  })

  test('[M2] known content sent again with other words is refused', () => {
    const doc = document(1)
    const one = document(mine)
    const other = document(mine)
    Y.applyUpdate(
      doc,
      updateOf(one, (root) => root.insert(0, [paragraph('thật')])),
    )
    expect(
      verdict(
        updateOf(other, (root) => root.insert(0, [paragraph('khác')])),
        doc,
      ),
    ).toBe('malformed_update')
  })

  test('[M3] a reference or a deletion of unknown content is missing_before', () => {
    const other = section()
    const writer = document(mine)
    Y.applyUpdate(writer, Y.encodeStateAsUpdate(other))
    expect(
      verdict(
        updateOf(writer, () => textOf(writer).insert(3, 'x')),
        document(1),
      ),
    ).toBe('missing_before')
    expect(
      verdict(
        updateOf(writer, () => textOf(writer).delete(0, 1)),
        document(1),
      ),
    ).toBe('missing_before')
  })

  test('[M3] a reference to itself or a circle is refused', () => {
    // A text item whose left neighbour is itself, then two authors that stand on each other.
    expect(verdict(bytes(1, 1, mine, 0, 132, mine, 0, 'x', 0), document(1))).toBe('malformed_update')
    expect(verdict(bytes(2, 1, mine, 0, 132, 300, 0, 'x', 1, 300, 0, 132, mine, 0, 'x', 0), document(1))).toBe('malformed_update')
  })

  test('[M4] another root is refused and does not come into being', () => {
    const doc = document(1)
    const writer = new Y.Doc()
    writer.clientID = mine
    let update = new Uint8Array()
    writer.on('update', (sent: Uint8Array) => (update = new Uint8Array(sent)))
    writer.getMap('other').set('a', 1)
    expect(verdict(update, doc)).toBe('malformed_update')
    expect([...doc.share.keys()]).toEqual([minutesRoot])
  })

  test('[M4] nodes, marks and attributes outside the schema are refused', () => {
    expect(added((root) => root.insert(0, [element('script')]))).toBe('malformed_update')
    expect(added((root) => root.insert(0, [element('image', [], { src: 'x' })]))).toBe('malformed_update')
    expect(added((root) => root.insert(0, [new Y.XmlText('bare')]))).toBe('malformed_update')
    expect(added((root) => root.insert(0, [element('paragraph', [paragraph('x')])]))).toBe('malformed_update')
    expect(added((root) => root.insert(0, [element('paragraph', [], { onclick: 'x' })]))).toBe('malformed_update')
    expect(added((root) => root.insert(0, [element('heading', [], { level: 9 })]))).toBe('malformed_update')
    expect(added((root) => root.insert(0, [element('conclusion', [], { status: 'issued' })]))).toBe('malformed_update')
    expect(added((root) => root.insert(0, [element('conclusion', [], { leadUnitId: 'x' })]))).toBe('malformed_update')
    expect(added((root) => root.insert(0, [element('constructor')]))).toBe('malformed_update')
    expect(added((root) => textOf(root.doc ?? document(1)).insert(0, 'x', { link: { href: 'javascript:1' } }), section())).toBe(
      'malformed_update',
    )
    expect(added((root) => textOf(root.doc ?? document(1)).insertEmbed(0, { a: 1 }), section())).toBe('malformed_update')
  })

  test('[M4] a node without what it must hold is refused', () => {
    expect(added((root) => root.insert(0, [element('bulletList')]))).toBe('malformed_update')
    expect(added((root) => root.insert(0, [element('table', [element('tableRow', [element('tableCell')])])]))).toBe(
      'malformed_update',
    )
    expect(added((root) => root.insert(0, [element('bulletList', [element('listItem', [element('heading')])])]))).toBe(
      'malformed_update',
    )
    expect(added((root) => root.insert(0, [element('conclusion')]))).toBe('ok')
  })

  test('[M4] nesting deeper than 32 is refused, 2,000 deep within 100 ms', () => {
    const nested = (depth: number): Y.XmlElement => {
      let inner = paragraph('x')
      for (let level = 0; level < depth; level++) inner = element('blockquote', [inner])
      return inner
    }
    expect(added((root) => root.insert(0, [nested(20)]))).toBe('ok')
    expect(added((root) => root.insert(0, [nested(32)]))).toBe('malformed_update')
    const writer = document(mine)
    const deep = updateOf(writer, (root) => {
      let parent = root
      for (let level = 0; level < 2000; level++) {
        const inner = new Y.XmlElement('blockquote')
        parent.insert(0, [inner])
        parent = inner
      }
    })
    expect(verdict(deep, document(1))).toBe('malformed_update')
    expect(scanned).toBeLessThan(100)
  })

  test('[M4] a NUL in a text is refused', () => {
    expect(added((root) => root.insert(0, [paragraph('a\0b')]))).toBe('malformed_update')
  })

  test('[M5] 100,000 forged deletions are refused within 100 ms', () => {
    const doc = section('x'.repeat(200_000))
    const list: number[] = [0, 1]
    putNumber(list, yours)
    putNumber(list, 80_000)
    for (let index = 0; index < 80_000; index++) {
      putNumber(list, 3 + index * 2)
      putNumber(list, 1)
    }
    expect(verdict(Uint8Array.from(list), doc)).toBe('malformed_update')
    expect(scanned).toBeLessThan(100)
  })

  test('[D9] thousands of pieces at one place are taken or refused in bounded time', () => {
    const doc = document(1)
    const first = document(50)
    const update = updateOf(first, (root) => root.insert(0, [element('paragraph', [new Y.XmlText('x')])]))
    Y.applyUpdate(doc, update)
    // Items of a higher author at the start of the text, none of them chained: each looks past all of the lower author's.
    const forged = (client: number, known: number): Uint8Array => {
      const count = 20_000
      const list: number[] = []
      for (const value of [1, count, client, known]) putNumber(list, value)
      for (let index = 0; index < count; index++) list.push(...bytes(4, 0, 50, 1), ...bytes('y'))
      list.push(0)
      return Uint8Array.from(list)
    }
    const low = forged(60, 0)
    expect(['ok', 'malformed_update']).toContain(verdict(low, doc))
    Y.applyUpdate(doc, low)
    const high = forged(70, 0)
    const result = scanUpdate(high, doc, authorOf)
    if (!('scan' in result)) throw new Error(result.why)
    const copy = emptyDocument()
    Y.applyUpdate(copy, Y.encodeStateAsUpdate(doc))
    const start = process.cpuUsage()
    expect(tryUpdate(copy, high, result.scan)).toBe('it takes too long')
    const { user, system } = process.cpuUsage(start)
    expect((user + system) / 1000).toBeLessThan(600)
  })

  test('[D2] mutated updates are refused or do exactly what they declare', () => {
    const base = section()
    const writer = document(mine)
    Y.applyUpdate(writer, Y.encodeStateAsUpdate(base))
    const update = updateOf(writer, (root) => {
      textOf(writer).insert(3, 'chữ', { bold: {} })
      root.insert(1, [element('bulletList', [element('listItem', [paragraph('a')])])])
      textOf(writer).delete(0, 2)
    })
    fc.assert(
      fc.property(fc.array(fc.tuple(fc.nat(update.length - 1), fc.nat(255)), { minLength: 1, maxLength: 3 }), (changes) => {
        const mutated = Uint8Array.from(update)
        for (const [at, value] of changes) mutated[at] = value
        if (verdict(mutated, base) !== 'ok') return
        const doc = emptyDocument()
        Y.applyUpdate(doc, Y.encodeStateAsUpdate(base))
        Y.applyUpdate(doc, mutated)
        expect(doc.store.pendingStructs).toBeNull()
        expect(doc.store.pendingDs).toBeNull()
        expect(Y.getState(doc.store, yours)).toBe(Y.getState(base.store, yours))
        expect([...doc.share.keys()]).toEqual([minutesRoot])
      }),
      { numRuns: 3000 },
    )
  })

  test('random bytes never throw', () => {
    const doc = section()
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 60 }), (noise) => {
        verdict(noise, doc)
      }),
      { numRuns: 3000 },
    )
  })
})
