import type { NamePlace, Place } from './places.ts'

/** A picture as it is to stand on paper. */
export interface Picture {
  widthPt: number
  heightPt: number
}

const pointsPerMm = 72 / 25.4
/** What a provincial committee's seal measures, where its picture does not say. */
const sealMm = 40
const signatureMm = { width: 50, height: 24 }

/** The most that a handwritten signature takes. */
export const signatureRoom: Picture = { widthPt: signatureMm.width * pointsPerMm, heightPt: signatureMm.height * pointsPerMm }

/** Width and height in pixels, and how many of them a metre has where the file says so. */
function sizeOf(png: Buffer): { width: number; height: number; perMetre?: number } {
  if (png.subarray(1, 4).toString('latin1') !== 'PNG') throw new Error('not a PNG picture')
  const at = png.indexOf('pHYs')
  const isMetre = at > 0 && png[at + 12] === 1
  return {
    width: png.readUInt32BE(16),
    height: png.readUInt32BE(20),
    perMetre: isMetre ? png.readUInt32BE(at + 4) : undefined,
  }
}

/** A seal in its real size. */
export function sealPicture(png: Buffer): Picture {
  const { width, height, perMetre } = sizeOf(png)
  const perPt = perMetre === undefined ? width / (sealMm * pointsPerMm) : perMetre / 1000 / pointsPerMm
  return { widthPt: width / perPt, heightPt: height / perPt }
}

/** A handwritten signature, as large as its room allows. */
export function signaturePicture(png: Buffer): Picture {
  const { width, height } = sizeOf(png)
  const scale = Math.min(signatureRoom.widthPt / width, signatureRoom.heightPt / height)
  return { widthPt: width * scale, heightPt: height * scale }
}

/** A person's signature stands in the middle between office and name. */
export function overName(place: NamePlace, { widthPt: width, heightPt }: Picture): Place {
  const height = Math.min(heightPt, place.top - place.bottom)
  const scaled = width * (height / heightPt)
  const middle = (place.top + place.bottom) / 2
  return { page: place.page, x: place.centre - scaled / 2, y: middle - height / 2, width: scaled, height }
}

/** The seal covers a third of the person's signature, on its left. */
export function onSignature(signature: Place, { widthPt: width, heightPt: height }: Picture): Place {
  const right = signature.x + signature.width / 3
  const middle = signature.y + signature.height / 2
  return { page: signature.page, x: right - width, y: middle - height / 2, width, height }
}
