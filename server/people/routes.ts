import { createHmac } from 'node:crypto'
import {
  DemoAnswer,
  DraftKey,
  Join,
  JoinAnswer,
  JoinLinkAnswer,
  JoinLinkParams,
  JoinLinksAnswer,
  JoinPage,
  JoinParams,
  MeetingParams,
  NewJoinLink,
  SessionAnswer,
  type SessionUser,
  SignIn,
  UnitsAnswer,
  UserAnswer,
} from '#domain/contract/http.ts'
import type { Representative } from '#domain/contract/values.ts'
import type { Refusal } from '#domain/errors.ts'
import { appSecretOf } from '../web/app-secret.ts'
import { type Doors, route } from '../web/http.ts'
import { createLimit } from '../web/limits.ts'
import type { Services } from '../web/services.ts'
import { listDemoAccounts } from './accounts.ts'
import { registerAdmin } from './admin-routes.ts'
import {
  accountOfUnit,
  createJoinLink,
  findJoinLink,
  listJoinLinks,
  type JoinLink,
  meetingOfJoinLink,
  revokeJoinLink,
  useUp,
} from './join-links.ts'
import type { Session, Sessions } from './sessions.ts'
import { createSignIn } from './sign-in.ts'
import { listUnits } from './units.ts'

export interface PeopleOptions {
  sessions: Sessions
  /** Checks a unit in to a meeting for its account; what the room's rules say against it, or null. */
  checkIn: (
    meetingId: string,
    actor: { userId: string; role: SessionUser['role']; unitId: string },
    fields: { representative: Representative; headCount: number },
  ) => Promise<Refusal | null>
  /** Whether the meeting is there for this office or secretary. */
  mayManageMeeting: (session: Session, meetingId: string) => Promise<boolean>
}

const failedJoinsAMinute = 60
const managers = ['office', 'secretary'] as const

/** Sessions, units, the demo's accounts, join links and the administration. */
export function registerPeople(doors: Doors, services: Services, options: PeopleOptions): void {
  doors.findSession = options.sessions.findSession
  registerSessions(doors, services, options.sessions)
  registerJoinLinks(doors, services, options)
  registerAdmin(doors, services)
}

function registerSessions(doors: Doors, { settings, sql }: Services, sessions: Sessions): void {
  const signIn = createSignIn(sql, sessions)
  const isDemo = async (): Promise<boolean> => settings.demo && (await listDemoAccounts(sql)).length > 0

  route(
    doors,
    {
      method: 'get',
      path: '/api/session',
      summary: 'Who is signed in in this window, if anybody',
      who: 'public',
      answers: { 200: SessionAnswer },
    },
    async ({ session }) => ({
      status: 200 as const,
      body: {
        user: session?.user ?? null,
        ...(session?.meetingId === undefined ? {} : { meetingId: session.meetingId }),
        demo: await isDemo(),
      },
    }),
  )
  route(
    doors,
    {
      method: 'get',
      path: '/api/session/draft-key',
      summary: 'The key that seals what this person’s browser keeps of unsaved minutes',
      who: 'signedIn',
      answers: { 200: DraftKey },
    },
    async ({ session }) => {
      const userId = session.user.id
      const secret = await appSecretOf(sql, settings.appSecret)
      return {
        status: 200 as const,
        body: { userId, key: createHmac('sha256', secret).update(`drafts ${userId}`).digest('base64') },
      }
    },
  )
  route(
    doors,
    {
      method: 'post',
      path: '/api/session',
      summary: 'Sign in',
      who: 'public',
      body: SignIn,
      answers: { 200: UserAnswer },
    },
    async ({ body, ip, slot, request, response }) => {
      const outcome = await signIn({ ...body, ip, slot, cookieHeader: request.headers.cookie })
      if ('refusal' in outcome) return outcome
      response.append('Set-Cookie', outcome.cookie)
      return { status: 200 as const, body: { user: outcome.user } }
    },
  )
  route(
    doors,
    {
      method: 'delete',
      path: '/api/session',
      summary: 'Sign out of this window',
      who: 'signedIn',
      joinSession: 'allowed',
      answers: { 204: null },
    },
    async ({ session, slot, response }) => {
      await sessions.end(session.id)
      response.append('Set-Cookie', sessions.clearCookie(slot))
      return { status: 204 as const }
    },
  )
  route(
    doors,
    {
      method: 'delete',
      path: '/api/sessions',
      summary: 'Sign out everywhere',
      who: 'signedIn',
      answers: { 204: null },
    },
    async ({ session, slot, response }) => {
      await sessions.endAllOf(session.user.id)
      response.append('Set-Cookie', sessions.clearCookie(slot))
      return { status: 204 as const }
    },
  )
  route(
    doors,
    {
      method: 'get',
      path: '/api/me',
      summary: 'Who is signed in',
      who: 'signedIn',
      joinSession: 'allowed',
      answers: { 200: UserAnswer },
    },
    ({ session }) => ({ status: 200 as const, body: { user: session.user } }),
  )
  route(
    doors,
    {
      method: 'get',
      path: '/api/units',
      summary: 'The units of the organisation, in its order',
      who: 'signedIn',
      joinSession: 'allowed',
      answers: { 200: UnitsAnswer },
    },
    async () => ({ status: 200 as const, body: { units: await listUnits(sql) } }),
  )
  route(
    doors,
    {
      method: 'get',
      path: '/api/demo',
      summary: "The demo's accounts; there in a demo only",
      who: 'public',
      answers: { 200: DemoAnswer },
    },
    async () => {
      const accounts = settings.demo ? await listDemoAccounts(sql) : []
      if (accounts.length === 0) return { refusal: { code: 'not_found' } }
      return {
        status: 200 as const,
        body: {
          accounts: accounts.map(({ username, name, title, role, unitId }) => ({ username, name, title, role, unitId })),
        },
      }
    },
  )
}

