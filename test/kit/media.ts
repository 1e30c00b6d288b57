import type { BrowserContext, Page } from 'playwright-core'

/** The highest number of frames that any video of the page has decoded. */
export const decodedFrames = (page: Page): Promise<number> =>
  page.evaluate(() =>
    Math.max(0, ...[...document.querySelectorAll('video')].map((video) => video.getVideoPlaybackQuality().totalVideoFrames)),
  )

/** Keeps the media connections that the pages of the context make, so that `loudness` can ask them. */
export async function rememberConnections(context: BrowserContext): Promise<void> {
  await context.addInitScript(() => {
    const connections: RTCPeerConnection[] = []
    Reflect.set(window, 'mediaConnections', connections)
    window.RTCPeerConnection = class extends RTCPeerConnection {
      constructor(configuration?: RTCConfiguration) {
        super(configuration)
        connections.push(this)
      }
    }
  })
}

/** The STUN and TURN servers that the page's media connections ask where they are; at least one connection is there. */
export const strangersAsked = (page: Page): Promise<string[]> =>
  page.evaluate(() => {
    const connections = Reflect.get(window, 'mediaConnections') as RTCPeerConnection[]
    if (connections.length === 0) throw new Error('no media connection yet')
    return connections.flatMap((one) => one.getConfiguration().iceServers ?? []).flatMap(({ urls }) => urls)
  })

/**
 * The loudest moment of the next second and a half in what arrives at the page, from 0 (silence) to 1. The fake microphone of
 * a browser under test beeps once a second.
 */
export const loudness = (page: Page): Promise<number> =>
  page.evaluate(async () => {
    const connections = Reflect.get(window, 'mediaConnections') as RTCPeerConnection[]
    const end = performance.now() + 1500
    let loudest = 0
    while (performance.now() < end) {
      for (const connection of connections.filter((one) => one.connectionState === 'connected')) {
        const reports = [...(await connection.getStats()).values()] as RTCInboundRtpStreamStats[]
        for (const report of reports)
          if (report.type === 'inbound-rtp' && report.kind === 'audio') loudest = Math.max(loudest, report.audioLevel ?? 0)
      }
      await new Promise(requestAnimationFrame)
    }
    return loudest
  })
