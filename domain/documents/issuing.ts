import type { Signature } from './description.ts'

/** Who issues a document and how that body writes its name, symbol and place; composed from the units, kept as data. */
export interface IssuingBody {
  /** The name that the number series, the verify page and the file's properties carry: `Ủy ban nhân dân tỉnh Kon Tum`. */
  name: string
  /** `UBND` in `12/TB-UBND`. */
  symbol: string
  /** Where the body sits: `Kon Tum`. */
  place: string
  /** Lines of the header's left side. */
  parentBody: string[]
  issuingBody: string[]
  /** The body as sentences name it without its place: `Ủy ban nhân dân tỉnh`. */
  shortName: string
  officeName: string
}

export interface CommitteeUnit {
  name: string
  symbol?: string | null
  placeName?: string | null
}

const committeeName = /^Ủy ban nhân dân\s+(tỉnh|thành phố|huyện|thị xã|quận|xã|phường|thị trấn|đặc khu)\s+(.+)$/iu

/**
 * The committee as issuing body: `ỦY BAN NHÂN DÂN` over `TỈNH KON TUM`, symbol and place from the unit. A committee with an
 * unusual name stands on one line.
 */
export const committeeAsIssuer = (unit: CommitteeUnit): IssuingBody => {
  const name = unit.name.normalize('NFC').trim()
  const [, level, place] = committeeName.exec(name) ?? []
  const shortName = level === undefined ? name : `Ủy ban nhân dân ${level}`
  return {
    name,
    symbol: unit.symbol ?? 'UBND',
    place: unit.placeName ?? place ?? name,
    parentBody: [],
    issuingBody:
      level === undefined || place === undefined ? [name.toUpperCase()] : ['ỦY BAN NHÂN DÂN', `${level} ${place}`.toUpperCase()],
    shortName,
    officeName: `Văn phòng ${shortName}`,
  }
}

/** Room for the clerk's hand, where no number was given yet. */
export const openNumber = '     '

/** `05/TB-UBND`: numbers below 10 take a leading zero. */
export const notationOf = (number: number, type: string, symbol: string): string =>
  `${String(number).padStart(2, '0')}/${type}-${symbol}`

/** Office titles stand in capitals and without the body's name: `Chánh Văn phòng UBND tỉnh` → `CHÁNH VĂN PHÒNG`. */
const officeOf = (title: string): string =>
  title
    .normalize('NFC')
    .replace(/\s+(UBND|Ủy ban nhân dân)\b.*$/iu, '')
    .trim()
    .toUpperCase()

/** The signature of the head of the Office by order of the Chairman; a deputy signs for the head. */
export const byOrderOfChairman = (signer: { name: string; title: string }): Signature => {
  const office = officeOf(signer.title)
  return {
    authority: office.startsWith('PHÓ ') ? ['TL. CHỦ TỊCH', `KT. ${office.slice(4)}`, office] : ['TL. CHỦ TỊCH', office],
    name: signer.name.normalize('NFC'),
  }
}

/** The signature of the Chairman, or of a Vice-Chairman for the Chairman, on behalf of the committee. */
export const onBehalfOfCommittee = (signer: { name: string; title: string }): Signature => {
  const office = officeOf(signer.title)
  return {
    authority: office.startsWith('PHÓ ')
      ? ['TM. ỦY BAN NHÂN DÂN', `KT. ${office.slice(4)}`, office]
      : ['TM. ỦY BAN NHÂN DÂN', office],
    name: signer.name.normalize('NFC'),
  }
}
