import type { Sql, TransactionSql } from 'postgres'
import type { z } from 'zod'

/** A kind of work that outlives the process: its name in the queue and the shape of what it is given. */
export interface Job<T> {
  readonly name: string
  readonly payload: z.ZodType<T>
  /** How often it is tried before it is given up, with waits that grow from seconds to hours. */
  readonly attempts: number
}

export function defineJob<T>(name: string, payload: z.ZodType<T>, { attempts = 25 } = {}): Job<T> {
  return { name, payload, attempts }
}

export interface EnqueueOptions {
  /** A second job with the same key takes the place of one that still waits. */
  key?: string
  runAt?: Date
}

/**
 * Puts work into the queue in the caller's transaction: it runs if that commits, and was never there if it does not. It is done
 * at least once; a process that dies in the middle leaves it to the next, so a handler must be safe to run twice.
 */
export async function enqueue<T>(
  tx: Sql | TransactionSql,
  job: Job<T>,
  payload: NoInfer<T>,
  { key, runAt }: EnqueueOptions = {},
): Promise<void> {
  await tx`
    select from graphile_worker.add_job(${job.name}, ${JSON.stringify(payload)}::text::json, job_key => ${key ?? null},
      run_at => ${runAt?.toISOString() ?? null}, max_attempts => ${job.attempts})`
}