function registerJoinLinks(doors: Doors, { settings, sql }: Services, options: PeopleOptions): void {
  const { sessions, checkIn, mayManageMeeting } = options
  const failures = createLimit({ points: failedJoinsAMinute, seconds: 60 })

  /** Counted before the work, so that tries at once are counted too, and given back when it was no failed one. */
  const counted = async <T>(ip: string, work: () => Promise<T | { refusal: Refusal }>): Promise<T | { refusal: Refusal }> => {
    const seconds = await failures.take(ip)
    if (seconds > 0) return { refusal: { code: 'too_many_attempts', params: { seconds } } }
    const outcome = await work()
    const isFailed =
      typeof outcome === 'object' &&
      outcome !== null &&
      'refusal' in outcome &&
      (outcome.refusal.code === 'not_found' || outcome.refusal.code === 'gone')
    if (!isFailed) await failures.giveBack(ip)
    return outcome
  }
  const isHeldBy = (link: JoinLink, session: Session | null): session is Session =>
    session?.joinLinkId === link.id && !link.isRevoked

  route(
    doors,
    {
      method: 'post',
      path: '/api/meetings/:id/join-links',
      summary: 'Make a link by which one unit comes in without a password, once',
      who: managers,
      params: MeetingParams,
      body: NewJoinLink,
      answers: { 201: JoinLinkAnswer },
    },
    async ({ params, body, session, request }) => {
      if (!(await mayManageMeeting(session, params.id))) return { refusal: { code: 'not_found' } }
      const made = await createJoinLink(sql, {
        meetingId: params.id,
        unitId: body.unitId,
        ...(body.expiresAt === undefined ? {} : { expiresAt: body.expiresAt }),
        createdBy: session.user.id,
      })
      if ('refusal' in made) return made
      const origin = settings.publicUrl?.replace(/\/+$/, '') ?? doors.originOf(request)
      return { status: 201 as const, body: { id: made.id, url: `${origin}/join/${made.token}` } }
    },
  )
  route(
    doors,
    {
      method: 'get',
      path: '/api/meetings/:id/join-links',
      summary: "A meeting's links and what became of them, without their addresses",
      who: managers,
      params: MeetingParams,
      answers: { 200: JoinLinksAnswer },
    },
    async ({ params, session }) => {
      if (!(await mayManageMeeting(session, params.id))) return { refusal: { code: 'not_found' } }
      return { status: 200 as const, body: { links: await listJoinLinks(sql, params.id) } }
    },
  )
  route(
    doors,
    {
      method: 'delete',
      path: '/api/join-links/:id',
      summary: 'Revoke a link, and end the session that it made',
      who: managers,
      params: JoinLinkParams,
      answers: { 204: null },
    },
    async ({ params, session }) => {
      const meetingId = await meetingOfJoinLink(sql, params.id)
      if (meetingId === null || !(await mayManageMeeting(session, meetingId))) return { refusal: { code: 'not_found' } }
      await revokeJoinLink(sql, params.id)
      return { status: 204 as const }
    },
  )
  route(
    doors,
    {
      method: 'get',
      path: '/api/join/:token',
      summary: 'What a link is for; looking does not use it up',
      who: 'public',
      params: JoinParams,
      answers: { 200: JoinPage },
    },
    ({ params, session, ip }) =>
      counted(ip, async () => {
        const link = await findJoinLink(sql, params.token)
        if (link === null) return { refusal: { code: 'not_found' } as const }
        const isYours = isHeldBy(link, session)
        if (link.isGone && !isYours) return { refusal: { code: 'gone' } as const }
        return { status: 200 as const, body: { meeting: link.meeting, unit: link.unit, isYours } }
      }),
  )
  route(
    doors,
    {
      method: 'post',
      path: '/api/join/:token',
      summary: "Come in by a link: signs its unit in to the link's meeting and checks it in",
      who: 'public',
      params: JoinParams,
      body: Join,
      answers: { 200: JoinAnswer },
    },
    ({ params, body, session, slot, ip, request, response }) =>
      counted(ip, async () => {
        const link = await findJoinLink(sql, params.token)
        if (link === null) return { refusal: { code: 'not_found' } as const }
        const enter = (user: SessionUser) =>
          checkIn(
            link.meeting.id,
            { userId: user.id, role: user.role, unitId: user.unitId },
            { representative: { name: body.name, title: body.title }, headCount: body.headCount },
          )
        const welcome = (user: SessionUser) => ({ status: 200 as const, body: { user, meetingId: link.meeting.id } })

        if (isHeldBy(link, session)) {
          const refusal = await enter(session.user)
          return refusal ? { refusal } : welcome(session.user)
        }
        if (link.isGone) return { refusal: { code: 'gone' } as const }
        return useUp(sql, link.id, async () => {
          const user = await accountOfUnit(sql, link.unit.id)
          if (user === null) return { refusal: { code: 'gone' } as const }
          const refusal = await enter(user)
          if (refusal) return { refusal }
          const begun = await sessions.begin({
            userId: user.id,
            slot,
            cookieHeader: request.headers.cookie,
            meetingId: link.meeting.id,
            joinLinkId: link.id,
          })
          // Revoked meanwhile: the revocation could not end a session that was not there yet.
          if ((await findJoinLink(sql, params.token))?.isRevoked !== false) {
            await sessions.end(begun.session.id)
            return { refusal: { code: 'gone' } as const }
          }
          response.append('Set-Cookie', begun.cookie)
          return welcome(begun.session.user)
        })
      }),
  )
}
