import { Node } from '@tiptap/core'
import { z } from 'zod'

/**
 * A conclusion as a block of the minutes: its wording is the block's text, the rest are attributes, last writer wins per
 * attribute. It is a draft only: once `conclusion.propose` names its `conclusionId`, the log's text and state are the truth
 * and the block is drawn from there, so it carries no state of its own. Empty attributes and an empty text are valid, so a
 * half-filled block is never deleted by an editor.
 *
 * A pasted or duplicated block needs a fresh `conclusionId`; whoever inserts one makes it whole, in one transaction.
 */
const IdOrEmpty = z.union([z.literal(''), z.uuid()])

export const ConclusionAttributes = z.strictObject({
  conclusionId: IdOrEmpty,
  leadUnitId: IdOrEmpty,
  coordinatingUnitIds: z.array(z.uuid()).max(500),
  dueDate: z.union([z.literal(''), z.iso.date()]),
  product: z.string().max(2000),
})
export type ConclusionAttributes = z.infer<typeof ConclusionAttributes>

export const emptyConclusion: ConclusionAttributes = {
  conclusionId: '',
  leadUnitId: '',
  coordinatingUnitIds: [],
  dueDate: '',
  product: '',
}

interface Tag {
  getAttribute(name: string): string | null
}

const textAttribute = (name: keyof ConclusionAttributes, html: string) => ({
  default: emptyConclusion[name],
  parseHTML: (tag: Tag) => tag.getAttribute(html) ?? '',
  renderHTML: (attributes: Record<string, unknown>) => {
    const value = attributes[name]
    return typeof value === 'string' && value !== '' ? { [html]: value } : {}
  },
})

/** The bare node; the client extends it with its view. */
export const Conclusion = Node.create({
  name: 'conclusion',
  group: 'block',
  content: 'inline*',
  defining: true,

  addAttributes() {
    return {
      conclusionId: textAttribute('conclusionId', 'data-conclusion-id'),
      leadUnitId: textAttribute('leadUnitId', 'data-lead-unit-id'),
      coordinatingUnitIds: {
        default: emptyConclusion.coordinatingUnitIds,
        parseHTML: (tag: Tag) => (tag.getAttribute('data-coordinating-unit-ids') ?? '').split(' ').filter((id) => id !== ''),
        renderHTML: (attributes: Record<string, unknown>) => {
          const ids = attributes.coordinatingUnitIds
          return Array.isArray(ids) && ids.length > 0 ? { 'data-coordinating-unit-ids': ids.join(' ') } : {}
        },
      },
      dueDate: textAttribute('dueDate', 'data-due-date'),
      product: textAttribute('product', 'data-product'),
    }
  },

  parseHTML: () => [{ tag: 'section[data-conclusion]' }],
  renderHTML: ({ HTMLAttributes }) => ['section', { ...HTMLAttributes, 'data-conclusion': '' }, 0],
})
