import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'

/**
 * The face that stands in for Times New Roman: same widths, free to embed. Its files come whole from their package; the widths
 * are read here because a word processor has to be told the length of a rule under a text.
 */

const require = createRequire(import.meta.url)
const fontFile = (path: string): Buffer => readFileSync(require.resolve(`@expo-google-fonts/tinos/${path}`))

export const fontFiles = (): Buffer[] => [
  fontFile('400Regular/Tinos_400Regular.ttf'),
  fontFile('400Regular_Italic/Tinos_400Regular_Italic.ttf'),
  fontFile('700Bold/Tinos_700Bold.ttf'),
  fontFile('700Bold_Italic/Tinos_700Bold_Italic.ttf'),
]

export interface FontFace {
  /** Width of a text in points, without kerning. */
  widthOf: (text: string, sizePt: number) => number
  has: (codePoint: number) => boolean
}

/** Reads the widths (`hmtx`) and the characters (`cmap`, format 4) of a TrueType file. */
export const readFace = (file: Buffer): FontFace => {
  const tables = new Map<string, number>()
  for (let entry = 12; entry < 12 + file.readUInt16BE(4) * 16; entry += 16) {
    tables.set(file.toString('latin1', entry, entry + 4), file.readUInt32BE(entry + 8))
  }
  const table = (tag: string): number => {
    const offset = tables.get(tag)
    if (offset === undefined) throw new Error(`the font has no table ${tag}`)
    return offset
  }
  const unitsPerEm = file.readUInt16BE(table('head') + 18)
  const widths = file.readUInt16BE(table('hhea') + 34)
  const hmtx = table('hmtx')
  const advance = (glyph: number): number => file.readUInt16BE(hmtx + Math.min(glyph, widths - 1) * 4)

  const cmap = table('cmap')
  const glyphs = new Map<number, number>()
  for (let entry = 0; entry < file.readUInt16BE(cmap + 2); entry++) {
    const at = cmap + file.readUInt32BE(cmap + 4 + entry * 8 + 4)
    if (file.readUInt16BE(at) !== 4) continue
    const segments = file.readUInt16BE(at + 6) / 2
    const [ends, starts, deltas, ranges] = [0, 1, 2, 3].map((part) => at + 14 + part * segments * 2 + (part > 0 ? 2 : 0))
    if (ends === undefined || starts === undefined || deltas === undefined || ranges === undefined) continue
    for (let segment = 0; segment < segments; segment++) {
      const delta = file.readUInt16BE(deltas + segment * 2)
      const range = file.readUInt16BE(ranges + segment * 2)
      const start = file.readUInt16BE(starts + segment * 2)
      for (let code = start; code <= file.readUInt16BE(ends + segment * 2) && code < 0xffff; code++) {
        const listed = range === 0 ? code : file.readUInt16BE(ranges + segment * 2 + range + (code - start) * 2)
        const glyph = range !== 0 && listed === 0 ? 0 : (listed + delta) & 0xffff
        if (glyph !== 0) glyphs.set(code, glyph)
      }
    }
  }
  return {
    widthOf: (text, sizePt) =>
      ([...text].reduce((sum, char) => sum + advance(glyphs.get(char.codePointAt(0) ?? 0) ?? 0), 0) * sizePt) / unitsPerEm,
    has: (codePoint) => glyphs.has(codePoint),
  }
}

let bold: FontFace | undefined
let regular: FontFace | undefined

export const boldFace = (): FontFace => (bold ??= readFace(fontFile('700Bold/Tinos_700Bold.ttf')))
export const regularFace = (): FontFace => (regular ??= readFace(fontFile('400Regular/Tinos_400Regular.ttf')))

/** The longest line of a text when it is broken at spaces into lines of at most `width` points. */
export const longestLine = (face: FontFace, text: string, sizePt: number, width: number): number => {
  let longest = 0
  let line = ''
  for (const word of text.split(' ')) {
    const longer = line === '' ? word : `${line} ${word}`
    if (line !== '' && face.widthOf(longer, sizePt) > width) {
      longest = Math.max(longest, face.widthOf(line, sizePt))
      line = word
    } else {
      line = longer
    }
  }
  return Math.min(width, Math.max(longest, face.widthOf(line, sizePt)))
}
