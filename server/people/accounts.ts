import type { Sql } from 'postgres'
import { v7 as uuid } from 'uuid'
import type { AdminUser, ChangeUser, NewUser } from '#domain/contract/http.ts'
import { type Refusal, refuse } from '#domain/errors.ts'
import { codeOf } from '../web/errors.ts'
import { hashPassword } from './passwords.ts'
import { findUnit } from './units.ts'

interface Row {
  id: string
  username: string
  name: string
  title: string
  role: AdminUser['role']
  unit_id: string
  is_disabled: boolean
  is_plenary_member: boolean
  has_password: boolean
}

const toAccount = (row: Row): AdminUser => ({
  id: row.id,
  username: row.username,
  name: row.name,
  title: row.title,
  role: row.role,
  unitId: row.unit_id,
  isDisabled: row.is_disabled,
  isPlenaryMember: row.is_plenary_member,
  hasPassword: row.has_password,
})

const columns = (sql: Sql) => sql`
  id, username, name, title, role, unit_id, is_disabled, is_plenary_member, password_hash is not null as has_password`

export async function listAccounts(sql: Sql): Promise<AdminUser[]> {
  const rows = await sql<Row[]>`select ${columns(sql)} from users order by sort_order, username`
  return rows.map(toAccount)
}

/** The demo's accounts in their order, for the page that lets anybody enter as one of them. */
export async function listDemoAccounts(sql: Sql): Promise<AdminUser[]> {
  const rows = await sql<Row[]>`select ${columns(sql)} from users where is_demo and not is_disabled order by sort_order, username`
  return rows.map(toAccount)
}

export async function createAccount(sql: Sql, user: NewUser): Promise<{ user: AdminUser } | { refusal: Refusal }> {
  const unit = await findUnit(sql, user.unitId)
  if (!unit || unit.isEnded) return refuse('invalid_input', 'unknown_unit', { field: 'unitId' })
  const passwordHash = user.password === undefined ? null : await hashPassword(user.password)
  try {
    const rows = await sql<Row[]>`
      insert into users (id, username, name, title, role, unit_id, password_hash, is_plenary_member, sort_order)
      values (${uuid()}, ${user.username}, ${user.name}, ${user.title}, ${user.role}, ${user.unitId}, ${passwordHash},
        ${user.isPlenaryMember}, 10000)
      returning ${columns(sql)}`
    return rows[0] ? { user: toAccount(rows[0]) } : refuse('not_found')
  } catch (error) {
    if (codeOf(error) === '23505') return refuse('conflict', 'already_exists', { field: 'username' })
    throw error
  }
}

/**
 * Changes an account. A new role, unit or password, and disabling it, end all its sessions at once (the database sees to
 * that). Nobody disables their own account or takes their own role away: the last administrator cannot lock the door.
 */
export async function changeAccount(
  sql: Sql,
  id: string,
  change: ChangeUser,
  by: string,
): Promise<{ user: AdminUser } | { refusal: Refusal }> {
  if (id === by && (change.isDisabled === true || (change.role !== undefined && change.role !== 'admin')))
    return refuse('wrong_state', 'own_account')
  if (change.unitId !== undefined) {
    const unit = await findUnit(sql, change.unitId)
    if (!unit || unit.isEnded) return refuse('invalid_input', 'unknown_unit', { field: 'unitId' })
  }
  const passwordHash = change.password === undefined ? null : await hashPassword(change.password)
  const rows = await sql<Row[]>`
    update users set
      name = coalesce(${change.name ?? null}, name),
      title = coalesce(${change.title ?? null}, title),
      role = coalesce(${change.role ?? null}, role),
      unit_id = coalesce(${change.unitId ?? null}, unit_id),
      is_disabled = coalesce(${change.isDisabled ?? null}, is_disabled),
      is_plenary_member = coalesce(${change.isPlenaryMember ?? null}, is_plenary_member),
      password_hash = coalesce(${passwordHash}, password_hash)
    where id = ${id} returning ${columns(sql)}`
  return rows[0] ? { user: toAccount(rows[0]) } : refuse('not_found')
}
