import { customType, timestamp } from 'drizzle-orm/pg-core'

/** Bytes, as Node's Buffer. */
export const bytea = customType<{ data: Buffer }>({ dataType: () => 'bytea' })

/** A moment with its zone, to the millisecond: what is on the wire is exactly what is stored. */
export const moment = (name: string) => timestamp(name, { withTimezone: true, precision: 3 })
