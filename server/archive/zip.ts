import { promisify } from 'node:util'
import { crc32, deflateRaw } from 'node:zlib'
import { Zip, type ZipInputFile } from 'fflate'

export interface ArchiveEntry {
  /** With `/` between folders. */
  name: string
  bytes: Buffer
}

const compress = promisify(deflateRaw)
/** What is packed already is stored as it is. */
const packed = /\.(pdf|docx|xlsx|png|jpe?g)$/i
/** How an entry is kept, in the numbers of the format. */
const stored = 0
const deflated = 8

/**
 * A ZIP archive, piece by piece: one entry is in memory at a time, and packing is not done on the event loop. All entries bear
 * one time. Below 4 GB and 65,535 entries.
 */
export async function* zipOf(entries: AsyncIterable<ArchiveEntry>, at: Date): AsyncGenerator<Uint8Array> {
  let ready: Uint8Array[] = []
  const take = () => {
    const chunks = ready
    ready = []
    return chunks
  }
  const zip = new Zip((error: Error | null, chunk) => {
    if (error) throw error
    ready.push(chunk)
  })
  for await (const { name, bytes } of entries) {
    const compression = packed.test(name) ? stored : deflated
    const body = compression === stored ? bytes : await compress(bytes)
    const file: ZipInputFile = { filename: name, mtime: at, compression, crc: crc32(bytes), size: bytes.length }
    zip.add(file)
    file.ondata?.(null, new Uint8Array(body), true)
    yield* take()
  }
  zip.end()
  yield* take()
}
