import express, { type RequestHandler } from 'express'
import { WebhookReceiver } from 'livekit-server-sdk'
import type { Logger } from 'pino'
import type { LiveKitHandle } from '../launch/livekit-handle.ts'
import type { Grants } from './grants.ts'

/** A report older than this is not believed, whatever its signature says. */
const oldestSeconds = 300
const tolerance = '120s'
/** Who comes may have no right to; who goes may have carried the sound of a person who is still there. */
const moving = new Set(['participant_joined', 'participant_left', 'track_published'])

/**
 * The video server's reports of who came and went and what they publish. Each is signed with our key over its body; a report only makes
 * us look at the person again, so that one that is replayed or late changes nothing.
 */
export function webhook(livekit: LiveKitHandle, grants: Grants, log: Logger): RequestHandler[] {
  return [
    express.text({ type: () => true, limit: 256 * 1024 }),
    async (request, response) => {
      const report = await read(livekit, request.body, request.headers.authorization)
      if (report === null) {
        log.warn({ from: request.socket.remoteAddress }, 'a report that the video server did not sign was refused')
        response.sendStatus(401)
        return
      }
      response.sendStatus(204)
      const { event, room, participant } = report
      if (room && participant && moving.has(event)) await grants.check(room.name, participant)
    },
  ]
}

async function read(livekit: LiveKitHandle, body: unknown, signature: string | undefined) {
  if (typeof body !== 'string' || livekit.apiKey === '') return null
  try {
    const report = await new WebhookReceiver(livekit.apiKey, livekit.apiSecret).receive(body, signature, false, tolerance)
    return Math.abs(Date.now() / 1000 - Number(report.createdAt)) <= oldestSeconds ? report : null
  } catch {
    // Not signed, not by us, not unchanged or no report at all: all the same.
    return null
  }
}
