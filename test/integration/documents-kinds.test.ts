import { execFile } from 'node:child_process'
import { mkdtemp, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { promisify } from 'node:util'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { DocumentDescription } from '#domain/documents/description.ts'
import { motto, nationalName, nd30 } from '#domain/documents/nd30-2020.ts'
import { createDocumentRenderer } from '#server/conclusions/layout/renderer.ts'
import decree from '../data/nd30-2020.json' with { type: 'json' }
import { documentKinds } from '../kit/document-kinds.ts'
import { textsOf } from '../kit/documents.ts'
import { pdfaVerdicts } from '../kit/verapdf.ts'
import { readZip } from '../kit/zip.ts'

/**
 * Every kind of document, measured against every row of the decree's table that it has, in both formats. `PICTURES` names a
 * folder that keeps the pictures of the first pages.
 */

const run = promisify(execFile)
const renderer = createDocumentRenderer()
let folder: string
const pdfOf = (name: string): string => path.join(folder, `${name}.pdf`)
const docx = new Map<string, Map<string, string>>()

beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'documents-'))
  for (const [name, description] of Object.entries(documentKinds)) {
    await writeFile(pdfOf(name), await renderer.renderDocument(description, 'pdf'))
    docx.set(name, readZip(await renderer.renderDocument(description, 'docx')))
  }
}, 120_000)
afterAll(async () => {
  await renderer.close()
  await rm(folder, { recursive: true, force: true })
})

/** Rows of the decree's table with the texts that they rule in this document. */
function componentsOf(one: DocumentDescription): [key: string, text: string][] {
  const of = (key: string, texts: (string | undefined)[]): [string, string][] =>
    texts.flatMap((text) => (text === undefined ? [] : [[key, text]]))
  const blocks = (body: DocumentDescription['body']): [string, string][] =>
    body.flatMap((block) => (block.type === 'table' ? [] : of(block.style, [block.runs.map((part) => part.text).join('')])))
  const addressees = one.addressees ?? []
  return [
    ...of('nationalName', [nationalName]),
    ...of('motto', [motto]),
    ...of('parentBody', one.header.parentBody),
    ...of('issuingBody', one.header.issuingBody),
    ...of('numberSymbol', [one.header.numberSymbol]),
    ...of('placeDate', [one.header.placeDate]),
    ...of('subjectLetter', [one.header.subjectLetter]),
    ...of('urgency', [one.header.urgency]),
    ...of('kind', [one.heading?.kind]),
    ...of('subject', [one.heading?.subject]),
    ...of('addressees', addressees.length === 1 ? [`Kính gửi: ${addressees[0]}`] : addressees),
    ...blocks(one.body),
    ...of('authority', [...(one.closing.leftSignature?.authority ?? []), ...one.closing.rightSignature.authority]),
    ...of('signerName', [one.closing.leftSignature?.name, one.closing.rightSignature.name]),
    ...of('recipientsLabel', ['Nơi nhận:']),
    ...of('recipients', one.closing.recipients),
    ...(one.appendices ?? []).flatMap((appendix) => [
      ...of('appendixLabel', [appendix.label]),
      ...of('appendixTitle', [appendix.title]),
      ...of('appendixReference', [appendix.reference]),
      ...blocks(appendix.body),
    ]),
  ]
}

const ruleOf = (key: string) => {
  const rule = decree.components.find((one) => one.key === key)
  if (rule === undefined) throw new Error(`the decree has no ${key}`)
  return rule
}

interface Line {
  text: string
  page: number
  left: number
  top: number
  width: number
  size: number
  colour: string
  isBold: boolean
  isItalic: boolean
}

const squeeze = (text: string): string => text.replace(/\s+/g, '')
const plain = (xml: string): string =>
  xml
    .replace(/<[^>]+>/g, '')
    .replace(/&lt;/g, '<')
    .replace(/&gt;/g, '>')
    .replace(/&quot;/g, '"')
    .replace(/&amp;/g, '&')

