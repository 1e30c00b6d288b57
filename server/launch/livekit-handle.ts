import { setTimeout as wait } from 'node:timers/promises'

export type LiveKitState = 'starting' | 'ready' | 'away'

export interface LiveKitHandle {
  readonly state: LiveKitState
  /** While away: one sentence for the operator. */
  readonly why?: string
  /** For browsers, ws: or wss: */
  readonly url: string
  /** `url` for a browser that reached us under this host name; differs when we listen on every address. */
  urlFor(hostname?: string): string
  /** It is one of ours beside this process: whoever reaches us reaches it, without STUN or TURN. */
  readonly isDirect: boolean
  /** For this process, http: or https: */
  readonly httpUrl: string
  readonly apiKey: string
  readonly apiSecret: string
  readonly version?: string
  /** Is told every change; gives back how to stop listening. */
  onState(listener: (state: LiveKitState, why?: string) => void): () => void
  stop(): Promise<void>
}

/** What a handle shows, as its keeper changes it. */
export interface LiveKitFacts {
  url: string
  httpUrl: string
  apiKey: string
  apiSecret: string
  version?: string
  urlFor?: (hostname?: string) => string
  isDirect?: boolean
}

export interface LiveKitKeeper {
  handle: LiveKitHandle
  facts: LiveKitFacts
  tell(state: LiveKitState, why?: string): void
  /** aborted by `stop()` */
  signal: AbortSignal
}

const ASK_OFTEN_MS = 150
const ASK_MS = 2_000
const ANSWER_PATIENCE_MS = 2_000

/** A handle in the state `starting`. `beforeStopped` ends what stands behind it. */
export function keepHandle(facts: LiveKitFacts, beforeStopped: () => Promise<void> = () => Promise.resolve()): LiveKitKeeper {
  const listeners = new Set<(state: LiveKitState, why?: string) => void>()
  const stopping = new AbortController()
  let now: { state: LiveKitState; why?: string } = { state: 'starting' }
  let stopped: Promise<void> | undefined
  const handle: LiveKitHandle = {
    get state() {
      return now.state
    },
    get why() {
      return now.why
    },
    get url() {
      return facts.url
    },
    get httpUrl() {
      return facts.httpUrl
    },
    get apiKey() {
      return facts.apiKey
    },
    get apiSecret() {
      return facts.apiSecret
    },
    get version() {
      return facts.version
    },
    urlFor: (hostname) => facts.urlFor?.(hostname) ?? facts.url,
    get isDirect() {
      return facts.isDirect === true
    },
    onState(listener) {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
    stop() {
      stopping.abort()
      return (stopped ??= beforeStopped())
    },
  }
  const tell = (state: LiveKitState, why?: string) => {
    if (stopping.signal.aborted || (now.state === state && now.why === why)) return
    now = { state, why }
    for (const listener of listeners) listener(state, why)
  }
  return { handle, facts, tell, signal: stopping.signal }
}

/**
 * Asks the server again and again until the signal: `report(true)` with its first answer, `report(false)` when it fails twice
 * running, each only on a change.
 */
export async function watchHealth(address: () => string, signal: AbortSignal, report: (isWell: boolean) => void): Promise<void> {
  let failures = 0
  let last: boolean | undefined
  const begun = performance.now()
  while (!signal.aborted) {
    failures = (await answers(address(), signal)) ? 0 : failures + 1
    if (signal.aborted) return
    const isWell = failures === 0 ? true : failures >= 2 ? false : last
    // While it is starting no answer is no news yet.
    const isEarly = last === undefined && isWell === false && performance.now() - begun < 5_000
    if (isWell !== undefined && isWell !== last && !isEarly) {
      last = isWell
      report(isWell)
    }
    await pause(last === true ? ASK_MS : ASK_OFTEN_MS, signal)
  }
}

async function answers(address: string, signal: AbortSignal): Promise<boolean> {
  try {
    const answer = await fetch(address, { signal: AbortSignal.any([signal, AbortSignal.timeout(ANSWER_PATIENCE_MS)]) })
    await answer.body?.cancel()
    return answer.ok
  } catch {
    // Not there, or not in time: that is the answer.
    return false
  }
}

/** Waits, or returns early when the signal comes; keeps no process alive. */
export async function pause(ms: number, signal: AbortSignal): Promise<void> {
  await wait(ms, undefined, { signal, ref: false }).catch(() => undefined)
}
