import { z } from 'zod'
import { Seq } from './http.ts'
import { Id, limits, text } from './values.ts'

/** PDFs shown to everybody in the room page by page: uploaded once, sent as pictures of the size a screen needs. */

export const presentationLimits = { bytes: 30 * 1024 * 1024, pages: 300 } as const

/** Longest side of a page's picture, in pixels. */
export const pageWidths = [640, 1280, 1920] as const
export type PageWidth = (typeof pageWidths)[number]

/** The fields beside the file in the form. */
export const PresentationFields = z.strictObject({ title: text(limits.title).optional(), itemId: Id.optional() })

export const PresentationAnswer = z
  .object({ id: Id, title: z.string(), pages: z.int(), itemId: Id.optional() })
  .meta({ id: 'Presentation' })
export type PresentationAnswer = z.infer<typeof PresentationAnswer>

export const PresentationsAnswer = z.object({ presentations: z.array(PresentationAnswer) })

export const PageParams = z.strictObject({ id: Id, page: Seq })
export const PageQuery = z.strictObject({
  width: z
    .enum(['640', '1280', '1920'])
    .default('1280')
    .transform((value): PageWidth => (value === '640' ? 640 : value === '1920' ? 1920 : 1280)),
})
