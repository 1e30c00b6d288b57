/** Appends a number as lib0 writes it: seven bits a byte, the lowest first. */
export const putNumber = (into: number[], value: number): void => {
  let rest = value
  while (rest > 127) {
    into.push(128 + (rest % 128))
    rest = Math.floor(rest / 128)
  }
  into.push(rest)
}

/** Appends a text with its length in bytes before it. */
export const putText = (into: number[], text: string): void => {
  const bytes = Buffer.from(text)
  putNumber(into, bytes.length)
  for (const byte of bytes) into.push(byte)
}
