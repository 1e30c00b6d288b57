import type { PendingQuery, Row, Sql, TransactionSql } from 'postgres'

/**
 * The day it is in Viet Nam, for a query: a unit lives to the end of its last day there, and the day of the database's own clock
 * is another one until seven in the morning.
 */
export const today = (sql: Sql | TransactionSql): PendingQuery<Row[]> => sql`(now() at time zone 'Asia/Ho_Chi_Minh')::date`
