// Styles speak in meanings: no raw colour, length, layer, type size or time outside client/styles.
//
// Allowed beside the variables of client/styles:
// - 0, percentages, `fr`, and what is measured by the window or the type around it (`vw`, `dvh`, `cqi`, `em`, `ch`, …): proportions
// - plain numbers times a variable: `calc(var(--distance) * 24)`
// - breakpoints in `@media` and `@container`, where variables do not work
import { blocksOf, lineAt, runCheck, sourcesIn } from './sources.mjs'

const namedColours =
  'white|black|red|green|blue|yellow|orange|purple|pink|brown|gold|gr[ae]y|silver|navy|teal|maroon|crimson|(?:dark|light|dim)\\w+'
const rules = [
  { problem: 'a raw colour', pattern: /#[0-9a-f]{3,8}\b|\b(?:rgba?|hsla?|hwb|lab|lch|oklab|oklch|color)\(/i },
  {
    problem: 'a colour by its name',
    pattern: new RegExp(`(?<![-\\w(])(?:${namedColours})(?![-\\w(])`, 'i'),
    of: /color|fill|stroke|background|border|shadow|outline/,
  },
  { problem: 'a raw length', pattern: /(?<![-\w.])-?(?:\d*\.)?\d+(?:px|rem|pt|pc|cm|mm|in|q)\b/i, isZeroFine: true },
  { problem: 'a raw layer', pattern: /^(?!auto$|var\(--z-|calc\(var\(--z-)/, of: /^z-index$/ },
  { problem: 'a raw type size', pattern: /^(?:[a-z-]+|[\d.]+)$/, of: /^font-size$/, but: /^(?:inherit|unset)$/ },
  { problem: 'a raw weight', pattern: /^(?:\d+|bold|bolder|lighter)$/, of: /^font-weight$/ },
  { problem: 'a raw time', pattern: /(?<![-\w.])(?:\d*\.)?\d+m?s\b/, of: /^(?:transition|animation)/, isZeroFine: true },
]

/** The declarations of a style sheet with their place; what stands before a brace is a selector or a rule's head, not one of them. */
function* declarationsOf(css) {
  const blank = (match) => match.replace(/[^\n]/g, ' ')
  const text = css.replace(/\/\*[\s\S]*?\*\//g, blank).replace(/(["'])(?:\\.|(?!\1)[^\\\n])*\1/g, blank)
  let from = 0
  for (let at = 0; at <= text.length; at++) {
    if (at < text.length && !'{};'.includes(text[at])) continue
    const piece = text.slice(from, at)
    const colon = piece.indexOf(':')
    if (text[at] !== '{' && colon > 0 && !piece.trimStart().startsWith('@')) {
      const start = from + piece.length - piece.trimStart().length
      yield { property: piece.slice(0, colon).trim(), value: piece.slice(colon + 1).trim(), place: start }
    }
    from = at + 1
  }
}

function problemsOf(property, value) {
  return rules
    .filter(({ of }) => of === undefined || of.test(property) || property.startsWith('--'))
    .filter(({ of }) => !(property.startsWith('--') && of?.source.startsWith('^')))
    .flatMap(({ problem, pattern, but, isZeroFine }) => {
      const found = pattern.exec(value)
      if (found === null || but?.test(value) || (isZeroFine && Number.parseFloat(found[0]) === 0)) return []
      return [`${problem}: ${property}: ${value}`]
    })
}

const inSheet = (file, css, firstLine) =>
  [...declarationsOf(css)].flatMap(({ property, value, place }) =>
    problemsOf(property, value).map((problem) => ({ file, line: firstLine - 1 + lineAt(css, place), problem })),
  )

const drawn = new Set(['fill', 'stroke', 'color', 'stop-color'])

/** Colours and styles that a template writes itself. */
function inTemplate(file, node) {
  const own = (node.props ?? []).flatMap((prop) => {
    const isBound = prop.type === 7 && prop.name === 'bind'
    const name = isBound ? prop.arg?.content : prop.name
    const written = isBound
      ? [...(prop.exp?.content ?? '').matchAll(/(["'`])(.*?)\1/g)].map((one) => one[2])
      : [prop.value?.content]
    if (name !== 'style' && !drawn.has(name)) return []
    return written.flatMap((value) => {
      if (value === undefined) return []
      const pairs =
        name === 'style' && value.includes(':')
          ? [...declarationsOf(value)]
          : [{ property: name === 'style' ? 'color' : name, value }]
      return pairs
        .flatMap((pair) => problemsOf(pair.property, pair.value))
        .map((problem) => ({ file, line: prop.loc.start.line, problem }))
    })
  })
  return [...own, ...(node.children ?? []).flatMap((child) => inTemplate(file, child))]
}

/** Colours written in code. */
const inScript = (file, text, firstLine) =>
  [...text.matchAll(/(["'`])(#[0-9a-f]{3,8}|(?:rgba?|hsla?)\([^"'`]*)\1/gi)].map((match) => ({
    file,
    line: firstLine - 1 + lineAt(text, match.index),
    problem: `a raw colour: ${match[2]}`,
  }))

export async function rawStylesIn(folder) {
  const sources = await sourcesIn(folder, ['.vue', '.css', '.ts'])
  return sources
    .filter(({ name }) => !name.startsWith('styles/'))
    .flatMap((source) => {
      const { name, text } = source
      if (name.endsWith('.css')) return inSheet(name, text, 1)
      if (name.endsWith('.ts')) return inScript(name, text, 1)
      const { styles, scripts, template } = blocksOf(source)
      return [
        ...styles.flatMap((one) => inSheet(name, one.text, one.line)),
        ...scripts.flatMap((one) => inScript(name, one.text, one.line)),
        ...(template ? inTemplate(name, template) : []),
      ]
    })
}

await runCheck(import.meta.url, rawStylesIn)
