import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import pino from 'pino'
import postgres, { type Sql } from 'postgres'
import { Server } from 'socket.io'
import { z } from 'zod'
import { Role } from '#domain/contract/values.ts'
import type { Refusal } from '#domain/errors.ts'
import type { Actor } from '#domain/meeting/state.ts'
import { type Minutes, registerMinutes } from '#server/minutes/socket.ts'
import { createFrames } from '#server/web/frames.ts'

/** The minutes behind a bare Socket.IO server: whoever connects says who they are. For tests of the minutes alone. */
export interface MinutesServer {
  url: string
  sql: Sql
  minutes: Minutes
  /** Changes at will; nobody is barred to begin with, and secretaries write. */
  rules: { mayRead: (userId: string) => boolean; mayWrite: (userId: string) => Refusal | null }
  close: () => Promise<void>
}

const Handshake = z.object({ userId: z.uuid(), role: Role, build: z.string().optional(), wire: z.literal('compact').optional() })

export const startMinutesServer = async (databaseUrl: string, listenOn = 0): Promise<MinutesServer> => {
  const sql = postgres(databaseUrl, { max: 6, onnotice: () => undefined })
  const http = createServer()
  const io = new Server(http, { transports: ['websocket'], maxHttpBufferSize: 1024 * 1024 })
  const rules: MinutesServer['rules'] = { mayRead: () => true, mayWrite: () => null }
  const log = pino({ level: process.env.LOG_LEVEL ?? 'silent' })
  const minutes = await registerMinutes({ sql, log }, io, createFrames(io), {
    mayRead: (viewer) => Promise.resolve(rules.mayRead(viewer.userId)),
    mayWrite: (actor) =>
      Promise.resolve(actor.role === 'secretary' ? rules.mayWrite(actor.userId) : { code: 'forbidden' as const }),
  })
  io.on('connection', (socket) => {
    const { userId, role, build, wire } = Handshake.parse(socket.handshake.auth)
    const actor: Actor = { userId, role, unitId: '00000000-0000-7000-8000-000000000000' }
    socket.data = { build, wire }
    minutes.attach(socket, () => actor)
  })
  await new Promise<void>((resolve) => http.listen(listenOn, '127.0.0.1', resolve))
  const { port } = http.address() as AddressInfo
  return {
    url: `http://127.0.0.1:${port}`,
    sql,
    minutes,
    rules,
    close: async () => {
      await io.close()
      await minutes.close()
      await sql.end({ timeout: 1 })
    },
  }
}
