import { asc, eq, max, sql } from 'drizzle-orm'
import type { Transaction } from '../database/index.ts'
import { errors } from '../errors/index.ts'
import type { Asker } from './asker.ts'
import { linkPath, passwordMessage } from './by-link.ts'
import { emailOf, emailOrNull } from './email.ts'
import { isAdministrator, lockPeople } from './first-administrator.ts'
import { dropLinksOf, makeLink } from './links.ts'
import type { Parts } from './parts.ts'
import { by as byAsker } from './record.ts'
import type { Role } from './roles.ts'
import { accounts, sessions } from './schema.ts'

export interface Person {
  id: string
  name: string
  /** Null for programs, and until the first administrator has given one. */
  email: string | null
  role: Role | null
  service: boolean
  status: 'active' | 'invited' | 'deactivated'
  twoFactor: boolean
  createdAt: Date
  /** When the latest session that there is began. */
  lastSignInAt: Date | null
}

/** What an administrator does with accounts. */
export function people({ database, record, address, send }: Parts) {
  const { db } = database

  /** Changes one account, one change at a time. @throws HttpError person_not_found */
  const change = <T>(id: string, work: (tx: Transaction, account: Account) => Promise<T>) =>
    database.transaction(async (tx) => {
      await lockPeople(tx)
      const [account] = isId(id) ? await tx.db.select().from(accounts).where(eq(accounts.id, id)) : []
      if (!account) throw errors.fail('person_not_found', { id })
      return work(tx, account)
    })

  return {
    /** Everybody, by name. */
    async list(): Promise<Person[]> {
      const latest = db
        .select({ userId: sessions.userId, at: max(sessions.createdAt).as('at') })
        .from(sessions)
        .groupBy(sessions.userId)
        .as('latest')
      const rows = await db
        .select({ account: accounts, lastSignInAt: latest.at })
        .from(accounts)
        .leftJoin(latest, eq(latest.userId, accounts.id))
        .orderBy(asc(sql`lower(${accounts.name})`), asc(accounts.id))
      return rows.map(({ account, lastSignInAt }) => personOf(account, lastSignInAt))
    },

    /** @throws HttpError person_not_found */
    async person(id: string): Promise<Person> {
      const [account] = isId(id) ? await db.select().from(accounts).where(eq(accounts.id, id)) : []
      if (!account) throw errors.fail('person_not_found', { id })
      const [last] = await db
        .select({ at: max(sessions.createdAt) })
        .from(sessions)
        .where(eq(sessions.userId, id))
      return personOf(account, last?.at ?? null)
    },

    /**
     * Makes an account and sends the link with which its owner chooses a password, good for a week. Who comes with
     * a key is answered null for the link: it is for its owner alone, in the message.
     *
     * @throws HttpError invalid, email_taken
     */
    async invite(
      given: { email: string; name?: string | undefined; role: Role | null },
      by: Asker,
      requestId?: string,
    ) {
      const email = emailOf(given.email)
      const name = given.name?.trim() || (email.split('@', 1)[0] ?? email)
      return database.transaction(async (tx) => {
        await lockPeople(tx)
        const [made] = await tx.db
          .insert(accounts)
          .values({ name, email, role: given.role, joinedAt: null })
          .onConflictDoNothing({ target: accounts.email })
          .returning()
        if (!made) throw errors.fail('email_taken', { email })
        const link = await sendLink(tx, made, by)
        const context = { role: given.role }
        await record.account(tx, made.id, { ...byAsker(by, requestId), code: 'INVITED', context })
        return { person: personOf(made, null), link: by.via === 'key' ? null : link }
      })
    },

    /**
     * Sends another link: to who was invited and has not come, or to choose another password.
     *
     * @throws HttpError forbidden, for a key; person_not_found, account_deactivated, no_email
     */
    sendLinkTo: (id: string, by: Asker, requestId?: string) =>
      change(id, async (tx, account) => {
        if (by.via === 'key') throw errors.fail('forbidden', { reason: keysGetNoLinks })
        if (account.deactivatedAt) throw errors.fail('account_deactivated', { name: account.name })
        const link = await sendLink(tx, account, by)
        const context = { to: account.joinedAt === null ? 'come' : 'choose another password' }
        await record.account(tx, id, { ...byAsker(by, requestId), code: 'LINK_SENT', context })
        return { link, person: personOf(account, null) }
      }),

    /** @throws HttpError person_not_found, last_administrator */
    changeRole: (id: string, role: Role | null, by: Asker, requestId?: string) =>
      change(id, async (tx, account) => {
        if (role === account.role) return personOf(account, null)
        if (role !== 'admin') await keepAdministrator(tx, account)
        await tx.db.update(accounts).set({ role, updatedAt: new Date() }).where(eq(accounts.id, id))
        const context = { before: account.role, after: role }
        await record.account(tx, id, { ...byAsker(by, requestId), code: 'ROLE_CHANGED', context })
        return personOf({ ...account, role }, null)
      }),

    /**
     * Lets nobody in with this account: its sessions and links end at once, its keys are refused.
     *
     * @throws HttpError person_not_found, last_administrator
     */
    deactivate: (id: string, by: Asker, requestId?: string) =>
      change(id, async (tx, account) => {
        if (account.deactivatedAt) return personOf(account, null)
        await keepAdministrator(tx, account)
        const deactivatedAt = new Date()
        await tx.db.update(accounts).set({ deactivatedAt, updatedAt: new Date() }).where(eq(accounts.id, id))
        await tx.db.delete(sessions).where(eq(sessions.userId, id))
        await dropLinksOf(tx.db, id)
        await record.account(tx, id, { ...byAsker(by, requestId), code: 'DEACTIVATED' })
        return personOf({ ...account, deactivatedAt }, null)
      }),

    /** @throws HttpError person_not_found */
    reactivate: (id: string, by: Asker, requestId?: string) =>
      change(id, async (tx, account) => {
        if (!account.deactivatedAt) return personOf(account, null)
        await tx.db
          .update(accounts)
          .set({ deactivatedAt: null, updatedAt: new Date() })
          .where(eq(accounts.id, id))
        await record.account(tx, id, { ...byAsker(by, requestId), code: 'REACTIVATED' })
        return personOf({ ...account, deactivatedAt: null }, null)
      }),
  }

  async function sendLink(tx: Transaction, account: Account, by: Asker): Promise<string> {
    const email = emailOrNull(account.email)
    if (email === null || account.service) throw errors.fail('no_email', { name: account.name })
    const invited = account.joinedAt === null
    const purpose = invited ? ('invitation' as const) : ('password' as const)
    const token = await makeLink(tx.db, { purpose, accountId: account.id, createdBy: by.account.id })
    const link = address(linkPath(token))
    await send(tx, invited ? invitation(account, by, link) : passwordMessage(account, link))
    return link
  }
}

