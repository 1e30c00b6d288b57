import { execFile } from 'node:child_process'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { promisify } from 'node:util'
import readPixels from 'jsqr'
import type { Locator } from 'playwright-core'

const run = promisify(execFile)

/** What a telephone reads from a QR code on the screen; undefined when it reads none. */
export async function qrOnScreen(image: Locator): Promise<string | undefined> {
  const shot = (await image.screenshot({ type: 'png' })).toString('base64')
  const { width, height, pixels } = await image.page().evaluate(async (png) => {
    const bitmap = await createImageBitmap(new Blob([Uint8Array.from(atob(png), (letter) => letter.charCodeAt(0))]))
    const context = new OffscreenCanvas(bitmap.width, bitmap.height).getContext('2d')
    if (context === null) throw new Error('no canvas')
    context.drawImage(bitmap, 0, 0)
    const { data } = context.getImageData(0, 0, bitmap.width, bitmap.height)
    return { width: bitmap.width, height: bitmap.height, pixels: [...data] }
  }, shot)
  return readPixels(Uint8ClampedArray.from(pixels), width, height)?.data
}

/** What a telephone reads from the QR code on the last page of a printed PDF; undefined when it reads none. */
export async function qrOnPaper(pdf: Uint8Array): Promise<string | undefined> {
  const folder = await mkdtemp(path.join(tmpdir(), 'qr-'))
  try {
    await writeFile(path.join(folder, 'paper.pdf'), pdf)
    const { stdout } = await run('pdfinfo', [path.join(folder, 'paper.pdf')])
    const last = /^Pages:\s+(\d+)$/m.exec(stdout)?.[1] ?? '1'
    const page = ['-r', '150', '-f', last, '-l', last, '-singlefile']
    await run('pdftoppm', [...page, path.join(folder, 'paper.pdf'), path.join(folder, 'page')])
    const { width, height, pixels } = readPpm(await readFile(path.join(folder, 'page.ppm')))
    return readPixels(pixels, width, height)?.data
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

/** A binary PPM: `P6 <width> <height> 255`, then three bytes a point. */
function readPpm(file: Buffer): { width: number; height: number; pixels: Uint8ClampedArray } {
  const head = /^P6\s+(\d+)\s+(\d+)\s+255\s/.exec(file.toString('latin1', 0, 64))
  if (!head) throw new Error('not a picture as pdftoppm makes them')
  const [width, height] = [Number(head[1]), Number(head[2])]
  const pixels = new Uint8ClampedArray(width * height * 4).fill(255)
  const colours = file.subarray(head[0].length)
  for (let point = 0; point < width * height; point++)
    for (let part = 0; part < 3; part++) pixels[point * 4 + part] = colours[point * 3 + part] ?? 255
  return { width, height, pixels }
}
