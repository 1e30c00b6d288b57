import type { Certificate } from 'pkijs'

/**
 * Somebody's key with its certificate. A key in a file and a key in a token differ in `sign` alone: of a token only that call
 * leaves this process.
 */
export interface SigningKey {
  certificate: Certificate
  /** Those that vouch for it, for readers that do not have them. */
  chain: Certificate[]
  algorithm: 'RSA' | 'ECDSA'
  /** Signs with SHA-256, in the form that CMS carries. */
  sign: (data: Uint8Array<ArrayBuffer>) => Promise<ArrayBuffer>
}

/** The key's file or token does not open with this password. */
export class WrongKeyPasswordError extends Error {
  override name = 'WrongKeyPasswordError'
}

/** The name in a certificate: its common name, or all there is. */
export function nameIn(certificate: Certificate): string {
  const parts = certificate.subject.typesAndValues
  const commonName = parts.find((part) => String(part.type) === '2.5.4.3') ?? parts[0]
  return String(commonName?.value.valueBlock.value ?? '').normalize('NFC')
}
