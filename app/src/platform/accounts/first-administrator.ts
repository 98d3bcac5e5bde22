import { and, asc, eq, exists, isNotNull, isNull, or, type SQL } from 'drizzle-orm'
import type { Transaction } from '../database/index.ts'
import { errors } from '../errors/index.ts'
import { letsIn } from './deleted-credential.ts'
import { noEmail } from './email.ts'
import { accounts, credentials, passkeys, signInLinks } from './schema.ts'

/** An account that administers: a person's, which has come and is not deactivated. */
export const isAdministrator = and(
  eq(accounts.role, 'admin'),
  eq(accounts.service, false),
  isNotNull(accounts.joinedAt),
  isNull(accounts.deactivatedAt),
)

/** Whether an administrator has a way in that needs no link: a password, a passkey, an account elsewhere. */
export async function hasAdministrator(db: Transaction['db']): Promise<boolean> {
  const own = (table: typeof credentials | typeof passkeys, good?: SQL) =>
    exists(
      db
        .select()
        .from(table)
        .where(and(eq(table.userId, accounts.id), good)),
    )
  const found = await db
    .select({ id: accounts.id })
    .from(accounts)
    .where(and(isAdministrator, or(own(credentials, letsIn), own(passkeys))))
    .limit(1)
  return found.length > 0
}

/** From here to the end of the transaction nobody else changes who administers. */
export async function lockPeople({ client }: Transaction): Promise<void> {
  await client.query("select pg_advisory_xact_lock(hashtext('factotum people'))")
}

/**
 * The account of the first administrator: made with the first link, found again with a later one. No other
 * link of this kind is good any more.
 *
 * @throws HttpError link_gone, when an administrator can sign in by themselves
 */
export async function firstAdministrator({ db }: Transaction): Promise<{ id: string; made: boolean }> {
  if (await hasAdministrator(db)) throw errors.fail('link_gone')
  await db.delete(signInLinks).where(eq(signInLinks.purpose, 'first_administrator'))
  const [earlier] = await db
    .select({ id: accounts.id })
    .from(accounts)
    .where(isAdministrator)
    .orderBy(asc(accounts.createdAt))
    .limit(1)
  if (earlier) return { id: earlier.id, made: false }
  const [made] = await db
    .insert(accounts)
    .values({ name: 'Administrator', email: noEmail('administrator'), role: 'admin' })
    .returning({ id: accounts.id })
  if (!made) throw new Error('The account of the first administrator was not made.')
  return { id: made.id, made: true }
}
