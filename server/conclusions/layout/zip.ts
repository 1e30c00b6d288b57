const localHeader = 0x04034b50
const centralHeader = 0x02014b50
const endOfDirectory = 0x06054b50

/** Date and time as ZIP files keep them, in UTC: two seconds are the smallest step. */
const dosTime = (at: string): number => {
  const time = new Date(at)
  const date = ((Math.max(1980, time.getUTCFullYear()) - 1980) << 9) | ((time.getUTCMonth() + 1) << 5) | time.getUTCDate()
  return date * 65_536 + ((time.getUTCHours() << 11) | (time.getUTCMinutes() << 5) | (time.getUTCSeconds() >> 1))
}

/** The same archive with one time on all entries: without this, two runs would differ in nothing but the clock. */
export const withFixedTimes = (archive: Buffer, at: string): Buffer => {
  const zip = Buffer.from(archive)
  const time = dosTime(at)
  let end = zip.length - 22
  while (end >= 0 && zip.readUInt32LE(end) !== endOfDirectory) end--
  if (end < 0) throw new Error('not a ZIP archive')
  let entry = zip.readUInt32LE(end + 16)
  for (let count = zip.readUInt16LE(end + 10); count > 0; count--) {
    if (zip.readUInt32LE(entry) !== centralHeader) throw new Error('a damaged ZIP archive')
    zip.writeUInt32LE(time, entry + 12)
    const local = zip.readUInt32LE(entry + 42)
    if (zip.readUInt32LE(local) !== localHeader) throw new Error('a damaged ZIP archive')
    zip.writeUInt32LE(time, local + 10)
    entry += 46 + zip.readUInt16LE(entry + 28) + zip.readUInt16LE(entry + 30) + zip.readUInt16LE(entry + 32)
  }
  return zip
}
