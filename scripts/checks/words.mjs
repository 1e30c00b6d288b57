// Everything that people read stands in client/i18n, in both languages: no text in a template, no sentence in code.
import ts from 'typescript'
import { blocksOf, lineAt, runCheck, sourcesIn } from './sources.mjs'

/** Words that the product reads and never shows: what people type as a date. */
const readNotShown = new Set(['room/minutes/natural-dates.ts'])

/** Attributes and properties whose text reaches people's eyes or ears. */
const shown =
  /^(?:title|alt|placeholder|label|hint|description|consequence|text|error|reason|summary|aria-(?:label|description|roledescription|valuetext|placeholder))$/

const hasLetter = (text) => /\p{L}/u.test(text)
const isVietnamese = (text) => /[À-ỹđĐ]/u.test(text.normalize('NFC'))
/** Two words, a capital or a mark: what no key, class or event name has. */
const isSentence = (text) => isVietnamese(text) || /\p{L} \p{L}/u.test(text) || /^\p{Lu}\p{Ll}+$/u.test(text)

const literals = (expression) => [...expression.matchAll(/(["'`])((?:\\.|(?!\1)[^\\])*)\1/g)].map((match) => match[2])

function inTemplate(file, node) {
  const found = []
  const add = (line, words) => found.push({ file, line, problem: `words outside the message files: ${words.trim()}` })
  if (node.type === 2 && hasLetter(node.content)) add(node.loc.start.line, node.content)
  if (node.type === 5) for (const words of literals(node.content.content)) if (isSentence(words)) add(node.loc.start.line, words)
  for (const prop of node.props ?? []) {
    if (prop.type === 6 && shown.test(prop.name) && hasLetter(prop.value?.content ?? ''))
      add(prop.loc.start.line, prop.value.content)
    if (prop.type === 7 && prop.name === 'bind' && shown.test(prop.arg?.content ?? ''))
      for (const words of literals(prop.exp?.content ?? '')) if (isSentence(words)) add(prop.loc.start.line, words)
  }
  return [...found, ...(node.children ?? []).flatMap((child) => inTemplate(file, child))]
}

/** Vietnamese in a literal of code, and whatever a toast is given as a literal. */
function inScript(file, text, firstLine) {
  const found = []
  const add = (node, words) => {
    const place = node.getStart(source)
    found.push({ file, line: firstLine - 1 + lineAt(text, place), problem: `words outside the message files: ${words}` })
  }
  const source = ts.createSourceFile(file, text, ts.ScriptTarget.Latest, true)
  const isLiteral = (node) => ts.isStringLiteral(node) || ts.isNoSubstitutionTemplateLiteral(node)
  const visit = (node) => {
    const isText = isLiteral(node) || node.kind === ts.SyntaxKind.TemplateHead || ts.isTemplateMiddleOrTemplateTail(node)
    if (isText && isVietnamese(node.text)) add(node, node.text)
    if (ts.isCallExpression(node) && node.expression.getText(source).startsWith('toasts.'))
      for (const given of node.arguments) if (isLiteral(given) && !isVietnamese(given.text)) add(given, given.text)
    ts.forEachChild(node, visit)
  }
  visit(source)
  return found
}

export async function strayWordsIn(folder) {
  const sources = await sourcesIn(folder, ['.vue', '.ts'])
  return sources
    .filter(({ name }) => !name.startsWith('i18n/') && !readNotShown.has(name))
    .flatMap((source) => {
      const { name, text } = source
      if (name.endsWith('.ts')) return inScript(name, text, 1)
      const { scripts, template } = blocksOf(source)
      return [...scripts.flatMap((one) => inScript(name, one.text, one.line)), ...(template ? inTemplate(name, template) : [])]
    })
}

await runCheck(import.meta.url, strayWordsIn)
