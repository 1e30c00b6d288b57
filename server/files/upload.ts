import type { IncomingMessage } from 'node:http'
import type { Readable } from 'node:stream'
import busboy from 'busboy'
import { fileTypeFromBuffer } from 'file-type'
import type { Refusal } from '#domain/errors.ts'
import { TooLargeError } from './store.ts'
import type { FileStore, StoredFile } from './store.ts'

export interface Upload {
  file: StoredFile
  /** The file's name as the sender had it; never a path of ours. */
  name: string
  fields: Record<string, string>
}

class WrongTypeError extends Error {
  override name = 'WrongTypeError'
}

/** As much as the recognition of a type needs. */
const headBytes = 4100

/** The stream as it is, once its first bytes show that it is of the type. */
async function* ofType(stream: Readable, mediaType: string): AsyncGenerator<Uint8Array> {
  let head = Buffer.alloc(0)
  let isKnown = false
  const check = async (): Promise<Buffer> => {
    if ((await fileTypeFromBuffer(head))?.mime !== mediaType) throw new WrongTypeError(`not ${mediaType}`)
    isKnown = true
    return head
  }
  for await (const chunk of stream as AsyncIterable<Buffer>) {
    if (isKnown) yield chunk
    else {
      head = Buffer.concat([head, chunk])
      if (head.length >= headBytes) yield await check()
    }
  }
  if (!isKnown) yield await check()
}

const mebibyte = 1024 * 1024

/**
 * Takes one file out of a multipart form into the store, while it comes in. Refused: what is larger than `maxBytes`, what is not
 * of `mediaType` by its bytes, and a form that is not one. The rest of a refused request is read and dropped.
 */
export async function receiveFile(
  request: IncomingMessage,
  store: FileStore,
  rules: { maxBytes: number; mediaType: string },
): Promise<Upload | { refusal: Refusal }> {
  const tooLarge = { refusal: { code: 'too_large' as const, params: { megabytes: Math.floor(rules.maxBytes / mebibyte) } } }
  if (Number(request.headers['content-length'] ?? 0) > rules.maxBytes + mebibyte) {
    request.resume()
    return tooLarge
  }
  try {
    return await parseForm(request, store, rules)
  } catch (error) {
    request.unpipe()
    request.resume()
    if (error instanceof TooLargeError) return tooLarge
    if (error instanceof WrongTypeError) return { refusal: { code: 'invalid_input', reason: 'wrong_file_type', field: 'file' } }
    if (error instanceof FormError) return { refusal: { code: 'invalid_input', reason: 'required', field: 'file' } }
    throw error
  }
}

/** Not a form, a form that broke off, or one without a file. */
class FormError extends Error {
  override name = 'FormError'
}

function parseForm(request: IncomingMessage, store: FileStore, rules: { maxBytes: number; mediaType: string }): Promise<Upload> {
  return new Promise((resolve, reject) => {
    const fields: Record<string, string> = {}
    let stored: Promise<{ file: StoredFile; name: string }> | undefined
    let form: busboy.Busboy
    try {
      form = busboy({
        headers: request.headers,
        defParamCharset: 'utf8',
        limits: { files: 1, fields: 8, parts: 10, fieldSize: 8192, fileSize: rules.maxBytes + 1 },
      })
    } catch {
      reject(new FormError('not a form'))
      return
    }
    form.on('field', (name, value) => {
      fields[name] = value
    })
    form.on('file', (_field, stream, { filename }) => {
      const name = filename ?? ''
      const storing = store.put(ofType(stream, rules.mediaType), rules.maxBytes).then((file) => ({ file, name }))
      stored = storing
      storing.catch((error: unknown) => {
        stream.resume()
        reject(error instanceof Error ? error : new Error(String(error)))
      })
    })
    form.on('error', () => reject(new FormError('a broken form')))
    form.on('close', () => {
      if (stored === undefined) reject(new FormError('no file'))
      else stored.then(({ file, name }) => resolve({ file, name, fields }), reject)
    })
    request.once('aborted', () => form.destroy(new FormError('aborted')))
    request.pipe(form)
  })
}
