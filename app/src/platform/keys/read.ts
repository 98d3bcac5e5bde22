import { and, desc, eq, type SQL, sql } from 'drizzle-orm'
import type { Asker } from '../accounts/asker.ts'
import { isId } from '../accounts/people.ts'
import { may } from '../accounts/permissions.ts'
import { accounts, apiKeys } from '../accounts/schema.ts'
import type { Transaction } from '../database/index.ts'
import { isGood } from './identify.ts'

export interface Key {
  id: string
  name: string
  /** Its first part, by which people tell keys apart. */
  start: string
  account: { id: string; name: string; service: boolean }
  scopes: string[]
  state: 'active' | 'expired' | 'revoked'
  /** Calls in an hour and in a day; null: what the settings say. */
  hourlyLimit: number | null
  dailyLimit: number | null
  createdAt: Date
  /** Null: good until it is revoked. */
  expiresAt: Date | null
  /** To the minute. */
  lastUsedAt: Date | null
  revokedAt: Date | null
}

/** The keys of some accounts: those that are good first, of these the latest first. */
export async function readKeys(db: Transaction['db'], which: SQL | undefined): Promise<Key[]> {
  const good = sql<boolean>`(${isGood})`
  const rows = await db
    .select({ key: apiKeys, account: accounts, good })
    .from(apiKeys)
    .innerJoin(accounts, eq(accounts.id, apiKeys.accountId))
    .where(which)
    .orderBy(desc(good), desc(apiKeys.createdAt), apiKeys.id)
  return rows.map(({ key, account: { id, name, service }, good }) => {
    const { accountId: _, hash: __, createdBy: ___, ...seen } = key
    const state = key.revokedAt ? 'revoked' : good ? 'active' : 'expired'
    return { ...seen, state, account: { id, name, service } }
  })
}

/** Everybody's, for who may see them; else one's own. */
export const seenBy = (asker: Asker): SQL | undefined =>
  may(asker, 'keys.all') ? undefined : eq(apiKeys.accountId, asker.account.id)

/** The key of this id, among those. */
export const withId = (id: string, among: SQL | undefined): SQL | undefined =>
  isId(id) ? and(eq(apiKeys.id, id), among) : sql`false`
