import { BridgesAnswer, DemoRoomAnswer, StartBridges } from '#domain/contract/demo.ts'
import { refuse } from '#domain/errors.ts'
import { route, type Doors } from '../web/http.ts'
import type { Services } from '../web/services.ts'
import type { SyntheticBridges } from './synthetic-bridges.ts'

interface DemoParts {
  bridges: SyntheticBridges
  /** The next meeting as the demo page shows it; null when there is none. */
  room: () => Promise<DemoRoomAnswer | null>
}

/** The demo page's own: the switch by which `bridges` come to life and go, and its meeting. There only where the demo is. */
export function registerDemo({ settings }: Services, doors: Doors, { bridges, room }: DemoParts): void {
  if (!settings.demo) return
  const path = '/api/demo/bridges'
  const who = 'public'
  const answers = { 200: BridgesAnswer }
  const now = () => ({ status: 200 as const, body: bridges.state })

  route(doors, { method: 'get', path, summary: 'Whether the synthetic bridge points are alive', who, answers }, now)
  route(
    doors,
    { method: 'post', path, summary: 'Bring the synthetic bridge points to life', who, body: StartBridges, answers },
    async ({ body }) => ((await bridges.start(body)) ? now() : refuse('not_found')),
  )
  route(doors, { method: 'delete', path, summary: 'Send the synthetic bridge points away', who, answers }, async () => {
    await bridges.stop()
    return now()
  })
  route(
    doors,
    {
      method: 'get',
      path: '/api/demo/room',
      summary: "Who is in the demo's next meeting, and how far it has come",
      who,
      answers: { 200: DemoRoomAnswer },
    },
    async () => {
      const body = await room()
      return body === null ? refuse('not_found') : { status: 200 as const, body }
    },
  )
}
