import { Worker } from 'node:worker_threads'
import type { DocumentDescription } from '#domain/documents/description.ts'
import type { DocumentFormat, RenderAnswer, RenderTask } from './render-worker.ts'

export interface DocumentRenderer {
  /** The document in one format; rejects when the description cannot be drawn or the time is up. */
  renderDocument: (description: DocumentDescription, format: DocumentFormat) => Promise<Buffer>
  /** Refuses what still waits and ends the thread. */
  close: () => Promise<void>
}

interface Waiting {
  task: RenderTask
  resolve: (bytes: Buffer) => void
  reject: (error: Error) => void
}

const timeLimitMs = 30_000

/** From the sources the thread runs as TypeScript too; in the built server it is the file `render-worker.js` beside the bundle. */
const startWorker = (): Worker =>
  import.meta.url.endsWith('.ts')
    ? new Worker(new URL('./render-worker-source.mjs', import.meta.url), { execArgv: [] })
    : new Worker(new URL('./render-worker.js', import.meta.url))

/**
 * Draws documents off the event loop: one warm thread takes one task at a time. A thread that dies, or that takes longer than the
 * limit, fails the task in hand only; the next task gets a new thread. An idle thread does not keep the process alive.
 */
export function createDocumentRenderer(limitMs = timeLimitMs): DocumentRenderer {
  const queue: Waiting[] = []
  let worker: Worker | undefined
  let current: { job: Waiting; timer: NodeJS.Timeout } | undefined
  let isClosed = false

  const settle = (outcome: (job: Waiting) => void): void => {
    if (current === undefined) return
    const { job, timer } = current
    clearTimeout(timer)
    current = undefined
    worker?.unref()
    outcome(job)
    next()
  }

  const discard = (dead: Worker, error: Error): void => {
    if (worker !== dead) return
    worker = undefined
    settle((job) => job.reject(error))
  }

  const spawn = (): Worker => {
    const started = startWorker()
    started.on('message', (result: RenderAnswer) => {
      settle((job) => {
        if ('bytes' in result) job.resolve(Buffer.from(result.bytes))
        else job.reject(new Error(result.error))
      })
    })
    started.on('error', (error: Error) => discard(started, error))
    started.on('exit', (code) => discard(started, new Error(`the rendering thread ended with ${code}`)))
    return started
  }

  const next = (): void => {
    if (current !== undefined || isClosed) return
    const job = queue.shift()
    if (job === undefined) return
    worker ??= spawn()
    worker.ref()
    const busy = worker
    const timer = setTimeout(() => {
      discard(busy, new Error(`the document took longer than ${limitMs} ms`))
      void busy.terminate()
    }, limitMs)
    current = { job, timer }
    busy.postMessage(job.task)
  }

  return {
    renderDocument: (description, format) =>
      new Promise((resolve, reject) => {
        if (isClosed) {
          reject(new Error('the renderer is closed'))
          return
        }
        queue.push({ task: { format, description }, resolve, reject })
        next()
      }),
    close: async () => {
      isClosed = true
      const ending = worker
      worker = undefined
      const refused = new Error('the renderer is closed')
      for (const job of queue.splice(0)) job.reject(refused)
      settle((job) => job.reject(refused))
      await ending?.terminate()
    },
  }
}
