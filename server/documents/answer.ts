import type { Response } from 'express'
import { plainLetters } from '#domain/plain-letters.ts'

/** A file name that every browser and disk takes: `12-TB-UBND.pdf`. */
export const fileName = (name: string, ending: string): string =>
  `${name.replace(/[^\p{L}\p{N}-]+/gu, '-').replace(/^-|-$/g, '')}.${ending}`

interface NamedFile {
  name: string
  ending: string
  mediaType: string
  show: 'inline' | 'attachment'
}

/** For what cannot read the other name: the same in plain letters, `Bien-ban.pdf`. */
const plain = (name: string): string => plainLetters(name).replace(/[^\x20-\x7e]/g, '_')

/** Says what comes and how it is called: a name made of its number or title, shown in the page, or as a file to keep. */
export function nameFile(response: Response, file: NamedFile): void {
  const name = fileName(file.name, file.ending)
  response.setHeader('Content-Type', file.mediaType)
  response.setHeader(
    'Content-Disposition',
    `${file.show}; filename="${plain(name)}"; filename*=UTF-8''${encodeURIComponent(name)}`,
  )
  response.setHeader('Cache-Control', 'private, no-cache')
}

/** Sends a document's bytes under its name. */
export function sendFile(response: Response, file: NamedFile & { bytes: Buffer }): undefined {
  nameFile(response, file)
  response.status(200).end(file.bytes)
}
