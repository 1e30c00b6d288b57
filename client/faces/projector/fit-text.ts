/** A size that lets a text of this length stand on the wall whole. */
export type WallSize = 'size-xl' | 'size-2xl' | 'size-3xl' | 'size-4xl'

export function wallSize(text: string): WallSize {
  if (text.length <= 28) return 'size-4xl'
  if (text.length <= 80) return 'size-3xl'
  return text.length <= 170 ? 'size-2xl' : 'size-xl'
}
