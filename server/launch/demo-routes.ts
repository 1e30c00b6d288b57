import { BridgesAnswer, StartBridges } from '#domain/contract/demo.ts'
import { refuse } from '#domain/errors.ts'
import { route, type Doors } from '../web/http.ts'
import type { Services } from '../web/services.ts'
import type { SyntheticBridges } from './synthetic-bridges.ts'

/** The demo page's switch: `bridges` come to life and go. There only where the demo is. */
export function registerDemo({ settings }: Services, doors: Doors, { bridges }: { bridges: SyntheticBridges }): void {
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
}
