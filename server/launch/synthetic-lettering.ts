import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'

/**
 * Lettering for pictures that are made without a browser: draws a line of text from the outlines of a TrueType file, with every
 * Vietnamese letter, as a mask of coverage.
 */
export interface Mask {
  width: number
  height: number
  /** 0 (nothing) to 255 (ink), row by row. */
  ink: Uint8Array
}

type Point = [x: number, y: number]
type Contour = Point[]

interface Outlines {
  unitsPerEm: number
  glyphOf(codePoint: number): number
  advanceOf(glyph: number): number
  /** Closed lines; curves are broken into short straight pieces. y grows upwards. */
  contoursOf(glyph: number): Contour[]
}

/** One line of text, `size` pixels high from the lowest mark to the highest. */
function drawLine(text: string, size: number): Mask {
  const face = outlines()
  // A capital with two marks reaches 1.1 em above the line, a tail 0.25 em below.
  const scale = size / 1.35 / face.unitsPerEm
  const baseline = size * 0.81
  const edges: Edge[] = []
  let pen = 0
  for (const letter of text.normalize('NFC')) {
    const glyph = face.glyphOf(letter.codePointAt(0) ?? 0)
    for (const contour of face.contoursOf(glyph)) addEdges(edges, contour, pen, scale, baseline)
    pen += face.advanceOf(glyph)
  }
  return fill(edges, Math.ceil(pen * scale) + 1, Math.ceil(size))
}

/** The widest size, at most `largest`, at which the text fits. */
export function drawFitting(text: string, largest: number, width: number): Mask {
  const mask = drawLine(text, largest)
  return mask.width <= width ? mask : drawLine(text, Math.max(8, Math.floor((largest * width) / mask.width)))
}

interface Edge {
  x0: number
  y0: number
  x1: number
  y1: number
}

function addEdges(edges: Edge[], contour: Contour, pen: number, scale: number, baseline: number): void {
  contour.forEach(([x, y], at) => {
    const [nextX, nextY] = contour[(at + 1) % contour.length] ?? [x, y]
    if (y === nextY) return
    const place = (px: number, py: number): Point => [(pen + px) * scale, baseline - py * scale]
    const [x0, y0] = place(x, y)
    const [x1, y1] = place(nextX, nextY)
    edges.push({ x0, y0, x1, y1 })
  })
}

const fine = 4

/** Fills by the non-zero rule: four lines a pixel row, and the exact share of each pixel along them. */
function fill(edges: Edge[], width: number, height: number): Mask {
  const ink = new Uint8Array(width * height)
  const row = new Float32Array(width)
  for (let y = 0; y < height; y++) {
    row.fill(0)
    for (let part = 0; part < fine; part++) {
      const at = y + (part + 0.5) / fine
      const crossings = edges
        .filter(({ y0, y1 }) => (y0 <= at && at < y1) || (y1 <= at && at < y0))
        .map(({ x0, y0, x1, y1 }) => ({ x: x0 + ((at - y0) / (y1 - y0)) * (x1 - x0), turn: y1 > y0 ? 1 : -1 }))
        .sort((one, other) => one.x - other.x)
      let winding = 0
      crossings.forEach(({ x, turn }, index) => {
        winding += turn
        const until = crossings[index + 1]?.x
        if (winding !== 0 && until !== undefined) addSpan(row, x, until)
      })
    }
    for (let x = 0; x < width; x++) ink[y * width + x] = Math.min(255, Math.round(((row[x] ?? 0) / fine) * 255))
  }
  return { width, height, ink }
}

function addSpan(row: Float32Array, from: number, until: number): void {
  for (let x = Math.max(0, Math.floor(from)); x < Math.min(row.length, until); x++)
    row[x] = (row[x] ?? 0) + Math.min(until, x + 1) - Math.max(from, x)
}

let read: Outlines | undefined
const outlines = (): Outlines => (read ??= readOutlines(fontFile()))

const fontFile = (): Buffer =>
  readFileSync(createRequire(import.meta.url).resolve('@expo-google-fonts/tinos/700Bold/Tinos_700Bold.ttf'))

