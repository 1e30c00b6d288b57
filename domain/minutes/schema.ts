import type { Extensions, Node } from '@tiptap/core'
import { TableKit } from '@tiptap/extension-table'
import StarterKit from '@tiptap/starter-kit'
import { z } from 'zod'
import { Conclusion, ConclusionAttributes } from './conclusion.ts'

/**
 * Names the schema below. An editor deletes what its schema does not know, so a writer of another build is answered
 * `outdated_client`: change this whenever a node, a mark, an attribute or a content rule changes (a test compares).
 */
export const minutesBuild = 'minutes-1'

/** The name of the one root of a section's document. */
export const minutesRoot = 'default'

/**
 * What a section may hold, shared by the editor and by the server's check of every update. No link, no image, no code:
 * nothing in the minutes can fetch or run anything. The client passes the conclusion node extended with its view.
 */
export const minutesExtensions = (conclusion: Node = Conclusion): Extensions => [
  StarterKit.configure({
    undoRedo: false,
    trailingNode: false,
    code: false,
    codeBlock: false,
    horizontalRule: false,
    link: false,
  }),
  TableKit.configure({ table: { resizable: false } }),
  conclusion,
]

const Span = z.int().min(1).max(100)

/** Which values an attribute of a node may have; `null` is never stored, an attribute left out has its default. */
export const attributeValues: Record<string, Record<string, z.ZodType>> = {
  heading: { level: z.int().min(1).max(6) },
  orderedList: { start: z.int().min(0).max(100_000), type: z.enum(['1', 'a', 'A', 'i', 'I']) },
  tableCell: {
    colspan: Span,
    rowspan: Span,
    colwidth: z.array(z.int().min(0).max(10_000)).max(100),
    align: z.enum(['left', 'center', 'right']),
  },
  tableHeader: {
    colspan: Span,
    rowspan: Span,
    colwidth: z.array(z.int().min(0).max(10_000)).max(100),
    align: z.enum(['left', 'center', 'right']),
  },
  conclusion: ConclusionAttributes.shape,
}
