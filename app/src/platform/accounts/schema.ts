import { sql } from 'drizzle-orm'
import {
  bigint,
  boolean,
  check,
  customType,
  index,
  integer,
  pgSchema,
  text,
  timestamp,
  unique,
  uuid,
} from 'drizzle-orm/pg-core'
import { schema } from '../database/migrate.ts'
import type { Role } from './roles.ts'

// `app/migrations/0003_accounts.up.sql` has the words on each column. `factotum db migrate` compares what is
// declared here with the database; a test holds that they are the same. The names of the fields are better-auth's where the table is its own: `userId` is an account's id.

const factotum = pgSchema(schema)
const moment = (name: string) => timestamp(name, { withTimezone: true })
const id = () => uuid('id').primaryKey().defaultRandom()
const times = () => ({
  createdAt: moment('created_at').notNull().defaultNow(),
  updatedAt: moment('updated_at').notNull().defaultNow(),
})
const bytes = customType<{ data: Buffer }>({ dataType: () => 'bytea' })

/** Everybody who may come: people, and programs (`service`). better-auth calls it user. */
export const accounts = factotum.table(
  'account',
  {
    id: id(),
    name: text('name').notNull(),
    email: text('email').notNull().unique(),
    emailVerified: boolean('email_verified').notNull().default(false),
    image: text('image'),
    twoFactorEnabled: boolean('two_factor_enabled').notNull().default(false),
    role: text('role').$type<Role>(),
    service: boolean('service').notNull().default(false),
    joinedAt: moment('joined_at').defaultNow(),
    deactivatedAt: moment('deactivated_at'),
    ...times(),
  },
  (table) => [
    check('account_email_check', sql`${table.email} = lower(${table.email})`),
    check(
      'account_role_check',
      sql`${table.role} in ('admin', 'operator', 'operator_manager', 'specialist', 'staff')`,
    ),
  ],
)

const ownerOf = () =>
  uuid('account_id')
    .notNull()
    .references(() => accounts.id, { onDelete: 'cascade' })

export const sessions = factotum.table(
  'session',
  {
    id: id(),
    userId: ownerOf(),
    token: text('token').notNull().unique(),
    expiresAt: moment('expires_at').notNull(),
    ipAddress: text('ip_address'),
    userAgent: text('user_agent'),
    ...times(),
  },
  (table) => [index('session_account').on(table.userId)],
)

/** Passwords, and accounts elsewhere. better-auth calls it account. */
export const credentials = factotum.table(
  'credential',
  {
    id: id(),
    userId: ownerOf(),
    providerId: text('provider_id').notNull(),
    accountId: text('provider_account_id').notNull(),
    password: text('password'),
    accessToken: text('access_token'),
    refreshToken: text('refresh_token'),
    idToken: text('id_token'),
    accessTokenExpiresAt: moment('access_token_expires_at'),
    refreshTokenExpiresAt: moment('refresh_token_expires_at'),
    scope: text('scope'),
    ...times(),
  },
  (table) => [unique().on(table.providerId, table.accountId), index('credential_account').on(table.userId)],
)

export const verifications = factotum.table(
  'verification',
  {
    id: id(),
    identifier: text('identifier').notNull(),
    value: text('value').notNull(),
    expiresAt: moment('expires_at').notNull(),
    ...times(),
  },
  (table) => [index('verification_identifier').on(table.identifier)],
)

export const twoFactors = factotum.table('two_factor', {
  id: id(),
  userId: ownerOf().unique(),
  secret: text('secret').notNull(),
  backupCodes: text('backup_codes').notNull(),
  verified: boolean('verified').notNull().default(true),
  failedVerificationCount: integer('failed_verification_count').notNull().default(0),
  lockedUntil: moment('locked_until'),
})

export const passkeys = factotum.table(
  'passkey',
  {
    id: id(),
    userId: ownerOf(),
    name: text('name'),
    publicKey: text('public_key').notNull(),
    credentialID: text('credential_id').notNull().unique(),
    counter: bigint('counter', { mode: 'number' }).notNull(),
    deviceType: text('device_type').notNull(),
    backedUp: boolean('backed_up').notNull(),
    transports: text('transports'),
    aaguid: text('aaguid'),
    createdAt: moment('created_at').defaultNow(),
  },
  (table) => [index('passkey_account').on(table.userId)],
)

/** Keys of programs: `app/migrations/0009_keys.up.sql`. */
export const apiKeys = factotum.table(
  'api_key',
  {
    id: id(),
    accountId: ownerOf(),
    name: text('name').notNull(),
    start: text('start').notNull().unique(),
    hash: bytes('hash').notNull(),
    scopes: text('scopes').array().notNull(),
    hourlyLimit: integer('hourly_limit'),
    dailyLimit: integer('daily_limit'),
    createdBy: uuid('created_by').references(() => accounts.id, { onDelete: 'set null' }),
    createdAt: moment('created_at').notNull().defaultNow(),
    expiresAt: moment('expires_at'),
    lastUsedAt: moment('last_used_at'),
    revokedAt: moment('revoked_at'),
  },
  (table) => [
    check('api_key_name_check', sql`length(${table.name}) between 1 and 200`),
    check('api_key_hash_check', sql`length(${table.hash}) = 32`),
    check('api_key_scopes_check', sql`cardinality(${table.scopes}) > 0`),
    check('api_key_hourly_limit_check', sql`${table.hourlyLimit} > 0`),
    check('api_key_daily_limit_check', sql`${table.dailyLimit} > 0`),
    index('api_key_account').on(table.accountId),
  ],
)

export type LinkPurpose = 'first_administrator' | 'sign_in' | 'invitation' | 'password'

/** Links that are good once. */
export const signInLinks = factotum.table(
  'sign_in_link',
  {
    tokenHash: bytes('token_hash').primaryKey(),
    purpose: text('purpose').$type<LinkPurpose>().notNull(),
    accountId: uuid('account_id').references(() => accounts.id, { onDelete: 'cascade' }),
    createdBy: uuid('created_by').references(() => accounts.id, { onDelete: 'set null' }),
    createdAt: moment('created_at').notNull().defaultNow(),
    expiresAt: moment('expires_at').notNull(),
  },
  (table) => [
    check(
      'sign_in_link_purpose_check',
      sql`${table.purpose} in ('first_administrator', 'sign_in', 'invitation', 'password')`,
    ),
    check(
      'sign_in_link_check',
      sql`(${table.accountId} is null) = (${table.purpose} = 'first_administrator')`,
    ),
    index('sign_in_link_account').on(table.accountId),
  ],
)

/** The tables by the names that better-auth has for them. */
export const betterAuthTables = {
  user: accounts,
  session: sessions,
  account: credentials,
  verification: verifications,
  twoFactor: twoFactors,
  passkey: passkeys,
}
