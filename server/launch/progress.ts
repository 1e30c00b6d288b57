/**
 * Runs one step of the start. `say` is called when the step takes longer than a second, and again when it is done; a quick
 * step stays silent.
 */
export type Progress = <T>(step: string, work: () => Promise<T>) => Promise<T>

export function progressTo(say: (line: string) => void): Progress {
  return async (step, work) => {
    const startedAt = performance.now()
    let isSaid = false
    const timer = setTimeout(() => {
      isSaid = true
      say(`${step}…`)
    }, 1000)
    try {
      const result = await work()
      if (isSaid) say(`${step}: done in ${((performance.now() - startedAt) / 1000).toFixed(1)} s`)
      return result
    } finally {
      clearTimeout(timer)
    }
  }
}

/** For tests and benchmarks. */
export const silently: Progress = (_step, work) => work()