/** Reads the tables `cmap` (format 4), `hmtx`, `loca` and `glyf`. */
function readOutlines(file: Buffer): Outlines {
  const tables = new Map<string, number>()
  for (let entry = 12; entry < 12 + file.readUInt16BE(4) * 16; entry += 16)
    tables.set(file.toString('latin1', entry, entry + 4), file.readUInt32BE(entry + 8))
  const table = (tag: string): number => {
    const offset = tables.get(tag)
    if (offset === undefined) throw new Error(`the font has no table ${tag}`)
    return offset
  }
  const [head, hhea, hmtx, loca, glyf] = [table('head'), table('hhea'), table('hmtx'), table('loca'), table('glyf')]
  const isLong = file.readInt16BE(head + 50) === 1
  const metrics = file.readUInt16BE(hhea + 34)
  const glyphs = readCharacters(file, table('cmap'))
  const startOf = (glyph: number) =>
    glyf + (isLong ? file.readUInt32BE(loca + glyph * 4) : file.readUInt16BE(loca + glyph * 2) * 2)

  const contoursOf = (glyph: number): Contour[] => {
    const at = startOf(glyph)
    if (startOf(glyph + 1) === at) return []
    const count = file.readInt16BE(at)
    return count >= 0 ? simple(file, at, count) : composite(at)
  }

  /** A letter made of others, such as a vowel and its marks, each moved and scaled. */
  const composite = (start: number): Contour[] => {
    const made: Contour[] = []
    let at = start + 10
    for (;;) {
      const flags = file.readUInt16BE(at)
      const part = file.readUInt16BE(at + 2)
      const isWide = (flags & 1) !== 0
      const [dx, dy] = isWide
        ? [file.readInt16BE(at + 4), file.readInt16BE(at + 6)]
        : [file.readInt8(at + 4), file.readInt8(at + 5)]
      at += isWide ? 8 : 6
      const next = (): number => {
        at += 2
        return file.readInt16BE(at - 2) / 16384
      }
      let [xx, xy, yx, yy] = [1, 0, 0, 1]
      if (flags & 0x08) xx = yy = next()
      else if (flags & 0x40) [xx, yy] = [next(), next()]
      else if (flags & 0x80) [xx, xy, yx, yy] = [next(), next(), next(), next()]
      for (const contour of contoursOf(part))
        made.push(contour.map(([x, y]): Point => [x * xx + y * yx + dx, x * xy + y * yy + dy]))
      if ((flags & 0x20) === 0) return made
    }
  }

  return {
    unitsPerEm: file.readUInt16BE(head + 18),
    glyphOf: (codePoint) => glyphs.get(codePoint) ?? 0,
    advanceOf: (glyph) => file.readUInt16BE(hmtx + Math.min(glyph, metrics - 1) * 4),
    contoursOf,
  }
}

function readCharacters(file: Buffer, cmap: number): Map<number, number> {
  const glyphs = new Map<number, number>()
  for (let entry = 0; entry < file.readUInt16BE(cmap + 2); entry++) {
    const at = cmap + file.readUInt32BE(cmap + 4 + entry * 8 + 4)
    if (file.readUInt16BE(at) !== 4) continue
    const segments = file.readUInt16BE(at + 6) / 2
    const part = (index: number) => at + 14 + index * segments * 2 + (index > 0 ? 2 : 0)
    for (let segment = 0; segment < segments; segment++) {
      const last = file.readUInt16BE(part(0) + segment * 2)
      const first = file.readUInt16BE(part(1) + segment * 2)
      const delta = file.readUInt16BE(part(2) + segment * 2)
      const range = file.readUInt16BE(part(3) + segment * 2)
      for (let code = first; code <= last && code < 0xffff; code++) {
        const listed = range === 0 ? code : file.readUInt16BE(part(3) + segment * 2 + range + (code - first) * 2)
        if (listed !== 0) glyphs.set(code, (listed + delta) & 0xffff)
      }
    }
  }
  return glyphs
}

interface Knot {
  x: number
  y: number
  isOn: boolean
}

function simple(file: Buffer, start: number, count: number): Contour[] {
  const ends = Array.from({ length: count }, (_, index) => file.readUInt16BE(start + 10 + index * 2))
  const total = (ends.at(-1) ?? -1) + 1
  let at = start + 10 + count * 2
  at += 2 + file.readUInt16BE(at)
  const flags: number[] = []
  while (flags.length < total) {
    const flag = file.readUInt8(at++)
    const repeat = flag & 8 ? file.readUInt8(at++) : 0
    for (let times = 0; times <= repeat; times++) flags.push(flag)
  }
  const axis = (short: number, same: number): number[] => {
    let value = 0
    return flags.map((flag) => {
      if (flag & short) value += flag & same ? file.readUInt8(at++) : -file.readUInt8(at++)
      else if (!(flag & same)) {
        value += file.readInt16BE(at)
        at += 2
      }
      return value
    })
  }
  const xs = axis(2, 16)
  const ys = axis(4, 32)
  return ends.map((end, index) => {
    const from = index === 0 ? 0 : (ends[index - 1] ?? -1) + 1
    const knots = flags
      .slice(from, end + 1)
      .map((flag, step): Knot => ({ x: xs[from + step] ?? 0, y: ys[from + step] ?? 0, isOn: (flag & 1) !== 0 }))
    return straighten(knots)
  })
}

/** Quadratic curves as straight pieces; between two points off the curve lies one on it. */
function straighten(knots: Knot[]): Contour {
  const whole = knots.flatMap((knot, index) => {
    const next = knots[(index + 1) % knots.length] ?? knot
    return knot.isOn || next.isOn ? [knot] : [knot, { x: (knot.x + next.x) / 2, y: (knot.y + next.y) / 2, isOn: true }]
  })
  const first = whole.findIndex((knot) => knot.isOn)
  const turned = [...whole.slice(Math.max(0, first)), ...whole.slice(0, Math.max(0, first))]
  const line: Contour = []
  turned.forEach((knot, index) => {
    const before = line.at(-1)
    if (knot.isOn || !before) {
      line.push([knot.x, knot.y])
      return
    }
    const next = turned[(index + 1) % turned.length] ?? knot
    for (const t of [0.25, 0.5, 0.75]) {
      const u = 1 - t
      line.push([
        u * u * before[0] + 2 * u * t * knot.x + t * t * next.x,
        u * u * before[1] + 2 * u * t * knot.y + t * t * next.y,
      ])
    }
  })
  return line
}
