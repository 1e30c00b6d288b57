import { z } from 'zod'
import { OrganisationFile, seedOrganisation } from '#db/seed/organisation.ts'
import {
  AdminUserAnswer,
  AdminUsersAnswer,
  ChangeUnit,
  ChangeUser,
  NewUnit,
  NewUser,
  OrganisationAnswer,
  UnitAnswer,
  UnitParams,
  UnitsAnswer,
  UserParams,
} from '#domain/contract/http.ts'
import { invalidInput } from '#domain/contract/input.ts'
import { refuse } from '#domain/errors.ts'
import { codeOf } from '../web/errors.ts'
import { type Doors, route } from '../web/http.ts'
import type { Services } from '../web/services.ts'
import { changeAccount, createAccount, listAccounts } from './accounts.ts'
import { changeUnit, createUnit, listUnits } from './units.ts'

/** People and units for the administrator. Nothing is deleted: an account is disabled, a unit ends. */
export function registerAdmin(doors: Doors, { sql }: Services): void {
  const who = ['admin'] as const

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
    async ({ body }) => {
      try {
        return { status: 200, body: await seedOrganisation(sql, body) }
      } catch (error) {
        if (error instanceof z.ZodError) return invalidInput(error)
        if (codeOf(error) === '23505') return refuse('conflict', 'already_exists', { field: 'code' })
        throw error
      }
    },
  )
}