/** One that leaked would become a person, an administrator even, and outlive its end. */
const keysGetNoLinks = 'A key sends no links: with one it could sign in as somebody.'

type Account = typeof accounts.$inferSelect

const invitation = ({ name, email }: Account, by: Asker, link: string) => ({
  to: email,
  subject: 'You are invited to Factotum',
  text: `Hello ${name}, ${by.account.name} invites you. Choose your password here, within a week: ${link}`,
})

/** Under the lock of all changes: of two who leave at once the second sees that the first has gone. */
async function keepAdministrator({ db }: Transaction, account: Account): Promise<void> {
  const administrators = await db.select({ id: accounts.id }).from(accounts).where(isAdministrator).limit(2)
  if (administrators.length === 1 && administrators[0]?.id === account.id)
    throw errors.fail('last_administrator', { name: account.name })
}

/** Whether a text can be the id of a row: any other would be an error of the database. */
export const isId = (text: string) => /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/.test(text)

function personOf(account: Account, lastSignInAt: Date | null): Person {
  const { id, name, role, service, createdAt } = account
  const status = account.deactivatedAt ? 'deactivated' : account.joinedAt ? 'active' : 'invited'
  const email = emailOrNull(account.email)
  return {
    id,
    name,
    email,
    role,
    service,
    status,
    twoFactor: account.twoFactorEnabled,
    createdAt,
    lastSignInAt,
  }
}
