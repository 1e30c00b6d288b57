import { execFile } from 'node:child_process'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { promisify } from 'node:util'

const run = promisify(execFile)

/** Runs a program of poppler's on a PDF. */
async function withFile<T>(pdf: Buffer, use: (file: string, folder: string) => Promise<T>): Promise<T> {
  const folder = await mkdtemp(path.join(tmpdir(), 'pdf-'))
  try {
    const file = path.join(folder, 'file.pdf')
    await writeFile(file, pdf)
    return await use(file, folder)
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

export interface SeenSignature {
  name: string
  verdict: string
  type: string
  /** Whether it covers the file to its end. */
  coversAll: boolean
}

/** What pdfsig says of each signature in a file. */
export const signaturesIn = (pdf: Buffer): Promise<SeenSignature[]> =>
  withFile(pdf, async (file) => {
    const { stdout } = await run('pdfsig', ['-nocert', file]).catch((error: { stdout?: string }) => ({
      stdout: error.stdout ?? '',
    }))
    return stdout
      .split(/^Signature #/m)
      .slice(1)
      .map((text) => ({
        name: /Common Name: (.*)/.exec(text)?.[1] ?? '',
        verdict: /Signature Validation: (.*)/.exec(text)?.[1] ?? '',
        type: /Signature Type: (.*)/.exec(text)?.[1] ?? '',
        coversAll: text.includes('- Total document signed'),
      }))
  })

/** The words on the pages, as a reader copies them. */
export const wordsIn = (pdf: Buffer): Promise<string> =>
  withFile(pdf, async (file) => (await run('pdftotext', ['-layout', file, '-'])).stdout.normalize('NFC'))

/** The pages as grey pictures (PGM, without their heads), one after another. */
export const pagesOf = (pdf: Buffer): Promise<Buffer> =>
  withFile(pdf, async (file, folder) => {
    await run('pdftoppm', ['-gray', '-r', '110', file, path.join(folder, 'page')])
    const { stdout } = await run('sh', ['-c', 'cat page-*.pgm > pages && echo done'], { cwd: folder })
    if (!stdout.includes('done')) throw new Error('no pages were drawn')
    return readFile(path.join(folder, 'pages'))
  })
