import { promisify } from 'node:util'
import { brotliCompress, constants } from 'node:zlib'
import type { Response } from 'express'

const compress = promisify(brotliCompress)

/** Packs a text off the event loop; `quality` from 0 to 11: what is packed once deserves more than what is packed each time. */
export const packed = (text: string | Buffer, quality: number): Promise<Buffer> =>
  compress(text, { params: { [constants.BROTLI_PARAM_QUALITY]: quality } })

/** Says that the answer is packed; whether the asker takes it so (`acceptsEncodings('br')`) is to be asked before. */
export function sendPacked(response: Response, body: Buffer): void {
  response.setHeader('Content-Encoding', 'br')
  response.setHeader('Vary', 'Accept-Encoding')
  response.send(body)
}