/** The lines of a PDF with place, size and style, as poppler reads them. */
async function linesOf(name: string): Promise<Line[]> {
  const { stdout } = await run('pdftohtml', ['-xml', '-stdout', '-i', '-zoom', '1', '-hidden', pdfOf(name)], {
    maxBuffer: 64 * 1024 * 1024,
  })
  const fonts = new Map<string, { size: number; colour: string }>()
  const lines: Line[] = []
  let page = 0
  for (const line of stdout.split('\n')) {
    if (line.startsWith('<page ')) page++
    const font = /<fontspec id="(\d+)" size="(\d+)" family="[^"]*" color="([^"]+)"/.exec(line)
    if (font) fonts.set(font[1] ?? '', { size: Number(font[2]), colour: font[3] ?? '' })
    const found = /<text top="(\d+)" left="(\d+)" width="(\d+)" height="\d+" font="(\d+)">(.*)<\/text>/.exec(line)
    if (!found) continue
    const [, top, left, width, id, inner = ''] = found
    const marked = (tag: string): string =>
      squeeze(plain([...inner.matchAll(new RegExp(`<${tag}>(.*?)</${tag}>`, 'g'))].map((one) => one[1]).join('')))
    const text = plain(inner)
    lines.push({
      text: text.trim(),
      page,
      left: Number(left),
      top: Number(top),
      width: Number(width),
      size: fonts.get(id ?? '')?.size ?? NaN,
      colour: fonts.get(id ?? '')?.colour ?? '',
      isBold: marked('b') === squeeze(text),
      isItalic: marked('i') === squeeze(text),
    })
  }
  return lines
}

const points = (mm: number): number => (mm * 72) / 25.4
const { marginsMm } = nd30.page
const [leftEdge, rightEdge] = [points(marginsMm.left), 595.28 - points(marginsMm.right)]
const textWidth = rightEdge - leftEdge
const middles: Record<string, number> = {
  'header-left': leftEdge + (textWidth * nd30.headerColumns[0]) / 2,
  'header-right': leftEdge + textWidth * (nd30.headerColumns[0] + nd30.headerColumns[1] / 2),
  'signature-left': leftEdge + (textWidth * nd30.closingColumns[0]) / 2,
  'signature-right': leftEdge + textWidth * (nd30.closingColumns[0] + nd30.closingColumns[1] / 2),
}

/** The lines in which a text stands, among those that `fits` takes where there are several such texts. */
const drawn = (lines: Line[], text: string, fits: (line: Line) => boolean = () => true): Line[] => {
  const wanted = squeeze(text)
  const begins = (line: Line): boolean => {
    const said = squeeze(line.text)
    return said.length >= Math.min(wanted.length, 6) && wanted.startsWith(said)
  }
  const first = lines.findIndex((line) => begins(line) && fits(line))
  const found: Line[] = []
  let rest = wanted
  for (const line of lines.slice(first < 0 ? lines.findIndex(begins) : first)) {
    const said = squeeze(line.text)
    if (said === '' || !rest.startsWith(said)) break
    found.push(line)
    rest = rest.slice(said.length)
    if (rest === '') break
  }
  return found
}

/** Where each line of a text ends: bold words in it are pieces of their own on about the same height. */
const rightEnds = (found: Line[]): number[] =>
  found.flatMap((line, at) => {
    const next = found[at + 1]
    const goesOn = next !== undefined && next.page === line.page && Math.abs(next.top - line.top) < line.size / 2
    return goesOn ? [] : [line.left + line.width]
  })

describe.each(Object.keys(documentKinds))('%s', (name) => {
  const description = (): DocumentDescription => {
    const found = documentKinds[name]
    if (found === undefined) throw new Error(name)
    return found
  }

  test('has the rows of the decree that its kind has, and none that it must not have', () => {
    const keys = new Set(componentsOf(description()).map(([key]) => key))
    const { kind } = description()
    for (const rule of decree.components.filter((one) => keys.has(one.key))) {
      expect(rule.absentIn ?? [], rule.key).not.toContain(kind)
      // The Office's own form is no kind of the decree.
      if (rule.onlyIn !== undefined && kind !== 'PTr') expect(rule.onlyIn, rule.key).toContain(kind)
    }
    for (const key of [
      'nationalName',
      'motto',
      'issuingBody',
      'numberSymbol',
      'body',
      'authority',
      'signerName',
      'recipientsLabel',
      'recipients',
    ])
      expect(keys).toContain(key)
  })

  test('has its texts in the case and the pattern of the decree, and ends them with the mark', () => {
    for (const [key, text] of componentsOf(description())) {
      const rule = ruleOf(key)
      if (rule.case === 'upper') expect(text.replace(/^\d+\. /, '')).toBe(text.replace(/^\d+\. /, '').toUpperCase())
      if (rule.pattern !== undefined && !/ {2}/.test(text)) expect(text).toMatch(new RegExp(rule.pattern, 'u'))
      if (rule.prefix !== undefined) expect(text.startsWith(rule.prefix)).toBe(true)
    }
    const last = description().body.at(-1)
    expect(last?.type === 'paragraph' ? last.runs.at(-1)?.text : '').toMatch(/\.\/\.$/)
    const { recipients } = description().closing
    expect(recipients.at(-1)).toMatch(/^- Lưu: VT, .*\.$/)
    for (const line of recipients.slice(0, -1)) expect(line).toMatch(/^- .*;$/)
  })

  test('stands so in the .docx: a paragraph of its style for every text, real tables, no text boxes', () => {
    const body = docx.get(name)?.get('word/document.xml') ?? ''
    const paragraphs = [...body.matchAll(/<w:p>.*?<\/w:p>|<w:p .*?<\/w:p>/gs)].map(([xml]) => ({
      style: /<w:pStyle w:val="(\w+)"/.exec(xml)?.[1],
      text: plain([...xml.matchAll(/<w:t[^>]*>([^<]*)<\/w:t>/g)].map((one) => one[1]).join('')),
    }))
    for (const [key, text] of componentsOf(description()))
      expect(
        paragraphs.some((one) => one.style === key && one.text === text),
        `${key}: ${text}`,
      ).toBe(true)
    expect(body).not.toContain('txbxContent')
    const tables = [...description().body, ...(description().appendices ?? []).flatMap((one) => one.body)].filter(
      (one) => one.type === 'table',
    )
    expect(body.split('<w:tblHeader/>').length - 1).toBe(tables.length)
    const sections = 1 + (description().appendices?.length ?? 0)
    expect(body.match(/<w:sectPr/g)).toHaveLength(sections)
    expect(body.match(/<w:titlePg\/>/g)).toHaveLength(sections)
    expect(body.match(/<w:pgNumType w:start="1"\/>/g)).toHaveLength(sections)
  })

  test('stands so in the .pdf: size, weight, slope, colour and place of every row', async () => {
    const lines = await linesOf(name)
    for (const [key, text] of componentsOf(description())) {
      const rule = ruleOf(key)
      const found = drawn(lines, text, (line) => line.size >= (rule.sizePt[0] ?? 0) && line.size <= (rule.sizePt[1] ?? 0))
      expect(found.length, `${key}: ${text}`).toBeGreaterThan(0)
      for (const line of found) {
        expect(line.size, `${key} size`).toBeGreaterThanOrEqual(rule.sizePt[0] ?? 0)
        expect(line.size, `${key} size`).toBeLessThanOrEqual(rule.sizePt[1] ?? 0)
        if (rule.bold || key !== 'body') expect(line.isBold, `${key} bold: ${line.text}`).toBe(rule.bold)
        if (rule.italic) expect(line.isItalic, `${key} italic`).toBe(true)
        expect(line.colour).toBe(rule.color === 'red' ? `#${nd30.urgencyColour.toLowerCase()}` : '#000000')
      }
      const [first] = found
      const middle =
        middles[Object.keys(middles).find((place) => rule.position.startsWith(place)) ?? ''] ?? leftEdge + textWidth / 2
      const isLeftSignature =
        first !== undefined && first.left + first.width / 2 < leftEdge + textWidth / 2 && rule.position.startsWith('signature')
      if (first !== undefined && rule.align === 'center' && key !== 'urgency')
        expect(
          Math.abs(first.left + first.width / 2 - (isLeftSignature ? (middles['signature-left'] ?? 0) : middle)),
          `${key} centred`,
        ).toBeLessThan(4)
      if (first !== undefined && rule.align === 'justify') {
        expect(Math.abs(first.left - leftEdge - points(nd30.body.firstLineIndentMm)), `${key} indent`).toBeLessThan(2)
        for (const end of rightEnds(found).slice(0, -1)) expect(Math.abs(end - rightEdge), `${key} justified`).toBeLessThan(5)
      }
    }
  })

  test('numbers its pages from the second, in the middle of the top margin; an appendix begins anew', async () => {
    const lines = await linesOf(name)
    const pages = Math.max(...lines.map((line) => line.page))
    const starts = new Set([
      1,
      ...(description().appendices ?? []).flatMap((one) => lines.find((line) => line.text === one.label)?.page ?? []),
    ])
    let number = 0
    for (let page = 1; page <= pages; page++) {
      number = starts.has(page) ? 1 : number + 1
      const above = lines.filter((line) => line.page === page && line.top + line.size < points(marginsMm.top) - 1)
      expect(above.map((line) => line.text)).toEqual(number === 1 ? [] : [String(number)])
      for (const line of above) {
        expect(Math.abs(line.left + line.width / 2 - (leftEdge + textWidth / 2))).toBeLessThan(2)
        expect(line.size).toBe(14)
      }
    }
  })

  test('has all its texts in the .pdf, in NFC, and its recipients level with the authority', async () => {
    const { stdout } = await run('pdftotext', ['-raw', pdfOf(name), '-'])
    expect(stdout).toBe(stdout.normalize('NFC'))
    const all = squeeze(stdout)
    // A long text is broken by page numbers; its beginning is there all the same.
    for (const text of textsOf(description())) expect(all).toContain(squeeze(text).slice(0, 40))
    const lines = await linesOf(name)
    const [label] = drawn(lines, 'Nơi nhận:')
    const authority = lines.find(
      (line) => line.text === description().closing.rightSignature.authority[0] && line.page === label?.page,
    )
    if (description().closing.leftSignature === undefined)
      expect(Math.abs((label?.top ?? NaN) - (authority?.top ?? NaN))).toBeLessThanOrEqual(4)
  })
})

test('all of them are PDF/A-2b by their own word, and by veraPDF where it is', async () => {
  for (const name of Object.keys(documentKinds)) {
    const { stdout } = await run('pdfinfo', ['-meta', pdfOf(name)])
    expect(stdout).toMatch(/<pdfaid:part>2<.*<pdfaid:conformance>B</s)
  }
  for (const verdict of await pdfaVerdicts(Object.keys(documentKinds).map(pdfOf))) expect(verdict).toMatch(/^PASS/)
}, 180_000)

test('their first pages can be looked at', async () => {
  const pictures = process.env.PICTURES ?? folder
  for (const name of ['notice', 'minutes', 'invitation', 'letter', 'brief']) {
    const target = path.join(pictures, `document-${name}`)
    await run('pdftoppm', ['-png', '-gray', '-r', '60', '-f', '1', '-l', '1', '-singlefile', pdfOf(name), target])
    expect((await stat(`${target}.png`)).size).toBeGreaterThan(5000)
  }
}, 60_000)
