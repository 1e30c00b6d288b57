/** What a forged update throws while it is read; never leaves the scan. */
export class Unreadable extends Error {}

const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })

/**
 * Reads the values of a Yjs update (version 1) without building anything: every length is checked against what is left,
 * so a forged one costs no memory. Numbers and texts decode exactly as in lib0.
 */
export class ByteReader {
  readonly bytes: Uint8Array
  at = 0

  constructor(bytes: Uint8Array) {
    this.bytes = bytes
  }

  get isAtEnd(): boolean {
    return this.at >= this.bytes.length
  }

  byte(): number {
    const value = this.bytes[this.at++]
    if (value === undefined) throw new Unreadable('ends too early')
    return value
  }

  number(): number {
    let value = 0
    let scale = 1
    for (;;) {
      const byte = this.byte()
      value += (byte & 0x7f) * scale
      if (value > Number.MAX_SAFE_INTEGER) throw new Unreadable('number too large')
      if (byte < 0x80) return value
      scale *= 128
    }
  }

  /** lib0's signed number: bit 7 continues, bit 6 of the first byte is the sign. */
  signedNumber(): number {
    let byte = this.byte()
    let value = byte & 0x3f
    const sign = (byte & 0x40) > 0 ? -1 : 1
    let scale = 64
    while ((byte & 0x80) > 0) {
      byte = this.byte()
      value += (byte & 0x7f) * scale
      if (value > Number.MAX_SAFE_INTEGER) throw new Unreadable('number too large')
      scale *= 128
    }
    return sign * value
  }

  text(maxBytes = Number.MAX_SAFE_INTEGER): string {
    const length = this.number()
    if (length > maxBytes) throw new Unreadable('text too long')
    const end = this.at + length
    if (end > this.bytes.length) throw new Unreadable('ends too early')
    const bytes = this.bytes.subarray(this.at, end)
    this.at = end
    try {
      return decoder.decode(bytes)
    } catch {
      throw new Unreadable('not UTF-8')
    }
  }

  /** A value of an attribute: plain ones and flat lists only, for nothing in the minutes' schema is deeper. */
  value(depth = 0): unknown {
    const kind = this.byte()
    switch (kind) {
      case 127:
        return undefined
      case 126:
        return null
      case 125:
        return this.signedNumber()
      case 124:
        return this.float(4)
      case 123:
        return this.float(8)
      case 121:
        return false
      case 120:
        return true
      case 119:
        return this.text()
      case 117: {
        if (depth > 0) throw new Unreadable('value too deep')
        const length = this.number()
        if (length > 1000) throw new Unreadable('list too long')
        const list: unknown[] = []
        for (let index = 0; index < length; index++) list.push(this.value(depth + 1))
        return list
      }
      default:
        throw new Unreadable('value of a kind that no attribute has')
    }
  }

  private float(length: 4 | 8): number {
    const end = this.at + length
    if (end > this.bytes.length) throw new Unreadable('ends too early')
    const view = new DataView(this.bytes.buffer, this.bytes.byteOffset + this.at, length)
    this.at = end
    return length === 4 ? view.getFloat32(0) : view.getFloat64(0)
  }
}
