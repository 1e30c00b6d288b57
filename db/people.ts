import { sql } from 'drizzle-orm'
import type { AnyPgColumn } from 'drizzle-orm/pg-core'
import { boolean, check, date, index, integer, jsonb, pgTable, text, unique, uuid } from 'drizzle-orm/pg-core'
import type { Role, UnitKind } from '#domain/contract/values.ts'
import { bytea, moment } from './columns.ts'
import { meetings } from './meetings.ts'

/**
 * Organisations with the days they exist from and until. A unit is never deleted: one that was merged has `validTo` and a
 * successor, so that everything written under it stays readable.
 */
export const units = pgTable(
  'units',
  {
    id: uuid('id').primaryKey(),
    code: text('code').notNull(),
    name: text('name').notNull(),
    shortName: text('short_name').notNull(),
    nameEn: text('name_en'),
    kind: text('kind').$type<UnitKind>().notNull(),
    groupCode: text('group_code'),
    symbol: text('symbol'),
    slug: text('slug'),
    email: text('email'),
    sortOrder: integer('sort_order').notNull().default(0),
    head: jsonb('head'),
    bridgePoint: jsonb('bridge_point'),
    localityType: text('locality_type'),
    placeName: text('place_name'),
    validFrom: date('valid_from'),
    validTo: date('valid_to'),
    successorId: uuid('successor_id').references((): AnyPgColumn => units.id),
  },
  (table) => [
    unique('units_code_valid_from').on(table.code, table.validFrom).nullsNotDistinct(),
    check('units_kind', sql`${table.kind} in ('office', 'department', 'district', 'commune')`),
  ],
)

export const users = pgTable(
  'users',
  {
    id: uuid('id').primaryKey(),
    username: text('username').notNull().unique('users_username'),
    name: text('name').notNull(),
    title: text('title').notNull(),
    role: text('role').$type<Role>().notNull(),
    unitId: uuid('unit_id')
      .notNull()
      .references(() => units.id),
    /** argon2id in PHC form; null for an account that nobody signs in to by password. */
    passwordHash: text('password_hash'),
    isDemo: boolean('is_demo').notNull().default(false),
    isDisabled: boolean('is_disabled').notNull().default(false),
    isPlenaryMember: boolean('is_plenary_member').notNull().default(false),
    sortOrder: integer('sort_order').notNull().default(0),
    createdAt: moment('created_at').notNull().defaultNow(),
  },
  (table) => [
    check('users_role', sql`${table.role} in ('leader', 'secretary', 'bridge', 'department', 'office', 'observer', 'admin')`),
    index('users_unit').on(table.unitId),
  ],
)

/** A signed-in browser. Only the SHA-256 of its token is here; `meetingId` binds it to the one meeting of a join link. */
export const sessions = pgTable(
  'sessions',
  {
    id: uuid('id').primaryKey(),
    tokenHash: bytea('token_hash').notNull().unique('sessions_token_hash'),
    userId: uuid('user_id')
      .notNull()
      .references(() => users.id),
    meetingId: uuid('meeting_id').references(() => meetings.id),
    /** The join link that made this session, so that revoking the link ends it and its browser may come back. */
    joinLinkId: uuid('join_link_id').references((): AnyPgColumn => joinLinks.id),
    createdAt: moment('created_at').notNull(),
    lastSeenAt: moment('last_seen_at').notNull(),
    expiresAt: moment('expires_at').notNull(),
    revokedAt: moment('revoked_at'),
  },
  (table) => [index('sessions_user').on(table.userId)],
)

export const joinLinks = pgTable(
  'join_links',
  {
    id: uuid('id').primaryKey(),
    tokenHash: bytea('token_hash').notNull().unique('join_links_token_hash'),
    meetingId: uuid('meeting_id')
      .notNull()
      .references(() => meetings.id),
    unitId: uuid('unit_id')
      .notNull()
      .references(() => units.id),
    createdBy: uuid('created_by')
      .notNull()
      .references(() => users.id),
    createdAt: moment('created_at').notNull(),
    expiresAt: moment('expires_at').notNull(),
    usedAt: moment('used_at'),
    revokedAt: moment('revoked_at'),
  },
  (table) => [index('join_links_meeting').on(table.meetingId)],
)

/** Keys the server makes for itself on first use and shares between its processes. */
export const secrets = pgTable('secrets', {
  name: text('name').primaryKey(),
  value: text('value').notNull(),
})
