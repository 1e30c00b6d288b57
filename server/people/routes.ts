import type { Sql } from 'postgres'
import { OrganisationFile, seedOrganisation } from '#db/seed/organisation.ts'
import {
  AdminUserAnswer,
  AdminUsersAnswer,
  ChangeUnit,
  ChangeUser,
  DemoAnswer,
  Join,
  JoinAnswer,
  JoinLinkAnswer,
  JoinLinkParams,
  JoinLinksAnswer,
  JoinPage,
  JoinParams,
  MeetingParams,
  NewJoinLink,
  NewUnit,
  NewUser,
  OrganisationAnswer,
  PeopleAnswer,
  SessionAnswer,
  SignIn,
  UnitAnswer,
  UnitParams,
  UnitsAnswer,
  UserAnswer,
  UserParams,
} from '#domain/contract/http.ts'
import type { Representative } from '#domain/contract/values.ts'
import { type Refusal, refuse } from '#domain/errors.ts'
import type { Actor } from '#domain/meeting/state.ts'
import { type Doors, route } from '../web/http.ts'
import { createLimit, type Limit } from '../web/limits.ts'
import type { Services } from '../web/services.ts'
import { changeAccount, createAccount, listAccounts, listDemoAccounts, peopleOfMeeting } from './accounts.ts'
import {
  accountOfUnit,
  createJoinLink,
  findJoinLink,
  giveBackJoinLink,
  type JoinLink,
  listJoinLinks,
  meetingOfJoinLink,
  revokeJoinLink,
  useJoinLink,
} from './join-links.ts'
import { createSessions, type Session, type Sessions } from './sessions.ts'
import { createSignIn } from './sign-in.ts'
import { changeUnit, createUnit, listUnits } from './units.ts'

/** What people need of the meeting's room, which they do not know. */
export interface PeopleOptions {
  /** Checks a unit in, by the rules of the room; a refusal when it may not be. */
  checkIn: (
    meetingId: string,
    actor: Actor,
    checkIn: { representative: Representative; headCount: number },
  ) => Promise<Refusal | null>
  /** Why this person may not manage the meeting's join links, or null. */
  mayManageMeeting: (meetingId: string, actor: Actor) => Promise<Refusal | null>
  /** Why this person may not attend the meeting, or null. */
  mayAttendMeeting: (meetingId: string, actor: Actor) => Promise<Refusal | null>
  /** Failed tries of links per address; handed in where other codes share the count. */
  failedCodes?: Limit
}

const failuresAMinute = 60

const actorOf = ({ user }: Session): Actor => ({ userId: user.id, role: user.role, unitId: user.unitId })
const iso = (time: Date): string => time.toISOString()

/** The doors of people: signing in, units, accounts, join links. Also gives the doors their sessions. */
export function registerPeople(services: Services, doors: Doors, options: PeopleOptions): { sessions: Sessions } {
  const { settings, sql } = services
  const sessions = createSessions(sql, { production: settings.production })
  doors.findSession = sessions.findSession
  registerSessions(services, doors, sessions)
  registerJoinLinks(services, doors, sessions, options)
  registerAdministration(sql, doors)
  return { sessions }
}

function registerSessions({ settings, sql }: Services, doors: Doors, sessions: Sessions): void {
  const signIn = createSignIn(sql, sessions)

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
      const signedIn = await signIn({ ...body, ip, slot, cookieHeader: request.headers.cookie })
      if ('refusal' in signedIn) return signedIn
      response.append('Set-Cookie', signedIn.cookie)
      return { status: 200, body: { user: signedIn.user } }
    },
  )
  route(
    doors,
    {
      method: 'get',
      path: '/api/session',
      summary: 'Who is signed in, if anybody',
      who: 'public',
      answers: { 200: SessionAnswer },
    },
    async ({ session }) => ({
      status: 200,
      body: {
        user: session?.user ?? null,
        ...(session?.meetingId === undefined ? {} : { meetingId: session.meetingId }),
        demo: settings.demo && (await listDemoAccounts(sql)).length > 0,
      },
    }),
  )
  route(
    doors,
    {
      method: 'delete',
      path: '/api/session',
      summary: 'Sign out',
      who: 'signedIn',
      joinSession: 'allowed',
      answers: { 204: null },
    },
    async ({ session, slot, response }) => {
      await sessions.end(session.id)
      response.append('Set-Cookie', sessions.clearCookie(slot))
      return { status: 204 }
    },
  )
  route(
    doors,
    { method: 'delete', path: '/api/sessions', summary: 'Sign out everywhere', who: 'signedIn', answers: { 204: null } },
    async ({ session, slot, response }) => {
      await sessions.endAllOf(session.user.id)
      response.append('Set-Cookie', sessions.clearCookie(slot))
      return { status: 204 }
    },
  )
  route(
    doors,
    {
      method: 'get',
      path: '/api/me',
      summary: 'Who I am',
      who: 'signedIn',
      joinSession: 'allowed',
      answers: { 200: UserAnswer },
    },
    ({ session }) => ({ status: 200, body: { user: session.user } }),
  )
  route(
    doors,
    {
      method: 'get',
      path: '/api/demo',
      summary: 'The accounts of the demo',
      who: 'public',
      answers: { 200: DemoAnswer },
    },
    async () => {
      const accounts = settings.demo ? await listDemoAccounts(sql) : []
      if (accounts.length === 0) return refuse('not_found')
      return {
        status: 200,
        body: {
          accounts: accounts.map(({ username, name, title, role, unitId }) => ({ username, name, title, role, unitId })),
        },
      }
    },
  )
}

