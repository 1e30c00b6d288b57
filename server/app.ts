import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import path from 'node:path'
import type { Logger } from 'pino'
import { Server } from 'socket.io'
import { v7 as uuid } from 'uuid'
import { openDatabase, type Database } from '#db/client.ts'
import { migrate } from '#db/migrate.ts'
import { hasDemoAccounts } from '#db/seed/demo.ts'
import { limits } from '#domain/contract/values.ts'
import { errorStatus } from '#domain/errors.ts'
import { createDocumentRenderer } from './conclusions/layout/renderer.ts'
import { registerArchive } from './archive/routes.ts'
import { registerConclusions } from './conclusions/routes.ts'
import { registerMinutesDocuments } from './documents/minutes-routes.ts'
import { recordIssued, recordWithdrawn } from './documents/record.ts'
import { officialPdf, renderedFile } from './documents/rendered.ts'
import { registerDocuments } from './documents/routes.ts'
import { createDocumentStore } from './documents/store.ts'
import { createFileStore } from './files/store.ts'
import { registerPresentations } from './files/routes.ts'
import { createJobs, migrateQueue } from './jobs/jobs.ts'
import { ensureClient } from './launch/client-build.ts'
import { ensureDemo } from './launch/demo.ts'
import { readDemoRoom } from './launch/demo-room.ts'
import { registerDemo } from './launch/demo-routes.ts'
import { LaunchError } from './launch/launch-error.ts'
import { findLiveKit } from './launch/livekit.ts'
import type { LiveKitHandle } from './launch/livekit-handle.ts'
import { startPostgres } from './launch/postgres.ts'
import { silently, type Progress } from './launch/progress.ts'
import { createSyntheticBridges } from './launch/synthetic-bridges.ts'
import { createAccess } from './meeting/access.ts'
import { createFanout, everyoneIn } from './meeting/fanout.ts'
import { createLineTrails } from './meeting/line-trails.ts'
import { createPoints } from './meeting/points.ts'
import { createPresence } from './meeting/presence.ts'
import { createRooms } from './meeting/rooms.ts'
import { registerMeetings } from './meeting/routes.ts'
import { attachMeetings, putOut, type RoomServer, type RoomSocket } from './meeting/socket.ts'
import { registerMinutesComments } from './minutes/comments.ts'
import { registerMinutesRoutes } from './minutes/routes.ts'
import { registerMinutes } from './minutes/socket.ts'
import { forgetEndedSessions } from './people/ended-sessions.ts'
import { registerPeople } from './people/routes.ts'
import { createSessions, viewerOf, type Session } from './people/sessions.ts'
import { createMailer } from './sending/mail.ts'
import { createDispatch } from './sending/queue.ts'
import { registerSending } from './sending/routes.ts'
import { handleSending } from './sending/work.ts'
import { createFileKeys } from './signing/keys.ts'
import { registerSigning } from './signing/routes.ts'
import { timeStampsFrom } from './signing/time-stamp.ts'
import { projectRoot, type Settings } from './settings.ts'
import { registerVideo } from './video/socket.ts'
import { errorBody } from './web/errors.ts'
import { databaseReadiness, registerHealth } from './web/health.ts'
import { createFrames } from './web/frames.ts'
import { createDoors, slotOf } from './web/http.ts'
import { createLimit } from './web/limits.ts'
import { serveClient } from './web/static.ts'

export interface App {
  /** Binds the port, brings the database up and opens the room; resolves when it is open. */
  listen(): Promise<{ port: number }>
  /** Stops taking work, tells clients to reconnect, flushes, and ends what was started. */
  close(): Promise<void>
  /** For a status line: how the video is. */
  readonly livekit: LiveKitHandle | undefined
}

export interface AppOptions {
  log: Logger
  progress?: Progress
}

/** What has been started, ended in the opposite order. */
function createEndings() {
  const endings: (() => Promise<unknown> | void)[] = []
  return {
    add: (ending: () => Promise<unknown> | void) => void endings.push(ending),
    run: async (log: Logger) => {
      for (const ending of endings.splice(0).reverse()) {
        try {
          await ending()
        } catch (error) {
          log.warn({ err: error }, 'an ending did not go as planned')
        }
      }
    },
  }
}

