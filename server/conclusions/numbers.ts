import { randomBytes } from 'node:crypto'
import type { TransactionSql } from 'postgres'

export interface NumberSeries {
  /** The year in Viet Nam. */
  year: number
  /** Kind of document: TB, BB, … */
  type: string
  issuer: string
}

/**
 * The next number of a series (per year, kind and issuing body), from 1. It is taken inside the caller's transaction and the
 * series stays locked until that ends: rolled back, the number was never taken, so there are no gaps and no doubles.
 */
export async function takeNumber(tx: TransactionSql, { year, type, issuer }: NumberSeries): Promise<number> {
  const [row] = await tx<{ last_number: number }[]>`
    insert into document_numbers (year, type, issuer, last_number) values (${year}, ${type}, ${issuer}, 1)
    on conflict (year, type, issuer) do update set last_number = document_numbers.last_number + 1
    returning last_number`
  if (row === undefined) throw new Error('no number was given')
  return row.last_number
}

/** Crockford's alphabet: no I, L, O, U, so nothing is misread from paper. */
const alphabet = '0123456789ABCDEFGHJKMNPQRSTVWXYZ'
const codeLength = 16

const grouped = (characters: string): string => characters.replace(/(.{4})(?=.)/g, '$1-')

/** A fresh verification code, 80 random bits: `7K3M-9QXA-2BTV-YH4D`. */
export const makeCode = (): string =>
  grouped([...randomBytes(codeLength)].map((byte) => alphabet[byte % alphabet.length] ?? '').join(''))

/** A code as people type it (small letters, other dashes, O for 0, I or L for 1), or null when it cannot be one. */
export const readCode = (typed: string): string | null => {
  const characters = typed
    .toUpperCase()
    .replace(/[\s\p{Pd}.]/gu, '')
    .replace(/O/g, '0')
    .replace(/[IL]/g, '1')
  return characters.length === codeLength && [...characters].every((char) => alphabet.includes(char)) ? grouped(characters) : null
}
