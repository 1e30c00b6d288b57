/** A unit by the names it may be called. */
export interface NamedUnit {
  id: string
  names: string[]
}

/**
 * The unit that a text puts in charge: the one named right before "chủ trì", else the first one named; of two names at one
 * place the longer. Undefined when it names none.
 */
export function unitNamedIn(text: string, units: readonly NamedUnit[]): string | undefined {
  const words = text.normalize('NFC').toLowerCase()
  const found = units.flatMap(({ id, names }) =>
    names
      .map((name) => name.normalize('NFC').toLowerCase())
      .filter((name) => name !== '')
      .flatMap((name) => placesOf(words, name).map((at) => ({ id, at, end: at + name.length }))),
  )
  const leads = found.filter(({ end }) => inCharge.test(words.slice(end)))
  const [first] = (leads.length > 0 ? leads : found).toSorted((one, other) => one.at - other.at || other.end - one.end)
  return first?.id
}

const inCharge = /^,?\s+(?:làm\s+)?(?:đơn vị\s+)?chủ trì(?!\p{L})/u

/** Where a name stands as words of its own. */
function placesOf(words: string, name: string): number[] {
  const places: number[] = []
  for (let at = words.indexOf(name); at >= 0; at = words.indexOf(name, at + 1)) {
    const isWord = !/[\p{L}\p{N}]/u.test(words.charAt(at - 1)) && !/[\p{L}\p{N}]/u.test(words.charAt(at + name.length))
    if (isWord) places.push(at)
  }
  return places
}
