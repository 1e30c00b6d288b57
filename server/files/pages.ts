import { execFile } from 'node:child_process'
import { mkdir, rename, rm, stat } from 'node:fs/promises'
import path from 'node:path'
import { v7 as uuid } from 'uuid'
import type { PageWidth } from '#domain/contract/presentations.ts'

/** The programs that read PDFs (poppler-utils) are not on this machine. */
export class NoRendererError extends Error {
  override name = 'NoRendererError'
}

/** The PDF is damaged, locked by a password, or took too long. */
export class UnreadablePdfError extends Error {
  override name = 'UnreadablePdfError'
}

export interface PageImages {
  countPages: (pdf: string) => Promise<number>
  /** The path of the page's picture (JPEG), made when it is asked for the first time. */
  imageOf: (sha256: string, pdf: string, page: number, width: PageWidth) => Promise<string>
}

const timeLimitMs = 20_000
/** Pages drawn at once: a hall that turns pages must not take the machine from the room. */
const atOnce = 2

/** Runs a program without a shell and without our environment; it gets its time and no more. */
const run = (program: string, args: string[]): Promise<string> =>
  new Promise((resolve, reject) => {
    const options = {
      timeout: timeLimitMs,
      killSignal: 'SIGKILL' as const,
      maxBuffer: 1024 * 1024,
      env: { PATH: process.env.PATH, LC_ALL: 'C' },
    }
    execFile(program, args, options, (error, stdout) => {
      if (error === null) resolve(stdout)
      else if (error.code === 'ENOENT') reject(new NoRendererError(`${program} is not installed (poppler-utils)`))
      else reject(new UnreadablePdfError(`${program} could not read the file`))
    })
  })

const exists = async (file: string): Promise<boolean> => {
  try {
    return (await stat(file)).size > 0
  } catch {
    return false
  }
}

/** Pictures of PDF pages by poppler, kept in `directory` by the file's hash; what is lost there is drawn again. */
export function createPageImages(directory: string): PageImages {
  const underWay = new Map<string, Promise<string>>()
  const waiting: (() => void)[] = []
  let drawing = 0

  const inTurn = async <T>(work: () => Promise<T>): Promise<T> => {
    if (drawing >= atOnce) await new Promise<void>((resolve) => waiting.push(resolve))
    else drawing++
    try {
      return await work()
    } finally {
      const first = waiting.shift()
      if (first === undefined) drawing--
      else first()
    }
  }

  const draw = async (target: string, pdf: string, page: number, width: PageWidth): Promise<string> => {
    if (await exists(target)) return target
    await mkdir(path.dirname(target), { recursive: true })
    const aside = `${target}.${uuid()}`
    const number = String(page)
    try {
      // `-scale-to` bounds the longer side, so a page of any shape gives a picture of bounded size.
      const size = ['-f', number, '-l', number, '-singlefile', '-scale-to', String(width)]
      await inTurn(() => run('pdftoppm', [...size, '-jpeg', '-jpegopt', 'quality=85,progressive=y', pdf, aside]))
      await rename(`${aside}.jpg`, target)
    } catch (error) {
      await rm(`${aside}.jpg`, { force: true })
      throw error
    }
    return target
  }

  return {
    countPages: async (pdf) => {
      const pages = /^Pages:\s+(\d+)$/m.exec(await inTurn(() => run('pdfinfo', [pdf])))?.[1]
      if (pages === undefined || Number(pages) < 1) throw new UnreadablePdfError('a PDF without pages')
      return Number(pages)
    },
    imageOf: (sha256, pdf, page, width) => {
      const target = path.join(directory, sha256, `${page}-${width}.jpg`)
      const known = underWay.get(target)
      if (known !== undefined) return known
      const made = draw(target, pdf, page, width).finally(() => underWay.delete(target))
      underWay.set(target, made)
      return made
    },
  }
}
