import { keepHandle, watchHealth, type LiveKitFacts, type LiveKitHandle } from './livekit-handle.ts'
import { runLocalLiveKit, type LiveKitOptions } from './livekit-process.ts'

/**
 * Gives a handle at once; the server behind it is found, built or reached meanwhile and its state changes to `ready`. Never
 * throws for a missing server: then the handle stays `away` and says why.
 */
export async function findLiveKit(options: LiveKitOptions): Promise<LiveKitHandle> {
  const { livekit } = options.settings
  if (livekit.mode === 'local') return runLocalLiveKit(options)
  const keeper = keepHandle({ url: '', httpUrl: '', apiKey: '', apiSecret: '' })
  if (livekit.mode === 'off') {
    keeper.tell('away', 'Video is switched off (LIVEKIT_URL=off).')
    return keeper.handle
  }
  Object.assign(keeper.facts, {
    url: livekit.url.replace(/^http/, 'ws'),
    httpUrl: livekit.apiUrl ?? livekit.url.replace(/^ws/, 'http'),
    apiKey: livekit.apiKey,
    apiSecret: livekit.apiSecret,
  } satisfies LiveKitFacts)
  void watchHealth(
    () => keeper.facts.httpUrl,
    keeper.signal,
    (isWell) => {
      if (isWell) keeper.tell('ready')
      else keeper.tell('away', `The LiveKit server at ${livekit.url} does not answer.`)
    },
  )
  return keeper.handle
}