/** The whole server in one process, for `main.ts`, tests and benchmarks alike. Throws `LaunchError` where it cannot start. */
export function createApp(settings: Settings, { log, progress = silently }: AppOptions): App {
  const endings = createEndings()
  let livekit: LiveKitHandle | undefined

  const doors = createDoors({ settings, log, connectSources: (host) => liveKitSources(livekit, host) })
  registerHealth(doors, { metricsToken: settings.metricsToken })
  const server = createServer(doors.app)
  let isOpen = false
  const io: RoomServer = new Server(server, {
    transports: ['websocket'],
    maxHttpBufferSize: limits.messageBytes,
    pingInterval: 10_000,
    pingTimeout: 5_000,
    serveClient: false,
    allowRequest: (request, answer) => answer(null, doors.isOwnOrigin(request)),
  })
  io.use((socket, next) => {
    const refused = (code: 'unavailable' | 'not_signed_in') => {
      const { error } = errorBody({ code }, localeOf(socket.handshake.headers['accept-language']))
      next(Object.assign(new Error(code), { data: error, status: errorStatus[code] }))
    }
    if (!isOpen) return refused('unavailable')
    const slot = slotOf(socket.handshake.auth.slot)
    if (slot === null) return refused('not_signed_in')
    doors.findSession(socket.handshake.headers.cookie, slot).then(
      (session) => {
        if (!session) return refused('not_signed_in')
        introduce(socket, session)
        next()
      },
      (error: unknown) => {
        log.warn({ err: error }, 'a session cannot be looked up')
        refused('unavailable')
      },
    )
  })

  const bind = (): Promise<number> =>
    new Promise((resolve, reject) => {
      server.once('error', (error: NodeJS.ErrnoException) => {
        if (error.code === 'EADDRINUSE')
          reject(
            new LaunchError(`Port ${settings.port} is taken by another program; choose another with PORT=… or stop that one.`),
          )
        else if (error.code === 'EACCES')
          reject(new LaunchError(`Port ${settings.port} may not be used by this user; choose one above 1023 with PORT=….`))
        else reject(error)
      })
      server.listen(settings.port, settings.host, () => {
        const address = server.address() as AddressInfo
        resolve(address.port)
      })
    })

  const openStore = async (): Promise<Database & { url: string }> => {
    let url = settings.databaseUrl
    if (url === undefined) {
      const postgres = await startPostgres({ dataDir: settings.dataDir, log, progress })
      endings.add(() => postgres.stop())
      url = postgres.url
    }
    const address = url
    const bringUp = () => Promise.all([migrate(address), migrateQueue(address, log)])
    await progress('bringing the database up to date', bringUp).catch((error: unknown) => {
      if (settings.databaseUrl === undefined) throw error
      throw new LaunchError(`The database of DATABASE_URL cannot be used: ${sentenceOf(error)}`)
    })
    const database = openDatabase(url)
    endings.add(() => database.close())
    return { ...database, url }
  }

  const open = async (port: number): Promise<void> => {
    const { sql, db, url } = await openStore()
    const services = { settings: { ...settings, port }, log, sql, db }
    if (settings.production && (await hasDemoAccounts(sql)))
      throw new LaunchError(
        'This database holds demo accounts, whose password everybody knows: production needs a database of its own.',
      )

    livekit = await findLiveKit({
      settings,
      log,
      progress,
      webhookUrl: `http://${loopbackOf(settings.host)}:${port}/api/livekit/webhook`,
    })
    const handle = livekit
    endings.add(() => handle.stop())

    const sessions = createSessions(sql, { production: settings.production })
    const baseUrl = settings.publicUrl ?? `http://${settings.host}:${port}`
    const verifyUrl = (code: string) => `${baseUrl}/verify/${code}`
    const { mail, signing: keys } = settings
    const dispatch = createDispatch({ byMail: mail !== undefined, waitsForSeal: keys.seal !== undefined })
    const rooms = await createRooms({
      sql,
      log,
      appSecret: settings.appSecret,
      conclusionsTogether: settings.conclusionsTogether,
      alongside: async (tx, events, state) => {
        for (const issued of await recordIssued(tx, events, state, verifyUrl)) await dispatch.send(tx, issued)
        for (const withdrawn of await recordWithdrawn(tx, events)) await dispatch.recall(tx, withdrawn)
        await dispatch.alongside(tx, events)
      },
    })
    endings.add(() => rooms.close())
    const access = createAccess(rooms, sql)
    const files = createFileStore(path.join(settings.dataDir, 'files'))
    const failedCodes = createLimit({ points: 60, seconds: 60 })

    // Whoever follows the log hears of it in this order: first the screens, then the rest.
    const frames = createFrames(io)
    const fanout = createFanout(frames)
    rooms.onEvents((meetingId, events, state) => fanout.deliver(meetingId, events, state))
    const minutes = await registerMinutes(services, io, frames, access)
    endings.add(() => minutes.close())
    rooms.onEvents((meetingId, events) => {
      for (const event of events)
        if (event.type === 'participant.removed') {
          putOut(io, meetingId, event.userId)
          minutes.dropReaders(meetingId, event.userId)
        }
    })
    const video = registerVideo(services, { rooms, livekit: handle })
    endings.add(() => video.close())
    const trails = createLineTrails()
    const presence = await createPresence({ sql, log, rooms }, (meetingId, online) => {
      trails.note(meetingId, online)
      io.to(everyoneIn(meetingId)).emit('meeting:presence', { meetingId, online })
    })
    endings.add(() => presence.close())

    doors.api.post('/livekit/webhook', ...video.webhook)
    registerPeople(doors, services, {
      sessions,
      checkIn: async (meetingId, actor, { representative, headCount }) => {
        const outcome = await rooms.command(meetingId, actor, { type: 'attendance.checkIn', representative, headCount })
        return 'refusal' in outcome ? outcome.refusal : null
      },
      mayManageMeeting: (session, meetingId) => access.mayManageMeeting(viewerOf(session), meetingId),
    })
    registerMeetings(doors, services, rooms)
    registerMinutesRoutes(doors, minutes.sections, access)
    const comments = await registerMinutesComments(doors, { sql, log, io, mayWrite: access.mayWrite, catchUp: access.catchUp })
    endings.add(() => comments.close())
    const renderer = createDocumentRenderer()
    endings.add(() => renderer.close())
    const documents = {
      sql,
      store: createDocumentStore({ sql, files }),
      renderer,
      stateAt: async (meetingId: string, seq: number) => (await rooms.stateAt(meetingId, seq))?.state ?? null,
      verifyUrl,
    }
    const documentAccess = {
      stateOf: async (meetingId: string) => (await rooms.stateOf(meetingId))?.state ?? null,
      mayReadConclusion: access.mayReadConclusion,
    }
    registerConclusions(doors, services, { documents, ...documentAccess, readFile: files.read, failedCodes })
    registerDocuments(doors, documents, { ...documentAccess, command: rooms.command })
    registerMinutesDocuments(doors, { documents, sections: minutes.sections, stateOf: documentAccess.stateOf, dispatch })
    const jobs = createJobs({ url, log })
    handleSending(jobs, {
      sql,
      log,
      baseUrl,
      mailer: mail && createMailer(mail),
      documentOf: documents.store.documentOf,
      fileOf: (document, format) =>
        format === 'pdf' ? officialPdf(documents, document) : renderedFile(documents, document, format),
    })
    registerSending(doors, services, documents.store)
    registerSigning(doors, {
      sql,
      files,
      store: documents.store,
      officialPdf: (document) => officialPdf(documents, document),
      renderer,
      verifyUrl,
      stateOf: documentAccess.stateOf,
      command: rooms.command,
      keys: createFileKeys(keys),
      stamp: keys.timeStampUrl === undefined ? undefined : timeStampsFrom(keys.timeStampUrl),
      dispatch,
    })
    registerArchive(doors, log, rooms, { sql, documents, sections: minutes.sections, files })
    registerPresentations(doors, services, { mayPresent: access.mayPresent, mayView: access.mayView, files })
    if (settings.demo) {
      const bridges = createSyntheticBridges({
        sql,
        log,
        baseUrl: () => `http://${loopbackOf(settings.host)}:${port}`,
        withVideo: settings.livekit.mode !== 'off',
      })
      endings.add(() => bridges.stop())
      registerDemo(services, doors, { bridges, room: readDemoRoom({ sql, rooms, presence }) })
      await ensureDemo(sql, rooms)
    }

    const share = createLimit({ points: 2000, seconds: 10 })
    const points = await createPoints({ sql, log, io, rooms, presence, trails, share })
    endings.add(() => points.close())
    io.on('connection', (socket) => {
      attachMeetings(
        { io, log, rooms, fanout, presence, share, onLeave: (socketId, meetingId) => minutes.leave(socketId, meetingId) },
        socket,
      )
      const { userId, role, unitId } = socket.data.you
      points.attach(socket)
      minutes.attach(socket, () => ({ userId, role, unitId }))
      video.attach(socket, { userId, role, unitId, onlyMeetingId: socket.data.onlyMeetingId })
    })

    const endSession = (socket: RoomSocket, reason: string): void => {
      socket.emit('session:ended', { reason })
      void video.dismiss({ userId: socket.data.you.userId, deviceId: socket.data.deviceId })
      socket.disconnect(true)
    }
    const recheck = async (): Promise<void> => {
      for (const socket of io.sockets.sockets.values()) {
        await sessions.touch(socket.data.sessionId)
        if ((await sessions.findById(socket.data.sessionId)) === null) endSession(socket, 'expired')
      }
    }
    const quietly = () => void recheck().catch((error: unknown) => log.debug({ err: error }, 'sessions cannot be checked now'))
    const listening = await sql.listen(
      'session_ended',
      (sessionId) => {
        for (const socket of io.sockets.sockets.values()) if (socket.data.sessionId === sessionId) endSession(socket, 'ended')
      },
      quietly,
    )
    endings.add(() => listening.unlisten())
    const timer = setInterval(quietly, 30_000)
    endings.add(() => clearInterval(timer))

    serveClient(doors, settings.clientDir)
    jobs.repeat('forget_ended_sessions', '17 19 * * *', () => forgetEndedSessions(sql))
    jobs.start()
    endings.add(() => jobs.close())
    doors.readiness = databaseReadiness(sql)
    doors.ready = true
    isOpen = true
  }

  return {
    get livekit() {
      return livekit
    },
    listen: async () => {
      try {
        const port = await bind()
        endings.add(async () => {
          const closed = io.close()
          server.closeAllConnections()
          await closed
        })
        await Promise.all([open(port), ensureClient({ root: projectRoot, log, progress })])
        return { port }
      } catch (error) {
        await endings.run(log)
        throw error
      }
    },
    close: async () => {
      isOpen = false
      doors.ready = false
      // The line first: whoever hears of the restart comes back by itself, and nothing new is taken.
      io.emit('server:restarting', {})
      io.disconnectSockets(true)
      server.closeIdleConnections()
      await endings.run(log)
    },
  }
}

