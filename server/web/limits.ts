import { RateLimiterMemory, RateLimiterRes } from 'rate-limiter-flexible'

/** Counts per key within a window that begins at the key's first count. Kept in memory: a restart forgives. */
export interface Limit {
  /** Counts `points` for the key and answers the seconds to wait; 0 means go on. What is over the limit is counted too. */
  take: (key: string, points?: number) => Promise<number>
  /** Seconds to wait as things stand, without counting; 0 means go on. */
  wait: (key: string) => Promise<number>
  /** Gives counts back, for what turned out to be no failure. */
  giveBack: (key: string, points?: number) => Promise<void>
}

const seconds = (milliseconds: number): number => Math.max(1, Math.ceil(milliseconds / 1000))

export function createLimit(options: { points: number; seconds: number }): Limit {
  const limiter = new RateLimiterMemory({ points: options.points, duration: options.seconds })
  return {
    take: async (key, points = 1) => {
      try {
        await limiter.consume(key, points)
        return 0
      } catch (error) {
        if (error instanceof RateLimiterRes) return seconds(error.msBeforeNext)
        throw error
      }
    },
    wait: async (key) => {
      const now = await limiter.get(key)
      return now !== null && now.consumedPoints >= options.points ? seconds(now.msBeforeNext) : 0
    },
    giveBack: async (key, points = 1) => {
      await limiter.reward(key, points)
    },
  }
}
