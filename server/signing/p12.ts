import type { webcrypto } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { ObjectIdentifier } from 'asn1js'
import { CertBag, Certificate, createCMSECDSASignature, PFX, PKCS8ShroudedKeyBag, PrivateKeyInfo } from 'pkijs'
import { type SigningKey, WrongKeyPasswordError } from './key.ts'

const bufferOf = (bytes: Uint8Array): ArrayBuffer => new Uint8Array(bytes).buffer

/** A key that lies in a file (PKCS#12), opened by its password; the password and the open key are kept nowhere. */
export async function openP12(file: string, password: string): Promise<SigningKey> {
  const secret = bufferOf(new TextEncoder().encode(password))
  const bags = await contentsOf(PFX.fromBER(bufferOf(await readFile(file))), secret)
  const certificates = bags.flatMap((bag) =>
    bag instanceof CertBag && bag.parsedValue instanceof Certificate ? [bag.parsedValue] : [],
  )
  const info = bags.find((bag) => bag instanceof PrivateKeyInfo)
  if (info === undefined) throw new Error(`${file} holds no key`)

  const isElliptic = info.privateKeyAlgorithm.algorithmId === '1.2.840.10045.2.1'
  const der = info.toSchema().toBER()
  const curve = isElliptic ? curveOf(info) : ''
  const parameters = isElliptic ? { name: 'ECDSA', namedCurve: curve } : { name: 'RSASSA-PKCS1-v1_5', hash: 'SHA-256' }
  const key = await crypto.subtle.importKey('pkcs8', der, parameters, false, ['sign'])
  const certificate = await ownCertificate(certificates, key, parameters)
  if (certificate === undefined) throw new Error(`${file} holds no certificate of its key`)
  return {
    certificate,
    chain: certificates.filter((one) => one !== certificate),
    algorithm: isElliptic ? 'ECDSA' : 'RSA',
    sign: async (data) => {
      const signature = await crypto.subtle.sign({ name: parameters.name, hash: 'SHA-256' }, key, data)
      return isElliptic ? createCMSECDSASignature(signature) : signature
    },
  }
}

/** Everything in the file, decrypted. A wrong password shows as a seal of the file that does not fit. */
async function contentsOf(pfx: PFX, password: ArrayBuffer): Promise<unknown[]> {
  try {
    await pfx.parseInternalValues({ password, checkIntegrity: true })
  } catch {
    throw new WrongKeyPasswordError('the file does not open with this password')
  }
  const safe = pfx.parsedValue?.authenticatedSafe
  if (safe === undefined) throw new Error('not a PKCS#12 file')
  await safe.parseInternalValues({ safeContents: safe.safeContents.map(() => ({ password })) })
  const parsed = safe.parsedValue as { safeContents: { value: { safeBags: { bagValue: unknown }[] } }[] }
  const bags = parsed.safeContents.flatMap((contents) => contents.value.safeBags.map((bag) => bag.bagValue))
  return Promise.all(
    bags.map(async (bag) => {
      if (!(bag instanceof PKCS8ShroudedKeyBag)) return bag
      // Part of pkijs that its types keep to themselves.
      const shrouded = bag as unknown as { parseInternalValues: (given: { password: ArrayBuffer }) => Promise<void> }
      await shrouded.parseInternalValues({ password })
      return bag.parsedValue
    }),
  )
}

const curves: Record<string, string> = {
  '1.2.840.10045.3.1.7': 'P-256',
  '1.3.132.0.34': 'P-384',
  '1.3.132.0.35': 'P-521',
}

function curveOf(info: PrivateKeyInfo): string {
  const parameters: unknown = info.privateKeyAlgorithm.algorithmParams
  const curve = parameters instanceof ObjectIdentifier ? curves[parameters.getValue()] : undefined
  if (curve === undefined) throw new Error('the key is of a curve that is not known here')
  return curve
}

/** The certificate whose key this is: what the key signs, it must verify. */
async function ownCertificate(
  certificates: Certificate[],
  key: webcrypto.CryptoKey,
  parameters: { name: string; namedCurve?: string; hash?: string },
): Promise<Certificate | undefined> {
  const probe = new Uint8Array([1])
  const scheme = { name: parameters.name, hash: 'SHA-256' }
  const signature = await crypto.subtle.sign(scheme, key, probe)
  for (const certificate of certificates) {
    const spki = certificate.subjectPublicKeyInfo.toSchema().toBER()
    const publicKey = await crypto.subtle.importKey('spki', spki, parameters, false, ['verify']).catch(() => undefined)
    if (publicKey && (await crypto.subtle.verify(scheme, publicKey, signature, probe))) return certificate
  }
  return undefined
}
