import { and, eq } from 'drizzle-orm'
import type { Database, Transaction } from '../database/index.ts'
import { errors } from '../errors/index.ts'
import type { Parts } from './parts.ts'
import { longestPassword, shortestPassword } from './rules.ts'
import { credentials } from './schema.ts'

/**
 * Hashes a new password; it takes a tenth of a second, so do it before a transaction begins.
 *
 * @throws HttpError invalid, when it is too short or too long
 */
export async function hashNewPassword(auth: Parts['auth'], password: string): Promise<string> {
  if (password.length < shortestPassword || password.length > longestPassword) {
    const message = `must have ${shortestPassword} to ${longestPassword} letters`
    throw errors.fail(
      'invalid',
      { reason: `The new password ${message}.` },
      { details: [{ field: 'password', message }] },
    )
  }
  const { password: hasher } = await (await auth()).$context
  return hasher.hash(password)
}

/** Gives an account its password, the first or another. */
export async function setPassword({ db }: Transaction, accountId: string, hash: string): Promise<void> {
  const values = { userId: accountId, providerId: 'credential', accountId, password: hash }
  await db
    .insert(credentials)
    .values(values)
    .onConflictDoUpdate({
      target: [credentials.providerId, credentials.accountId],
      set: { password: hash, updatedAt: new Date() },
    })
}

/** The account's hashed password; null when it has none. */
export async function passwordOf({ db }: Pick<Database, 'db'>, accountId: string): Promise<string | null> {
  const [row] = await db
    .select({ password: credentials.password })
    .from(credentials)
    .where(and(eq(credentials.userId, accountId), eq(credentials.providerId, 'credential')))
  return row?.password ?? null
}