function introduce(socket: RoomSocket, session: Session): void {
  const { user } = session
  const device: unknown = socket.handshake.auth.device
  socket.data = {
    sessionId: session.id,
    you: { userId: user.id, name: user.name, title: user.title, role: user.role, unitId: user.unitId },
    onlyMeetingId: session.meetingId,
    deviceId: typeof device === 'string' && /^[\w-]{1,64}$/.test(device) ? device : uuid(),
    locale: localeOf(socket.handshake.headers['accept-language']),
    ...(socket.handshake.auth.wire === 'compact' ? { wire: 'compact' } : {}),
  }
}

const localeOf = (header: string | undefined): 'vi' | 'en' => (header !== undefined && /^\s*en\b/i.test(header) ? 'en' : 'vi')

const loopbackOf = (host: string): string => (host === '0.0.0.0' || host === '::' ? '127.0.0.1' : host)

const sentenceOf = (error: unknown): string => (error instanceof Error ? error.message : String(error))

/** Where the page may open the video's line to. */
function liveKitSources(livekit: LiveKitHandle | undefined, host: string): string[] {
  if (!livekit) return []
  const hostname = host.replace(/:\d+$/, '')
  return [livekit.url, livekit.urlFor(hostname)].flatMap((url) => {
    if (!URL.canParse(url)) return []
    const at = new URL(url).host
    return [`ws://${at}`, `wss://${at}`, `http://${at}`, `https://${at}`]
  })
}
