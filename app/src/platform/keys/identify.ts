import { and, eq, gt, isNull, lt, or, sql } from 'drizzle-orm'
import type { Asker } from '../accounts/asker.ts'
import { emailOrNull } from '../accounts/email.ts'
import { accounts, apiKeys } from '../accounts/schema.ts'
import type { Database } from '../database/index.ts'
import { isKeyOf, startOf } from './secret.ts'

/** Who comes with a key; null for one that isn't there, is revoked or has expired, or whose account is deactivated. */
export type IdentifyByKey = (key: string) => Promise<Asker | null>

/** One look for each request, without a cache: a key that was revoked is refused at once, in every process. */
export function identifyByKey({ db }: Pick<Database, 'db'>): IdentifyByKey {
  return async (key) => {
    const start = startOf(key)
    if (start === null) return null
    const [row] = await db
      .select({ account: accounts, key: apiKeys, used: usedOfLate })
      .from(apiKeys)
      .innerJoin(accounts, eq(accounts.id, apiKeys.accountId))
      .where(and(eq(apiKeys.start, start), isGood, isNull(accounts.deactivatedAt)))
    if (!row || !isKeyOf(key, row.key.hash)) return null
    if (!row.used) await noteUse(db, row.key.id)
    return askerOf(row.account, row.key)
  }
}

export const isGood = and(
  isNull(apiKeys.revokedAt),
  or(isNull(apiKeys.expiresAt), gt(apiKeys.expiresAt, sql`now()`)),
)

const aMinuteAgo = sql`now() - interval '1 minute'`
const usedOfLate = sql<boolean>`coalesce(${apiKeys.lastUsedAt} > ${aMinuteAgo}, false)`

/** Once a minute: a key that is used a hundred times a second writes no hundred rows. */
async function noteUse(db: Database['db'], id: string): Promise<void> {
  await db
    .update(apiKeys)
    .set({ lastUsedAt: sql`now()` })
    .where(and(eq(apiKeys.id, id), or(isNull(apiKeys.lastUsedAt), lt(apiKeys.lastUsedAt, aMinuteAgo))))
}

function askerOf(account: typeof accounts.$inferSelect, key: typeof apiKeys.$inferSelect): Asker {
  const { id, name, email, role, service } = account
  return {
    account: { id, name, email: emailOrNull(email), role, service },
    via: 'key',
    scopes: key.scopes,
    sessionId: null,
    keyId: key.id,
    limits: { hourly: key.hourlyLimit, daily: key.dailyLimit },
  }
}
