import { promisify } from 'node:util'
import { crc32, deflateRaw } from 'node:zlib'

export interface ArchiveEntry {
  /** With `/` between folders. */
  name: string
  bytes: Buffer
}

const compress = promisify(deflateRaw)
/** What is packed already is stored as it is. */
const packed = /\.(pdf|docx|xlsx|png|jpe?g)$/i
const stored = 0
const deflated = 8
/** Names are UTF-8. */
const utf8Names = 0x0800
/** Version 2.0 of the format, made by this version. */
const version = 20

const dosTime = (at: Date): number => {
  const date = ((at.getUTCFullYear() - 1980) << 9) | ((at.getUTCMonth() + 1) << 5) | at.getUTCDate()
  return date * 65_536 + ((at.getUTCHours() << 11) | (at.getUTCMinutes() << 5) | (at.getUTCSeconds() >> 1))
}

/**
 * A ZIP archive, piece by piece: one entry is in memory at a time, and packing is not done on the event loop. All entries bear
 * one time. Below 4 GB and 65,535 entries.
 */
export async function* zipOf(entries: AsyncIterable<ArchiveEntry>, at: Date): AsyncGenerator<Buffer> {
  const directory: Buffer[] = []
  let offset = 0
  for await (const { name, bytes } of entries) {
    const method = packed.test(name) ? stored : deflated
    const body = method === stored ? bytes : await compress(bytes)
    const title = Buffer.from(name, 'utf8')
    // What the entry says of itself in both places: from the version needed to the lengths of its names.
    const facts = Buffer.alloc(26)
    facts.writeUInt16LE(version, 0)
    facts.writeUInt16LE(utf8Names, 2)
    facts.writeUInt16LE(method, 4)
    facts.writeUInt32LE(dosTime(at), 6)
    facts.writeUInt32LE(crc32(bytes), 10)
    facts.writeUInt32LE(body.length, 14)
    facts.writeUInt32LE(bytes.length, 18)
    facts.writeUInt16LE(title.length, 22)
    const here = Buffer.concat([Buffer.from('PK\x03\x04', 'latin1'), facts, title])
    const place = Buffer.alloc(14)
    place.writeUInt32LE(offset, 10)
    directory.push(Buffer.from('PK\x01\x02', 'latin1'), Buffer.from([version, 0]), facts, place, title)
    yield here
    yield body
    offset += here.length + body.length
  }
  const list = Buffer.concat(directory)
  const end = Buffer.alloc(22)
  end.write('PK\x05\x06', 0, 'latin1')
  end.writeUInt16LE(directory.length / 5, 8)
  end.writeUInt16LE(directory.length / 5, 10)
  end.writeUInt32LE(list.length, 12)
  end.writeUInt32LE(offset, 16)
  yield list
  yield end
}
