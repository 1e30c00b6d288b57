import { drawFitting, type Mask } from './synthetic-lettering.ts'

/** A picture that is plainly alive and plainly this hall's: its name, large, over a light that wanders, in a colour of its own. */
export interface Picture {
  width: number
  height: number
  /** The frame so many seconds after the beginning, as I420. `level` from 0 to 1 lights the bar of who speaks. */
  frameAt(seconds: number, level: number): Uint8Array
}

const width = 320
const height = 180
const chroma = { width: width / 2, height: height / 2 }

/** `turn` chooses the colour; neighbours in a list of ten are told apart. */
export function drawPicture(name: string, subtitle: string, turn: number): Picture {
  const ground = new Uint8Array(width * height)
  for (let y = 0; y < height; y++) ground.fill(72 - Math.round((y / height) * 32), y * width, (y + 1) * width)
  stamp(ground, drawFitting(name, 46, width - 24), 62)
  stamp(ground, drawFitting(subtitle, 22, width - 24), 116)
  const angle = turn * 2.39996
  const [u, v] = [128 + Math.round(34 * Math.cos(angle)), 128 + Math.round(34 * Math.sin(angle))]

  return {
    width,
    height,
    frameAt(seconds, level) {
      const frame = new Uint8Array(width * height + 2 * chroma.width * chroma.height)
      frame.set(ground)
      frame.fill(u, width * height, width * height + chroma.width * chroma.height)
      frame.fill(v, width * height + chroma.width * chroma.height)
      light(frame, width / 2 + Math.sin(seconds * 0.9 + turn) * (width / 2 - 30), 32 + Math.sin(seconds * 1.7) * 10, 18)
      bar(frame, level)
      return frame
    },
  }
}

function stamp(luma: Uint8Array, mask: Mask, top: number): void {
  const left = Math.floor((width - mask.width) / 2)
  for (let y = 0; y < mask.height && top + y < height; y++)
    for (let x = 0; x < mask.width; x++) {
      const ink = mask.ink[y * mask.width + x] ?? 0
      const at = (top + y) * width + left + x
      luma[at] = Math.round((luma[at] ?? 0) + ((235 - (luma[at] ?? 0)) * ink) / 255)
    }
}

function light(luma: Uint8Array, centreX: number, centreY: number, radius: number): void {
  for (let y = Math.max(0, Math.floor(centreY - radius)); y < Math.min(height, centreY + radius); y++)
    for (let x = Math.max(0, Math.floor(centreX - radius)); x < Math.min(width, centreX + radius); x++) {
      const share = 1 - Math.hypot(x - centreX, y - centreY) / radius
      const at = y * width + x
      if (share > 0) luma[at] = Math.min(235, (luma[at] ?? 0) + Math.round(170 * Math.min(1, share * 2)))
    }
}

function bar(luma: Uint8Array, level: number): void {
  const length = Math.round(Math.min(1, level) * (width - 40))
  if (length > 0) for (let y = height - 18; y < height - 8; y++) luma.fill(220, y * width + 20, y * width + 20 + length)
}
