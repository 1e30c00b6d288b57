import { createHash } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { mkdir, open, readFile, rename, rm, stat } from 'node:fs/promises'
import path from 'node:path'
import { v7 as uuid } from 'uuid'

export interface StoredFile {
  sha256: string
  size: number
}

/** A stream brought more bytes than it may. */
export class TooLargeError extends Error {
  override name = 'TooLargeError'
}

export interface FileStore {
  /** Keeps the bytes of a stream; nothing is kept of one that breaks off or grows beyond `maxBytes` (`TooLargeError`). */
  put: (bytes: AsyncIterable<Uint8Array> | Iterable<Uint8Array>, maxBytes?: number) => Promise<StoredFile>
  read: (sha256: string) => Promise<Buffer | null>
  has: (sha256: string) => Promise<boolean>
  stream: (sha256: string) => NodeJS.ReadableStream
  /** Where the file lies, for programs that read it themselves. */
  pathOf: (sha256: string) => string
}

const isMissing = (error: unknown): boolean => error instanceof Error && 'code' in error && error.code === 'ENOENT'

/**
 * Files by the SHA-256 of their bytes, on disk. A file is complete from the moment it has its name (written aside, flushed, then
 * renamed), the same bytes are kept once, and a name never comes from a person.
 */
export function createFileStore(directory: string): FileStore {
  const pathOf = (sha256: string): string => {
    if (!/^[0-9a-f]{64}$/.test(sha256)) throw new Error('not a SHA-256')
    return path.join(directory, sha256.slice(0, 2), sha256)
  }
  const has = async (sha256: string): Promise<boolean> => {
    try {
      return (await stat(pathOf(sha256))).isFile()
    } catch (error) {
      if (isMissing(error)) return false
      throw error
    }
  }

  return {
    pathOf,
    has,
    stream: (sha256) => createReadStream(pathOf(sha256)),
    read: async (sha256) => {
      try {
        return await readFile(pathOf(sha256))
      } catch (error) {
        if (isMissing(error)) return null
        throw error
      }
    },
    put: async (bytes, maxBytes = Infinity) => {
      const aside = path.join(directory, 'incoming')
      await mkdir(aside, { recursive: true })
      const temporary = path.join(aside, uuid())
      const hash = createHash('sha256')
      let size = 0
      try {
        const file = await open(temporary, 'wx', 0o600)
        try {
          for await (const chunk of bytes) {
            size += chunk.byteLength
            if (size > maxBytes) throw new TooLargeError(`more than ${maxBytes} bytes`)
            hash.update(chunk)
            await file.write(chunk)
          }
          await file.sync()
        } finally {
          await file.close()
        }
        const sha256 = hash.digest('hex')
        await mkdir(path.dirname(pathOf(sha256)), { recursive: true })
        await rename(temporary, pathOf(sha256))
        return { sha256, size }
      } catch (error) {
        await rm(temporary, { force: true })
        throw error
      }
    },
  }
}
