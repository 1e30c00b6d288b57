/**
 * Notices silence on a line. Every `everyMs` it asks for a sign of life; when nothing at all was heard for `silentMs` the
 * line is given up. A tab whose timers were held back asks first and judges later: the silence was its own.
 */
export interface Heartbeat {
  heard(): void
  stop(): void
}

const everyMs = 3000
const silentMs = 8000

export function startHeartbeat(ask: () => void, giveUp: () => void): Heartbeat {
  let lastHeard = performance.now()
  let lastTick = lastHeard
  let lastAsked = 0
  const timer = setInterval(() => {
    const time = performance.now()
    const wasHeldBack = time - lastTick > 2500
    lastTick = time
    if (wasHeldBack) lastHeard = Math.max(lastHeard, time - everyMs)
    if (time - lastHeard > silentMs) {
      giveUp()
      return
    }
    if (time - lastHeard > everyMs / 2 && time - lastAsked > everyMs) {
      lastAsked = time
      ask()
    }
  }, 500)
  return {
    heard() {
      lastHeard = performance.now()
    },
    stop() {
      clearInterval(timer)
    },
  }
}