function registerJoinLinks({ settings, sql }: Services, doors: Doors, sessions: Sessions, options: PeopleOptions): void {
  const failures = options.failedCodes ?? createLimit({ points: failuresAMinute, seconds: 60 })
  const managers = ['office', 'secretary'] as const

  /** Counts a failed try and answers it; who failed too often waits. */
  const failed = async (ip: string, refusal: Refusal): Promise<{ refusal: Refusal }> => {
    await failures.take(ip)
    return { refusal }
  }
  const find = async (token: string, ip: string): Promise<JoinLink | { refusal: Refusal }> => {
    const seconds = await failures.wait(ip)
    if (seconds > 0) return refuse('too_many_attempts', undefined, { params: { seconds } })
    return (await findJoinLink(sql, token)) ?? failed(ip, { code: 'not_found' })
  }
  /** The browser that joined by this link comes back, for example after a reload. */
  const isBack = (session: Session | null, link: JoinLink): session is Session => session?.joinLinkId === link.id

  route(
    doors,
    {
      method: 'post',
      path: '/api/meetings/:id/join-links',
      summary: 'Make a join link for a unit',
      who: managers,
      params: MeetingParams,
      body: NewJoinLink,
      answers: { 201: JoinLinkAnswer },
    },
    async ({ params, body, session, request }) => {
      const refusal = await options.mayManageMeeting(params.id, actorOf(session))
      if (refusal) return { refusal }
      const link = await createJoinLink(sql, { meetingId: params.id, createdBy: session.user.id, ...body })
      if ('refusal' in link) return link
      const base = settings.publicUrl ?? doors.originOf(request)
      return { status: 201, body: { id: link.id, url: `${base}/join/${link.token}` } }
    },
  )
  route(
    doors,
    {
      method: 'get',
      path: '/api/meetings/:id/join-links',
      summary: 'The join links of a meeting',
      who: managers,
      params: MeetingParams,
      answers: { 200: JoinLinksAnswer },
    },
    async ({ params, session }) => {
      const refusal = await options.mayManageMeeting(params.id, actorOf(session))
      if (refusal) return { refusal }
      const links = await listJoinLinks(sql, params.id)
      return {
        status: 200,
        body: {
          links: links.map(({ id, unitId, expiresAt, usedAt, revokedAt }) => ({
            id,
            unitId,
            expiresAt: iso(expiresAt),
            ...(usedAt === null ? {} : { usedAt: iso(usedAt) }),
            ...(revokedAt === null ? {} : { revokedAt: iso(revokedAt) }),
          })),
        },
      }
    },
  )
  route(
    doors,
    {
      method: 'delete',
      path: '/api/join-links/:id',
      summary: 'Revoke a join link',
      who: managers,
      params: JoinLinkParams,
      answers: { 204: null },
    },
    async ({ params, session }) => {
      const meetingId = await meetingOfJoinLink(sql, params.id)
      const refusal =
        meetingId === null ? refuse('not_found').refusal : await options.mayManageMeeting(meetingId, actorOf(session))
      if (refusal) return { refusal }
      await revokeJoinLink(sql, params.id)
      return { status: 204 }
    },
  )
  route(
    doors,
    {
      method: 'get',
      path: '/api/join/:token',
      summary: 'What a join link leads to; looking does not use it up',
      who: 'public',
      params: JoinParams,
      answers: { 200: JoinPage },
    },
    async ({ params, session, ip }) => {
      const link = await find(params.token, ip)
      if ('refusal' in link) return link
      const isYours = isBack(session, link)
      if (!isYours && link.state !== 'open') return failed(ip, { code: 'gone' })
      return {
        status: 200,
        body: {
          meeting: { id: link.meetingId, title: link.meetingTitle, scheduledAt: iso(link.scheduledAt) },
          unit: { id: link.unitId, name: link.unitName, shortName: link.unitShortName },
          isYours,
        },
      }
    },
  )
  route(
    doors,
    {
      method: 'post',
      path: '/api/join/:token',
      summary: 'Join a meeting by a link and check its unit in',
      who: 'public',
      params: JoinParams,
      body: Join,
      answers: { 200: JoinAnswer },
    },
    async ({ params, body, session, ip, slot, request, response }) => {
      const link = await find(params.token, ip)
      if ('refusal' in link) return link
      const representative = { name: body.name, title: body.title }
      const checkIn = (actor: Actor) => options.checkIn(link.meetingId, actor, { representative, headCount: body.headCount })

      if (isBack(session, link)) {
        const refusal = await checkIn(actorOf(session))
        return refusal ? { refusal } : { status: 200, body: { user: session.user, meetingId: link.meetingId } }
      }
      if (!(await useJoinLink(sql, link.id))) return failed(ip, { code: 'gone' })
      let hasJoined = false
      try {
        const actor = await accountOfUnit(sql, link)
        const refusal = await checkIn(actor)
        if (refusal) return { refusal }
        const begun = await sessions.begin({
          userId: actor.userId,
          slot,
          cookieHeader: request.headers.cookie,
          meetingId: link.meetingId,
          joinLinkId: link.id,
        })
        hasJoined = true
        response.append('Set-Cookie', begun.cookie)
        return { status: 200, body: { user: begun.session.user, meetingId: link.meetingId } }
      } finally {
        if (!hasJoined) await giveBackJoinLink(sql, link.id)
      }
    },
  )
  route(
    doors,
    {
      method: 'get',
      path: '/api/meetings/:id/people',
      summary: 'Who may attend the meeting, by name',
      who: 'signedIn',
      params: MeetingParams,
      answers: { 200: PeopleAnswer },
    },
    async ({ params, session }) => {
      const refusal = await options.mayAttendMeeting(params.id, actorOf(session))
      return refusal ? { refusal } : { status: 200, body: { people: await peopleOfMeeting(sql, params.id) } }
    },
  )
}

