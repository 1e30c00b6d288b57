import { z } from 'zod'

/** The parts of a document that stand open until its issue, and may be filled in after it was signed. */
export const OpenPart = z.enum(['number', 'date', 'verification'])
export type OpenPart = z.infer<typeof OpenPart>

/** Where an open part has its room: in points from the upper left corner of its page; 0 is the first page. */
export const OpenPlaces = z.array(
  z
    .object({ name: OpenPart, page: z.int(), x: z.number(), y: z.number(), width: z.number(), height: z.number() })
    .transform((place) => ({ ...place, page: place.page - 1 })),
)
export type OpenPlaces = z.infer<typeof OpenPlaces>
