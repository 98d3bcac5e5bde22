import { randomUUID } from 'node:crypto'
import { and, eq } from 'drizzle-orm'
import type { EventLog } from '../../eventlog/index.ts'
import { deletedAt } from '../accounts/deleted-credential.ts'
import { noEmail } from '../accounts/email.ts'
import { lockPeople } from '../accounts/first-administrator.ts'
import { noteJoined } from '../accounts/note-joined.ts'
import { recorder } from '../accounts/record.ts'
import { accounts, credentials } from '../accounts/schema.ts'
import type { Database, Transaction } from '../database/index.ts'
import { providerEvents } from './events.ts'
import type { Shown } from './shown.ts'

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
 * The account of somebody whom a provider shows for the first time, or who comes for the first time. Null for who was
 * deleted at their provider or is let in no more, and where the account that has their email has an authenticator app:
 * it is nobody's by its email alone.
 */
export async function meet(
  { database, events }: MeetParts,
  shown: Shown,
  /** Whether they are here themselves; else their provider only tells of them. */
  { came, requestId }: { came: boolean; requestId?: string },
): Promise<Account | null> {
  return database.transaction(async (tx) => {
    // Of two first requests at once the second finds what the first one made.
    await lockPeople(tx)
    const known = await accountOf(tx, shown)
    const account = known ?? (await newcomer(tx, shown))
    if (!account || account.deactivatedAt) return null
    const { id } = account
    const { provider, subject } = shown
    const cause = { createdBy: came ? id : null, correlationId: requestId }
    if (!known)
      await tx.db.insert(credentials).values({ userId: id, providerId: provider, accountId: subject })
    if (came) await noteJoined(tx, recorder(events), id, cause)
    if (!known) {
      const linked = { ...cause, code: 'LINKED', chosenBy: 'program', context: { provider } } as const
      await events.process(tx.client, { kind: 'account', id }, providerEvents, linked)
    }
    return account
  })
}

/** The account that has the email which their provider verified, as of who was invited, else a new one without a role. */
async function newcomer(tx: Transaction, shown: Shown): Promise<Account | null> {
  if (await accountOf(tx, { ...shown, provider: deletedAt(shown.provider) })) return null
  const account = (await withEmail(tx, shown.email)) ?? (await make(tx, shown))
  return account.twoFactorEnabled ? null : account
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
    .values({
      id,
      name: (name ?? email ?? subject).slice(0, 200),
      email: email ?? noEmail(id),
      role: null,
      joinedAt: null,
    })
    .returning()
  if (!made) throw new Error('The account was not made.')
  return made
}
