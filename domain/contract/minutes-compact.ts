/**
 * An update of the minutes as few bytes: a binary message instead of JSON with two ids and base64, for a client that says
 * `wire: 'compact'` in the handshake. The section is named by a number that the answer to `minutes:sync` gives; it holds for
 * that line only. Layout: the section's number and `seq`, each as in lib0 (seven bits a byte, lowest first), then the update.
 */
export interface CompactUpdate {
  section: number
  /** As in `minutes:update`. */
  seq: number
  update: Uint8Array
}

/** The name under which a client's line hands it on. */
export const compactEvent = 'minutes:compact'

const digitsOf = (value: number): number[] => {
  const digits: number[] = []
  for (let rest = value; ; rest = Math.floor(rest / 128)) {
    if (rest < 128) return [...digits, rest]
    digits.push((rest % 128) + 128)
  }
}

export function writeCompact({ section, seq, update }: CompactUpdate): Uint8Array {
  const head = [...digitsOf(section), ...digitsOf(seq)]
  const message = new Uint8Array(head.length + update.length)
  message.set(head)
  message.set(update, head.length)
  return message
}

/** Null for what is no such message. */
export function readCompact(message: Uint8Array): CompactUpdate | null {
  let at = 0
  const number = (): number => {
    let value = 0
    for (let scale = 1; ; scale *= 128) {
      const byte = message[at++]
      if (byte === undefined || scale > 2 ** 42) return NaN
      value += (byte % 128) * scale
      if (byte < 128) return value
    }
  }
  const section = number()
  const seq = number()
  return Number.isNaN(section) || Number.isNaN(seq) ? null : { section, seq, update: message.subarray(at) }
}
