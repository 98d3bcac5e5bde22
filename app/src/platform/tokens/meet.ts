import { randomUUID } from 'node:crypto'
import { and, eq, sql } from 'drizzle-orm'
import type { EventLog } from '../../eventlog/index.ts'
import { deletedAt } from '../accounts/deleted-credential.ts'
import { noEmail } from '../accounts/email.ts'
import { lockPeople } from '../accounts/first-administrator.ts'
import { accounts, credentials } from '../accounts/schema.ts'
import type { Database, Transaction } from '../database/index.ts'
import { providerEvents } from './events.ts'
import type { Shown } from './proof.ts'

export interface MeetParts {
  database: Pick<Database, 'transaction'>
  events: Pick<EventLog, 'process'>
}

export type Account = typeof accounts.$inferSelect

/** The account of who was here before; null for who wasn't. */
export async function accountOf(
  { db }: Pick<Transaction, 'db'>,
  { provider, subject }: Pick<Shown, 'provider' | 'subject'>,
): Promise<Account | null> {
  const [row] = await db
    .select({ account: accounts })
    .from(credentials)
    .innerJoin(accounts, eq(accounts.id, credentials.userId))
    .where(and(eq(credentials.providerId, provider), eq(credentials.accountId, subject)))
  return row?.account ?? null
}

/**
 * The account of who comes for the first time: the one that has the email which their provider verified, as of who
 * was invited, else a new one without a role. Null for who was deleted at their provider, and where the account has an
 * authenticator app: it is nobody's by its email alone.
 */
export async function meet(
  { database, events }: MeetParts,
  shown: Shown,
  requestId?: string,
): Promise<Account | null> {
  return database.transaction(async (tx) => {
    // Of two first requests at once the second finds what the first one made.
    await lockPeople(tx)
    const { provider } = shown
    const known = await accountOf(tx, shown)
    if (known) return known
    if (await accountOf(tx, { ...shown, provider: deletedAt(provider) })) return null
    const owner = (await withEmail(tx, shown.email)) ?? (await make(tx, shown))
    if (owner.twoFactorEnabled || owner.deactivatedAt) return null
    await tx.db
      .insert(credentials)
      .values({ userId: owner.id, providerId: provider, accountId: shown.subject })
    await tx.db
      .update(accounts)
      .set({ joinedAt: sql`coalesce(${accounts.joinedAt}, now())` })
      .where(eq(accounts.id, owner.id))
    const cause = { createdBy: owner.id, correlationId: requestId }
    const subject = { kind: 'account', id: owner.id }
    await events.process(tx.client, subject, providerEvents, {
      ...cause,
      code: 'LINKED',
      chosenBy: 'program',
      context: { provider },
    })
    return owner
  })
}

async function withEmail({ db }: Transaction, email: string | null): Promise<Account | undefined> {
  if (email === null) return undefined
  const [account] = await db
    .select()
    .from(accounts)
    .where(and(eq(accounts.email, email), eq(accounts.service, false)))
  return account
}

async function make({ db }: Transaction, { subject, email, name }: Shown): Promise<Account> {
  const id = randomUUID()
  const [made] = await db
    .insert(accounts)
    .values({ id, name: (name ?? email ?? subject).slice(0, 200), email: email ?? noEmail(id), role: null })
    .returning()
  if (!made) throw new Error('The account was not made.')
  return made
}
