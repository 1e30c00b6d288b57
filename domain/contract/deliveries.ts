import { z } from 'zod'
import { Id } from './values.ts'

/** Who was sent an issued document, and what became of it there. */

/** `product`: it stands in the unit's room; `email`: to the unit's address, where the server sends e-mail. */
export const DeliveryChannel = z.enum(['product', 'email'])
export type DeliveryChannel = z.infer<typeof DeliveryChannel>

const Moment = z.iso.datetime()

export const Delivery = z
  .object({
    unitId: Id,
    unitName: z.string(),
    channel: DeliveryChannel,
    /** Where an e-mail goes to. */
    address: z.string().optional(),
    sentAt: Moment.optional(),
    /** What the mail server said, while it was not sent. */
    problem: z.string().optional(),
    /** Nothing more is tried. */
    isGivenUp: z.boolean(),
    openedAt: Moment.optional(),
    acknowledgedAt: Moment.optional(),
  })
  .meta({ id: 'Delivery' })
export type Delivery = z.infer<typeof Delivery>

export const DeliveriesAnswer = z.object({ deliveries: z.array(Delivery) })
