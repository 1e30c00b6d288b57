import { randomBytes } from 'node:crypto'
import { Integer, OctetString } from 'asn1js'
import { AlgorithmIdentifier, type ContentInfo, MessageImprint, PKIStatus, TimeStampReq, TimeStampResp } from 'pkijs'
import type { TimeStamper } from './cms.ts'

/** The time-stamping service gave no time stamp. */
export class NoTimeStampError extends Error {
  override name = 'NoTimeStampError'
}

const patienceMs = 10_000

/** Time stamps from a service on the network (RFC 3161): that a signature was there, says somebody else than its signer. */
export const timeStampsFrom =
  (url: string): TimeStamper =>
  async (signature) => {
    const digest = await crypto.subtle.digest('SHA-256', signature)
    const request = new TimeStampReq({
      version: 1,
      messageImprint: new MessageImprint({
        hashAlgorithm: new AlgorithmIdentifier({ algorithmId: '2.16.840.1.101.3.4.2.1' }),
        hashedMessage: new OctetString({ valueHex: digest }),
      }),
      nonce: new Integer({ valueHex: nonce() }),
      certReq: true,
    })
    const answer = await fetch(url, {
      method: 'POST',
      headers: { 'content-type': 'application/timestamp-query' },
      body: request.toSchema().toBER(),
      redirect: 'error',
      signal: AbortSignal.timeout(patienceMs),
    }).catch((error: unknown) => {
      throw new NoTimeStampError(`${url} does not answer`, { cause: error })
    })
    if (!answer.ok) throw new NoTimeStampError(`${url} answers ${answer.status}`)
    return tokenIn(await answer.arrayBuffer(), Buffer.from(digest))
  }

/** A positive number in DER. */
const nonce = (): ArrayBuffer => {
  const bytes = new Uint8Array(randomBytes(8))
  bytes[0] = ((bytes[0] ?? 0) & 0x3f) | 0x40
  return bytes.buffer
}

function tokenIn(answer: ArrayBuffer, digest: Buffer): ContentInfo {
  const response = TimeStampResp.fromBER(answer)
  const token = response.timeStampToken
  const isGiven = [PKIStatus.granted, PKIStatus.grantedWithMods].includes(response.status.status)
  if (!isGiven || token === undefined) throw new NoTimeStampError('the service refused a time stamp')
  // The stamp is of this signature only if it holds its digest.
  if (!Buffer.from(token.toSchema().toBER()).includes(digest)) throw new NoTimeStampError('the time stamp is of something else')
  return token
}
