import { execFile } from 'node:child_process'
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { promisify } from 'node:util'
import { deflateSync } from 'node:zlib'

const run = promisify(execFile)

/** Keys and certificates of an authority of the test's own, made by openssl for this run. */
export interface SigningKeys {
  /** The settings under which the server finds them. */
  env: Record<string, string>
  /** The password of every person's key. */
  password: string
  close: () => Promise<void>
}

export const password = 'mat-khau-khoa-ky'

/** A seal (an elliptic key) and a key (RSA) with a signature for each user; names are Vietnamese, as in real certificates. */
export async function makeSigningKeys(people: Record<string, string>): Promise<SigningKeys> {
  const folder = await mkdtemp(path.join(tmpdir(), 'signing-keys-'))
  const openssl = (...parameters: string[]) => run('openssl', parameters, { cwd: folder })
  await openssl(
    ...['req', '-x509', '-newkey', 'rsa:2048', '-nodes', '-keyout', 'ca.key', '-out', 'ca.pem', '-days', '30', '-utf8'],
    ...['-subj', '/C=VN/O=Ban thử nghiệm/CN=Chứng thực thử nghiệm'],
  )
  const issue = async (file: string, commonName: string, kind: string[], usage: string): Promise<void> => {
    const subject = `/C=VN/O=Ủy ban nhân dân tỉnh/CN=${commonName}`
    await writeFile(path.join(folder, 'usage'), usage)
    await openssl('req', ...kind, '-nodes', '-keyout', `${file}.key`, '-out', `${file}.csr`, '-utf8', '-subj', subject)
    await openssl(
      ...['x509', '-req', '-in', `${file}.csr`, '-CA', 'ca.pem', '-CAkey', 'ca.key', '-CAcreateserial', '-days', '30'],
      ...['-extfile', 'usage', '-out', `${file}.pem`],
    )
  }
  const bundle = (file: string, secret: string) =>
    openssl(
      ...['pkcs12', '-export', '-inkey', `${file}.key`, '-in', `${file}.pem`, '-certfile', 'ca.pem'],
      ...['-passout', `pass:${secret}`, '-out', `${file}.p12`],
    )
  const rsa = ['-newkey', 'rsa:2048']
  const signing = 'keyUsage=digitalSignature,nonRepudiation\n'

  await mkdir(path.join(folder, 'people'))
  await issue('seal', 'Ủy ban nhân dân tỉnh Kon Tum', ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256'], signing)
  await bundle('seal', 'mat-khau-con-dau')
  await writeFile(
    path.join(folder, 'seal.png'),
    drawn(160, 160, (x, y) => Math.abs(Math.hypot(x - 80, y - 80) - 72) < 6, [200, 0, 0]),
  )
  for (const [username, name] of Object.entries(people)) {
    await issue(`people/${username}`, name, rsa, signing)
    await bundle(`people/${username}`, password)
    const wave = drawn(300, 120, (x, y) => Math.abs(y - 60 - 40 * Math.sin(x / 20)) < 4, [0, 40, 200])
    await writeFile(path.join(folder, 'people', `${username}.png`), wave)
  }
  await issue('tsa', 'Dấu thời gian', rsa, 'extendedKeyUsage=critical,timeStamping\nkeyUsage=digitalSignature\n')
  const stamps = await startTimeStamps(folder)

  return {
    password,
    env: {
      SIGNING_P12: path.join(folder, 'seal.p12'),
      SIGNING_P12_PASSWORD: 'mat-khau-con-dau',
      SIGNING_SEAL: path.join(folder, 'seal.png'),
      SIGNING_PEOPLE: path.join(folder, 'people'),
      TSA_URL: stamps.url,
    },
    close: async () => {
      await stamps.close()
      await rm(folder, { recursive: true, force: true })
    },
  }
}

/** A time-stamping service: openssl behind HTTP. */
async function startTimeStamps(folder: string): Promise<{ url: string; close: () => Promise<void> }> {
  const lines = [
    'serial = serial',
    'default_policy = 1.2.3.4.1',
    'digests = sha256',
    'signer_digest = sha256',
    'accuracy = secs:1',
  ]
  await writeFile(path.join(folder, 'tsa.cnf'), `[tsa]\ndefault_tsa = one\n[one]\n${lines.join('\n')}\n`)
  await writeFile(path.join(folder, 'serial'), '01\n')
  /** One after another: openssl counts its stamps in a file, and two at once would refuse one another a number. */
  let last: Promise<unknown> = Promise.resolve()
  const inTurn = <T>(work: () => Promise<T>): Promise<T> => {
    const mine = last.then(work, work)
    last = mine
    return mine
  }
  const stamp = async (query: Buffer): Promise<Buffer> => {
    const name = crypto.randomUUID()
    await writeFile(path.join(folder, `${name}.query`), query)
    await run(
      'openssl',
      [
        ...['ts', '-reply', '-config', 'tsa.cnf', '-queryfile', `${name}.query`],
        ...['-signer', 'tsa.pem', '-inkey', 'tsa.key', '-out', `${name}.reply`],
      ],
      { cwd: folder },
    )
    return readFile(path.join(folder, `${name}.reply`))
  }
  const server = createServer((request, response) => {
    void (async () => {
      const chunks: Buffer[] = []
      for await (const chunk of request as AsyncIterable<Buffer>) chunks.push(chunk)
      const reply = await inTurn(() => stamp(Buffer.concat(chunks)))
      response.setHeader('content-type', 'application/timestamp-reply')
      response.end(reply)
    })().catch(() => response.writeHead(500).end())
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  return { url: `http://127.0.0.1:${port}`, close: () => new Promise((resolve) => server.close(() => resolve())) }
}

/** A transparent PNG in which some points have a colour. */
function drawn(
  width: number,
  height: number,
  isInk: (x: number, y: number) => boolean,
  [red, green, blue]: [number, number, number],
): Buffer {
  const row = width * 4 + 1
  const raw = Buffer.alloc(row * height)
  for (let y = 0; y < height; y += 1)
    for (let x = 0; x < width; x += 1) if (isInk(x, y)) raw.set([red, green, blue, 255], y * row + 1 + x * 4)
  const header = Buffer.alloc(13)
  header.writeUInt32BE(width, 0)
  header.writeUInt32BE(height, 4)
  header.set([8, 6], 8)
  const chunk = (type: string, data: Buffer): Buffer => {
    const typed = Buffer.concat([Buffer.from(type), data])
    const frame = Buffer.alloc(8)
    frame.writeUInt32BE(data.length, 0)
    frame.writeUInt32BE(crc32(typed), 4)
    return Buffer.concat([frame.subarray(0, 4), typed, frame.subarray(4)])
  }
  const start = Buffer.from([137, 80, 78, 71, 13, 10, 26, 10])
  return Buffer.concat([start, chunk('IHDR', header), chunk('IDAT', deflateSync(raw)), chunk('IEND', Buffer.alloc(0))])
}

/** The check sum of PNG and ZIP; Node 20 does not bring it in every version. */
function crc32(bytes: Buffer): number {
  let sum = ~0
  for (const byte of bytes) {
    sum ^= byte
    for (let bit = 0; bit < 8; bit += 1) sum = sum & 1 ? (sum >>> 1) ^ 0xedb88320 : sum >>> 1
  }
  return ~sum >>> 0
}
