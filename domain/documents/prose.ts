import { z } from 'zod'
import { cleanText } from './description.ts'
import type { Block, Paragraph, ParagraphStyle, Run } from './description.ts'
import { pointLetters } from './nd30-2020.ts'

/** The words of a minutes section (ProseMirror JSON) as blocks of a document: paragraphs, lists, tables, bold and italic. */

interface ProseNode {
  type: string
  text?: string
  attrs?: Record<string, unknown>
  marks?: { type: string }[]
  content?: ProseNode[]
}

export const ProseNode: z.ZodType<ProseNode> = z.lazy(() =>
  z.object({
    type: z.string(),
    text: z.string().optional(),
    attrs: z.record(z.string(), z.unknown()).optional(),
    marks: z.array(z.object({ type: z.string() })).optional(),
    content: z.array(ProseNode).optional(),
  }),
)

const has = (node: ProseNode, mark: string): boolean => node.marks?.some((one) => one.type === mark) === true

const runOf = (node: ProseNode): Run => ({
  text: cleanText(node.text ?? '').replace(/\s+/g, ' '),
  ...(has(node, 'bold') ? { bold: true } : {}),
  ...(has(node, 'italic') ? { italic: true } : {}),
})

/** The lines of a text block; a hard break begins a new one. Empty lines are dropped. */
const linesOf = (node: ProseNode): Run[][] => {
  const lines: Run[][] = [[]]
  for (const child of node.content ?? []) {
    if (child.type === 'hardBreak') lines.push([])
    else lines.at(-1)?.push(runOf(child))
  }
  return lines.filter((line) => line.some((run) => run.text.trim() !== ''))
}

const paragraphs = (node: ProseNode, style: ParagraphStyle, more: Partial<Run> = {}): Paragraph[] =>
  linesOf(node).map((runs) => ({ type: 'paragraph', style, runs: runs.map((run) => ({ ...run, ...more })) }))

const labelOf = (list: ProseNode, at: number): string => {
  if (list.type !== 'orderedList') return '-'
  const start = typeof list.attrs?.start === 'number' ? list.attrs.start : 1
  const number = start + at
  const isLettered = list.attrs?.type === 'a' || list.attrs?.type === 'A'
  return isLettered ? `${pointLetters[(number - 1) % pointLetters.length] ?? ''})` : `${number}.`
}

/** The label stands in the text, as the decree's own lists do; what else an item holds follows it. */
const listBlocks = (list: ProseNode): Block[] =>
  (list.content ?? []).flatMap((item, at) => {
    const blocks = (item.content ?? []).flatMap(blocksOfNode)
    const [first, ...rest] = blocks
    const label: Run = { text: `${labelOf(list, at)} ` }
    if (first?.type !== 'paragraph') return blocks
    return [{ ...first, runs: [label, ...first.runs] }, ...rest]
  })

const textOf = (node: ProseNode): string =>
  node.text !== undefined
    ? node.text
    : (node.content ?? []).map(textOf).join(node.type === 'tableCell' || node.type === 'tableHeader' ? ' ' : '')

const cellText = (cell: ProseNode): string => cleanText(textOf(cell)).replace(/\s+/g, ' ').trim()

/** A cell that spans columns leaves the ones it covers empty, so every row has as many. */
const rowTexts = (row: ProseNode): string[] =>
  (row.content ?? []).flatMap((cell) => {
    const span = typeof cell.attrs?.colspan === 'number' ? Math.min(Math.max(1, cell.attrs.colspan), 100) : 1
    return [cellText(cell), ...Array.from({ length: span - 1 }, () => '')]
  })

const tableBlock = (table: ProseNode): Block[] => {
  const rows = table.content ?? []
  const texts = rows.map(rowTexts)
  const width = Math.max(0, ...texts.map((row) => row.length))
  if (width === 0) return []
  const isHead = rows[0]?.content?.every((cell) => cell.type === 'tableHeader') === true
  const head = isHead ? (texts[0] ?? []) : []
  return [
    {
      type: 'table',
      columns: Array.from({ length: width }, (_, at) => ({ title: head[at] ?? '', share: 1 / width, align: 'left' as const })),
      rows: (isHead ? texts.slice(1) : texts).map((row) => Array.from({ length: width }, (_, at) => row[at] ?? '')),
    },
  ]
}

function blocksOfNode(node: ProseNode): Block[] {
  switch (node.type) {
    case 'paragraph':
      return paragraphs(node, 'body')
    case 'heading':
      return paragraphs(node, 'clauseTitled').map((one) => ({ ...one, keepWithNext: true }))
    case 'blockquote':
      return (node.content ?? []).flatMap((child) => paragraphs(child, 'body', { italic: true }))
    case 'bulletList':
    case 'orderedList':
      return listBlocks(node)
    case 'table':
      return tableBlock(node)
    // Conclusions are facts of the log; the block in the text is only where they were written.
    case 'conclusion':
      return []
    default:
      return (node.content ?? []).flatMap(blocksOfNode)
  }
}

/** What a section says, as blocks; what is no such document says nothing. */
export const proseBlocks = (doc: unknown): Block[] => {
  const parsed = ProseNode.safeParse(doc)
  return parsed.success ? blocksOfNode(parsed.data) : []
}
