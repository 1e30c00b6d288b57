import { ObjectIdentifier, OctetString, Sequence, Set as AsnSet } from 'asn1js'
import {
  AlgorithmIdentifier,
  Attribute,
  type Certificate,
  ContentInfo,
  EncapsulatedContentInfo,
  IssuerAndSerialNumber,
  SignedAndUnsignedAttributes,
  SignedData,
  SignerInfo,
} from 'pkijs'
import type { SigningKey } from './key.ts'

const oid = {
  data: '1.2.840.113549.1.7.1',
  signedData: '1.2.840.113549.1.7.2',
  contentType: '1.2.840.113549.1.9.3',
  messageDigest: '1.2.840.113549.1.9.4',
  signingCertificate: '1.2.840.113549.1.9.16.2.47',
  timeStamp: '1.2.840.113549.1.9.16.2.14',
  sha256: '2.16.840.1.101.3.4.2.1',
  rsa: '1.2.840.113549.1.1.11',
  ecdsa: '1.2.840.10045.4.3.2',
}

/** Gets a time stamp of a signature: the DER of the stamp (RFC 3161). */
export type TimeStamper = (signature: ArrayBuffer) => Promise<ContentInfo>

/**
 * The signature of some bytes as PAdES puts it into a PDF: CMS SignedData without the bytes, with the digest and the signer's own
 * certificate (ESS signing-certificate-v2) under the signature, and a time stamp beside it when there is one. The time of signing
 * stands in the PDF, not here, as PAdES wants it.
 */
export async function signDetached(data: Uint8Array<ArrayBuffer>, key: SigningKey, stamp?: TimeStamper): Promise<Buffer> {
  const { certificate } = key
  const digest = await crypto.subtle.digest('SHA-256', data)
  const attributes = inOrder([
    new Attribute({ type: oid.contentType, values: [new ObjectIdentifier({ value: oid.data })] }),
    new Attribute({ type: oid.messageDigest, values: [new OctetString({ valueHex: digest })] }),
    new Attribute({ type: oid.signingCertificate, values: [await signingCertificate(certificate)] }),
  ])
  const signed = new AsnSet({ value: attributes.map((one) => one.toSchema()) }).toBER()
  const signature = await key.sign(new Uint8Array(signed))

  const sha256 = () => new AlgorithmIdentifier({ algorithmId: oid.sha256 })
  const signer = new SignerInfo({
    version: 1,
    sid: new IssuerAndSerialNumber({ issuer: certificate.issuer, serialNumber: certificate.serialNumber }),
    digestAlgorithm: sha256(),
    signedAttrs: new SignedAndUnsignedAttributes({ type: 0, attributes }),
    signatureAlgorithm: new AlgorithmIdentifier({ algorithmId: key.algorithm === 'RSA' ? oid.rsa : oid.ecdsa }),
    signature: new OctetString({ valueHex: signature }),
  })
  if (stamp !== undefined) {
    const token = new Attribute({ type: oid.timeStamp, values: [(await stamp(signature)).toSchema()] })
    signer.unsignedAttrs = new SignedAndUnsignedAttributes({ type: 1, attributes: [token] })
  }
  const content = new SignedData({
    version: 1,
    digestAlgorithms: [sha256()],
    encapContentInfo: new EncapsulatedContentInfo({ eContentType: oid.data }),
    certificates: [certificate, ...key.chain],
    signerInfos: [signer],
  })
  const info = new ContentInfo({ contentType: oid.signedData, content: content.toSchema(true) })
  return Buffer.from(info.toSchema().toBER())
}

/** Which certificate signs, so that none of the same key can be put in its place. */
async function signingCertificate(certificate: Certificate): Promise<Sequence> {
  const hash = await crypto.subtle.digest('SHA-256', certificate.toSchema().toBER())
  const id = new Sequence({ value: [new OctetString({ valueHex: hash })] })
  return new Sequence({ value: [new Sequence({ value: [id] })] })
}

/** As DER orders a set: by the bytes of its members. */
const inOrder = (attributes: Attribute[]): Attribute[] =>
  attributes
    .map((attribute) => ({ attribute, der: Buffer.from(attribute.toSchema().toBER()) }))
    .sort((one, other) => Buffer.compare(one.der, other.der))
    .map(({ attribute }) => attribute)
