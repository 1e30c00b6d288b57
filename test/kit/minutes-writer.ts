import * as Y from 'yjs'
import { linesOf } from '#domain/minutes/text.ts'
import { ask, openMinutesLine } from './minutes-line.ts'
import type { Client } from './room-client.ts'

/** A second writer of a section without a browser: types into the same shared text over a line of its own. */
export interface MinutesWriter {
  /** The section's lines as this writer sees them. */
  lines: () => string[]
  /** Types into a top-level paragraph; resolves when it is saved. */
  type: (line: number, offset: number, text: string) => Promise<void>
  /** Adds a paragraph. */
  add: (line: number, text: string) => Promise<void>
  /** Takes a top-level paragraph away. */
  remove: (line: number) => Promise<void>
  close: () => void
}

export async function openWriter(baseUrl: string, client: Client, meetingId: string, sectionId: string): Promise<MinutesWriter> {
  const line = await openMinutesLine({
    ...{ url: baseUrl, meetingId, sectionId, cookie: client.cookie },
    before: async (socket) => {
      await ask(socket, 'meeting:join', { meetingId })
    },
  })
  const doc = new Y.Doc()
  line.onUpdate((update) => Y.applyUpdate(doc, update, 'server'))
  Y.applyUpdate(doc, (await line.sync()).update, 'server')
  const root = doc.getXmlFragment('default')
  const change = async (act: () => void): Promise<void> => {
    const before = Y.encodeStateVector(doc)
    doc.transact(act)
    await line.send(Y.encodeStateAsUpdate(doc, before))
  }
  return {
    lines: () => linesOf(doc).map((one) => one.text),
    type: (at, offset, text) => change(() => textOf(root, at).insert(offset, text)),
    add: (at, text) =>
      change(() => {
        const paragraph = new Y.XmlElement('paragraph')
        paragraph.insert(0, [new Y.XmlText(text)])
        root.insert(at, [paragraph])
      }),
    remove: (at) => change(() => root.delete(at, 1)),
    close: line.close,
  }
}

function textOf(root: Y.XmlFragment, at: number): Y.XmlText {
  const block = root.get(at)
  const text = block instanceof Y.XmlElement ? block.get(0) : undefined
  if (!(text instanceof Y.XmlText)) throw new Error(`line ${at} holds no text`)
  return text
}