function registerAdministration(sql: Sql, doors: Doors): void {
  const who = ['admin'] as const

  route(
    doors,
    {
      method: 'get',
      path: '/api/units',
      summary: 'All units, those of the past too',
      who: 'signedIn',
      joinSession: 'allowed',
      answers: { 200: UnitsAnswer },
    },
    async () => ({ status: 200, body: { units: await listUnits(sql) } }),
  )
  route(
    doors,
    { method: 'get', path: '/api/admin/users', summary: 'All accounts', who, answers: { 200: AdminUsersAnswer } },
    async () => ({ status: 200, body: { users: await listAccounts(sql) } }),
  )
  route(
    doors,
    {
      method: 'post',
      path: '/api/admin/users',
      summary: 'Make an account',
      who,
      body: NewUser,
      answers: { 201: AdminUserAnswer },
    },
    async ({ body }) => {
      const made = await createAccount(sql, body)
      return 'refusal' in made ? made : { status: 201, body: made }
    },
  )
  route(
    doors,
    {
      method: 'patch',
      path: '/api/admin/users/:id',
      summary: 'Change an account; new rights end its sessions',
      who,
      params: UserParams,
      body: ChangeUser,
      answers: { 200: AdminUserAnswer },
    },
    async ({ params, body, session }) => {
      const changed = await changeAccount(sql, params.id, body, session.user.id)
      return 'refusal' in changed ? changed : { status: 200, body: changed }
    },
  )
  route(
    doors,
    { method: 'get', path: '/api/admin/units', summary: 'All units', who, answers: { 200: UnitsAnswer } },
    async () => ({ status: 200, body: { units: await listUnits(sql) } }),
  )
  route(
    doors,
    { method: 'post', path: '/api/admin/units', summary: 'Make a unit', who, body: NewUnit, answers: { 201: UnitAnswer } },
    async ({ body }) => {
      const made = await createUnit(sql, body)
      return 'refusal' in made ? made : { status: 201, body: made }
    },
  )
  route(
    doors,
    {
      method: 'patch',
      path: '/api/admin/units/:id',
      summary: 'Rename, merge or end a unit',
      who,
      params: UnitParams,
      body: ChangeUnit,
      answers: { 200: UnitAnswer },
    },
    async ({ params, body }) => {
      const changed = await changeUnit(sql, params.id, body)
      return 'refusal' in changed ? changed : { status: 200, body: changed }
    },
  )
  route(
    doors,
    {
      method: 'post',
      path: '/api/admin/organisation',
      summary: 'Load an organisation from a file; what is there keeps its ids',
      who,
      body: OrganisationFile,
      answers: { 200: OrganisationAnswer },
    },
    async ({ body }) => ({ status: 200, body: await seedOrganisation(sql, body) }),
  )
}
