import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import { cleanText } from '#domain/documents/description.ts'

const run = promisify(execFile)

/** A rectangle on a page, in points from its lower left corner. */
export interface Place {
  /** 0 for the first page. */
  page: number
  x: number
  y: number
  width: number
  height: number
}

/** Where somebody's signature belongs: over the printed name, under the office. */
export interface NamePlace {
  page: number
  centre: number
  bottom: number
  top: number
}

interface Word {
  text: string
  xMin: number
  xMax: number
  yMin: number
  yMax: number
}

interface Page {
  width: number
  height: number
  words: Word[]
}

/** The room that the decree's layout leaves for a signature, at most. */
const roomPt = 80

/**
 * Finds a name as it is printed last in a PDF, in the left or right half of its page (minutes carry two), by what the file itself
 * says of its words (pdftotext). Null when it does not stand there.
 */
export async function placeOfName(pdf: Buffer, name: string, side: 'left' | 'right'): Promise<NamePlace | null> {
  const reading = run('pdftotext', ['-bbox', '-', '-'], { maxBuffer: 64 * 1024 * 1024, timeout: 20_000 })
  // A reader that ends early closes this end too: what it says when it ends is the error that counts.
  reading.child.stdin?.on('error', () => undefined)
  reading.child.stdin?.end(pdf)
  const { stdout } = await reading
  const wanted = cleanText(name).split(/\s+/u)
  const pages = pagesOf(stdout)
  for (const [page, { width, height, words }] of [...pages.entries()].reverse()) {
    const starts = words
      .map((_, at) => words.slice(at, at + wanted.length))
      .filter((some) => some.every((word, at) => word.text === wanted[at]) && some.length === wanted.length)
      .filter((some) => (side === 'right') === centreOf(some) > width / 2)
    const last = starts.at(-1)
    if (last === undefined) continue
    const nameTop = Math.min(...last.map((word) => word.yMin))
    const centre = centreOf(last)
    const above = words.filter((word) => word.yMax <= nameTop && nameTop - word.yMax < roomPt && isNear(word, centre))
    const office = Math.max(nameTop - roomPt, ...above.map((word) => word.yMax))
    return { page, centre, bottom: height - nameTop, top: height - office }
  }
  return null
}

const centreOf = (words: Word[]): number =>
  (Math.min(...words.map((word) => word.xMin)) + Math.max(...words.map((word) => word.xMax))) / 2

const isNear = (word: Word, centre: number): boolean => Math.abs((word.xMin + word.xMax) / 2 - centre) < 100

function pagesOf(listing: string): Page[] {
  return listing
    .split('<page ')
    .slice(1)
    .map((text) => {
      const size = /^width="([\d.]+)" height="([\d.]+)"/.exec(text)
      const words = [...text.matchAll(/<word xMin="([\d.-]+)" yMin="([\d.-]+)" xMax="([\d.-]+)" yMax="([\d.-]+)">(.*?)<\/word>/g)]
      return {
        width: Number(size?.[1]),
        height: Number(size?.[2]),
        words: words.map(([, xMin, yMin, xMax, yMax, word = '']) => ({
          text: cleanText(word),
          xMin: Number(xMin),
          yMin: Number(yMin),
          xMax: Number(xMax),
          yMax: Number(yMax),
        })),
      }
    })
}
